// What the evaluator asks of stored samples.
import type {Labels} from '../objects.ts';

export type Point = {readonly time: number; readonly value: number};

/** A stretch of time in ms: Prometheus 3 leaves out its first instant, Prometheus 2 does not. */
export type Window = {readonly from: number; readonly to: number; readonly isLeftOpen: boolean};

export type Series = {
	readonly labels: Labels;
	/** The samples within the window, in order of time. */
	within(window: Window): readonly Point[];
	/** The value at the window's end: its newest sample, unless the series has ended since. */
	latest(window: Window): number | undefined;
};

/** True when a series may be part of the answer. */
export type SeriesTest = (labels: Labels) => boolean;

/** The label that nearly every query of a release asks for. */
export const SHELVED_BY = 'destination_workload';

export type Store = {
	/** The series of a name, or of every name, that pass the test; with `shelf`, which have this in SHELVED_BY. */
	select(name: string | undefined, test: SeriesTest, shelf?: string): readonly Series[];
};

/** True when the time is before the window. */
export const isBefore = (time: number, {from, isLeftOpen}: Window): boolean =>
	isLeftOpen ? time <= from : time < from;

/** The index of the first time that is greater than `bound`. */
export const firstAfter = (times: readonly number[], bound: number): number => {
	let [low, high] = [0, times.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((times[middle] as number) > bound) high = middle;
		else low = middle + 1;
	}

	return low;
};

/** The index of the first time that is not before the window. */
export const firstWithin = (times: readonly number[], {from, isLeftOpen}: Window): number => {
	const index = firstAfter(times, from);
	if (isLeftOpen) return index;
	let first = index;
	while (first > 0 && times[first - 1] === from) first--;
	return first;
};
