// The lines of a unified diff, each with what it is: `diff -u` tells that by a first character, a page by more.

export type DiffLine = {
	readonly kind: 'removed' | 'added' | 'same' | 'place';
	/** Without the first character; of a place the words of the hunk’s head. */
	readonly text: string;
};

const kinds: Readonly<Record<string, DiffLine['kind']>> = {'-': 'removed', '+': 'added', '@': 'place'};

/** What a hunk's head says, in words: `@@ -12,7 +12,6 @@` begins at line 12. */
const placeText = (head: string): string => {
	const line = /^@@ -(\d+)/.exec(head)?.[1];
	return line === undefined ? head : `from line ${line} on`;
};

/** Without the two lines that name the sides. */
export const diffLines = (unified: string): readonly DiffLine[] =>
	unified === ''
		? []
		: unified
				.split('\n')
				.slice(2)
				.map((line) => {
					const kind = kinds[line.charAt(0)] ?? 'same';
					return {kind, text: kind === 'place' ? placeText(line) : line.slice(1)};
				});
