// Visitors: a steady stream of requests to every host that a VirtualService names, answered as the pods behave.
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Store, WatchEvent} from '../api/types.ts';
import {Backends, workloadOf, type Backend} from './backends.ts';
import {errorRateAt} from './behaviour.ts';
import type {Counters} from './counters.ts';
import {followKind} from './informer.ts';
import {destinationRulesKey, podsKey, servicesKey, virtualServicesKey} from './keys.ts';
import {isEqual, nameOf} from './objects.ts';
import {hostsOf, legsOf, type Leg} from './routes.ts';
import type {Kubelet} from './workloads/pods.ts';

// What is owed is a sum of fractions: a whole request must not be missed for a rounding error.
const ROUNDING = 1e-6;

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

export type TrafficParts = {
	readonly store: Store;
	readonly clock: Clock;
	readonly speed: number;
	/** Requests a second of world time, for each host. */
	readonly rps: number;
	/** How long (of the clock) a changed route takes to reach the proxies. */
	readonly proxyDelayMs: number;
	readonly tickMs: number;
	readonly counters: Counters;
	readonly kubelet: Pick<Kubelet, 'readySince' | 'behaviourOf'>;
	readonly onBatch: (batch: RequestBatch) => void;
};

export type TrafficStream = {
	/** Sends what is due by now. */
	flush(): void;
	stop(): void;
};

type OwedLeg = Leg & {owed: number};

type Host = {readonly name: string; readonly namespace: string; readonly legs: readonly OwedLeg[]};

const wholeOf = (owed: number): number => Math.floor(owed + ROUNDING);

class Stream {
	readonly #parts: TrafficParts;
	readonly #backends: Backends;
	/** VirtualServices as the proxies know them. */
	readonly #routes = new Map<string, KubeObject>();
	#hosts: readonly Host[] = [];
	readonly #errorsOwed = new Map<string, number>();
	readonly #turns = new Map<string, number>();
	#sentAt: number;

	constructor(parts: TrafficParts, backends: Backends) {
		this.#parts = parts;
		this.#backends = backends;
		this.#sentAt = parts.clock.monotonic();
	}

	flush(): void {
		const {clock, rps, speed} = this.#parts;
		const now = clock.monotonic();
		const due = (rps * speed * (now - this.#sentAt)) / 1000;
		this.#sentAt = now;
		if (due <= 0) return;
		for (const host of this.#hosts) {
			for (const leg of host.legs) {
				leg.owed += due * leg.share;
				const count = wholeOf(leg.owed);
				leg.owed -= count;
				if (count > 0) this.#send(host, leg, count);
			}
		}
	}

	/** Makes a changed VirtualService count; what was due until now still goes the old way. */
	apply({type, object}: WatchEvent): void {
		this.flush();
		if (type === 'DELETED') this.#routes.delete(nameOf(object));
		else this.#routes.set(nameOf(object), object);
		this.#hosts = this.#rebuild();
	}

	forgetPod(uid: string): void {
		this.#errorsOwed.delete(uid);
	}

	#rebuild(): readonly Host[] {
		const known = new Map(this.#hosts.map((host) => [host.name, host]));
		const hosts = new Map<string, Host>();
		for (const virtualService of this.#routes.values()) {
			const legs = legsOf(virtualService, (name) => this.#routes.get(name));
			for (const name of hostsOf(virtualService)) {
				// The first VirtualService of a host has it, as the oldest one does in Istio.
				if (hosts.has(name)) continue;
				const before = known.get(name);
				const isSame =
					before !== undefined &&
					isEqual(
						before.legs.map(({owed: _owed, ...leg}) => leg),
						legs,
					);
				const namespace = virtualService.metadata.namespace ?? '';
				hosts.set(name, isSame ? before : {name, namespace, legs: legs.map((leg) => ({...leg, owed: 0}))});
			}
		}

		return [...hosts.values()];
	}

	#send(host: Host, leg: OwedLeg, count: number): void {
		const backends = this.#backends.of(leg.destination);
		if (backends.length === 0) {
			this.#drop(host, leg, count);
			return;
		}

		const {namespace, service, subset} = leg.destination;
		const key = `${namespace}/${service}/${subset}`;
		const turn = this.#turns.get(key) ?? 0;
		const [each, rest] = [Math.floor(count / backends.length), count % backends.length];
		for (const [index, backend] of backends.entries()) {
			const place = (index - (turn % backends.length) + backends.length) % backends.length;
			const share = each + (place < rest ? 1 : 0);
			if (share > 0) this.#answer(host, leg, backend, share);
		}

		this.#turns.set(key, turn + rest);
	}

	#answer(host: Host, leg: OwedLeg, backend: Backend, count: number): void {
		const {clock, speed} = this.#parts;
		const {uid, behaviour, readySince, workload, namespace, app, version} = backend;
		const sinceReady = readySince === undefined ? 0 : (clock.now() - readySince) * speed;
		const owed = (this.#errorsOwed.get(uid) ?? 0) + count * errorRateAt(behaviour, sinceReady);
		const errors = Math.min(count, wholeOf(owed));
		this.#errorsOwed.set(uid, owed - errors);
		const answered = {workload, namespace, app, version, latencyMs: behaviour.latencyMs};
		if (errors > 0) this.#count(host, leg, {...answered, code: 500, count: errors});
		if (count > errors) this.#count(host, leg, {...answered, code: 200, count: count - errors});
	}

	#drop(host: Host, leg: OwedLeg, count: number): void {
		const nobody = {workload: 'unknown', namespace: 'unknown', app: 'unknown', version: 'unknown', latencyMs: 0};
		this.#count(host, leg, {...nobody, code: 503, count});
	}

	#count(
		host: Host,
		{destination, isMirror}: OwedLeg,
		answered: Pick<RequestBatch, 'workload' | 'namespace' | 'code' | 'count' | 'latencyMs'> & {
			readonly app: string;
			readonly version: string;
		},
	): void {
		const {counters, clock, onBatch} = this.#parts;
		const {workload, namespace, code, count, latencyMs, app, version} = answered;
		const {service, namespace: serviceNamespace} = destination;
		const isAnswered = workload !== 'unknown';
		const traffic = {sourceNamespace: host.namespace, workload, namespace, app, version, service, serviceNamespace};
		const reporter = isAnswered ? 'destination' : 'source';
		counters.record({...traffic, reporter, code}, latencyMs, count);
		onBatch({at: clock.now(), host: host.name, namespace, workload, service, code, count, latencyMs, isMirror});
	}
}

