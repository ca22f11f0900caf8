import test from 'ava';
import {countdownText, spanText, valueText} from '../../ui/model/words.ts';

const MINUTE = 60_000;

test('a span has at most two units', (t) => {
	const spans: ReadonlyArray<readonly [number, string]> = [
		[-5, '0 s'],
		[999, '0 s'],
		[59_999, '59 s'],
		[MINUTE, '1 min'],
		[59.9 * MINUTE, '59 min'],
		[60 * MINUTE, '1 h'],
		[192 * MINUTE, '3 h 12 min'],
		[24 * 60 * MINUTE, '1 d'],
		[(24 * 60 * 2 + 61) * MINUTE, '2 d 1 h'],
	];
	for (const [ms, text] of spans) {
		t.is(spanText(ms), text);
	}
});

test('values have units, and no more digits than tell them apart', (t) => {
	t.is(valueText({kind: 'success-rate'}, 99.4321), '99.4 %');
	t.is(valueText({kind: 'duration'}, 512.7), '513 ms');
	t.is(valueText({kind: 'query', unit: 'jobs'}, 0.123_45), '0.12 jobs');
	t.is(valueText({}, 5), '5');
});

test('what comes is counted down until it has come', (t) => {
	const now = Date.parse('2026-11-21T10:00:00Z');
	t.is(
		countdownText('2026-11-21T10:00:34.900Z', 'the next round of checks', now),
		' – the next round of checks in 34 s',
	);
	t.is(countdownText('2026-11-21T09:59:59Z', 'the next round of checks', now), '');
	t.is(countdownText(undefined, undefined, now), '');
});
