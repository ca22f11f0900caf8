// What a VirtualService says about a host's traffic: shares of it, each to a destination. Pure.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {specOf} from './objects.ts';

/** A service by name, or with `subset` some of its pods. */
export type Destination = {readonly service: string; readonly namespace: string; readonly subset: string};

/** `isMirror` traffic is a copy: its answers are thrown away. */
export type Leg = {readonly destination: Destination; readonly share: number; readonly isMirror: boolean};

type WrittenDestination = {readonly host?: string; readonly subset?: string};

type HttpRoute = {
	readonly match?: readonly unknown[];
	readonly route?: ReadonlyArray<{readonly destination?: WrittenDestination; readonly weight?: number}>;
	readonly delegate?: {readonly name?: string; readonly namespace?: string};
	readonly mirror?: WrittenDestination;
	readonly mirrorPercentage?: {readonly value?: number};
};

type VirtualServiceSpec = {readonly hosts?: readonly string[]; readonly http?: readonly HttpRoute[]};

export type FindVirtualService = (name: string) => KubeObject | undefined;

/** The service that a host names, seen from a namespace: `podinfo`, `podinfo.test` or the full name. */
export const serviceOf = (host: string, namespace: string): {readonly service: string; readonly namespace: string} => {
	const [service = '', place, svc] = host.split('.');
	return {service, namespace: place !== undefined && (svc === undefined || svc === 'svc') ? place : namespace};
};

/** The full names of the hosts that a VirtualService routes; what is no cluster name stays as it is. */
export const hostsOf = (virtualService: KubeObject): readonly string[] => {
	const namespace = virtualService.metadata.namespace ?? '';
	return (specOf<VirtualServiceSpec>(virtualService).hosts ?? []).map((host) => {
		if (!host.includes('.') && host !== '*') return `${host}.${namespace}.svc.cluster.local`;
		return host.endsWith('.svc') ? `${host}.cluster.local` : host;
	});
};

const destinationOf = ({host = '', subset = ''}: WrittenDestination, namespace: string): Destination => ({
	...serviceOf(host, namespace),
	subset,
});

const legsOfRoute = (route: HttpRoute, namespace: string): readonly Leg[] => {
	const targets = route.route ?? [];
	const weights = targets.map(({weight}) => weight ?? (targets.length === 1 ? 100 : 0));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const legs = targets.flatMap(({destination}, index) => {
		const share = total === 0 ? 0 : (weights[index] ?? 0) / total;
		return destination === undefined ? [] : [{destination: destinationOf(destination, namespace), share}];
	});
	const mirrored = (route.mirrorPercentage?.value ?? 100) / 100;
	return [
		...legs.map((leg) => ({...leg, isMirror: false})),
		...(route.mirror ? [{destination: destinationOf(route.mirror, namespace), share: mirrored, isMirror: true}] : []),
	];
};

/**
 * Where the traffic of a VirtualService goes. Visitors meet no match condition: theirs is the first route without one,
 * or the first of all. A route that delegates stands for those of the other VirtualService.
 */
export const legsOf = (virtualService: KubeObject, find: FindVirtualService, depth = 0): readonly Leg[] => {
	const namespace = virtualService.metadata.namespace ?? '';
	const routes = specOf<VirtualServiceSpec>(virtualService).http ?? [];
	const route = routes.find(({match}) => (match ?? []).length === 0) ?? routes[0];
	if (route === undefined) return [];
	if (route.delegate === undefined) return legsOfRoute(route, namespace);
	const {name = '', namespace: place = namespace} = route.delegate;
	const delegate = find(`${place}/${name}`);
	return delegate === undefined || depth > 0 ? [] : legsOf(delegate, find, depth + 1);
};
