// What Knative's gateway counts of a revision's requests: Envoy's own metrics, by the revision's cluster.
import {NAME, type Exposed} from './prometheus/samples.ts';

/** Envoy's default buckets, in milliseconds. */
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

const TIME = 'envoy_cluster_upstream_rq_time';

/** The counters of one revision; they go with the last pod of `owner`, its workload (`namespace/name`). */
export class RevisionCounters {
	readonly owner: string;
	readonly #cluster: string;
	readonly #byCode = new Map<number, number>();
	/** How many requests fell between each bound and the one before. */
	readonly #between: number[] = BOUNDS_MS.map(() => 0);
	#sumMs = 0;

	/** `cluster` is `namespace/revision`, as Knative's gateway calls it. */
	constructor(owner: string, cluster: string) {
		this.owner = owner;
		this.#cluster = cluster;
	}

	record(code: number, latencyMs: number, count: number): void {
		this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + count);
		const place = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
		this.#between[place] = (this.#between[place] ?? 0) + count;
		this.#sumMs += latencyMs * count;
	}

	*exposed(): Iterable<Exposed> {
		for (const [code, value] of this.#byCode) {
			yield this.#one('envoy_cluster_upstream_rq', value, {envoy_response_code: String(code)});
		}

		let value = 0;
		for (const [place, bound] of BOUNDS_MS.entries()) {
			value += this.#between[place] ?? 0;
			yield this.#one(`${TIME}_bucket`, value, {le: bound === Infinity ? '+Inf' : String(bound)});
		}

		yield this.#one(`${TIME}_sum`, this.#sumMs);
		yield this.#one(`${TIME}_count`, value);
	}

	#one(name: string, value: number, more: Readonly<Record<string, string>> = {}): Exposed {
		const key = [name, this.#cluster, ...Object.values(more)].join('\n');
		return {key, labels: {[NAME]: name, envoy_cluster_name: this.#cluster, ...more}, value};
	}
}
