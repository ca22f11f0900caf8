import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {sleep} from '../../../services/clock.ts';

test('timers fire in order of time, then of setting, at their own time', async (t) => {
	const clock = createVirtualClock(1000);
	const seen: Array<[string, number]> = [];
	const note = (name: string) => (): void => {
		seen.push([name, clock.now()]);
	};
	clock.setTimeout(note('c'), 30);
	clock.setTimeout(note('a'), 10);
	clock.clearTimeout(clock.setTimeout(note('never'), 5));
	clock.setTimeout(note('b'), 10);
	clock.setTimeout(() => clock.setTimeout(note('nested'), 0), 20);
	await clock.advance(25);
	t.deepEqual(seen, [
		['a', 1010],
		['b', 1010],
		['nested', 1020],
	]);
	t.is(clock.now(), 1025);
	t.is(clock.monotonic(), 25);
	t.is(clock.pending(), 1);
});

test('promise chains of any length settle between timers', async (t) => {
	const clock = createVirtualClock();
	const start = clock.now();
	const seen: number[] = [];
	const walk = async (): Promise<void> => {
		for (let step = 0; step < 3; step++) {
			await sleep(clock, 100);
			for (let turn = 0; turn < 500; turn++) await Promise.resolve();
			seen.push(clock.now() - start);
		}
	};
	const walking = walk();
	await clock.advance(1000);
	t.deepEqual(seen, [100, 200, 300]);
	await walking;
});

test('many timers, many cancelled', async (t) => {
	const clock = createVirtualClock();
	let fired = 0;
	const handles = Array.from({length: 1000}, (_, index) =>
		clock.setTimeout(
			() => {
				fired++;
			},
			(index * 7919) % 1000,
		),
	);
	for (const [index, handle] of handles.entries()) if (index % 3 !== 0) clock.clearTimeout(handle);
	t.is(clock.pending(), 334);
	await clock.advance(1000);
	t.is(fired, 334);
	t.is(clock.pending(), 0);
});
