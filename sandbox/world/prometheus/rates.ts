// rate, irate and increase as Prometheus computes them (promql/functions.go, `extrapolatedRate` and `instantValue`).
import type {Point, Window} from './series.ts';
import type {Version} from './version.ts';

/** The samples of one series within a window. */
export type Stretch = {readonly points: readonly Point[]; readonly window: Window; readonly version: Version};

/** How much a counter rose from the first to the last point; a fall is a restart at zero. */
const riseOf = (points: readonly Point[], first: Point, last: Point): number => {
	let rise = last.value - first.value;
	for (let index = 1; index < points.length; index++) {
		const [before, after] = [points[index - 1] as Point, points[index] as Point];
		if (after.value < before.value) rise += before.value;
	}

	return rise;
};

/**
 * How far a rise is drawn out to the window's start: by half the usual distance where the next point would be well
 * outside, and never to before the counter was zero. Prometheus 2 compares the time of zero first, so that it may draw
 * out by more than half the distance.
 */
const reachToStart = (toStart: number, toZero: number, average: number, version: Version): number => {
	const threshold = average * 1.1;
	if (version === 3) return Math.min(toZero, toStart >= threshold ? average / 2 : toStart);
	const nearest = Math.min(toZero, toStart);
	return nearest >= threshold ? average / 2 : nearest;
};

/** What the points say, drawn out to the window's edges, and by how much; in seconds, with Prometheus' own steps. */
const drawnOut = ({points, window: {from, to}, version}: Stretch): {rise: number; factor: number} | undefined => {
	const [first, last] = [points[0], points.at(-1)];
	if (first === undefined || last === undefined || points.length < 2) return undefined;
	const rise = riseOf(points, first, last);
	const sampled = (last.time - first.time) / 1000;
	const average = sampled / (points.length - 1);
	const toZero = rise > 0 && first.value >= 0 ? sampled * (first.value / rise) : Infinity;
	const before = reachToStart((first.time - from) / 1000, toZero, average, version);
	const toEnd = (to - last.time) / 1000;
	const after = toEnd < average * 1.1 ? toEnd : average / 2;
	return {rise, factor: (sampled + before + after) / sampled};
};

/** The rise over the whole window. */
export const increase = (stretch: Stretch): number | undefined => {
	const drawn = drawnOut(stretch);
	return drawn && drawn.rise * drawn.factor;
};

/** The rise per second. */
export const rate = (stretch: Stretch): number | undefined => {
	const drawn = drawnOut(stretch);
	const {from, to} = stretch.window;
	return drawn && drawn.rise * (drawn.factor / ((to - from) / 1000));
};

/** The rise per second between the last two points. */
export const irate = ({points}: Stretch): number | undefined => {
	const [before, last] = points.slice(-2);
	if (before === undefined || last === undefined || last.time === before.time) return undefined;
	const rise = last.value < before.value ? last.value : last.value - before.value;
	return rise / ((last.time - before.time) / 1000);
};
