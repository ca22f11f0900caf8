// Whether the parents of an HTTPRoute take it, and whether its backends are there: by the Gateway API's rules. Pure.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {hasPort} from '../backends.ts';
import {specOf} from '../objects.ts';
import {suffixOf} from './hosts.ts';
import {backendsOf, type BackendRef, type HttpRouteSpec, type ParentRef} from './http-routes.ts';

/** Finds an object by `namespace/name`. */
export type Find = (name: string) => KubeObject | undefined;

/** A condition that holds, or why it does not; reasons are the standard's. */
export type Judgement = {readonly holds: boolean; readonly reason: string; readonly message: string};

type Listener = {
	readonly name: string;
	readonly hostname?: string;
	readonly port: number;
	readonly allowedRoutes?: {readonly namespaces?: {readonly from?: string}};
};

const accepted: Judgement = {holds: true, reason: 'Accepted', message: 'Route is accepted'};

const refused = (reason: string, message: string): Judgement => ({holds: false, reason, message});

/** True when some host may be meant by both names; either may be a wildcard. */
const meet = (left: string, right: string): boolean => {
	if (left === right) return true;
	const [leftSuffix, rightSuffix] = [suffixOf(left), suffixOf(right)];
	if (leftSuffix !== undefined && right.endsWith(leftSuffix)) return true;
	return rightSuffix !== undefined && left.endsWith(rightSuffix);
};

const byListeners = (route: KubeObject, gateway: KubeObject, {name, sectionName, port}: ParentRef): Judgement => {
	const {listeners = []} = specOf<{readonly listeners?: readonly Listener[]}>(gateway);
	const named = listeners.filter(
		(listener) =>
			(sectionName === undefined || listener.name === sectionName) && (port === undefined || listener.port === port),
	);
	if (named.length === 0) {
		const what = sectionName === undefined ? `on port ${port ?? ''}` : `called ${sectionName}`;
		return refused('NoMatchingParent', `Gateway ${name} has no listener ${what}`);
	}

	const isAtHome = gateway.metadata.namespace === route.metadata.namespace;
	// Which namespaces a selector means is not looked up: it allows all of them.
	const open = named.filter(({allowedRoutes}) => isAtHome || (allowedRoutes?.namespaces?.from ?? 'Same') !== 'Same');
	if (open.length === 0) {
		const from = route.metadata.namespace ?? '';
		return refused('NotAllowedByListeners', `Gateway ${name} takes no routes of namespace ${from}`);
	}

	const {hostnames = []} = specOf<HttpRouteSpec>(route);
	const isMet = ({hostname = ''}: Listener): boolean =>
		hostname === '' || hostnames.length === 0 || hostnames.some((one) => meet(one, hostname));
	if (open.some((listener) => isMet(listener))) return accepted;
	return refused('NoMatchingListenerHostname', `No listener of Gateway ${name} has one of the route's hostnames`);
};

/** Whether a parent takes a route. */
export const acceptance = (
	route: KubeObject,
	parent: ParentRef,
	find: {readonly gateway: Find; readonly service: Find},
): Judgement => {
	const {kind = 'Gateway', name, namespace = route.metadata.namespace ?? ''} = parent;
	const known = (kind === 'Service' ? find.service : find.gateway)(`${namespace}/${name}`);
	if (known === undefined) return refused('NoMatchingParent', `${kind} ${name}.${namespace} not found`);
	return kind === 'Service' ? accepted : byListeners(route, known, parent);
};

const lacking = (route: KubeObject, {group = '', kind = 'Service', name, namespace, port}: BackendRef, find: Find) => {
	if (group !== '' || kind !== 'Service') {
		return refused('InvalidKind', `backend ${name} is of kind ${kind}, where only Services can be routed to`);
	}

	const place = `${name}.${namespace ?? route.metadata.namespace ?? ''}`;
	const service = find(`${namespace ?? route.metadata.namespace ?? ''}/${name}`);
	if (service === undefined) return refused('BackendNotFound', `Service ${place} not found`);
	return hasPort(service, port) ? undefined : refused('BackendNotFound', `Service ${place} has no port ${port ?? ''}`);
};

/** Whether all backends of a route are there, those of weight 0 and of mirrors included. */
export const resolution = (route: KubeObject, findService: Find): Judgement =>
	backendsOf(route)
		.map((backend) => lacking(route, backend, findService))
		.find((judgement) => judgement !== undefined) ?? {
		holds: true,
		reason: 'ResolvedRefs',
		message: 'All references resolved',
	};
