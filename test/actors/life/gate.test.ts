import test from 'ava';
import {Gate} from '../../../actors/life/gate.ts';
import type {Bindings} from '../../../actors/life/bindings.ts';
import {waitUntil} from '../../../actors/ports/wait-until.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {VirtualClock} from '../../../sandbox/virtual-clock.ts';

const never = new AbortController().signal;

const stage = () => {
	const clock = createVirtualClock();
	const gate = new Gate(clock);
	const done: string[] = [];
	const pass = (name: string, before: 'record' | 'nothing' = 'record', signal = never) =>
		gate.pass(before, signal, async () => {
			done.push(name);
		});
	return {clock, gate, done, pass};
};

/** Runs the port as its chart would. */
const waiting = (clock: VirtualClock, gate: Gate, until: number): Promise<unknown> => {
	const bindings = {services: {clock}, gate, onSurvey() {}} as unknown as Bindings;
	type Logic = {config(order: {input: {until: number}; signal: AbortSignal}): Promise<unknown>};
	return (waitUntil(bindings) as unknown as Logic).config({input: {until}, signal: never});
};

test('effects run in the order in which they came, one after another', async (t) => {
	const {clock, gate, done, pass} = stage();
	const first = Promise.withResolvers<void>();
	const slow = gate.pass('nothing', never, async () => {
		done.push('first begins');
		await first.promise;
		done.push('first ends');
	});
	const second = pass('second', 'nothing');
	await clock.advance(1);
	t.deepEqual(done, ['first begins']);
	first.resolve();
	await Promise.all([slow, second]);
	t.deepEqual(done, ['first begins', 'first ends', 'second']);
});

test('an effect waits for the record of its state; a return of traffic does not', async (t) => {
	const {clock, gate, done, pass} = stage();
	gate.setRecorded(false);
	const back = pass('back', 'nothing');
	await clock.advance(1);
	t.deepEqual(done, ['back']);
	const forth = pass('forth');
	await clock.advance(1);
	t.deepEqual(done, ['back']);
	gate.setRecorded(true);
	await Promise.all([back, forth]);
	t.deepEqual(done, ['back', 'forth']);
});

test('a record that becomes outstanding in the same turn is waited for', async (t) => {
	const {clock, gate, done, pass} = stage();
	const effect = pass('effect');
	gate.setRecorded(false);
	await clock.advance(1);
	t.deepEqual(done, []);
	gate.setRecorded(true);
	await effect;
	t.deepEqual(done, ['effect']);
});

test('an effect that waits and is given up never begins, and the next one has its turn', async (t) => {
	const {clock, gate, done, pass} = stage();
	gate.setRecorded(false);
	const giver = new AbortController();
	const given = pass('given up', 'record', giver.signal);
	const next = pass('next', 'nothing');
	await clock.advance(1);
	giver.abort(new Error('left'));
	await t.throwsAsync(given, {message: 'left'});
	await next;
	t.deepEqual(done, ['next']);
});

test('a write that was given up under way is still awaited before the write that takes it back', async (t) => {
	const {clock, gate, done, pass} = stage();
	const giver = new AbortController();
	const sent = Promise.withResolvers<void>();
	const write = gate.pass('nothing', giver.signal, async () => {
		await sent.promise;
		done.push('forth');
	});
	await clock.advance(1);
	giver.abort(new Error('left'));
	const back = pass('back', 'nothing');
	await clock.advance(1000);
	t.deepEqual(done, []);
	sent.resolve();
	await Promise.all([write, back]);
	t.deepEqual(done, ['forth', 'back']);
});

test('a suspension holds every effect, also a return of traffic', async (t) => {
	const {clock, gate, done, pass} = stage();
	gate.setSuspended(true);
	const back = pass('back', 'nothing');
	await clock.advance(60_000);
	t.deepEqual(done, []);
	gate.setSuspended(false);
	await back;
	t.deepEqual(done, ['back']);
});

test('time stands still while suspended: what was left of a wait is left after it', async (t) => {
	const {clock, gate} = stage();
	let isOver = false;
	const wait = waiting(clock, gate, clock.now() + 10_000).then(() => (isOver = true));
	await clock.advance(4000);
	gate.setSuspended(true);
	await clock.advance(100_000);
	t.false(isOver);
	gate.setSuspended(true);
	gate.setSuspended(false);
	t.is(gate.suspendedMs(), 100_000);
	await clock.advance(5999);
	t.false(isOver);
	await clock.advance(1);
	t.true(await wait);
});

test('a wait for an instant that has passed is over at once', async (t) => {
	const {clock, gate} = stage();
	t.deepEqual(await waiting(clock, gate, clock.now() - 1), {at: clock.now()});
});
