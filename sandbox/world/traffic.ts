// Traffic of the world: visitors, a steady stream of requests to every host that a route names, and requests by hand.
import type {Clock} from '../../services/clock.ts';
import {seededRandom, type Random} from '../../services/random.ts';
import type {ReadableStore, WatchEvent} from '../api/types.ts';
import {Backends, destinationKey, workloadOf, type Concerned} from './backends.ts';
import {createCalls, type PodCall} from './calls.ts';
import type {Counters} from './counters.ts';
import {Echoes} from './echoes.ts';
import {followKind, type Informer} from './informer.ts';
import {destinationRulesKey, podsKey, servicesKey} from './keys.ts';
import {isEqual, nameOf} from './objects.ts';
import {Proxies, wholeOf, type Origin, type RequestBatch} from './proxies.ts';
import {Requests, type WorldAnswer} from './requests.ts';
import {conditionFor, type Incoming, type Leg, type Route} from './routing/route.ts';
import {followRoutes} from './routing/following.ts';
import {RouteTable, type Host, type RouteKind} from './routing/table.ts';
import type {Kubelet} from './workloads/pods.ts';

export type {RequestBatch} from './proxies.ts';

export type TrafficParts = {
	readonly store: ReadableStore;
	readonly clock: Clock;
	/** Chooses among weights for requests by hand; the visitors need no chance. */
	readonly random?: Random;
	readonly speed: number;
	/** Requests a second of world time, for each host; 0 for none. */
	readonly rps: number;
	/** How long (of the clock) a changed route takes to reach the proxies. */
	readonly proxyDelayMs: number;
	/** How often what is due is sent by itself; without it only `flush` sends. */
	readonly tickMs: number | undefined;
	readonly counters: Counters;
	readonly kubelet: Pick<Kubelet, 'readySince' | 'behaviourOf'>;
	readonly onBatch: (batch: RequestBatch) => void;
};

export type TrafficStream = {
	/** Sends what is due by now. */
	flush(): void;
	/** Lets the visitors come, or stay away. */
	setFlowing(isFlowing: boolean): void;
	/** One request along the routes, counted; its answer says how long it takes. */
	send(request: Incoming): WorldAnswer;
	/** The same from a pod's shell; throws Unreachable where curl would get no answer. */
	call(call: PodCall): WorldAnswer;
	/** The hosts of the gateway's port, for people. */
	hosts(): readonly string[];
	stop(): void;
};

/** A part of the visitors; `key` is its destination's. */
type OwedLeg = {readonly leg: Leg; readonly key: string; owed: number};

type Visited = {
	readonly origin: Origin;
	readonly route: Route | undefined;
	readonly legs: readonly OwedLeg[];
	readonly timeoutMs: number | undefined;
	/** Until when its visitors have been sent. */
	sentAt: number;
};

/** Visitors take the first route that asks for nothing special, or else do as the first of all asks. */
const visitedRoute = ({routes, visit}: Host): Route | undefined =>
	routes.find((route) => conditionFor(route, visit) !== undefined) ?? routes[0];

class Stream {
	readonly #parts: TrafficParts;
	readonly #proxies: Proxies;
	readonly #table: RouteTable;
	readonly #echoes: Echoes;
	#hosts: ReadonlyMap<string, Visited> = new Map();
	#isFlowing = true;

	constructor(parts: TrafficParts, {proxies, table, echoes}: {proxies: Proxies; table: RouteTable; echoes: Echoes}) {
		this.#parts = parts;
		this.#proxies = proxies;
		this.#table = table;
		this.#echoes = echoes;
	}

	/** Sends what is due by now, to all hosts or to those that a change concerns. */
	flush(isConcerned?: Concerned): void {
		const now = this.#parts.clock.monotonic();
		this.#echoes.flush(now);
		for (const host of this.#hosts.values()) {
			if (isConcerned === undefined || host.legs.some(({key}) => isConcerned(key))) this.#visitNow(host, now);
		}
	}

	/** What was due until now still goes. */
	setFlowing(isFlowing: boolean): void {
		this.flush();
		this.#isFlowing = isFlowing;
	}

	/** Makes a changed route count; what was due until now still goes the old way. Other hosts notice nothing. */
	apply(kind: RouteKind, event: WatchEvent): void {
		const now = this.#parts.clock.monotonic();
		this.#table.apply(kind, event);
		const hosts = this.#visit(now);
		for (const [name, host] of this.#hosts) if (hosts.get(name) !== host) this.#visitNow(host, now);
		this.#hosts = hosts;
	}

	#visitNow(host: Visited, now: number): void {
		const {rps, speed} = this.#parts;
		const due = this.#isFlowing ? (rps * speed * (now - host.sentAt)) / 1000 : 0;
		host.sentAt = now;
		if (due <= 0) return;
		for (const owing of host.legs) {
			owing.owed += due * owing.leg.share;
			const count = wholeOf(owing.owed);
			owing.owed -= count;
			if (count > 0) this.#send(host, owing, count);
		}
	}

