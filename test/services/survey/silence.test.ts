import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createSilence} from '../../../services/survey/silence.ts';

const MINUTE = 60_000;

/** Minutes at which it looks again, by virtual time. */
const waiting = () => {
	const clock = createVirtualClock();
	const from = clock.monotonic();
	const looks: number[] = [];
	const silence = createSilence(clock, MINUTE);
	const look = async (): Promise<void> => {
		looks.push((clock.monotonic() - from) / MINUTE);
	};
	return {clock, silence, looks, look};
};

test('a silent wait is looked at after a minute, then ever less often, and every five minutes in the end', async (t) => {
	const {clock, silence, looks, look} = waiting();
	silence.wait(look);
	await clock.advance(22 * MINUTE);
	t.deepEqual(looks, [1, 3, 7, 12, 17, 22]);
});

test('as long as something is heard nobody looks, and afterwards a minute is a minute again', async (t) => {
	const {clock, silence, looks, look} = waiting();
	silence.wait(look);
	await clock.advance(4 * MINUTE);
	t.deepEqual(looks, [1, 3]);
	for (let count = 0; count < 12; count += 1) {
		silence.heard();
		await clock.advance(MINUTE / 2);
	}

	t.deepEqual(looks, [1, 3]);
	await clock.advance(MINUTE);
	t.deepEqual(looks, [1, 3, 10.5]);
});

test('nothing is looked at before a wait, after it, or while one look is under way', async (t) => {
	const {clock, silence, looks, look} = waiting();
	silence.heard();
	await clock.advance(10 * MINUTE);
	t.deepEqual(looks, []);
	const {promise, resolve} = Promise.withResolvers<void>();
	let underWay = 0;
	silence.wait(async () => {
		underWay += 1;
		await promise;
	});
	await clock.advance(20 * MINUTE);
	t.is(underWay, 1);
	silence.wait(undefined);
	resolve();
	await clock.advance(20 * MINUTE);
	t.is(underWay, 1);
	silence.wait(look);
	await clock.advance(MINUTE / 2);
	silence.wait(undefined);
	await clock.advance(10 * MINUTE);
	t.deepEqual(looks, []);
});
