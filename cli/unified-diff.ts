// Two texts line by line, as `diff -u` shows them.

type Edit = {readonly mark: ' ' | '-' | '+'; readonly text: string};

/** The longest common lines by dynamic programming; what begins and ends alike is left out of the table first. */
const editsOf = (before: readonly string[], after: readonly string[]): readonly Edit[] => {
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
	let tail = 0;
	const least = Math.min(before.length, after.length) - head;
	while (tail < least && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
	const a = before.slice(head, before.length - tail);
	const b = after.slice(head, after.length - tail);
	const width = b.length + 1;
	const common = new Uint32Array((a.length + 1) * width);
	const at = (i: number, j: number): number => common[i * width + j] ?? 0;
	for (let i = a.length - 1; i >= 0; i -= 1) {
		for (let j = b.length - 1; j >= 0; j -= 1) {
			common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
		}
	}

	const edits: Edit[] = before.slice(0, head).map((text) => ({mark: ' ', text}));
	let [i, j] = [0, 0];
	while (i < a.length || j < b.length) {
		if (i < a.length && j < b.length && a[i] === b[j]) {
			edits.push({mark: ' ', text: a[i] ?? ''});
			[i, j] = [i + 1, j + 1];
		} else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
			edits.push({mark: '-', text: a[i] ?? ''});
			i += 1;
		} else {
			edits.push({mark: '+', text: b[j] ?? ''});
			j += 1;
		}
	}

	return [...edits, ...before.slice(before.length - tail).map((text): Edit => ({mark: ' ', text}))];
};

const CONTEXT = 3;

const numberOf = (first: number, count: number): string =>
	`${count === 0 ? first - 1 : first}${count === 1 ? '' : `,${count}`}`;

/** Hunks with three lines around each change; empty when the texts are the same. Neither text ends in a line end. */
export const unifiedDiff = (
	before: string,
	after: string,
	[from, to]: readonly [string, string],
): readonly string[] => {
	const edits = editsOf(before.split('\n'), after.split('\n'));
	const near = edits.map((_, index) =>
		edits.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({mark}) => mark !== ' '),
	);
	const lines: string[] = [];
	let [old, fresh] = [1, 1];
	for (let index = 0; index < edits.length;) {
		if (near[index] !== true) {
			[old, fresh, index] = [old + 1, fresh + 1, index + 1];
			continue;
		}

		const end = near.indexOf(false, index);
		const hunk = edits.slice(index, end === -1 ? edits.length : end);
		const removed = hunk.filter(({mark}) => mark !== '+').length;
		const added = hunk.filter(({mark}) => mark !== '-').length;
		lines.push(`@@ -${numberOf(old, removed)} +${numberOf(fresh, added)} @@`);
		lines.push(...hunk.map(({mark, text}) => `${mark}${text}`));
		[old, fresh, index] = [old + removed, fresh + added, index + hunk.length];
	}

	return lines.length === 0 ? [] : [`--- ${from}`, `+++ ${to}`, ...lines];
};
