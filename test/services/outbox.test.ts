import test from 'ava';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {createOutbox} from '../../services/outbox.ts';

/** Sends what `fails` does not say to fail, and pauses a second after a failure, twice at most. */
const stage = (waitingMax = 8) => {
	const clock = createVirtualClock();
	const sent: string[] = [];
	const dropped: string[] = [];
	const state = {fails: (_item: string): boolean => false};
	const outbox = createOutbox<string>({
		clock,
		waitingMax,
		async send(item, attempt) {
			sent.push(`${item} ${attempt}`);
			if (state.fails(item)) throw new Error('no answer');
		},
		onFailure: (_item, _error, attempt) => (attempt === 3 ? undefined : 1000),
		onDropped: (item) => dropped.push(item),
	});
	return {clock, outbox, sent, dropped, state};
};

test('under one key in order, each tried again before the next; another key does not wait', async (t) => {
	const {clock, outbox, sent, state} = stage();
	state.fails = (item) => item === 'a';
	const outcomes = Promise.all([outbox.put('x', 'a'), outbox.put('x', 'b'), outbox.put('y', 'c')]);
	await clock.advance(1);
	t.deepEqual(sent, ['a 1', 'c 1']);
	await clock.advance(2000);
	t.deepEqual(sent, ['a 1', 'c 1', 'a 2', 'a 3', 'b 1']);
	t.deepEqual(await outcomes, ['given up', 'sent', 'sent']);
});

test('of more than may wait the oldest is dropped, never the one under way', async (t) => {
	const {clock, outbox, sent, dropped, state} = stage(2);
	state.fails = (item) => item === 'a' && sent.length < 2;
	const outcomes = Promise.all(['a', 'b', 'c', 'd'].map((item) => outbox.put('x', item)));
	await clock.advance(1000);
	t.deepEqual(dropped, ['b']);
	t.deepEqual(await outcomes, ['sent', 'dropped', 'sent', 'sent']);
});

test('it is flushed when nothing waits, at once where nothing ever did', async (t) => {
	const {clock, outbox, state} = stage();
	await outbox.flushed('x');
	state.fails = (item) => item === 'a';
	void outbox.put('x', 'a');
	void outbox.put('x', 'b');
	let isFlushed = false;
	const flushed = outbox.flushed('x').then(() => (isFlushed = true));
	await clock.advance(1999);
	t.false(isFlushed);
	await clock.advance(1);
	await flushed;
	t.true(isFlushed);
});

test('a signal ends what it came with, in a pause too, and nothing else', async (t) => {
	const {clock, outbox, sent, state} = stage();
	const ended = new AbortController();
	state.fails = (item) => item === 'a';
	const first = outbox.put('x', 'a', ended.signal);
	const second = outbox.put('x', 'b');
	await clock.advance(500);
	ended.abort(new Error('over'));
	t.is(await first, 'ended');
	t.is(await second, 'sent');
	t.deepEqual(sent, ['a 1', 'b 1']);
});

test('closed, it ends what is under way and sends nothing more', async (t) => {
	const {clock, outbox, sent, state} = stage();
	state.fails = () => true;
	const outcomes = Promise.all([outbox.put('x', 'a'), outbox.put('x', 'b')]);
	await clock.advance(1);
	outbox.close();
	t.deepEqual(await outcomes, ['ended', 'ended']);
	t.is(await outbox.put('y', 'c'), 'ended');
	t.deepEqual(sent, ['a 1']);
});
