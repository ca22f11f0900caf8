// The counters that proxies and pods export, for all workloads together: the rows of series.ts.
import type {Labels} from './objects.ts';
import {NAME, type Exposed} from './prometheus/samples.ts';
import {rows, type Row, type RowName, type Traffic} from './series.ts';

type Counter = {readonly key: string; readonly labels: Labels; value: number; twins: readonly Counter[]};

type Histogram = {
	readonly unitMs: number;
	readonly buckets: readonly Counter[];
	readonly sum: Counter;
	readonly count: Counter;
};

/** A kind of requests: its labels, and a text that is another for any other. */
type Kind = {readonly key: string; readonly labels: Labels};

const counter = (name: string, {key, labels}: Kind, bound?: string): Counter => ({
	// Shorter than all the labels, for there are many.
	key: [name, bound ?? '', key].join('\n'),
	labels: {[NAME]: name, ...labels, ...(bound !== undefined && {le: bound})},
	value: 0,
	twins: [],
});

const exposed = ({key, labels}: Counter, value: number): Exposed => ({key, labels, value});

const boundText = (bound: number): string => (bound === Infinity ? '+Inf' : String(bound));

const histogram = (name: string, unitMs: number, boundsMs: readonly number[], kind: Kind): Histogram => ({
	unitMs,
	buckets: boundsMs.map((bound) => counter(`${name}_bucket`, kind, boundText(bound / unitMs))),
	sum: counter(`${name}_sum`, kind),
	count: counter(`${name}_count`, kind),
});

/**
 * The counters of one kind of requests. Where latencies leave buckets empty, their neighbours have the same value, in
 * every unit; they are counted once, as twins of a leader.
 */
class Family {
	readonly owner: string;
	readonly #boundsMs: readonly number[];
	readonly #requests: readonly Counter[];
	readonly #histograms: readonly Histogram[];
	/** How many requests fell between each bound and the one before. */
	readonly #between: number[];
	#total = 0;
	/** Each leads the buckets from its place up to the next leader's; the last leads the counts, too. */
	#leaders: ReadonlyArray<{readonly from: number; readonly leader: Counter}> = [];

	constructor(owner: string, {requests, durations, boundsMs}: Row, kind: Kind) {
		this.owner = owner;
		this.#boundsMs = durations.length === 0 ? [Infinity] : boundsMs;
		this.#requests = requests === undefined ? [] : [counter(requests, kind)];
		this.#histograms = durations.map(({name, unitMs}) => histogram(name, unitMs, boundsMs, kind));
		this.#between = this.#boundsMs.map(() => 0);
	}

	record(latencyMs: number, count: number): void {
		const place = this.#boundsMs.findIndex((bound) => latencyMs <= bound);
		const isFirst = this.#between[place] === 0;
		this.#between[place] = (this.#between[place] ?? 0) + count;
		this.#total += count;
		for (const {sum, unitMs} of this.#histograms) sum.value += (latencyMs / unitMs) * count;
		if (isFirst) this.#lead();
		else for (const {from, leader} of this.#leaders) if (from >= place) leader.value += count;
	}

	/** What has to be scraped: everything else is a twin of it. */
	*leaders(): Iterable<Counter> {
		for (const {leader} of this.#leaders) yield leader;
		for (const {sum} of this.#histograms) yield sum;
	}

	/** Every counter with its value. */
	*exposed(): Iterable<Exposed> {
		for (const requests of this.#requests) yield exposed(requests, this.#total);
		for (const {buckets, sum, count} of this.#histograms) {
			let value = 0;
			for (const [place, bucket] of buckets.entries()) {
				value += this.#between[place] ?? 0;
				yield exposed(bucket, value);
			}

			yield exposed(sum, sum.value);
			yield exposed(count, this.#total);
		}
	}

	/** A place in which there was none before begins a stretch of its own. */
	#lead(): void {
		const starts = [...this.#between.keys()].filter((place) => place === 0 || (this.#between[place] ?? 0) > 0);
		let value = 0;
		this.#leaders = starts.flatMap((from, index) => {
			const until = starts[index + 1];
			const members = this.#histograms.flatMap(({buckets, count}) => [
				...buckets.slice(from, until),
				...(until === undefined ? [count] : []),
			]);
			value += this.#between[from] ?? 0;
			const [leader, ...others] = until === undefined ? [...this.#requests, ...members] : members;
			if (leader === undefined) return [];
			leader.value = value;
			leader.twins = others;
			return [{from, leader}];
		});
	}
}

const keyOf = (name: RowName, identity: readonly unknown[]): string => [name, ...identity].join('\n');

const workloadName = (namespace: string, workload: string): string => `${namespace}/${workload}`;

/** All counters; what is scraped is what `exposed` yields at that moment. */
export class Counters {
	readonly #families = new Map<string, Family>();

	/** Counts requests in each of these rows that knows of them. */
	record(traffic: Traffic, counted: readonly RowName[], latencyMs: number, count: number): void {
		for (const name of counted) {
			const identity = rows[name].identity(traffic);
			if (identity !== undefined) this.#family(name, identity, traffic).record(latencyMs, count);
		}
	}

	/** Drops a workload's counters, as they go with its last pod. */
	forget(namespace: string, workload: string): void {
		const owner = workloadName(namespace, workload);
		for (const [key, family] of this.#families) if (family.owner === owner) this.#families.delete(key);
	}

	/** Drops what a pod says of itself, once nobody can ask it any more. */
	forgetPod(namespace: string, pod: string): void {
		const prefix = keyOf('pods', [namespace, pod, '']);
		for (const key of this.#families.keys()) if (key.startsWith(prefix)) this.#families.delete(key);
	}

	/** Every counter with its value, for those who read text. */
	*exposed(): Iterable<Exposed> {
		for (const family of this.#families.values()) yield* family.exposed();
	}

	/** The same with most of it as twins. */
	*leaders(): Iterable<Exposed> {
		for (const family of this.#families.values()) yield* family.leaders();
	}

	#family(name: RowName, identity: readonly unknown[], traffic: Traffic): Family {
		const key = keyOf(name, identity);
		const known = this.#families.get(key);
		if (known !== undefined) return known;
		const owner = workloadName(traffic.namespace, traffic.workload);
		const family = new Family(owner, rows[name], {key, labels: rows[name].labels(traffic)});
		this.#families.set(key, family);
		return family;
	}
}
