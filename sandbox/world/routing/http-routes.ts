// What the Gateway API's HTTPRoute says about requests. Pure. docs/sandbox.md lists what is left out.
import {parseDuration} from '../../../api/durations.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {specOf} from '../objects.ts';
import {conditionOf, type Matching, type TextMatch} from './conditions.ts';
import {fullNameOf} from './hosts.ts';
import type {Destination, HeaderChange, HeaderChanges, Leg, Rewrite, Route} from './route.ts';

type NamedValue = {readonly name: string; readonly value: string; readonly type?: string};

export type BackendRef = {
	readonly group?: string;
	readonly kind?: string;
	readonly name: string;
	readonly namespace?: string;
	readonly port?: number;
	readonly weight?: number;
	readonly filters?: readonly Filter[];
};

type Modifier = {
	readonly set?: readonly NamedValue[];
	readonly add?: readonly NamedValue[];
	readonly remove?: readonly string[];
};

type Filter = {
	readonly type: string;
	readonly requestHeaderModifier?: Modifier;
	readonly responseHeaderModifier?: Modifier;
	readonly requestMirror?: {
		readonly backendRef: BackendRef;
		readonly percent?: number;
		readonly fraction?: {readonly numerator: number; readonly denominator?: number};
	};
	readonly urlRewrite?: {
		readonly hostname?: string;
		readonly path?: {readonly replaceFullPath?: string; readonly replacePrefixMatch?: string};
	};
};

type Match = {
	readonly path?: {readonly type?: string; readonly value?: string};
	readonly method?: string;
	readonly headers?: readonly NamedValue[];
	readonly queryParams?: readonly NamedValue[];
};

type HttpRule = {
	readonly matches?: readonly Match[];
	readonly filters?: readonly Filter[];
	readonly backendRefs?: readonly BackendRef[];
	readonly timeouts?: {readonly request?: string; readonly backendRequest?: string};
};

export type ParentRef = {
	readonly group?: string;
	readonly kind?: string;
	readonly name: string;
	readonly namespace?: string;
	readonly sectionName?: string;
	readonly port?: number;
};

export type HttpRouteSpec = {
	readonly parentRefs?: readonly ParentRef[];
	readonly hostnames?: readonly string[];
	readonly rules?: readonly HttpRule[];
};

/** A route and how particular it is; of two that take a request, the one with the larger rank has it. */
export type RankedRoute = {readonly rank: readonly number[]; readonly route: Route};

/** Orders routes as the Gateway API ranks matches: the most particular first. */
export const byRank = (left: RankedRoute, right: RankedRoute): number => {
	const index = left.rank.findIndex((part, place) => part !== right.rank[place]);
	return index < 0 ? 0 : (right.rank[index] ?? 0) - (left.rank[index] ?? 0);
};

/**
 * Hosts of gateways (`*` without a hostname), and the full names of Services that are parents themselves. Of the parents
 * that refuse a route, those that `isTaken` denies, there are none.
 */
export const httpRouteHosts = (
	route: KubeObject,
	isTaken: (parent: ParentRef) => boolean = () => true,
): {readonly gateway: readonly string[]; readonly mesh: readonly string[]} => {
	const {parentRefs: written = [], hostnames = []} = specOf<HttpRouteSpec>(route);
	const parentRefs = written.filter((parent) => isTaken(parent));
	const services = parentRefs.filter(({kind}) => kind === 'Service');
	const own = route.metadata.namespace ?? '';
	const hosts = hostnames.length === 0 ? ['*'] : hostnames.map((name) => name.toLowerCase());
	return {
		gateway: services.length < parentRefs.length ? hosts : [],
		mesh: services.map(({name, namespace = own}) => fullNameOf({service: name, namespace})),
	};
};

const textMatch = ({type, value}: {readonly type?: string; readonly value: string}): TextMatch =>
	type === 'RegularExpression' ? {regex: value} : {exact: value};

const matchingOf = ({path = {}, method, headers = [], queryParams = []}: Match): Matching => {
	const {type = 'PathPrefix', value = '/'} = path;
	return {
		...(type === 'PathPrefix' ? {segments: value} : {path: textMatch({type, value})}),
		...(method !== undefined && {method: {exact: method}}),
		headers: headers.map((header) => [header.name, textMatch(header)]),
		query: queryParams.map((parameter) => [parameter.name, textMatch(parameter)]),
	};
};

