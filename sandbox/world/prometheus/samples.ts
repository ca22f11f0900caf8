// What has been scraped: series of samples by name, with a bounded past.
import type {Labels} from '../objects.ts';

/** A counter as it stands; `key` is the same for equal labels. */
export type Exposed = {readonly key: string; readonly labels: Labels; readonly value: number};

/** Samples in order of time; an undefined value marks that the series had ended there. */
export type Series = {readonly labels: Labels; readonly times: number[]; readonly values: Array<number | undefined>};

type Stored = Series & {readonly key: string; round: number};

/** True when a series may be part of the answer. */
export type SeriesTest = (labels: Labels) => boolean;

/** The metric's name within a series' labels. */
export const NAME = '__name__';

/** The key of a set of labels, whatever their order. */
export const keyOf = (labels: Labels): string =>
	JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));

export class Samples {
	readonly #limit: number;
	readonly #series = new Map<string, Stored>();
	readonly #byName = new Map<string, Set<Stored>>();
	#live = new Set<Stored>();
	#round = 0;

	/** Keeps the samples of the last `limit` scrapes. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Takes in one scrape; what was exposed before and is not now is marked as ended, as Prometheus does. */
	scrape(exposed: Iterable<Exposed>, at: number): void {
		this.#round++;
		const live = new Set<Stored>();
		for (const counter of exposed) {
			const series = this.#series.get(counter.key) ?? this.#open(counter);
			this.#append(series, at, counter.value);
			live.add(series);
		}

		for (const series of this.#live) if (!live.has(series)) this.#append(series, at, undefined);
		this.#live = live;
		if (this.#round % this.#limit === 0) this.#forgetEnded();
	}

	/** The series of a name, or of every name, that pass the test. */
	select(name: string | undefined, test: SeriesTest): readonly Series[] {
		const candidates = name === undefined ? this.#series.values() : (this.#byName.get(name) ?? []);
		return [...candidates].filter(({labels}) => test(labels));
	}

	#open({key, labels}: Exposed): Stored {
		const series: Stored = {key, labels, times: [], values: [], round: 0};
		const name = labels[NAME] ?? '';
		const named = this.#byName.get(name) ?? new Set<Stored>();
		named.add(series);
		this.#byName.set(name, named);
		this.#series.set(key, series);
		return series;
	}

	#append(series: Stored, at: number, value: number | undefined): void {
		series.round = this.#round;
		series.times.push(at);
		series.values.push(value);
		// In blocks, because taking one from the front of a long list each time is slow.
		if (series.times.length < this.#limit * 1.25) return;
		series.times.splice(0, series.times.length - this.#limit);
		series.values.splice(0, series.values.length - this.#limit);
	}

	#forgetEnded(): void {
		for (const series of this.#series.values()) {
			if (this.#round - series.round < this.#limit) continue;
			this.#series.delete(series.key);
			this.#byName.get(series.labels[NAME] ?? '')?.delete(series);
		}
	}
}

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

export type Point = {readonly time: number; readonly value: number};

/** The samples in the left-open window (`from`, `to`], without the marks of an end. */
export const pointsWithin = ({times, values}: Series, from: number, to: number): readonly Point[] => {
	const points: Point[] = [];
	for (let index = firstAfter(times, from); index < times.length; index++) {
		const [time, value] = [times[index] as number, values[index]];
		if (time > to) break;
		if (value !== undefined) points.push({time, value});
	}

	return points;
};

/** The value at an instant: the newest sample within the lookback, unless the series has ended. */
export const valueAt = ({times, values}: Series, at: number, lookbackMs: number): number | undefined => {
	const index = firstAfter(times, at) - 1;
	return index < 0 || (times[index] as number) <= at - lookbackMs ? undefined : values[index];
};
