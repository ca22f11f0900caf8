import test from 'ava';
import * as fc from 'fast-check';
import {canonicalJson, digest} from '../../api/canonical.ts';

/** The same value with all keys in reverse order. */
const reversed = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(reversed);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.toReversed()
			.map(([key, member]) => [key, reversed(member)]),
	);
};

test('keys are sorted at every level, lists keep their order', (t) => {
	t.is(canonicalJson({b: [2, {d: 1, c: null}], a: 'x'}), '{"a":"x","b":[2,{"c":null,"d":1}]}');
});

test('what JSON cannot hold is left out of objects and null in lists', (t) => {
	t.is(canonicalJson({a: undefined, b: () => 1, c: [undefined, Number.NaN, -0]}), '{"c":[null,null,0]}');
	t.is(canonicalJson(undefined), 'null');
	t.is(canonicalJson(10n), '"10"');
});

test('it reads back as what JSON makes of the value', (t) => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			t.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
		}),
	);
});

test('the digest does not depend on the order of keys', (t) => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			t.is(digest(value), digest(reversed(value)));
		}),
	);
});

test('the digest is 32 hex digits and depends on every value', (t) => {
	t.is(digest({}), '44136fa355b3678a1146ad16f7e8649e');
	t.not(digest({a: 1}), digest({a: 2}));
	t.not(digest({a: 1}), digest({b: 1}));
	t.not(digest([1, 2]), digest([2, 1]));
	t.not(digest(['a,b']), digest(['a', 'b']));
	t.not(digest(JSON.parse('{"__proto__":{"a":1}}')), digest({}));
});

test('depth and length are no obstacle', (t) => {
	const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown;
	t.is(canonicalJson(deep).length, 40_000);
	t.is(canonicalJson(Array.from({length: 300_000}, () => 0)).length, 600_001);
});
