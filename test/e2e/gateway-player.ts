// Plays a gateway's controller for the HTTPRoute podinfo of a real API server: what its parents say of it.
import {routeStatus} from '../../sandbox/world/route-status.ts';
import {backendsOf} from '../../sandbox/world/routing/http-routes.ts';
import {sleep, wallClock} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {services} from '../../services/kubernetes/resources.ts';
import {GROUP, httpRoutes} from '../../services/providers/gatewayapi/api.ts';
import type {Harness} from '../releases/harness.ts';
import type {Cluster} from './cluster.ts';

const LOOK_MS = 100;

export const gateways: Resource = {group: GROUP, version: 'v1', plural: 'gateways', kind: 'Gateway'};

export type GatewayPlayer = {
	/** Generations of the route that it has judged. */
	judged(): ReadonlySet<number>;
	/** Rejects with what went wrong while it played. */
	stop(): Promise<void>;
};

/** What the route refers to, by `namespace/name`. */
const foundBy = async (harness: Harness, resource: Resource, names: readonly string[]) => {
	const objects = await Promise.all(names.map((name) => harness.get(resource, name)));
	const found = new Map<string, KubeObject>();
	for (const object of objects) {
		if (object !== undefined) found.set(`${harness.namespace}/${object.metadata.name}`, object);
	}

	return (name: string): KubeObject | undefined => found.get(name);
};

/** Plays until it is stopped. */
export const playGateway = (harness: Harness, kubectl: Cluster['kubectl']): GatewayPlayer => {
	const stopping = new AbortController();
	const judged = new Set<number>();
	const turn = async (): Promise<void> => {
		const route = await harness.get(httpRoutes, 'podinfo');
		const {generation = 0} = route?.metadata ?? {};
		if (route === undefined || judged.has(generation)) return;
		const find = {
			gateway: await foundBy(harness, gateways, ['public']),
			service: await foundBy(
				harness,
				services,
				backendsOf(route).map(({name}) => name),
			),
		};
		const patch = JSON.stringify({status: routeStatus(route, find, wallClock.now())});
		const about = [`${httpRoutes.plural}.${GROUP}/podinfo`, '--subresource=status', '--type=merge', '-p', patch];
		await kubectl(['-n', harness.namespace, 'patch', ...about]);
		judged.add(generation);
	};
	const play = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			await turn();
			await sleep(wallClock, LOOK_MS, stopping.signal).catch(() => {});
		}
	};
	const done = play();
	// Whoever stops it hears of it.
	done.catch(() => {});
	return {
		judged: () => judged,
		stop() {
			stopping.abort();
			return done;
		},
	};
};
