// The repository as TypeScript's parser reads it: what the rules of the house are asked about.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {Node, SourceFile} from 'typescript/unstable/ast';
import {isStringLiteral} from 'typescript/unstable/ast';
import {createVirtualFileSystem, type FileSystem} from 'typescript/unstable/fs';
import {API} from 'typescript/unstable/sync';

const root = new URL('../../', import.meta.url).pathname;

export type Source = {
	/** From the root of the repository. */
	readonly file: string;
	readonly text: string;
	readonly tree: SourceFile;
	/** The files that it imports, or exports again, from the root. */
	readonly imports: readonly string[];
	/** And the packages, with what is said of them after their name. */
	readonly packages: readonly string[];
};

/** Where a relative import leads, from the root. */
export const destinationOf = (file: string, specifier: string): string => path.join(path.dirname(file), specifier);

const sourceOf = (file: string, tree: SourceFile): Source => {
	const specifiers = [...new Set(tree.imports.filter((one) => isStringLiteral(one)).map(({text}) => text))];
	const isRelative = (specifier: string): boolean => specifier.startsWith('.');
	return {
		file,
		text: tree.text,
		tree,
		imports: specifiers.filter(isRelative).map((specifier) => destinationOf(file, specifier)),
		packages: specifiers.filter((specifier) => !isRelative(specifier)),
	};
};

const readProject = (config: string, base: string, fs?: FileSystem): readonly Source[] => {
	const api = new API({cwd: base, ...(fs && {fs})});
	const snapshot = api.updateSnapshot({openProject: config});
	try {
		const [project] = snapshot.getProjects();
		return [...(project?.rootFiles ?? [])].toSorted().map((name) => {
			const tree = project?.program.getSourceFile(name);
			if (tree === undefined) throw new Error(`${name} does not parse`);
			return sourceOf(path.relative(base, name), tree);
		});
	} finally {
		snapshot.dispose();
		api.close();
	}
};

/** Reads a few texts, by name, as if they were all there is. */
export const sampleOf = (texts: Readonly<Record<string, string>>): readonly Source[] => {
	const named = Object.entries(texts).map(([file, text]) => [`/sample/${file}`, text] as const);
	const config = JSON.stringify({compilerOptions: {noResolve: true, noLib: true, types: [], jsx: 'preserve'}});
	const fs = createVirtualFileSystem({...Object.fromEntries(named), '/sample/tsconfig.json': config});
	return readProject('/sample/tsconfig.json', '/sample', fs);
};

/** Every file that a person wrote, tests too, committed or not. */
export const all: readonly Source[] = readProject(path.join(root, 'test/tidy/everything.json'), root).filter(
	({file}) => !file.includes('generated/'),
);

/** What ships, and what builds and measures it. */
export const sources = all.filter(({file}) => !file.startsWith('test/'));

/** Every node of a tree, with those around it, the nearest last. */
export const visit = (tree: Node, see: (node: Node, around: readonly Node[]) => void): void => {
	const around: Node[] = [];
	const enter = (node: Node): void => {
		see(node, around);
		around.push(node);
		node.forEachChild(enter);
		around.pop();
	};

	enter(tree);
};

/** Files by a pattern of git's. Untracked ones too, so that a rule is broken before the commit and not after it. */
export const listed = (...patterns: readonly string[]): readonly string[] =>
	execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], {cwd: root, encoding: 'utf8'})
		.split('\n')
		.filter((file) => file !== '' && existsSync(path.join(root, file)));

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
