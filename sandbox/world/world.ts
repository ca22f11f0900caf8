// The sandbox's world on top of its API store: workloads that run, visitors that come, a Prometheus that watches.
import {sleep, type Clock} from '../../services/clock.ts';
import {silentLog, type Log} from '../../services/log.ts';
import type {Provider} from '../../services/providers/provider.ts';
import type {Random} from '../../services/random.ts';
import type {ReadableStore, Store} from '../api/types.ts';
import {workloadOf} from './backends.ts';
import type {PodCall} from './calls.ts';
import {Counters} from './counters.ts';
import {withDatadog} from './datadog.ts';
import {startRouteStatus} from './route-status.ts';
import type {WorldAnswer} from './requests.ts';
import type {Incoming} from './routing/route.ts';
import {createAnswer, type Answer} from './prometheus/answer.ts';
import {exposition} from './prometheus/exposition.ts';
import {Samples, type Exposed} from './prometheus/samples.ts';
import {startTraffic, type RequestBatch} from './traffic.ts';
import {startWorkloads} from './workloads.ts';
import type {Kubelet} from './workloads/pods.ts';

const RPS = 20;
const TICK_MS = 250;
const SCRAPE_MS = 5000;
/** The daemon's shortest window is a minute of world time: four samples must fall into it. */
const SCRAPE_MS_MAX = 15_000;
/** Scraping more often than this helps nobody. */
const SCRAPE_MS_MIN = 50;
/** Half an hour of world time. */
const SCRAPES_KEPT = 360;

export type WorldOptions = {
	readonly store: Store;
	readonly clock: Clock;
	readonly random: Random;
	/** How many times faster than the clock the world's own durations pass. */
	readonly speed: number;
	/** Requests a second of world time, to every host that a route names; 0 for none. */
	readonly rps?: number;
	/** How long (of the clock) a changed route takes to reach the proxies. */
	readonly proxyDelayMs?: number;
	readonly log?: Log;
	/** Those whose routes are followed; all that there are without it. */
	readonly providers?: readonly Provider[];
};

export type WorkloadTotals = {readonly requests: number; readonly errors: number};

export type World = {
	/** Prometheus' HTTP API as a function, and Datadog's below `/datadog`; `startPrometheusServer` puts a socket before it. */
	readonly prometheus: Answer;
	/** The counters as they stand, in Prometheus' text format, for another Prometheus to scrape. */
	exposition(): string;
	/** These are scraped as well from now on, as they stand; their keys are none of the counters'. */
	alsoScrape(series: readonly Exposed[]): void;
	/** What each workload (`namespace/name`) has answered so far, mirrored requests included. */
	requests(): ReadonlyMap<string, WorkloadTotals>;
	/** How many requests found nobody to answer them. */
	dropped(): number;
	/** Calls back with requests as they are sent; call the answer to stop. */
	onRequest(observer: (batch: RequestBatch) => void): () => void;
	/** What `rps` is: the visitors' requests a second of world time to each routed host. */
	readonly rps: number;
	/** The hosts that the gateway's port answers to. */
	hosts(): readonly string[];
	/**
	 * Sends a request along the routes; it counts like the visitors', and takes as long as its pod says. Rejects only
	 * with the signal's reason.
	 */
	request(request: Incoming, signal?: AbortSignal): Promise<WorldAnswer>;
	/**
	 * What `curl URL` in a pod's shell gets. Rejects with Unreachable (curl's exit code and words) where curl would get
	 * no answer: a host that does not resolve, a port that nobody listens on, a malformed URL.
	 */
	fetchInWorld(call: PodCall, signal?: AbortSignal): Promise<WorldAnswer>;
	/** Lets the visitors come, or stay away. */
	setTraffic(isFlowing: boolean): void;
	/** Crashes the pods that a Deployment has now; call the answer to let them run again. */
	crash(namespace: string, deployment: string): () => void;
	stop(): void;
};

/** How often the world is scraped, in ms of the clock. */
export const scrapeInterval = (speed: number): number =>
	Math.max(SCRAPE_MS / speed, Math.min(SCRAPE_MS_MIN, SCRAPE_MS_MAX / speed));

