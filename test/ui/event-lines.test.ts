import test from 'ava';
import {array, assert, integer, property} from 'fast-check';
import {EventLines} from '../../ui/net/event-lines.ts';

const text =
	': hello\n\nid: a-1\nevent: canary\ndata: {"x": "a: b"}\n\nevent: bye\r\ndata: 1\r\ndata: 2\r\n\r\nid: later';
const messages = [
	{id: 'a-1', event: 'canary', data: '{"x": "a: b"}'},
	{id: '', event: 'bye', data: '1\n2'},
];

test('messages are the same wherever the network cuts them', (t) => {
	assert(
		property(array(integer({min: 0, max: text.length}), {maxLength: 8}), (cuts) => {
			const places = [0, ...cuts.sort((one, other) => one - other), text.length];
			const lines = new EventLines();
			const found = places.flatMap((place, index) => lines.push(text.slice(places[index - 1] ?? 0, place)));
			t.deepEqual(found, messages);
		}),
	);
});
