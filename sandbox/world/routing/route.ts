// The form that all routes take here, whichever kind they were written in.
import type {Labels} from '../objects.ts';

/** Where a request comes from: the gateway's port, or a pod. */
export type Source =
	| {readonly kind: 'gateway'}
	| {readonly kind: 'pod'; readonly namespace: string; readonly workload: string; readonly labels: Labels};

/** A request as the first proxy sees it. Header names are in lower case; `query` is without its question mark. */
export type Incoming = {
	readonly source: Source;
	readonly method: string;
	readonly host: string;
	readonly path: string;
	readonly query: string;
	readonly headers: Readonly<Record<string, string>>;
};

/** A service by name; with `subset` some of its pods, with `port` only if it has that port. */
export type Destination = {
	readonly service: string;
	readonly namespace: string;
	readonly subset: string;
	readonly port?: number;
};

/** What is done to headers, in this order: removed, set, added. */
export type HeaderChange = {
	readonly remove: readonly string[];
	readonly set: Labels;
	readonly add: Labels;
};

export type HeaderChanges = {readonly request: HeaderChange; readonly response: HeaderChange};

/** A share of a route's requests. `isMirror` traffic is a copy: its answers are thrown away. */
export type Leg = {
	readonly destination: Destination;
	readonly share: number;
	readonly isMirror: boolean;
	readonly headers?: HeaderChanges;
	/** What the proxy answers where the service, or its port, is not there; without it what it says without pods. */
	readonly codeWithoutService?: number;
};

/** `prefix` is the part of the path that a rewrite replaces. */
export type Condition = {
	readonly accepts: (request: Incoming) => boolean;
	readonly prefix?: string;
};

/** `whole` replaces the path even where a prefix of it was asked for. */
export type Rewrite = {readonly path?: string; readonly isWhole: boolean; readonly authority?: string};

export type Route = {
	/** One of them must hold; none at all holds for every request. */
	readonly conditions: readonly Condition[];
	readonly legs: readonly Leg[];
	readonly headers?: HeaderChanges;
	readonly rewrite?: Rewrite;
	readonly timeoutMs?: number;
};

/** What a proxy answers where a route has backends and each has weight 0: Envoy's and the Gateway API's 500. */
export const WITHOUT_WEIGHT = 500;

/** True for a route whose backends all have weight 0: it sends nobody anywhere. */
export const isWeightless = ({legs}: Route): boolean => {
	const answering = legs.filter(({isMirror}) => !isMirror);
	return answering.length > 0 && answering.every(({share}) => share === 0);
};

/** Finds the condition by which a route takes a request; undefined when it does not. */
export const conditionFor = ({conditions}: Route, request: Incoming): Condition | undefined =>
	conditions.length === 0 ? {accepts: () => true} : conditions.find(({accepts}) => accepts(request));

/** Headers (names in lower case) after a change. */
export const changed = (
	headers: Readonly<Record<string, string>>,
	change: HeaderChange | undefined,
): Readonly<Record<string, string>> => {
	if (change === undefined) return headers;
	const next = new Map(Object.entries(headers));
	for (const name of change.remove) next.delete(name.toLowerCase());
	for (const [name, value] of Object.entries(change.set)) next.set(name.toLowerCase(), value);
	for (const [name, value] of Object.entries(change.add)) {
		const before = next.get(name.toLowerCase());
		next.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`);
	}

	return Object.fromEntries(next);
};

/** The request as it goes on to the pod. As Envoy does it, what is replaced is text: `/api/` by `/` keeps a slash. */
export const rewritten = (request: Incoming, {prefix}: Condition, rewrite: Rewrite | undefined): Incoming => {
	if (rewrite === undefined) return request;
	const {path, isWhole, authority} = rewrite;
	const host = authority ?? request.host;
	if (path === undefined) return {...request, host};
	const rest = prefix === undefined || isWhole ? '' : request.path.slice(prefix.length);
	return {...request, host, path: `/${path}${rest}`.replace(/^\/+/u, '/')};
};
