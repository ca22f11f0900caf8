// Numbers, durations and strings as PromQL writes them.
import {QueryError} from './query-error.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** The units in the order in which a duration must have them. */
const UNITS_MS: ReadonlyArray<readonly [string, number]> = [
	['y', 365 * DAY],
	['w', 7 * DAY],
	['d', DAY],
	['h', 3600 * SECOND],
	['m', 60 * SECOND],
	['s', SECOND],
	['ms', 1],
];

const DURATION = new RegExp(`^${UNITS_MS.map(([unit]) => String.raw`(?:(\d+)${unit})?`).join('')}$`, 'u');

/** `1h30m` in ms, each unit once and in order; undefined for what is no duration. */
export const durationMs = (text: string): number | undefined => {
	const found = text === '' ? null : DURATION.exec(text);
	if (found === null) return undefined;
	return UNITS_MS.reduce((sum, [, ms], index) => sum + Number(found[index + 1] ?? 0) * ms, 0);
};

/** A number: decimal, hexadecimal, octal with a leading 0, Inf or NaN; undefined for what is none. */
export const numberOf = (literal: string): number | undefined => {
	const text = literal.replaceAll('_', '').toLowerCase();
	if (text === 'nan') return Number.NaN;
	if (text === 'inf') return Infinity;
	if (/^0[0-7]+$/u.test(text)) return Number.parseInt(text, 8);
	const value = /^(?:0x[\da-f]+|[\d.]+(?:e[+-]?\d+)?)$/u.test(text) ? Number(text) : Number.NaN;
	return Number.isNaN(value) ? undefined : value;
};

const SIMPLE: Readonly<Record<string, string>> = {
	a: '\u0007',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'\\': '\\',
};

const escaped = (escape: string, quote: string): string => {
	const simple = SIMPLE[escape] ?? (escape === quote ? quote : undefined);
	if (simple !== undefined) return simple;
	const [, hex, octal] = /^(?:[xuU]([\da-fA-F]+)|([0-7]{3}))$/u.exec(escape) ?? [];
	const point = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
	if (point <= 0x10_ff_ff) return String.fromCodePoint(point);
	throw new QueryError('bad_data', `unknown escape sequence \\${escape}`);
};

/** The text of a string literal, without its quotes. Throws a QueryError when it does not end or has an escape that Go does not know. */
export const unquote = (literal: string): string => {
	const [quote = ''] = literal;
	if (literal.length < 2 || !literal.endsWith(quote)) throw new QueryError('bad_data', 'unterminated quoted string');
	const inner = literal.slice(1, -1);
	if (quote === '`') return inner;
	return inner.replaceAll(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|.|$)/gsu, (_, escape: string) =>
		escaped(escape, quote),
	);
};
