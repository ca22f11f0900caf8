import test from 'ava';
import {limitText, spanText, valueText} from '../../ui/model/words.ts';

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
	t.is(valueText('success-rate', 99.4321), '99.4 %');
	t.is(valueText('duration', 512.7), '513 ms');
	t.is(valueText('query', 0.123_45), '0.12');
	t.is(limitText({kind: 'success-rate', min: 99}), 'at least 99 %');
	t.is(limitText({kind: 'query', min: 1, max: 2}), 'at least 1, at most 2');
	t.is(limitText({}), '');
});
