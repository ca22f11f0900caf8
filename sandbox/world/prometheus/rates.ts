// rate, irate and increase as Prometheus computes them (promql/functions.go, `extrapolatedRate` and `instantValue`).
import type {Point} from './samples.ts';

export type Window = {readonly points: readonly Point[]; readonly from: number; readonly to: number};

/** How much a counter rose from the first to the last point; a fall is a restart at zero. */
const rise = (points: readonly Point[]): number => {
	let total = 0;
	for (let index = 1; index < points.length; index++) {
		const [before, after] = [points[index - 1] as Point, points[index] as Point];
		total += after.value < before.value ? after.value : after.value - before.value;
	}

	return total;
};

/**
 * The rise over the whole window: what the points say, drawn out to the window's edges; by half the usual distance
 * where the next point would be well outside, and never to before the counter was zero.
 */
export const increase = ({points, from, to}: Window): number | undefined => {
	const [first, last] = [points[0], points.at(-1)];
	if (first === undefined || last === undefined || points.length < 2) return undefined;
	const rose = rise(points);
	const sampled = last.time - first.time;
	const average = sampled / (points.length - 1);
	const threshold = average * 1.1;
	let toStart = first.time - from;
	let toEnd = to - last.time;
	if (toStart >= threshold) toStart = average / 2;
	if (rose > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / rose));
	if (toEnd >= threshold) toEnd = average / 2;
	return rose * ((sampled + toStart + toEnd) / sampled);
};

/** The increase per second. */
export const rate = (window: Window): number | undefined => {
	const rose = increase(window);
	return rose === undefined ? undefined : rose / ((window.to - window.from) / 1000);
};

/** The rise per second between the last two points. */
export const irate = ({points}: Window): number | undefined => {
	const [before, last] = points.slice(-2);
	if (before === undefined || last === undefined || last.time === before.time) return undefined;
	return rise([before, last]) / ((last.time - before.time) / 1000);
};
