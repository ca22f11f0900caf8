// The Gateway API controller's part that others wait for: it says of each HTTPRoute that its parents accept it.
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import type {Store} from '../api/types.ts';
import {followKind} from './informer.ts';
import {httpRoutesKey} from './keys.ts';
import {isEqual, nameOf, specOf, statusOf, timestamp} from './objects.ts';
import type {HttpRouteSpec, ParentRef} from './routing/http-routes.ts';
import {createQueue} from './work-queue.ts';

const BY = 'gateway-controller';
const CONTROLLER = 'sandbox.aviary.dev/gateway';

type ParentStatus = {
	readonly parentRef: ParentRef;
	readonly controllerName: string;
	readonly conditions: ReadonlyArray<Readonly<Record<string, unknown>>>;
};

const statusFor = (route: KubeObject, now: number): {readonly parents: readonly ParentStatus[]} => {
	const observedGeneration = route.metadata.generation ?? 1;
	const known = statusOf<{parents: readonly ParentStatus[]}>(route).parents ?? [];
	const parents = (specOf<HttpRouteSpec>(route).parentRefs ?? []).map((parentRef): ParentStatus => {
		const before = known.find((parent) => isEqual(parent.parentRef, parentRef));
		const since = before?.conditions[0]?.['lastTransitionTime'] ?? timestamp(now);
		const conditions = [
			{type: 'Accepted', reason: 'Accepted', message: 'Route was valid'},
			{type: 'ResolvedRefs', reason: 'ResolvedRefs', message: 'All references resolved'},
		].map((condition) => ({...condition, status: 'True', observedGeneration, lastTransitionTime: since}));
		return {parentRef, controllerName: CONTROLLER, conditions};
	});
	return {parents};
};

/** Starts it. Every parent accepts every route: there are no listeners here that could refuse one. */
export const startRouteStatus = (parts: {
	readonly store: Store;
	readonly clock: Clock;
	readonly log: Log;
}): (() => void) => {
	const {store, clock, log} = parts;
	const routes = followKind(store, httpRoutesKey);
	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const route = routes.get(name);
			if (route === undefined || route.metadata.deletionTimestamp !== undefined) return;
			const status = statusFor(route, clock.now());
			if (!isEqual(route.status, status)) store.update(httpRoutesKey, {...route, status}, BY, 'status');
		},
	});
	routes.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	for (const route of routes.all()) queue.add(nameOf(route));
	return () => {
		queue.stop();
		routes.close();
	};
};
