// Stands in for Istio and Prometheus on a real control plane: visitors who follow the real routes to the real pods, and
// whose requests are counted, scraped and queried as in the embedded world. Only the proxies are played.
import type {ReadableStore} from '../../sandbox/api/types.ts';
import {followReadiness} from '../../sandbox/real/readiness.ts';
import {startPrometheusServer} from '../../sandbox/world/prometheus/server.ts';
import {startMeshedWorld} from '../../sandbox/world/world.ts';
import {wallClock} from '../../services/clock.ts';
import {systemRandom} from '../../services/random.ts';

export type Mesh = {
	/** Of Prometheus. */
	readonly url: string;
	/** How many requests to hosts of a namespace nobody answered so far. */
	droppedIn(namespace: string): number;
	stop(): Promise<void>;
};

/** Opens the mesh to visitors; world time passes `speed` times faster than the clock. */
export const startMesh = async (store: ReadableStore, speed: number): Promise<Mesh> => {
	const dropped = new Map<string, number>();
	// Before the visitors, so that a pod's readiness is known when they come.
	const readiness = followReadiness(store, wallClock);
	const world = startMeshedWorld(
		{store, clock: wallClock, random: systemRandom, speed},
		{...readiness, crash: () => () => {}},
	);
	world.onRequest(({workload, host, count, isMirror}) => {
		if (workload === 'unknown' && !isMirror) {
			const namespace = host.split('.')[1] ?? '';
			dropped.set(namespace, (dropped.get(namespace) ?? 0) + count);
		}
	});
	const server = await startPrometheusServer({answer: world.prometheus});
	return {
		url: server.url,
		droppedIn: (namespace) => dropped.get(namespace) ?? 0,
		async stop() {
			world.stop();
			await server.close();
		},
	};
};
