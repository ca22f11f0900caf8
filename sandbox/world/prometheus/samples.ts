// What has been scraped: series of samples by name, with a bounded past.
import type {Labels} from '../objects.ts';
import {Column, type Spare} from './column.ts';
import {NAME} from './labels.ts';
import {
	firstAfter,
	firstWithin,
	isBefore,
	type Point,
	type Series,
	type SeriesTest,
	type Store,
	type Window,
} from './series.ts';

export {keyOf, NAME} from './labels.ts';

/** A counter as it stands, never NaN; `key` is the same for equal labels. */
export type Exposed = {readonly key: string; readonly labels: Labels; readonly value: number};

/** When the scrapes were; all series share it. */
type Scrapes = {first: number; readonly times: number[]};

class ScrapedSeries implements Series {
	readonly labels: Labels;
	readonly key: string;
	readonly column: Column;
	readonly #scrapes: Scrapes;

	constructor({key, labels}: Exposed, scrapes: Scrapes, spare: Spare) {
		this.column = new Column(spare);
		this.key = key;
		this.labels = labels;
		this.#scrapes = scrapes;
	}

	within(window: Window): readonly Point[] {
		const {first, times} = this.#scrapes;
		const points: Point[] = [];
		for (let index = firstWithin(times, window); index < times.length; index++) {
			const time = times[index] as number;
			if (time > window.to) break;
			const value = this.column.get(first + index);
			if (value !== undefined) points.push({time, value});
		}

		return points;
	}

	/** A scrape without the series has ended it, as the staleness marker of a real Prometheus does. */
	latest(window: Window): number | undefined {
		const {first, times} = this.#scrapes;
		const index = firstAfter(times, window.to) - 1;
		if (index < 0 || isBefore(times[index] as number, window)) return undefined;
		return this.column.get(first + index);
	}
}

export class Samples implements Store {
	readonly #limit: number;
	readonly #series = new Map<string, ScrapedSeries>();
	readonly #byName = new Map<string, Set<ScrapedSeries>>();
	readonly #scrapes: Scrapes = {first: 0, times: []};
	readonly #spare: Spare = [];

	/** Keeps the samples of the last `limit` scrapes, and up to a quarter more. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Takes in one scrape; what was exposed before and is not now has ended. */
	scrape(exposed: Iterable<Exposed>, at: number): void {
		const {first, times} = this.#scrapes;
		const scrape = first + times.length;
		times.push(at);
		for (const counter of exposed) {
			(this.#series.get(counter.key) ?? this.#open(counter)).column.put(scrape, counter.value);
		}

		// In blocks, because taking one from the front of a long list each time is slow.
		if (times.length >= this.#limit * 1.25) this.#forget(times.length - this.#limit);
	}

	select(name: string | undefined, test: SeriesTest): readonly Series[] {
		const candidates = name === undefined ? this.#series.values() : (this.#byName.get(name) ?? []);
		return [...candidates].filter(({labels}) => test(labels));
	}

	#open(counter: Exposed): ScrapedSeries {
		const series = new ScrapedSeries(counter, this.#scrapes, this.#spare);
		const name = counter.labels[NAME] ?? '';
		const named = this.#byName.get(name) ?? new Set<ScrapedSeries>();
		named.add(series);
		this.#byName.set(name, named);
		this.#series.set(counter.key, series);
		return series;
	}

	#forget(count: number): void {
		this.#scrapes.times.splice(0, count);
		this.#scrapes.first += count;
		for (const series of this.#series.values()) {
			series.column.forgetBefore(this.#scrapes.first);
			if (series.column.end > this.#scrapes.first) continue;
			const name = series.labels[NAME] ?? '';
			this.#series.delete(series.key);
			const named = this.#byName.get(name);
			named?.delete(series);
			if (named?.size === 0) this.#byName.delete(name);
		}
	}
}
