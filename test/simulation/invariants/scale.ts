// T4: nothing that a route sends traffic to is scaled to zero.
import {isByAviary, isOfWorkload, routeIn, routing, workloadIn} from './invariant.ts';
import type {Invariant} from './invariant.ts';

export const servesWhatIsRouted: Invariant = {
	name: 'T4 the canary is never scaled to zero while the route gives it weight',
	watch: (scene, violated) => ({
		accepted(change) {
			const {after, before} = change;
			if (!isByAviary(change) || !isOfWorkload(change)) return;
			if (after === undefined || workloadIn(after)?.replicas !== 0) return;
			if (before !== undefined && workloadIn(before)?.replicas === 0) return;
			for (const {model} of scene.canaries()) {
				if (model.target.name !== after.metadata.name || model.namespace !== after.metadata.namespace) continue;
				const routes = routing.map((key) => scene.store.get(key, model.namespace, model.route.name));
				const weight = Math.max(0, ...routes.map((route) => routeIn(scene, model, route)?.canary ?? 0));
				if (weight > 0) violated(`${model.target.name} scaled to zero at weight ${weight}`);
			}
		},
	}),
};

export const dropsNothing: Invariant = {
	name: 'D3 no request finds nobody to answer it',
	watch(_, violated) {
		// Until a host has been answered once, its pods are still on their way.
		const answered = new Set<string>();
		return {
			requested({host, workload, isMirror, count, service}) {
				// Copies are answered for nobody.
				if (isMirror) return;
				if (workload !== 'unknown') answered.add(host);
				else if (answered.has(host)) violated(`${count} requests to ${service} were dropped`);
			},
		};
	},
};