const rankOf = ({path = {}, method, headers = [], queryParams = []}: Match): readonly number[] => {
	const {type = 'PathPrefix', value = '/'} = path;
	return [type === 'Exact' ? 1 : 0, value.length, method === undefined ? 0 : 1, headers.length, queryParams.length];
};

const record = (values: readonly NamedValue[] = []): Readonly<Record<string, string>> =>
	Object.fromEntries(values.map(({name, value}) => [name, value]));

const changeOf = ({set, add, remove = []}: Modifier = {}): HeaderChange => ({
	remove,
	set: record(set),
	add: record(add),
});

const headersOf = (filters: readonly Filter[]): {readonly headers?: HeaderChanges} => {
	const request = filters.find(({requestHeaderModifier}) => requestHeaderModifier)?.requestHeaderModifier;
	const response = filters.find(({responseHeaderModifier}) => responseHeaderModifier)?.responseHeaderModifier;
	if (request === undefined && response === undefined) return {};
	return {headers: {request: changeOf(request), response: changeOf(response)}};
};

const rewriteOf = (filters: readonly Filter[]): {readonly rewrite?: Rewrite} => {
	const written = filters.find(({urlRewrite}) => urlRewrite)?.urlRewrite;
	if (written === undefined) return {};
	const path = written.path?.replaceFullPath ?? written.path?.replacePrefixMatch;
	return {
		rewrite: {
			isWhole: written.path?.replaceFullPath !== undefined,
			...(path !== undefined && {path}),
			...(written.hostname !== undefined && {authority: written.hostname}),
		},
	};
};

const destinationOf = ({name, namespace, port}: BackendRef, own: string): Destination => ({
	service: name,
	namespace: namespace ?? own,
	subset: '',
	...(port !== undefined && {port}),
});

const mirrorsOf = (filters: readonly Filter[], own: string): readonly Leg[] =>
	filters.flatMap(({requestMirror}) => {
		if (requestMirror === undefined) return [];
		const {backendRef, percent = 100, fraction} = requestMirror;
		const share = fraction ? fraction.numerator / (fraction.denominator ?? 100) : percent / 100;
		return [{destination: destinationOf(backendRef, own), share, isMirror: true}];
	});

/** Every backend that a route names, those of its mirrors included. */
export const backendsOf = (route: KubeObject): readonly BackendRef[] =>
	(specOf<HttpRouteSpec>(route).rules ?? []).flatMap(({backendRefs = [], filters = []}) => [
		...backendRefs,
		...filters.flatMap(({requestMirror}) => (requestMirror === undefined ? [] : [requestMirror.backendRef])),
	]);

/** What a request gets whose backend is not there, as the Gateway API asks for. */
const WITHOUT_SERVICE = 500;

const legsOf = ({backendRefs = [], filters = []}: HttpRule, own: string): readonly Leg[] => {
	const total = backendRefs.reduce((sum, {weight = 1}) => sum + weight, 0);
	const legs = backendRefs.map((backend) => ({
		destination: destinationOf(backend, own),
		share: total === 0 ? 0 : (backend.weight ?? 1) / total,
		isMirror: false,
		codeWithoutService: WITHOUT_SERVICE,
		...headersOf(backend.filters ?? []),
	}));
	return [...legs, ...mirrorsOf(filters, own)];
};

const timeoutOf = ({timeouts = {}}: HttpRule): {readonly timeoutMs?: number} => {
	const timeoutMs = parseDuration(timeouts.request) ?? parseDuration(timeouts.backendRequest) ?? 0;
	return timeoutMs > 0 ? {timeoutMs} : {};
};

const compiled = new WeakMap<KubeObject, readonly RankedRoute[]>();

/** The routes of an HTTPRoute, one for each of its matches. */
export const httpRoutesOf = (object: KubeObject): readonly RankedRoute[] => {
	const known = compiled.get(object);
	if (known !== undefined) return known;
	const own = object.metadata.namespace ?? '';
	const routes = (specOf<HttpRouteSpec>(object).rules ?? []).flatMap((rule) => {
		const {filters = [], matches = []} = rule;
		const said = {legs: legsOf(rule, own), ...headersOf(filters), ...rewriteOf(filters), ...timeoutOf(rule)};
		return (matches.length === 0 ? [{}] : matches).map((match: Match) => ({
			rank: rankOf(match),
			route: {conditions: [conditionOf(matchingOf(match))], ...said},
		}));
	});
	compiled.set(object, routes);
	return routes;
};