/** Scrapes now and then; the visitors are asked first, so that a sample has all requests up to its time. */
const startScraping = (clock: Clock, everyMs: number, scrape: () => void): (() => void) => {
	const turn = (): void => {
		scrape();
		timer = clock.setTimeout(turn, everyMs);
	};
	let timer = clock.setTimeout(turn, everyMs);
	return () => clock.clearTimeout(timer);
};

/** What became of the requests, and who is told of each. */
const createTally = () => {
	const totals = new Map<string, WorkloadTotals>();
	const observers = new Set<(batch: RequestBatch) => void>();
	let dropped = 0;
	const onBatch = (batch: RequestBatch): void => {
		if (batch.workload === 'unknown') {
			if (!batch.isMirror) dropped += batch.count;
		} else {
			const name = `${batch.namespace}/${batch.workload}`;
			const {requests, errors} = totals.get(name) ?? {requests: 0, errors: 0};
			const failed = batch.code >= 500 ? batch.count : 0;
			totals.set(name, {requests: requests + batch.count, errors: errors + failed});
		}

		for (const observer of observers) observer(batch);
	};

	return {
		onBatch,
		requests: (): ReadonlyMap<string, WorkloadTotals> => new Map(totals),
		dropped: () => dropped,
		onRequest(observer: (batch: RequestBatch) => void): () => void {
			observers.add(observer);
			return () => {
				observers.delete(observer);
			};
		},
		stop(): void {
			observers.clear();
		},
	};
};

/** Brings the store to life. Everything that happens is due to the clock, the chance and what is in the store. */
export const startWorld = (options: WorldOptions): World => {
	const {store, clock, log = silentLog} = options;
	const kubelet = startWorkloads({...options, log});
	const meshed = startMeshedWorld(options, kubelet);
	const stopRouteStatus = startRouteStatus({store, clock, log});
	return {
		...meshed,
		stop() {
			stopRouteStatus();
			meshed.stop();
			kubelet.stop();
		},
	};
};

/** Visitors and a Prometheus for workloads that others run; reads the store alone. */
export const startMeshedWorld = (
	options: Omit<WorldOptions, 'store' | 'log'> & {readonly store: ReadableStore},
	kubelet: Pick<Kubelet, 'readySince' | 'behaviourOf' | 'crash'>,
): World => {
	const {store, clock, random, speed, rps = RPS, proxyDelayMs = 0, providers} = options;
	const counters = new Counters();
	const samples = new Samples(SCRAPES_KEPT);
	const tally = createTally();
	let others: readonly Exposed[] = [];
	const exposed = function* (): Iterable<Exposed> {
		yield* counters.leaders();
		yield* others;
	};

	const everyMs = scrapeInterval(speed);
	// Each scrape asks the visitors first: when it comes often enough, nothing else has to.
	const tickMs = everyMs > TICK_MS ? TICK_MS : undefined;
	const traffic = startTraffic({
		store,
		clock,
		random,
		speed,
		rps,
		proxyDelayMs,
		tickMs,
		counters,
		kubelet,
		onBatch: tally.onBatch,
		...(providers && {providers}),
	});
	const taking = async (answer: WorldAnswer, signal: AbortSignal | undefined): Promise<WorldAnswer> => {
		if (answer.latencyMs > 0) await sleep(clock, answer.latencyMs / speed, signal);
		return answer;
	};
	const stopScraping = startScraping(clock, everyMs, () => {
		traffic.flush();
		samples.scrape(exposed(), clock.now());
	});

	return {
		prometheus: withDatadog(createAnswer(samples, clock)),
		exposition() {
			traffic.flush();
			return exposition(counters.exposed());
		},
		alsoScrape(series) {
			others = series;
		},
		requests: tally.requests,
		dropped: tally.dropped,
		onRequest: (observer) => tally.onRequest(observer),
		setTraffic(isFlowing) {
			traffic.setFlowing(isFlowing);
		},
		crash: (namespace, deployment) =>
			kubelet.crash((pod) => pod.metadata.namespace === namespace && workloadOf(pod) === deployment),
		rps,
		hosts: () => traffic.hosts(),
		request: async (request, signal) => taking(traffic.send(request), signal),
		fetchInWorld: async (call, signal) => taking(traffic.call(call), signal),
		stop() {
			stopScraping();
			traffic.stop();
			tally.stop();
		},
	};
};
