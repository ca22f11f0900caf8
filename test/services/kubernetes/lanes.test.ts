import test from 'ava';
import type {Lane} from '../../../services/kubernetes/cluster.ts';
import {createLanes} from '../../../services/kubernetes/lanes.ts';
import {calm} from './harness.ts';

/** Tasks that end when told, and the order in which they began. */
const stage = (cap: number) => {
	const lanes = createLanes(cap);
	const begun: string[] = [];
	const ends: (() => void)[] = [];
	return {
		lanes,
		begun,
		enter: (lane: Lane, name: string, signal?: AbortSignal) =>
			lanes.run(
				lane,
				() => {
					begun.push(name);
					return new Promise<void>((resolve) => {
						ends.push(resolve);
					});
				},
				signal,
			),
		endOne: async () => {
			ends.shift()?.();
			await calm();
		},
	};
};

test('who waits is served in the order of the lanes, and in order within one', async (t) => {
	const {enter, endOne, begun} = stage(2);
	void enter('report', 'first');
	for (const [lane, name] of [
		['report', 'report'],
		['event', 'event 1'],
		['event', 'event 2'],
		['status', 'status'],
		['route', 'route'],
	] as const) {
		void enter(lane, name);
	}

	for (let time = 0; time < 6; time += 1) {
		await endOne();
	}

	t.deepEqual(begun, ['first', 'route', 'status', 'event 1', 'event 2', 'report']);
});

test('one place is for rollbacks alone', async (t) => {
	const {enter, begun, lanes} = stage(3);
	for (const name of ['a', 'b', 'c']) {
		void enter('route', name);
	}

	await calm();
	t.deepEqual(begun, ['a', 'b']);
	void enter('rollback', 'back');
	await calm();
	t.deepEqual(begun, ['a', 'b', 'back']);
	t.like(lanes.load(), {running: 3, waiting: 1});
});

test('nobody is passed over for ever', async (t) => {
	const {enter, endOne, begun} = stage(2);
	void enter('route', 'first');
	void enter('report', 'patient');
	for (let time = 0; time < 40; time += 1) {
		void enter('route', `route ${time}`);
		await endOne();
	}

	t.true(begun.includes('patient'));
	t.is(begun.indexOf('patient'), 17);
});

test('an abort takes who waits out of the queue; a task that fails gives its place back', async (t) => {
	const {enter, endOne, begun, lanes} = stage(2);
	void enter('route', 'first');
	const giveUp = new AbortController();
	const waiting = enter('route', 'given up', giveUp.signal);
	giveUp.abort(new Error('enough'));
	await t.throwsAsync(waiting, {message: 'enough'});
	await endOne();
	t.deepEqual(begun, ['first']);
	await t.throwsAsync(
		lanes.run('route', () => Promise.reject(new Error('failed'))),
		{message: 'failed'},
	);
	t.like(lanes.load(), {running: 0, waiting: 0});
});
