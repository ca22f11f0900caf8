// How values are taken together.
import type {Version} from './version.ts';

/** Prometheus takes a number over NaN, and NaN only when there is nothing else. */
const extreme = (values: readonly number[], isBetter: (value: number, best: number) => boolean): number => {
	let best = Number.NaN;
	for (const value of values) if (Number.isNaN(best) || isBetter(value, best)) best = value;
	return best;
};

export const greatest = (values: readonly number[]): number => extreme(values, (value, best) => value > best);

export const least = (values: readonly number[]): number => extreme(values, (value, best) => value < best);

const plainSum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The sum with what rounding lost on the way (Kahan and Neumaier's). */
export const compensatedSum = (values: readonly number[]): number => {
	let [total, lost] = [0, 0];
	for (const value of values) {
		const next = total + value;
		if (!Number.isFinite(next)) lost = 0;
		else if (Math.abs(total) >= Math.abs(value)) lost += total - next + value;
		else lost += value - next + total;
		total = next;
	}

	return Number.isFinite(total) ? total + lost : total;
};

/** The mean as it grows with each value, which Prometheus 2 computes. */
const growingMean = (values: readonly number[]): number => {
	let mean = 0;
	for (const [index, value] of values.entries()) {
		const isSettled = Math.abs(mean) === Infinity && (Number.isFinite(value) || value === mean);
		if (index === 0) mean = value;
		else if (!isSettled) mean += value / (index + 1) - mean / (index + 1);
	}

	return mean;
};

/** `sum(…)` and the others by name: of values that are at least one. */
export const AGGREGATIONS: Readonly<Record<string, (values: readonly number[], version: Version) => number>> = {
	sum: (values, version) => (version === 2 ? plainSum(values) : compensatedSum(values)),
	avg: (values, version) => (version === 2 ? growingMean(values) : compensatedSum(values) / values.length),
	max: greatest,
	min: least,
	count: (values) => values.length,
};
