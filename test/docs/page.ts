// A page of docs as its reader meets it: blocks to type, blocks that show what comes of them, and marks before a block.
//
// A mark is an HTML comment directly before a ```bash block; CONTRIBUTING.md lists them.

export type Mark =
	| {readonly kind: 'not executed'; readonly where: 'anywhere' | 'embedded' | 'real'; readonly reason: string}
	/** A program that not every machine has. */
	| {readonly kind: 'needs'; readonly program: string}
	/** It runs on beside the others, which begin once it has printed this. */
	| {readonly kind: 'another terminal'; readonly prints: string}
	/** It is ended as by Ctrl-C, once this command, typed meanwhile, has ended well. */
	| {readonly kind: 'until'; readonly command: string}
	/** What it opens reads the next block. */
	| {readonly kind: 'opens a shell'};

export type Block = {
	/** Of its fence, from 1. */
	readonly line: number;
	readonly code: string;
	readonly marks: readonly Mark[];
	/** What its output has to show: the ```console blocks before the next one to type. */
	readonly shown: ReadonlyArray<{readonly line: number; readonly text: string}>;
};

/** Of ours to read, not to type. */
const READ_ONLY = new Set(['yaml', 'json', 'promql', 'mermaid', 'text']);

const markOf = (text: string): Mark => {
	const found = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
	const [, where, reason] = /^not executed(?: on (embedded|real))?: (\S.{9,})$/su.exec(text) ?? [];
	if (reason !== undefined) {
		return {kind: 'not executed', where: (where ?? 'anywhere') as 'anywhere' | 'embedded' | 'real', reason};
	}

	const program = found(/^needs: ([\w-]+)$/u);
	if (program !== undefined) return {kind: 'needs', program};
	const prints = found(/^in another terminal, which prints: (.+)$/u);
	if (prints !== undefined) return {kind: 'another terminal', prints};
	const command = found(/^until: (.+)$/su);
	if (command !== undefined) return {kind: 'until', command};
	if (text === 'opens a shell for the next block') return {kind: 'opens a shell'};
	throw new Error(`unknown mark: <!-- ${text} -->; a reason has ten letters at least`);
};

/** The comments right before the line, one mark each. */
const marksBefore = (before: string): readonly Mark[] => {
	const [comments = ''] = /(?:<!--(?:(?!-->)[^])*-->\s*)*$/u.exec(before) ?? [];
	return [...comments.matchAll(/<!--\s*((?:(?!-->)[^])*?)\s*-->/gu)].map(([, text = '']) => markOf(text));
};

const fence = /^( *)```(\S*)[^\n]*\n((?:(?!^ *```)[^\n]*\n)*?) *```$/gmu;

/** The blocks to type of a page, in order. Throws, with the line, for a fence that says not what it holds. */
export const blocksOf = (markdown: string): readonly Block[] => {
	const blocks: Array<Block & {shown: Array<{line: number; text: string}>}> = [];
	for (const {index, 1: indent = '', 2: language = '', 3: inside = ''} of markdown.matchAll(fence)) {
		const before = markdown.slice(0, index);
		const line = before.split('\n').length;
		const code = inside.replaceAll(new RegExp(`^${indent}`, 'gmu'), '');
		const marks = marksBefore(before);
		if (language === 'bash') {
			blocks.push({line, code, marks, shown: []});
		} else if (marks.length > 0) {
			throw new Error(`line ${line}: only a \`\`\`bash block has marks`);
		} else if (language === 'console') {
			if (/^\$ /mu.test(code)) throw new Error(`line ${line}: what is to be typed stands in a \`\`\`bash block`);
			const last = blocks.at(-1);
			if (last === undefined) throw new Error(`line ${line}: nothing was typed that could show this`);
			last.shown.push({line, text: code});
		} else if (!READ_ONLY.has(language)) {
			throw new Error(
				`line ${line}: \`\`\`${language}: write \`\`\`bash, \`\`\`console or ${[...READ_ONLY].join(', ')}`,
			);
		}
	}

	return blocks;
};
