// The counters that Istio's proxies export, for all workloads together.
import type {Labels} from './objects.ts';
import {NAME, type Exposed} from './prometheus/samples.ts';
import {RevisionCounters} from './revision-counters.ts';

const BOUNDS_MS = [
	0.5,
	1,
	5,
	10,
	25,
	50,
	100,
	250,
	500,
	1000,
	2500,
	5000,
	10_000,
	30_000,
	60_000,
	300_000,
	600_000,
	1_800_000,
	3_600_000,
	Infinity,
];

/** Requests of one kind: between these workloads, answered with this code. */
export type Traffic = {
	readonly reporter: 'source' | 'destination';
	readonly sourceWorkload: string;
	readonly sourceNamespace: string;
	readonly workload: string;
	readonly namespace: string;
	readonly app: string;
	readonly version: string;
	/** Of Knative, whose Envoys count for themselves. */
	readonly revision?: string;
	readonly service: string;
	readonly serviceNamespace: string;
	/** 0 when the caller gave up before there was an answer. */
	readonly code: number;
};

type Counter = {readonly key: string; readonly labels: Labels; value: number; twins: readonly Counter[]};

type Histogram = {readonly buckets: readonly Counter[]; readonly sum: Counter; readonly count: Counter};

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

const histogram = (name: string, factor: number, kind: Kind): Histogram => ({
	buckets: BOUNDS_MS.map((bound) => counter(`${name}_bucket`, kind, boundText(bound * factor))),
	sum: counter(`${name}_sum`, kind),
	count: counter(`${name}_count`, kind),
});

/**
 * The counters of one kind of requests. Where latencies leave buckets empty, their neighbours have the same value, in
 * milliseconds and in seconds; they are counted once, as twins of a leader.
 */
class Family {
	readonly owner: string;
	readonly #requests: Counter;
	/** In milliseconds as Istio counts now, and in seconds as its first releases did. */
	readonly #inMilliseconds: Histogram;
	readonly #inSeconds: Histogram;
	/** How many requests fell between each bound and the one before. */
	readonly #between: number[] = BOUNDS_MS.map(() => 0);
	/** Each leads the buckets from its place up to the next leader's; the last leads the counts, too. */
	#leaders: ReadonlyArray<{readonly from: number; readonly leader: Counter}> = [];

	constructor(owner: string, kind: Kind) {
		this.owner = owner;
		this.#requests = counter('istio_requests_total', kind);
		this.#inMilliseconds = histogram('istio_request_duration_milliseconds', 1, kind);
		this.#inSeconds = histogram('istio_request_duration_seconds', 0.001, kind);
	}

	record(latencyMs: number, count: number): void {
		const place = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
		const isFirst = this.#between[place] === 0;
		this.#between[place] = (this.#between[place] ?? 0) + count;
		this.#inMilliseconds.sum.value += latencyMs * count;
		this.#inSeconds.sum.value += (latencyMs / 1000) * count;
		if (isFirst) this.#lead();
		else for (const {from, leader} of this.#leaders) if (from >= place) leader.value += count;
	}

	/** What has to be scraped: everything else is a twin of it. */
	*leaders(): Iterable<Counter> {
		for (const {leader} of this.#leaders) yield leader;
		yield this.#inMilliseconds.sum;
		yield this.#inSeconds.sum;
	}

	/** Every counter with its value. */
	*exposed(): Iterable<Exposed> {
		const total = this.#requests.value;
		yield exposed(this.#requests, total);
		for (const {buckets, sum, count} of [this.#inMilliseconds, this.#inSeconds]) {
			let value = 0;
			for (const [place, bucket] of buckets.entries()) {
				value += this.#between[place] ?? 0;
				yield exposed(bucket, value);
			}

			yield exposed(sum, sum.value);
			yield exposed(count, total);
		}
	}

	/** A place in which there was none before begins a stretch of its own. */
	#lead(): void {
		const starts = [...this.#between.keys()].filter((place) => place === 0 || (this.#between[place] ?? 0) > 0);
		let value = 0;
		this.#leaders = starts.map((from, index) => {
			const until = starts[index + 1];
			const members = [this.#inMilliseconds, this.#inSeconds].flatMap(({buckets, count}) => [
				...buckets.slice(from, until),
				...(until === undefined ? [count] : []),
			]);
			const [first = this.#requests, ...others] = until === undefined ? [this.#requests, ...members] : members;
			value += this.#between[from] ?? 0;
			first.value = value;
			first.twins = others;
			return {from, leader: first};
		});
	}
}

/** Envoy's words for what went wrong between the two. */
const flagsOf = ({code, workload}: Traffic): string => {
	if (code === 0) return 'DC';
	return code === 503 && workload === 'unknown' ? 'UH' : '-';
};

const labelsOf = (traffic: Traffic): Labels => ({
	reporter: traffic.reporter,
	source_workload: traffic.sourceWorkload,
	source_workload_namespace: traffic.sourceNamespace,
	source_app: traffic.sourceWorkload,
	destination_workload: traffic.workload,
	destination_workload_namespace: traffic.namespace,
	destination_app: traffic.app,
	destination_version: traffic.version,
	destination_service: `${traffic.service}.${traffic.serviceNamespace}.svc.cluster.local`,
	destination_service_name: traffic.service,
	destination_service_namespace: traffic.serviceNamespace,
	request_protocol: 'http',
	response_code: String(traffic.code),
	response_flags: flagsOf(traffic),
	connection_security_policy: traffic.reporter === 'source' ? 'unknown' : 'mutual_tls',
});

const workloadName = (namespace: string, workload: string): string => `${namespace}/${workload}`;

/** All counters; what is scraped is what `exposed` yields at that moment. */
export class Counters {
	readonly #families = new Map<string, Family>();
	readonly #revisions = new Map<string, RevisionCounters>();

	record(traffic: Traffic, latencyMs: number, count: number): void {
		this.#family(traffic).record(latencyMs, count);
		const {namespace, workload, revision, code} = traffic;
		if (revision !== undefined)
			this.#revision(workloadName(namespace, workload), `${namespace}/${revision}`).record(code, latencyMs, count);
	}

	/** Drops a workload's counters, as they go with its last pod. */
	forget(namespace: string, workload: string): void {
		const owner = workloadName(namespace, workload);
		for (const [key, family] of this.#families) if (family.owner === owner) this.#families.delete(key);
		for (const [key, revision] of this.#revisions) if (revision.owner === owner) this.#revisions.delete(key);
	}

	/** Every counter with its value, for those who read text. */
	*exposed(): Iterable<Exposed> {
		for (const family of this.#families.values()) yield* family.exposed();
		for (const revision of this.#revisions.values()) yield* revision.exposed();
	}

	/** The same with most of it as twins. */
	*leaders(): Iterable<Exposed> {
		for (const family of this.#families.values()) yield* family.leaders();
		for (const revision of this.#revisions.values()) yield* revision.exposed();
	}

	#revision(owner: string, cluster: string): RevisionCounters {
		const known = this.#revisions.get(cluster) ?? new RevisionCounters(owner, cluster);
		this.#revisions.set(cluster, known);
		return known;
	}

	#family(traffic: Traffic): Family {
		const key = Object.values(traffic).join('\n');
		const known = this.#families.get(key);
		if (known !== undefined) return known;
		const owner = workloadName(traffic.namespace, traffic.workload);
		const family = new Family(owner, {key, labels: labelsOf(traffic)});
		this.#families.set(key, family);
		return family;
	}
}
