import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {HEARTBEAT_MS} from '../../../services/web/event-stream.ts';
import type {Route} from '../../../services/web/routes.ts';
import {listen, type Message} from './listening.ts';
import {site} from './site.ts';

const stream: Route = {
	method: 'GET',
	path: 'stream',
	access: 'reader',
	follow: ({query}) => ({
		reset: () => Promise.resolve({everything: true}),
		admits: ({namespace}) => (query.get('namespace') ?? namespace) === namespace,
	}),
};

const thing = (number: number, namespace = 'test') => ({
	event: 'thing',
	namespace,
	name: 'a',
	data: JSON.stringify({number}),
});
const numbers = (messages: readonly Message[]) => messages.map(({data}) => (data as {number?: number}).number);

test('a new client is sent everything, then what happens, each with an id', async (t) => {
	const {feed, port} = await site(t, {routes: [stream]});
	feed.publish(thing(0));
	const client = await listen(port);
	client.read();
	await client.count(1);
	feed.publish(thing(1));
	feed.publish(thing(2));
	const messages = await client.count(3);
	t.is(client.headers['content-type'], 'text/event-stream; charset=utf-8');
	t.deepEqual(
		messages.map(({event}) => event),
		['reset', 'thing', 'thing'],
	);
	t.deepEqual(numbers(messages), [undefined, 1, 2]);
	t.is(new Set(messages.map(({id}) => id)).size, 3);
	client.leave();
});

test('a client that comes back is sent what it missed, by header or by query, and nothing twice', async (t) => {
	const {feed, port} = await site(t, {routes: [stream]});
	const first = await listen(port);
	first.read();
	await first.count(1);
	feed.publish(thing(1));
	const [, seen] = await first.count(2);
	first.leave();
	feed.publish(thing(2));
	feed.publish(thing(3));
	const id = seen?.id ?? '';
	for (const [url, headers] of [
		['/stream', {'last-event-id': id}],
		[`/stream?last-event-id=${id}`, {}],
	] as const) {
		const again = await listen(port, url, headers);
		again.read();
		t.deepEqual(numbers(await again.count(2)), [2, 3]);
		again.leave();
	}
});

test('a client that was away for too long, or comes with an id of another process, is sent everything anew', async (t) => {
	const {feed, port} = await site(t, {routes: [stream], feedOptions: {eventsMax: 4}});
	const first = await listen(port);
	first.read();
	const [reset] = await first.count(1);
	first.leave();
	for (let number = 1; number <= 5; number += 1) feed.publish(thing(number));
	const foreign = `x${reset?.id ?? ''}`;
	const future = (reset?.id ?? '').replace(/\d+$/, '99');
	for (const id of [reset?.id ?? '', foreign, future, 'nonsense', '.']) {
		const again = await listen(port, '/stream', {'last-event-id': id});
		again.read();
		const [message] = await again.count(1);
		t.is(message?.event, 'reset', id);
		again.leave();
	}

	const last = await listen(port, '/stream', {'last-event-id': (reset?.id ?? '').replace(/\d+$/, '1')});
	last.read();
	t.deepEqual(numbers(await last.count(4)), [2, 3, 4, 5], 'the oldest that is kept');
	last.leave();
});

test('a client is sent what it asked for and may read, and nothing else', async (t) => {
	const {feed, port} = await site(t, {routes: [stream]});
	const client = await listen(port, '/stream?namespace=shop');
	client.read();
	await client.count(1);
	feed.publish(thing(1));
	feed.publish(thing(2, 'shop'));
	feed.publish(thing(3));
	feed.publish(thing(4, 'shop'));
	t.deepEqual(numbers(await client.count(3)), [undefined, 2, 4]);
	client.leave();
});

test('a client that does not read is cut off with a reason, and costs no more than the feed itself', async (t) => {
	const {feed, port} = await site(t, {routes: [stream], streamsMax: 1, feedOptions: {eventsMax: 8}});
	const slow = await listen(port);
	t.is((await listen(port)).status, 429);
	// More than the sockets between the two hold.
	const data = JSON.stringify({text: 'x'.repeat(512 * 1024)});
	for (let number = 0; number < 64; number += 1) {
		feed.publish({...thing(number), data});
		await new Promise(setImmediate);
	}

	slow.read();
	const messages = await slow.over();
	const last = messages.at(-1);
	t.is(last?.event, 'bye');
	t.regex(JSON.stringify(last?.data), /more slowly/);
	t.true(messages.length < 64, `${messages.length} messages`);
	const next = await listen(port);
	t.is(next.status, 200, 'its place is free again');
	next.leave();
});

test('a silent stream shows that it lives; a client that takes nothing for a minute is cut off', async (t) => {
	const clock = createVirtualClock();
	const {feed, port} = await site(t, {routes: [stream], clock});
	const client = await listen(port);
	client.read();
	await client.count(1);
	await clock.advance(HEARTBEAT_MS);
	await client.beats(1);
	const slow = await listen(port);
	feed.publish({...thing(1), data: JSON.stringify({text: 'x'.repeat(16 * 1024 * 1024)})});
	await client.count(2);
	for (let beat = 0; beat < 5; beat += 1) await clock.advance(HEARTBEAT_MS);
	slow.read();
	t.deepEqual(
		(await slow.over()).map(({event}) => event),
		['reset'],
		'what it did not take is not kept for it',
	);
	feed.publish(thing(2));
	t.is(numbers(await client.count(3)).at(-1), 2, 'whoever reads goes on');
	client.leave();
});

test('a client whose right ends is told so, and not to come back', async (t) => {
	const clock = createVirtualClock();
	let over: string | undefined;
	const readers = {
		readerOf: () => Promise.resolve({mayRead: () => Promise.resolve(true), whyOver: () => Promise.resolve(over)}),
	};
	const {port} = await site(t, {routes: [stream], clock, readers});
	const client = await listen(port);
	client.read();
	await client.count(1);
	over = 'the token has ended';
	await clock.advance(HEARTBEAT_MS);
	t.deepEqual((await client.over()).at(-1), {
		id: undefined,
		event: 'bye',
		data: {reason: over, retry: 'never'},
	});
});

test('a daemon that stops says so to everybody', async (t) => {
	const {port, server} = await site(t, {routes: [stream]});
	const client = await listen(port);
	client.read();
	await client.count(1);
	const closed = server.close();
	t.is((await client.over()).at(-1)?.event, 'bye');
	await closed;
});
