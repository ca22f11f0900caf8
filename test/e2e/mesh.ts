// Stands in for Istio and Prometheus on a real control plane: visitors who follow the real routes to the real pods, and
// whose requests are counted, scraped and queried as in the embedded world. Only the proxies are played.
import type {Store} from '../../sandbox/api/types.ts';
import {parseBehaviour, type Behaviour} from '../../sandbox/world/behaviour.ts';
import {Counters} from '../../sandbox/world/counters.ts';
import {podsKey} from '../../sandbox/world/keys.ts';
import {isReady} from '../../sandbox/world/objects.ts';
import {createAnswer} from '../../sandbox/world/prometheus/answer.ts';
import {Samples} from '../../sandbox/world/prometheus/samples.ts';
import {startPrometheusServer} from '../../sandbox/world/prometheus/server.ts';
import {startTraffic} from '../../sandbox/world/traffic.ts';
import {scrapeInterval} from '../../sandbox/world/world.ts';
import {wallClock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Readable} from './mirror.ts';

export type Mesh = {
	/** Of Prometheus. */
	readonly url: string;
	/** How many requests to hosts of a namespace nobody answered so far. */
	droppedIn(namespace: string): number;
	stop(): Promise<void>;
};

const RPS = 20;
const SCRAPES_KEPT = 720;

/** Since when each pod is ready, by our clock: the API tells it in whole seconds, which are minutes at this speed. */
const readiness = (store: Readable) => {
	const since = new Map<string, number>();
	const behaviours = new Map<string, Behaviour>();
	const uidOf = ({metadata}: KubeObject): string => metadata.uid ?? '';
	store.watch(podsKey, {}, ({type, object}) => {
		const uid = uidOf(object);
		if (type === 'DELETED') {
			since.delete(uid);
			behaviours.delete(uid);
		} else if (isReady(object) && !since.has(uid)) {
			since.set(uid, wallClock.now());
		}
	});
	return {
		readySince: (pod: KubeObject) => since.get(uidOf(pod)),
		behaviourOf(pod: KubeObject): Behaviour {
			const known = behaviours.get(uidOf(pod)) ?? parseBehaviour(pod.metadata.annotations ?? {}, () => {});
			behaviours.set(uidOf(pod), known);
			return known;
		},
	};
};

/** Opens the mesh to visitors; world time passes `speed` times faster than the clock. */
export const startMesh = async (store: Readable, speed: number): Promise<Mesh> => {
	const counters = new Counters();
	const samples = new Samples(SCRAPES_KEPT);
	const dropped = new Map<string, number>();
	const everyMs = scrapeInterval(speed);
	// Before the visitors, so that a pod's readiness is known when they come.
	const kubelet = readiness(store);
	const traffic = startTraffic({
		// Visitors only read.
		store: store as Store,
		clock: wallClock,
		speed,
		rps: RPS,
		proxyDelayMs: 0,
		tickMs: everyMs,
		counters,
		kubelet,
		onBatch({workload, host, count, isMirror}) {
			if (workload === 'unknown' && !isMirror) {
				const namespace = host.split('.')[1] ?? '';
				dropped.set(namespace, (dropped.get(namespace) ?? 0) + count);
			}
		},
	});
	const scrape = (): void => {
		traffic.flush();
		samples.scrape(counters.exposed(), wallClock.now());
		timer = wallClock.setTimeout(scrape, everyMs);
	};
	let timer = wallClock.setTimeout(scrape, everyMs);
	const server = await startPrometheusServer({answer: createAnswer(samples, wallClock)});
	return {
		url: server.url,
		droppedIn: (namespace) => dropped.get(namespace) ?? 0,
		async stop() {
			wallClock.clearTimeout(timer);
			traffic.stop();
			await server.close();
		},
	};
};
