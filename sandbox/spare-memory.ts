// Gives memory back while there is nothing else to do. Most of what the sandbox makes is gone a moment later; V8 lets it
// pile up, and `--optimize-for-size`, which would not, costs more than twice the CPU (npm run bench:sandbox).
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import type {Clock} from '../services/clock.ts';

type Collect = (options: {readonly type: 'major'; readonly flavor: 'last-resort'}) => void;

/** Young objects die within this many megabytes; with V8's own 16 the process takes more, and is hardly faster. */
const YOUNG_MB = 8;
const LOOK_MS = 2000;
/** The share of the time in which the process does something, below which a pause of it disturbs nobody. */
const CALM = 0.25;
/** So much more than after the last time is worth it. */
const GROWTH = 1.15;

/** Looks now and then; the answer ends it. */
export const spareMemory = (clock: Clock): (() => void) => {
	setFlagsFromString(`--max-semi-space-size=${YOUNG_MB}`);
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as Collect;
	let before = performance.eventLoopUtilization();
	let kept = 0;
	const look = (): void => {
		const now = performance.eventLoopUtilization();
		const {utilization} = performance.eventLoopUtilization(now, before);
		if (utilization < CALM && process.memoryUsage.rss() > kept * GROWTH) {
			collect({type: 'major', flavor: 'last-resort'});
			kept = process.memoryUsage.rss();
		}

		// The time that it took counts for nothing.
		before = performance.eventLoopUtilization();
		timer = clock.setTimeout(look, LOOK_MS);
	};
	let timer = clock.setTimeout(look, LOOK_MS);
	return () => clock.clearTimeout(timer);
};