	/** Who is visited from now on. A host whose route is the same stays as it was. */
	#visit(now: number): ReadonlyMap<string, Visited> {
		const hosts = new Map<string, Visited>();
		for (const host of this.#table.routed()) {
			const {name, namespace} = host;
			const route = visitedRoute(host);
			const before = this.#hosts.get(name);
			const isKept = before !== undefined && before.origin.namespace === namespace && before.route === route;
			hosts.set(name, isKept ? before : this.#visitor(name, namespace, route, now));
		}

		return hosts;
	}

	/** What is owed is kept while the shares are the same, so that an unrelated write loses nothing. */
	#visitor(host: string, namespace: string, route: Route | undefined, sentAt: number): Visited {
		const legs = route?.legs ?? [];
		const before = this.#hosts.get(host)?.legs;
		const isSame =
			before !== undefined &&
			isEqual(
				before.map(({leg}) => leg),
				legs,
			);
		const origin = {host, workload: 'sandbox-visitors', namespace};
		const owing = isSame ? before : legs.map((leg) => ({leg, key: destinationKey(leg.destination), owed: 0}));
		return {origin, route, legs: owing, timeoutMs: route?.timeoutMs, sentAt};
	}

	#send({origin, timeoutMs}: Visited, {leg, key}: OwedLeg, count: number): void {
		const {destination, isMirror} = leg;
		const common = {origin, destination, isMirror, timeoutMs};
		const shares = this.#proxies.share(destination, count, key);
		if (shares.length === 0) this.#proxies.record({...common, backend: undefined, code: 503, latencyMs: 0}, count);
		for (const [backend, share] of shares) {
			const errors = this.#proxies.errorsOf(backend, share);
			const answered = {...common, backend, latencyMs: backend.behaviour.latencyMs};
			if (errors > 0) this.#proxies.record({...answered, code: 500}, errors);
			if (share > errors) this.#proxies.record({...answered, code: 200}, share - errors);
		}
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

/** Lets those whom a change concerns find their pods anew, once all that was due has gone to the former ones. */
const onChange = (
	informer: Informer,
	concernedBy: (event: WatchEvent) => Concerned | undefined,
	{stream, backends}: {readonly stream: Stream; readonly backends: Backends},
): void => {
	let concerned: Concerned | undefined;
	informer.onEvent((event) => {
		concerned = concernedBy(event);
		if (concerned !== undefined) stream.flush(concerned);
	}, 'before');
	informer.onEvent(() => {
		if (concerned !== undefined) backends.forget(concerned);
	});
};

/** Starts the visitors, and opens the world to requests by hand. */
export const startTraffic = (parts: TrafficParts): TrafficStream => {
	const {store, clock, speed, counters, kubelet, onBatch, tickMs, random = seededRandom(0)} = parts;
	const services = followKind(store, servicesKey);
	const pods = followKind(store, podsKey);
	const destinationRules = followKind(store, destinationRulesKey);
	const backends = new Backends({services, pods, destinationRules, kubelet});
	const proxies = new Proxies({clock, speed, counters, backends, onBatch});
	const echoes = new Echoes(proxies, speed);
	const table = new RouteTable(services);
	const stream = new Stream(parts, {proxies, table, echoes});
	const requests = new Requests({table, proxies, echoes, clock, random});
	const noteLastPod = onLastPod((namespace, workload) => counters.forget(namespace, workload));

	onChange(services, ({object}) => backends.concernedByService(object), {stream, backends});
	onChange(destinationRules, () => backends.concernedByRule(), {stream, backends});
	onChange(
		pods,
		({type, object}) => backends.concernedByPod(pods.get(nameOf(object)), type === 'DELETED' ? undefined : object),
		{stream, backends},
	);

	for (const pod of pods.all()) noteLastPod({type: 'ADDED', object: pod});
	pods.onEvent((event) => {
		if (event.type === 'DELETED') {
			const {uid = ''} = event.object.metadata;
			proxies.forgetPod(uid);
			echoes.forgetPod(uid);
		}

		noteLastPod(event);
	});
	const stopRoutes = followRoutes(parts, (kind, event) => stream.apply(kind, event));

	let timer: unknown;
	const tick = (): void => {
		if (tickMs !== undefined) timer = clock.setTimeout(tick, tickMs);
		stream.flush();
	};
	tick();
	return {
		flush: () => stream.flush(),
		setFlowing: (isFlowing) => stream.setFlowing(isFlowing),
		send: (request) => requests.send(request),
		call: createCalls({services, pods, backends, table, requests}),
		hosts: () => table.names(),
		stop() {
			clock.clearTimeout(timer);
			stopRoutes();
			for (const informer of [services, pods, destinationRules]) informer.close();
		},
	};
};
