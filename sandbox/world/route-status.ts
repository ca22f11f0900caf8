// The Gateway API's controller, as far as others wait for it: it programs each Gateway, and says of each HTTPRoute which
// parents accept it and whether its backends are there.
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import type {KindKey, Store} from '../api/types.ts';
import {followKind, type Informer} from './informer.ts';
import {gatewaysKey, httpRoutesKey, servicesKey} from './keys.ts';
import {isEqual, nameOf, specOf, statusOf, withCondition, type Condition} from './objects.ts';
import {backendsOf, type HttpRouteSpec, type ParentRef} from './routing/http-routes.ts';
import {acceptance, resolution, type Find, type Judgement} from './routing/parents.ts';
import {createQueue, type WorkQueue} from './work-queue.ts';

const BY = 'gateway-controller';
/** Of a route that has no parents nobody says anything. */
const NOTHING_SAID = {parents: []};
const CONTROLLER = 'sandbox.aviary.dev/gateway';

type ParentStatus = {
	readonly parentRef: ParentRef;
	readonly controllerName: string;
	readonly conditions: readonly Condition[];
};

type Parts = {readonly store: Store; readonly clock: Clock; readonly log: Log};

/** The conditions as they are now, each with the generation that was looked at. */
const conditionsOf = (
	object: KubeObject,
	before: readonly Condition[],
	judged: ReadonlyArray<readonly [type: string, judgement: Judgement]>,
	now: number,
): readonly Condition[] => {
	const observedGeneration = object.metadata.generation ?? 1;
	return judged.reduce<readonly Condition[]>((conditions, [type, {holds, reason, message}]) => {
		const condition = {type, status: holds ? 'True' : 'False', reason, message, observedGeneration};
		return withCondition(conditions, condition, now);
	}, before);
};

/** `status` of an HTTPRoute, as the controller writes it. */
export const routeStatus = (
	route: KubeObject,
	find: {readonly gateway: Find; readonly service: Find},
	now: number,
): {readonly parents: readonly ParentStatus[]} => {
	const known = statusOf<{parents: readonly ParentStatus[]}>(route).parents ?? [];
	const resolved = resolution(route, find.service);
	const parents = (specOf<HttpRouteSpec>(route).parentRefs ?? []).map((parentRef): ParentStatus => {
		const before =
			known.find((one) => one.controllerName === CONTROLLER && isEqual(one.parentRef, parentRef))?.conditions ?? [];
		const judged = [
			['Accepted', acceptance(route, parentRef, find)],
			['ResolvedRefs', resolved],
		] as const;
		return {parentRef, controllerName: CONTROLLER, conditions: conditionsOf(route, before, judged, now)};
	});
	// A route may have parents of other controllers, whose words stay.
	return {parents: [...known.filter(({controllerName}) => controllerName !== CONTROLLER), ...parents]};
};

const gatewayStatus = (gateway: KubeObject, now: number) => {
	const {conditions: before = [], ...rest} = statusOf<{conditions: readonly Condition[]}>(gateway);
	const judged = ['Accepted', 'Programmed'].map(
		(type) => [type, {holds: true, reason: type, message: `Gateway is ${type.toLowerCase()}`}] as const,
	);
	const addresses = [{type: 'IPAddress', value: '127.0.0.1'}];
	return {...rest, addresses, conditions: conditionsOf(gateway, before, judged, now)};
};

/** Writes a kind's statuses, each whenever its object or what it depends on has changed. */
const keepStatus = (
	{store, clock, log}: Parts,
	{key, objects, statusFor}: {key: KindKey; objects: Informer; statusFor: (object: KubeObject) => object},
): WorkQueue => {
	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const object = objects.get(name);
			if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
			const status = {...statusFor(object)};
			if (!isEqual(object.status ?? NOTHING_SAID, status)) store.update(key, {...object, status}, BY, 'status');
		},
	});
	objects.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	for (const object of objects.all()) queue.add(nameOf(object));
	return queue;
};

const isNaming = (route: KubeObject, service: KubeObject): boolean =>
	[...backendsOf(route), ...(specOf<HttpRouteSpec>(route).parentRefs ?? [])].some(
		({name}) => name === service.metadata.name,
	);

/** Starts it. It serves Gateways of whatever class: there is one gateway here, which stands for all of them. */
export const startRouteStatus = (parts: Parts): (() => void) => {
	const {store, clock} = parts;
	const follow = (key: KindKey): Informer => followKind(store, key);
	const [routes, gateways, services] = [follow(httpRoutesKey), follow(gatewaysKey), follow(servicesKey)];
	const find = {gateway: (name: string) => gateways.get(name), service: (name: string) => services.get(name)};
	const queues = {
		routes: keepStatus(parts, {
			key: httpRoutesKey,
			objects: routes,
			statusFor: (route) => routeStatus(route, find, clock.now()),
		}),
		gateways: keepStatus(parts, {
			key: gatewaysKey,
			objects: gateways,
			statusFor: (gateway) => gatewayStatus(gateway, clock.now()),
		}),
	};
	const again = (isConcerned: (route: KubeObject) => boolean): void => {
		for (const route of routes.all()) if (isConcerned(route)) queues.routes.add(nameOf(route));
	};
	gateways.onEvent(() => again(() => true));
	services.onEvent(({object}) => again((route) => isNaming(route, object)));
	return () => {
		for (const queue of Object.values(queues)) queue.stop();
		for (const informer of [routes, gateways, services]) informer.close();
	};
};
