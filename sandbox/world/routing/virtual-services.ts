// What Istio's VirtualService says about requests. Pure. docs/sandbox.md lists what is left out.
import {parseDuration} from '../../../api/durations.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {specOf, type Labels} from '../objects.ts';
import {both, conditionOf, type Matching, type TextMatch} from './conditions.ts';
import {routedName, serviceOf} from './hosts.ts';
import type {Condition, Destination, HeaderChange, HeaderChanges, Leg, Route} from './route.ts';

type WrittenDestination = {
	readonly host?: string;
	/** The host, in Istio 0.7. */
	readonly name?: string;
	readonly subset?: string;
	readonly port?: {readonly number?: number};
};

type WrittenChange = Partial<HeaderChange>;

type WrittenHeaders = {readonly request?: WrittenChange; readonly response?: WrittenChange};

type WrittenMatch = {
	readonly uri?: TextMatch;
	readonly ignoreUriCase?: boolean;
	readonly method?: TextMatch;
	readonly authority?: TextMatch;
	readonly headers?: Readonly<Record<string, TextMatch>>;
	readonly withoutHeaders?: Readonly<Record<string, TextMatch>>;
	readonly queryParams?: Readonly<Record<string, TextMatch>>;
	readonly sourceLabels?: Labels;
	readonly gateways?: readonly string[];
};

type HttpRoute = {
	readonly match?: readonly WrittenMatch[];
	readonly route?: ReadonlyArray<{
		readonly destination?: WrittenDestination;
		readonly weight?: number;
		readonly headers?: WrittenHeaders;
	}>;
	readonly delegate?: {readonly name?: string; readonly namespace?: string};
	readonly mirror?: WrittenDestination;
	readonly mirrorPercentage?: {readonly value?: number};
	readonly rewrite?: {readonly uri?: string; readonly authority?: string};
	readonly headers?: WrittenHeaders;
	readonly timeout?: string;
};

type VirtualServiceSpec = {
	readonly hosts?: readonly string[];
	readonly gateways?: readonly string[];
	readonly http?: readonly HttpRoute[];
};

export type FindVirtualService = (name: string) => KubeObject | undefined;

/** The full names of the hosts that a VirtualService routes; what is no cluster name stays as it is. */
export const hostsOf = (virtualService: KubeObject): readonly string[] =>
	(specOf<VirtualServiceSpec>(virtualService).hosts ?? []).map((host) =>
		routedName(host.toLowerCase(), virtualService.metadata.namespace ?? ''),
	);

/** Whose requests a VirtualService routes: pods' (without any gateway, or with `mesh`), a gateway's, or both. */
export const reachOf = (virtualService: KubeObject): {readonly mesh: boolean; readonly gateway: boolean} => {
	const {gateways = []} = specOf<VirtualServiceSpec>(virtualService);
	return {
		mesh: gateways.length === 0 || gateways.includes('mesh'),
		gateway: gateways.some((name) => name !== 'mesh'),
	};
};

const destinationOf = (
	{name = '', host = name, subset = '', port}: WrittenDestination,
	namespace: string,
): Destination => ({
	...(serviceOf(host, namespace) ?? {service: host, namespace}),
	subset,
	...(port?.number !== undefined && {port: port.number}),
});

const changeOf = ({remove = [], set = {}, add = {}}: WrittenChange = {}): HeaderChange => ({remove, set, add});

const headersOf = (headers: WrittenHeaders | undefined): {readonly headers?: HeaderChanges} =>
	headers === undefined ? {} : {headers: {request: changeOf(headers.request), response: changeOf(headers.response)}};

const legsOf = (route: HttpRoute, namespace: string): readonly Leg[] => {
	const targets = route.route ?? [];
	// A destination that is alone gets everything, whatever its weight.
	const weights = targets.map(({weight = 0}) => (targets.length === 1 ? 100 : weight));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const legs = targets.flatMap(({destination, headers}, index) => {
		const share = total === 0 ? 0 : (weights[index] ?? 0) / total;
		if (destination === undefined) return [];
		return [{destination: destinationOf(destination, namespace), share, isMirror: false, ...headersOf(headers)}];
	});
	const mirrored = (route.mirrorPercentage?.value ?? 100) / 100;
	return [
		...legs,
		...(route.mirror ? [{destination: destinationOf(route.mirror, namespace), share: mirrored, isMirror: true}] : []),
	];
};

const matchingOf = (match: WrittenMatch): Matching => {
	const {uri, ignoreUriCase = false, method, authority, sourceLabels, gateways} = match;
	return {
		...(uri && {path: {...uri, ignoreCase: ignoreUriCase}}),
		...(method && {method}),
		...(authority && {authority}),
		...(sourceLabels && {sourceLabels}),
		...(gateways && {gateways}),
		headers: Object.entries(match.headers ?? {}),
		withoutHeaders: Object.entries(match.withoutHeaders ?? {}),
		query: Object.entries(match.queryParams ?? {}),
	};
};

type Compiled = Route & {readonly delegate?: string};

const compile = (written: HttpRoute, namespace: string): Compiled => {
	const {rewrite, delegate} = written;
	const timeoutMs = parseDuration(written.timeout);
	return {
		conditions: (written.match ?? []).map((match) => conditionOf(matchingOf(match))),
		legs: legsOf(written, namespace),
		...headersOf(written.headers),
		...(rewrite && {
			rewrite: {
				isWhole: false,
				...(rewrite.uri !== undefined && {path: rewrite.uri}),
				...(rewrite.authority !== undefined && {authority: rewrite.authority}),
			},
		}),
		...(timeoutMs !== undefined && timeoutMs > 0 && {timeoutMs}),
		...(delegate && {delegate: `${delegate.namespace ?? namespace}/${delegate.name ?? ''}`}),
	};
};

const compiled = new WeakMap<KubeObject, readonly Compiled[]>();

/** Compiled once for each version of an object: tables are rebuilt whenever any route changes. */
const compiledOf = (virtualService: KubeObject): readonly Compiled[] => {
	const known = compiled.get(virtualService);
	if (known !== undefined) return known;
	const {http = []} = specOf<VirtualServiceSpec>(virtualService);
	const routes = http.map((written) => compile(written, virtualService.metadata.namespace ?? ''));
	compiled.set(virtualService, routes);
	return routes;
};

const crossed = (outer: readonly Condition[], inner: readonly Condition[]): readonly Condition[] => {
	if (outer.length === 0) return inner;
	if (inner.length === 0) return outer;
	return outer.flatMap((left) => inner.map((right) => both(left, right)));
};

/** The routes of a VirtualService; one that delegates stands for those of the other VirtualService. */
export const routesOf = (virtualService: KubeObject, find: FindVirtualService, depth = 0): readonly Route[] =>
	compiledOf(virtualService).flatMap((route): readonly Route[] => {
		if (route.delegate === undefined) return [route];
		const delegate = find(route.delegate);
		if (delegate === undefined || depth > 0) return [];
		return routesOf(delegate, find, depth + 1).map((inner) => ({
			...inner,
			conditions: crossed(route.conditions, inner.conditions),
		}));
	});
