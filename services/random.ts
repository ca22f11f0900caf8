// The one door to chance: jitter and names. Seeded in tests, so that a run can be repeated.
import {randomInt} from 'node:crypto';

/** A source of chance: a number in [0, 1). */
export type Random = {next(): number};

/** The machine's own chance. */
export const systemRandom: Random = {next: () => randomInt(2 ** 32) / 2 ** 32};

/** A repeatable source (mulberry32 by Tommy Ettinger, public domain). */
export const seededRandom = (seed: number): Random => {
	let state = seed >>> 0;
	return {
		next() {
			state = (state + 0x6d2b79f5) >>> 0;
			let mixed = Math.imul(state ^ (state >>> 15), state | 1);
			mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
			return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
		},
	};
};
