import test from 'ava';
import * as fc from 'fast-check';
import {formatGoDuration, formatPromDuration, longestDurationMs, parseDuration} from '../../api/durations.ts';

const parsed: ReadonlyArray<readonly [unknown, number | undefined]> = [
	['1m', 60_000],
	['90s', 90_000],
	['2h', 7_200_000],
	['500ms', 500],
	['1m30s', 90_000],
	['1.5m', 90_000],
	['0s', 0],
	['576h', longestDurationMs],
	['577h', undefined],
	['9999999h', undefined],
	['1ns', undefined],
	['-5m', undefined],
	['5', undefined],
	['m', undefined],
	['', undefined],
	[' 1m', undefined],
	['1m\n', undefined],
	['1 m', undefined],
	['1e3s', undefined],
	['١m', undefined],
	['9'.repeat(1_000_000) + 's', undefined],
	[60, undefined],
	[null, undefined],
	[undefined, undefined],
	[{}, undefined],
	[['1m'], undefined],
];

for (const [text, ms] of parsed) {
	test(`parses ${JSON.stringify(text)?.slice(0, 30)} as ${ms}`, (t) => {
		t.is(parseDuration(text), ms);
	});
}

const go: ReadonlyArray<readonly [number, string]> = [
	[2525, '2.525s'],
	[823, '823ms'],
	[500, '500ms'],
	[1000, '1s'],
	[1500, '1.5s'],
	[60_000, '1m0s'],
	[90_500, '1m30.5s'],
	[3_600_000, '1h0m0s'],
	[90_061_001, '25h1m1.001s'],
	[0, '0s'],
	[0.5, '500µs'],
	[0.000_001, '1ns'],
	[1.25, '1.25ms'],
	[-2525, '-2.525s'],
	[1e12, '277777h46m40s'],
	[Number.NaN, '0s'],
];

for (const [ms, text] of go) {
	test(`prints ${ms} ms as Go does: ${text}`, (t) => {
		t.is(formatGoDuration(ms), text);
	});
}

const prom: ReadonlyArray<readonly [number, string]> = [
	[60_000, '1m'],
	[90_000, '90s'],
	[30_000, '30s'],
	[1000, '1s'],
	[1500, '1500ms'],
	[500, '500ms'],
	[3_600_000, '1h'],
	[0, '1ms'],
	[-1, '1ms'],
	[0.2, '1ms'],
	[Number.NaN, '1ms'],
];

for (const [ms, text] of prom) {
	test(`prints ${ms} ms as a PromQL range: ${text}`, (t) => {
		t.is(formatPromDuration(ms), text);
	});
}

test('a PromQL range and a Go duration read back as what they were', (t) => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: longestDurationMs}), (ms) => {
			t.is(parseDuration(formatPromDuration(ms)), ms);
			t.is(parseDuration(formatGoDuration(ms)), ms);
		}),
	);
});

test('parsing and printing are total', (t) => {
	fc.assert(
		fc.property(fc.oneof(fc.anything(), fc.string(), fc.stringMatching(/^[0-9.]*[hms]+$/)), (value) => {
			const ms = parseDuration(value);
			t.true(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0 && ms <= longestDurationMs));
		}),
	);
	fc.assert(
		fc.property(fc.double(), (ms) => {
			t.regex(formatGoDuration(ms), /^-?(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:s|ms|µs|ns)$/);
			t.regex(formatPromDuration(ms), /^[1-9]\d*(?:h|m|s|ms)$/);
		}),
	);
});
