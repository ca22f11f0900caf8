// A way to the real API server that can go wrong: everything that a daemon asks goes through, and rules come between.
import http, {type IncomingMessage, type ServerResponse} from 'node:http';
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {Agent, request} from 'undici';
import {wallClock} from '../../../services/clock.ts';
import {isWrite, nameOf} from '../../simulation/mortal.ts';
import {linesIn} from './lines.ts';

export type Call = {
	readonly method: string;
	readonly url: URL;
	/** `PATCH canaries podinfo/status`, `WATCH deployments`, `POST events`. */
	readonly what: string;
	/** The same without the object's name: `PATCH canaries/status`. */
	readonly kind: string;
	readonly isWrite: boolean;
	/** What it sent; empty for nothing. */
	readonly body: string;
	/** Counts the writes, this one included, from 1. */
	readonly write: number;
	/** Counts what has the same method and path, this one included, from 1. */
	readonly attempt: number;
	/** When it came, by the monotonic clock. */
	readonly at: number;
};

export type Answer = {readonly status: number; readonly body: string};

/** A call that waits for its answer. */
export type Exchange = {
	readonly call: Call;
	/** Carries the call out and takes the answer, which the daemon does not get; a watch has none. */
	readonly apply: () => Promise<Answer>;
	/** Carries the call out and hands the answer on, the lines of a watch as `change` gives them. */
	readonly pass: (change?: (lines: AsyncIterable<string>) => AsyncIterable<string>) => Promise<void>;
	readonly answer: (status: number, body: string, headers?: Readonly<Record<string, string>>) => void;
	readonly reset: () => void;
};

/** What happens to a call instead of its being passed on. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

/** Asked for each call, in the order in which they come. */
export type Rule = (call: Call) => Fault | undefined;

export type Proxy = {
	/** For the daemon: plain HTTP, without credentials. */
	readonly url: string;
	readonly calls: readonly Call[];
	/** The writes that the API server has taken, by the version that it answered. */
	readonly written: ReadonlyMap<string, Call>;
	/** From now on nothing goes through, in either direction. */
	sever(): void;
	stop(): Promise<void>;
};

export type Upstream = {
	readonly url: string;
	readonly token: string;
	readonly dispatcher: Agent;
};

/** Connections to the API server that all proxies share. */
export const upstreamOf = (url: string, ca: Buffer, token: string): Upstream => ({
	url,
	token,
	dispatcher: new Agent({connect: {ca}, headersTimeout: 0, bodyTimeout: 0}),
});

const kindOf = (what: string): string => {
	const [verb = '', plural = '', name = ''] = what.split(' ');
	const [, subresource] = name.split('/');
	return `${verb} ${plural}${subresource === undefined ? '' : `/${subresource}`}`;
};

/** Names and numbers the calls of one proxy. */
const createRegister = () => {
	const calls: Call[] = [];
	const attempts = new Map<string, number>();
	let writes = 0;
	return {
		calls,
		note(method: string, url: URL, body: string): Call {
			const key = `${method} ${url.pathname} ${url.searchParams.get('watch') ?? ''}`;
			const attempt = (attempts.get(key) ?? 0) + 1;
			attempts.set(key, attempt);
			writes += isWrite({method}) ? 1 : 0;
			const what = nameOf({method, url});
			const at = wallClock.monotonic();
			const kind = kindOf(what);
			const call = {method, url, what, kind, isWrite: isWrite({method}), body, write: writes, attempt, at};
			calls.push(call);
			return call;
		},
	};
};

const versionIn = (body: string): string | undefined => {
	const {metadata} = JSON.parse(body) as {metadata?: {resourceVersion?: string}};
	return metadata?.resourceVersion;
};

type Parts = {
	readonly upstream: Upstream;
	readonly call: Call;
	readonly incoming: IncomingMessage;
	readonly response: ServerResponse;
	readonly written: Map<string, Call>;
};

const exchangeOf = ({upstream, call, incoming, response, written}: Parts): Exchange => {
	const {body} = call;
	const send = async (signal?: AbortSignal) =>
		request(new URL(call.url.pathname + call.url.search, upstream.url), {
			dispatcher: upstream.dispatcher,
			method: call.method as 'GET',
			headers: {
				authorization: `Bearer ${upstream.token}`,
				accept: incoming.headers.accept ?? 'application/json',
				'user-agent': incoming.headers['user-agent'] ?? '',
				...(body !== '' && {'content-type': incoming.headers['content-type'] ?? 'application/json'}),
			},
			body: body === '' ? null : body,
			...(signal !== undefined && {signal}),
		});
	const whole = async () => {
		const answer = await send();
		const said = await answer.body.text();
		const version = call.isWrite && answer.statusCode < 300 ? versionIn(said) : undefined;
		// A patch that changes nothing answers with a version that an earlier one has made, or somebody else.
		if (version !== undefined && !written.has(version)) written.set(version, call);
		return {status: answer.statusCode, headers: answer.headers, body: said};
	};
	const follow = async (change: NonNullable<Parameters<Exchange['pass']>[0]>): Promise<void> => {
		const leaving = new AbortController();
		response.on('close', () => leaving.abort());
		const answer = await send(leaving.signal);
		response.writeHead(answer.statusCode, {'content-type': 'application/json'});
		response.flushHeaders();
		for await (const line of change(linesIn(answer.body))) {
			response.write(`${line}\n`);
		}

		response.end();
	};
	return {
		call,
		apply: () => (call.what.startsWith('WATCH ') ? Promise.resolve({status: 200, body: ''}) : whole()),
		async pass(change = (lines) => lines) {
			if (call.what.startsWith('WATCH ')) {
				await follow(change);
				return;
			}

			const {status, headers, body: said} = await whole();
			const retryAfter = headers['retry-after'];
			const more = typeof retryAfter === 'string' ? {'retry-after': retryAfter} : {};
			response.writeHead(status, {'content-type': 'application/json', ...more}).end(said);
		},
		answer(status, said, headers = {}) {
			response.writeHead(status, {'content-type': 'application/json', ...headers}).end(said);
		},
		reset() {
			response.socket?.resetAndDestroy();
		},
	};
};

/** Starts a proxy of its own for one daemon. */
export const startProxy = async (upstream: Upstream, rule: Rule = () => undefined): Promise<Proxy> => {
	const register = createRegister();
	const written = new Map<string, Call>();
	let isSevered = false;
	const server = http.createServer((incoming, response) => {
		const serve = async (): Promise<void> => {
			const body = await text(incoming);
			if (isSevered) return;
			const call = register.note(incoming.method ?? 'GET', new URL(incoming.url ?? '/', upstream.url), body);
			const exchange = exchangeOf({upstream, call, incoming, response, written});
			await (rule(call) ?? (({pass}) => pass()))(exchange);
		};
		// A server that is down, or a daemon that has left: the other side sees a broken connection.
		serve().catch(() => response.destroy());
	});
	server.keepAliveTimeout = 0;
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls: register.calls,
		written,
		sever() {
			isSevered = true;
			server.closeAllConnections();
		},
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => {
				server.close(resolve);
			});
		},
	};
};
