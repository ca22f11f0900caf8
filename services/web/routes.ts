// What a route of the HTTP interface is, and which one a request means.
import type {FeedEvent} from './feed.ts';
import type {Reader} from './readers.ts';
import {Refusal} from './refusal.ts';

/** A request that has been let in. */
export type Request = {
	/** By the names in the route's path, decoded. */
	readonly params: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
	readonly accept: string;
	readonly reader: Reader;
	/** Of the caller; empty where the route needs none and none was sent. */
	readonly token: string;
	/** JSON, of a POST. */
	readonly body: unknown;
	readonly signal: AbortSignal;
};

export type Reply = {
	readonly status?: number;
	readonly json?: unknown;
	/** Instead of `json`. */
	readonly text?: string;
	/** Where else to look, from here; instead of either. */
	readonly location?: string;
	/** It changes with the version of the daemon alone. */
	readonly isLasting?: boolean;
};

/** What a stream tells. */
export type Following = {
	readonly reset: () => Promise<unknown>;
	readonly admits: (event: FeedEvent) => boolean | Promise<boolean>;
};

/** `public` needs nobody's token; `reader` one where reading needs one; `caller` always. */
export type Route = {
	readonly method: 'GET' | 'POST';
	/** `api/v1/canaries/{namespace}/{name}` */
	readonly path: string;
	readonly access: 'public' | 'reader' | 'caller';
} & (
	| {readonly answer: (request: Request) => Reply | Promise<Reply>}
	| {readonly follow: (request: Request) => Following}
);

type Found = {readonly route: Route; readonly params: Readonly<Record<string, string>>};

/** A part of an address as it was meant. Throws Refusal. */
export const decoded = (part: string): string => {
	try {
		return decodeURIComponent(part);
	} catch {
		throw new Refusal('bad-request', 'the address has a broken escape', 'write each name as encodeURIComponent does');
	}
};

const match = (route: Route, parts: readonly string[]): Found | undefined => {
	const wanted = route.path.split('/');
	const isMatch =
		wanted.length === parts.length && wanted.every((part, index) => part.startsWith('{') || part === parts[index]);
	return isMatch
		? {
				route,
				params: Object.fromEntries(
					wanted.flatMap((part, index) =>
						part.startsWith('{') ? [[part.slice(1, -1), decoded(parts[index] ?? '')]] : [],
					),
				),
			}
		: undefined;
};

/** The route of a request; undefined where no route has its path. */
export const routeOf = (routes: readonly Route[], method: string, path: string): Found | undefined => {
	const parts = path.split('/');
	const found = routes.flatMap((route) => match(route, parts) ?? []);
	const chosen = found.find(({route}) => route.method === (method === 'HEAD' ? 'GET' : method));
	if (found.length > 0 && chosen === undefined) {
		const allow = found.map(({route}) => route.method).join(', ');
		throw new Refusal('wrong-method', `only ${allow} here`, '', {allow});
	}

	return chosen;
};

/** The path below the base, without a slash in front; the base itself without its slash is sent there. */
export const pathBelow = (url: string, base: string): {readonly path: string; readonly query: URLSearchParams} => {
	const [written = '', ...query] = url.split('?');
	const path = base !== '' && written.startsWith(`${base}/`) ? written.slice(base.length) : written;
	return {path: path.replace(/^\//, ''), query: new URLSearchParams(query.join('?'))};
};
