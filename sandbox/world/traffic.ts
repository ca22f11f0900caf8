// Traffic of the world: visitors, a steady stream of requests to every host that a route names, and requests by hand.
import type {Clock} from '../../services/clock.ts';
import {providers as allProviders} from '../../services/providers/index.ts';
import type {Provider} from '../../services/providers/provider.ts';
import {seededRandom, type Random} from '../../services/random.ts';
import type {ReadableStore, WatchEvent} from '../api/types.ts';
import {Backends, workloadOf, type Concerned} from './backends.ts';
import {createCalls, type PodCall} from './calls.ts';
import type {Counters} from './counters.ts';
import {Echoes} from './echoes.ts';
import {followKind, type Informer} from './informer.ts';
import {destinationRulesKey, podsKey, servicesKey} from './keys.ts';
import {nameOf} from './objects.ts';
import {Proxies, type RequestBatch} from './proxies.ts';
import {Requests, type WorldAnswer} from './requests.ts';
import type {Incoming} from './routing/route.ts';
import {followRoutes} from './routing/following.ts';
import {ProvidedRoutes} from './routing/provided.ts';
import {RouteTable} from './routing/table.ts';
import {Visitors} from './visitors.ts';
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
	/** Those whose routes are followed; all that there are without it. */
	readonly providers?: readonly Provider[];
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
	{visitors, backends}: {readonly visitors: Visitors; readonly backends: Backends},
): void => {
	let concerned: Concerned | undefined;
	informer.onEvent((event) => {
		concerned = concernedBy(event);
		if (concerned !== undefined) visitors.flush(concerned);
	}, 'before');
	informer.onEvent(() => {
		if (concerned !== undefined) backends.forget(concerned);
	});
};

/** Starts the visitors, and opens the world to requests by hand. */
export const startTraffic = (parts: TrafficParts): TrafficStream => {
	const {store, clock, speed, counters, kubelet, onBatch, tickMs} = parts;
	const {random = seededRandom(0), providers = allProviders} = parts;
	const services = followKind(store, servicesKey);
	const pods = followKind(store, podsKey);
	const destinationRules = followKind(store, destinationRulesKey);
	const backends = new Backends({services, pods, destinationRules, kubelet});
	const proxies = new Proxies({clock, speed, counters, backends, onBatch});
	const echoes = new Echoes(proxies, speed);
	const table = new RouteTable(services);
	const visitors = new Visitors(parts, {proxies, table, echoes});
	const requests = new Requests({table, proxies, echoes, clock, random});
	const noteLastPod = onLastPod((namespace, workload) => counters.forget(namespace, workload));

	onChange(services, ({object}) => backends.concernedByService(object), {visitors, backends});
	onChange(destinationRules, () => backends.concernedByRule(), {visitors, backends});
	onChange(
		pods,
		({type, object}) => backends.concernedByPod(pods.get(nameOf(object)), type === 'DELETED' ? undefined : object),
		{visitors, backends},
	);

	for (const pod of pods.all()) noteLastPod({type: 'ADDED', object: pod});
	pods.onEvent((event) => {
		if (event.type === 'DELETED') {
			const {uid = '', namespace = '', name} = event.object.metadata;
			counters.forgetPod(namespace, name);
			proxies.forgetPod(uid);
			echoes.forgetPod(uid);
		}

		noteLastPod(event);
	});
	const stopRoutes = followRoutes(parts, (kind, event) => visitors.apply(kind, event));
	const provided = new ProvidedRoutes({
		store,
		providers,
		onHost: (canary, host) => visitors.change((routes) => routes.provide(canary, host)),
	});

	let timer: unknown;
	const tick = (): void => {
		if (tickMs !== undefined) timer = clock.setTimeout(tick, tickMs);
		visitors.flush();
	};
	tick();
	return {
		flush: () => visitors.flush(),
		setFlowing: (isFlowing) => visitors.setFlowing(isFlowing),
		send: (request) => requests.send(request),
		call: createCalls({services, pods, backends, table, requests}),
		hosts: () => table.names(),
		stop() {
			clock.clearTimeout(timer);
			stopRoutes();
			provided.close();
			for (const informer of [services, pods, destinationRules]) informer.close();
		},
	};
};
