// The counters that Istio's proxies export, for all workloads together.
import type {Labels} from './objects.ts';
import {keyOf, NAME, type Exposed} from './prometheus/samples.ts';

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
	readonly service: string;
	readonly serviceNamespace: string;
	/** 0 when the caller gave up before there was an answer. */
	readonly code: number;
};

type Counter = Exposed & {value: number};

type Family = {
	readonly owner: string;
	readonly requests: Counter;
	/** In milliseconds as Istio counts now, and in seconds as its first releases did. */
	readonly histograms: readonly Histogram[];
};

type Histogram = {
	readonly factor: number;
	readonly buckets: ReadonlyArray<{readonly bound: number; readonly counter: Counter}>;
	readonly sum: Counter;
	readonly count: Counter;
};

const counter = (name: string, labels: Labels): Counter => {
	const named = {[NAME]: name, ...labels};
	return {key: keyOf(named), labels: named, value: 0};
};

const boundText = (bound: number): string => (bound === Infinity ? '+Inf' : String(bound));

const histogram = (name: string, factor: number, labels: Labels): Histogram => ({
	factor,
	buckets: BOUNDS_MS.map((milliseconds) => {
		const bound = milliseconds * factor;
		return {bound, counter: counter(`${name}_bucket`, {...labels, le: boundText(bound)})};
	}),
	sum: counter(`${name}_sum`, labels),
	count: counter(`${name}_count`, labels),
});

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

	record(traffic: Traffic, latencyMs: number, count: number): void {
		const family = this.#family(traffic);
		family.requests.value += count;
		for (const {factor, buckets, sum, count: observations} of family.histograms) {
			const observed = latencyMs * factor;
			for (const {bound, counter: bucket} of buckets) if (observed <= bound) bucket.value += count;
			sum.value += observed * count;
			observations.value += count;
		}
	}

	/** Drops a workload's counters, as they go with its last pod. */
	forget(namespace: string, workload: string): void {
		const owner = workloadName(namespace, workload);
		for (const [key, family] of this.#families) if (family.owner === owner) this.#families.delete(key);
	}

	*exposed(): Iterable<Exposed> {
		for (const {requests, histograms} of this.#families.values()) {
			yield requests;
			for (const {buckets, sum, count} of histograms) {
				for (const {counter: bucket} of buckets) yield bucket;
				yield sum;
				yield count;
			}
		}
	}

	#family(traffic: Traffic): Family {
		const key = Object.values(traffic).join('\n');
		const known = this.#families.get(key);
		if (known !== undefined) return known;
		const labels = labelsOf(traffic);
		const family: Family = {
			owner: workloadName(traffic.namespace, traffic.workload),
			requests: counter('istio_requests_total', labels),
			histograms: [
				histogram('istio_request_duration_milliseconds', 1, labels),
				histogram('istio_request_duration_seconds', 0.001, labels),
			],
		};
		this.#families.set(key, family);
		return family;
	}
}
