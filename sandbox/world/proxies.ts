// The mesh's proxies: they choose pods, keep count of what each pod owes, and count every request.
import type {Clock} from '../../services/clock.ts';
import {destinationKey, type Backend, type Backends} from './backends.ts';
import {errorRateAt} from './behaviour.ts';
import type {Counters} from './counters.ts';
import type {Destination, Leg} from './routing/route.ts';
import type {RowName} from './series.ts';

// What is owed is a sum of fractions: a whole request must not be missed for a rounding error.
const ROUNDING = 1e-6;

/** Whole requests of a sum of fractions. */
export const wholeOf = (owed: number): number => Math.floor(owed + ROUNDING);

/** Requests that were answered alike at one moment. */
export type RequestBatch = {
	readonly at: number;
	readonly host: string;
	readonly namespace: string;
	/** `unknown` when there was nobody to answer. */
	readonly workload: string;
	readonly service: string;
	readonly code: number;
	readonly count: number;
	readonly latencyMs: number;
	readonly isMirror: boolean;
};

/** Who asked, for which host, and in which rows of series that counts. */
export type Origin = {
	readonly host: string;
	readonly workload: string;
	readonly namespace: string;
	readonly counted: readonly RowName[];
};

export type Exchange = {
	readonly origin: Origin;
	readonly destination: Destination;
	/** Nobody when undefined. */
	readonly backend: Backend | undefined;
	readonly isMirror: boolean;
	readonly code: number;
	/** World time. */
	readonly latencyMs: number;
	readonly timeoutMs: number | undefined;
};

export type ProxyParts = {
	readonly clock: Clock;
	readonly speed: number;
	readonly counters: Counters;
	readonly backends: Backends;
	readonly onBatch: (batch: RequestBatch) => void;
};

export class Proxies {
	readonly #parts: ProxyParts;
	readonly #errorsOwed = new Map<string, number>();
	readonly #turns = new Map<string, number>();

	constructor(parts: ProxyParts) {
		this.#parts = parts;
	}

	forgetPod(uid: string): void {
		this.#errorsOwed.delete(uid);
	}

	/** The pods that take these requests, in turn; empty when there is nobody. */
	share(
		destination: Destination,
		count: number,
		key = destinationKey(destination),
	): ReadonlyArray<readonly [backend: Backend, count: number]> {
		const backends = this.#parts.backends.of(destination, key);
		if (backends.length === 0) return [];
		const turn = this.#turns.get(key) ?? 0;
		const [each, rest] = [Math.floor(count / backends.length), count % backends.length];
		this.#turns.set(key, turn + rest);
		return backends
			.map((backend, index) => {
				const place = (index - (turn % backends.length) + backends.length) % backends.length;
				return [backend, each + (place < rest ? 1 : 0)] as const;
			})
			.filter(([, share]) => share > 0);
	}

	/** What the proxy itself says where a leg has nobody to answer. */
	codeWithoutBackend({destination, codeWithoutService = 503}: Leg): number {
		return this.#parts.backends.hasService(destination) ? 503 : codeWithoutService;
	}

	/** How many of these requests a pod answers with an error, as its annotation says. */
	errorsOf({uid, behaviour, readySince}: Backend, count: number): number {
		const {clock, speed} = this.#parts;
		const sinceReady = readySince === undefined ? 0 : (clock.now() - readySince) * speed;
		const owed = (this.#errorsOwed.get(uid) ?? 0) + count * errorRateAt(behaviour, sinceReady);
		const errors = Math.min(count, wholeOf(owed));
		this.#errorsOwed.set(uid, owed - errors);
		return errors;
	}

	/** Counts requests as those who export series do; answers what the caller got. */
	record(exchange: Exchange, count: number): {readonly code: number; readonly latencyMs: number} {
		const {counters, clock, onBatch} = this.#parts;
		const {origin, destination, backend, isMirror, timeoutMs = Infinity} = exchange;
		const {service, namespace: serviceNamespace} = destination;
		const isLate = exchange.latencyMs > timeoutMs;
		const latencyMs = Math.min(exchange.latencyMs, timeoutMs);
		const code = isLate ? 504 : exchange.code;
		const {workload, namespace, app, version, revision} = backend ?? NOBODY;
		const traffic = {
			sourceWorkload: origin.workload,
			sourceNamespace: origin.namespace,
			workload,
			namespace,
			app,
			version,
			...(backend !== undefined && {pod: backend.pod.metadata.name}),
			...(revision !== undefined && {revision}),
			service,
			serviceNamespace,
		};
		const reporter = backend === undefined ? 'source' : 'destination';
		// The pod's own proxy sees only that the caller has gone.
		counters.record({...traffic, reporter, code: isLate ? 0 : code}, origin.counted, latencyMs, count);
		onBatch({at: clock.now(), host: origin.host, namespace, workload, service, code, count, latencyMs, isMirror});
		return {code, latencyMs};
	}
}

const NOBODY = {workload: 'unknown', namespace: 'unknown', app: 'unknown', version: 'unknown', revision: undefined};