/** Calls back when the last pod of a workload has gone. */
const onLastPod = (callback: (namespace: string, workload: string) => void): ((event: WatchEvent) => void) => {
	const pods = new Map<string, Set<string>>();
	return ({type, object}) => {
		const {namespace = '', uid = ''} = object.metadata;
		const workload = workloadOf(object);
		const key = `${namespace}/${workload}`;
		const known = pods.get(key) ?? new Set<string>();
		pods.set(key, known);
		if (type !== 'DELETED') known.add(uid);
		else if (known.delete(uid) && known.size === 0) {
			pods.delete(key);
			callback(namespace, workload);
		}
	};
};

/** Starts the visitors. */
export const startTraffic = (parts: TrafficParts): TrafficStream => {
	const {store, clock, counters, kubelet, proxyDelayMs, tickMs} = parts;
	const services = followKind(store, servicesKey);
	const pods = followKind(store, podsKey);
	const destinationRules = followKind(store, destinationRulesKey);
	const virtualServices = followKind(store, virtualServicesKey);
	const backends = new Backends({services, pods, destinationRules, kubelet});
	const stream = new Stream(parts, backends);
	const noteLastPod = onLastPod((namespace, workload) => counters.forget(namespace, workload));
	const delays = new Set<unknown>();

	for (const informer of [services, pods, destinationRules]) {
		// Before: what was due until now is answered by those who were there until now.
		informer.onEvent(() => stream.flush(), 'before');
		informer.onEvent(() => backends.invalidate());
	}

	for (const pod of pods.all()) noteLastPod({type: 'ADDED', object: pod});
	pods.onEvent((event) => {
		noteLastPod(event);
		if (event.type === 'DELETED') stream.forgetPod(event.object.metadata.uid ?? '');
	});
	for (const object of virtualServices.all()) stream.apply({type: 'ADDED', object});
	virtualServices.onEvent((event) => {
		if (proxyDelayMs <= 0) {
			stream.apply(event);
			return;
		}

		const delay = clock.setTimeout(() => {
			delays.delete(delay);
			stream.apply(event);
		}, proxyDelayMs);
		delays.add(delay);
	});

	const tick = (): void => {
		stream.flush();
		timer = clock.setTimeout(tick, tickMs);
	};
	let timer = clock.setTimeout(tick, tickMs);
	return {
		flush: () => stream.flush(),
		stop() {
			for (const handle of [timer, ...delays]) clock.clearTimeout(handle);
			for (const informer of [services, pods, destinationRules, virtualServices]) informer.close();
		},
	};
};
