import test from 'ava';
import {oncePerObject} from '../../../services/objects/once-per-object.ts';

test('what follows from an object is reckoned once for it, and anew for another that looks the same', (t) => {
	const asked: object[] = [];
	const size = oncePerObject((one: object) => {
		asked.push(one);
		return Object.keys(one).length;
	});
	const first = {a: 1};
	const second = {a: 1};
	t.deepEqual([size(first), size(first), size(second)], [1, 1, 1]);
	t.deepEqual(asked, [first, second]);
	t.is(asked[1], second);
});

test('nothing is an answer, too', (t) => {
	let asked = 0;
	const none = oncePerObject((_: object): undefined => {
		asked++;
		return undefined;
	});
	const one = {};
	t.deepEqual([none(one), none(one)], [undefined, undefined]);
	t.is(asked, 1);
});
