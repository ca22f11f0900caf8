// Two values as YAML, line by line, as `diff -u` shows them.
import {structuredPatch} from 'diff';
import {stringify} from 'yaml';

const CONTEXT = 3;
/** Texts that differ in more lines are shown one after the other: finding the fewest takes the square of them. */
const EDITS_MAX = 500;

// Control characters and marks of direction would move what is shown, or hide it.
const unprintable = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const yamlOf = (value: unknown): string =>
	value === undefined ? '' : stringify(value, {sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false});

/** Where nothing is, the line before it is named. */
const numberOf = (start: number, count: number): string =>
	`${count === 0 ? start - 1 : start}${count === 1 ? '' : `,${count}`}`;

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);

type Hunk = {oldStart: number; oldLines: number; newStart: number; newLines: number; lines: readonly string[]};

const whole = (before: string, after: string): readonly Hunk[] => {
	const [old, fresh] = [linesOf(before), linesOf(after)];
	const lines = [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)];
	return [{oldStart: 1, oldLines: old.length, newStart: 1, newLines: fresh.length, lines}];
};

/**
 * Lines with three around each change, under the names of both; none when the values are the same. Keys are sorted;
 * undefined is nothing at all. What a terminal would obey is written as an escape.
 */
export const unifiedDiff = (
	before: unknown,
	after: unknown,
	[from, to]: readonly [string, string],
): readonly string[] => {
	const [old, fresh] = [yamlOf(before), yamlOf(after)];
	if (old === fresh) return [];
	const options = {context: CONTEXT, maxEditLength: EDITS_MAX};
	const hunks: readonly Hunk[] =
		structuredPatch(from, to, old, fresh, undefined, undefined, options)?.hunks ?? whole(old, fresh);
	const body = hunks.flatMap(({oldStart, oldLines, newStart, newLines, lines}) => [
		`@@ -${numberOf(oldStart, oldLines)} +${numberOf(newStart, newLines)} @@`,
		...lines,
	]);
	return [`--- ${from}`, `+++ ${to}`, ...body].map((line) => line.replaceAll(unprintable, escaped));
};
