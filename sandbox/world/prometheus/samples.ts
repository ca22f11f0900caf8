// What has been scraped: series of samples by name, with a bounded past.
import type {Labels} from '../objects.ts';
import {Column, type Spare} from './column.ts';
import {NAME} from './labels.ts';
import {
	firstAfter,
	firstWithin,
	isBefore,
	SHELVED_BY,
	type Point,
	type Series,
	type SeriesTest,
	type Store,
	type Window,
} from './series.ts';

export {keyOf, NAME} from './labels.ts';

type Named = {readonly key: string; readonly labels: Labels};

/** A counter as it stands, never NaN; `key` is the same for equal labels. */
export type Exposed = Named & {
	readonly value: number;
	/** Counters that have had this one's value all the time; another array as soon as one of them differs. */
	readonly twins?: readonly Named[];
};

/** Twins have one column; twins whose past differs have one for each past. */
type Group = {readonly twins: readonly Named[] | undefined; readonly columns: readonly Column[]};

/** When the scrapes were; all series share it. */
type Scrapes = {first: number; readonly times: number[]};

class ScrapedSeries implements Series {
	readonly labels: Labels;
	readonly key: string;
	column: Column;
	readonly #scrapes: Scrapes;

	constructor({key, labels}: Named, scrapes: Scrapes, column: Column) {
		this.column = column;
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
	readonly #groups = new Map<string, Group>();
	/** By name, then by what SHELVED_BY says. */
	readonly #shelves = new Map<string, Map<string, Set<ScrapedSeries>>>();
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
			const known = this.#groups.get(counter.key);
			const group = known !== undefined && known.twins === counter.twins ? known : this.#group(counter);
			for (const column of group.columns) column.put(scrape, counter.value);
		}

		// In blocks, because taking one from the front of a long list each time is slow.
		if (times.length >= this.#limit * 1.25) this.#forget(times.length - this.#limit);
	}

	select(name: string | undefined, test: SeriesTest, shelf?: string): readonly Series[] {
		const shelves = name === undefined ? [...this.#shelves.values()] : [this.#shelves.get(name)];
		const candidates = shelves.flatMap((byShelf) =>
			shelf === undefined ? [...(byShelf?.values() ?? [])] : [byShelf?.get(shelf) ?? new Set<ScrapedSeries>()],
		);
		return candidates.flatMap((series) => [...series].filter(({labels}) => test(labels)));
	}

	/** Gives twins their columns. Whoever leaves twins takes a copy of their past along. */
	#group(counter: Exposed): Group {
		const copies = new Map<Column, Column>();
		let fresh: Column | undefined;
		for (const member of [counter, ...(counter.twins ?? [])]) {
			const series = this.#series.get(member.key);
			if (series === undefined) {
				fresh ??= new Column(this.#spare);
				this.#open(member, fresh);
			} else {
				const copy = copies.get(series.column) ?? series.column.clone();
				copies.set(series.column, copy);
				series.column = copy;
			}
		}

		const columns = [...copies.values(), ...(fresh === undefined ? [] : [fresh])];
		const group = {twins: counter.twins, columns};
		this.#groups.set(counter.key, group);
		return group;
	}

	#open(member: Named, column: Column): void {
		const series = new ScrapedSeries(member, this.#scrapes, column);
		const {[NAME]: name = '', [SHELVED_BY]: shelf = ''} = member.labels;
		const shelves = this.#shelves.get(name) ?? new Map<string, Set<ScrapedSeries>>();
		const place = shelves.get(shelf) ?? new Set<ScrapedSeries>();
		place.add(series);
		shelves.set(shelf, place);
		this.#shelves.set(name, shelves);
		this.#series.set(member.key, series);
	}

	#close(series: ScrapedSeries): void {
		const {[NAME]: name = '', [SHELVED_BY]: shelf = ''} = series.labels;
		this.#series.delete(series.key);
		this.#groups.delete(series.key);
		const shelves = this.#shelves.get(name);
		const place = shelves?.get(shelf);
		place?.delete(series);
		if (place?.size === 0) shelves?.delete(shelf);
		if (shelves?.size === 0) this.#shelves.delete(name);
	}

	#forget(count: number): void {
		this.#scrapes.times.splice(0, count);
		this.#scrapes.first += count;
		for (const series of this.#series.values()) {
			series.column.forgetBefore(this.#scrapes.first);
			if (series.column.end <= this.#scrapes.first) this.#close(series);
		}
	}
}
