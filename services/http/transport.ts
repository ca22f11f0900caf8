// What lies behind the HTTP door: real sockets through undici, or anything in-process that answers the same way.
import {createSecureContext} from 'node:tls';
import {Agent, type Dispatcher} from 'undici';
import {HttpError, type HttpErrorKind} from './errors.ts';

/** How to speak TLS with an origin. One object is one connection pool: keep it while its content is the same. */
export type TlsOptions = {
	readonly ca?: string | Buffer | undefined;
	readonly cert?: string | Buffer | undefined;
	readonly key?: string | Buffer | undefined;
	readonly passphrase?: string | undefined;
	readonly servername?: string | undefined;
	readonly rejectUnauthorized?: boolean | undefined;
};

export type TransportRequest = {
	readonly method: string;
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | undefined;
	readonly signal: AbortSignal;
	readonly tls: TlsOptions | undefined;
	/** True for answers that stay open (watches): they must not use up the places of short requests. */
	readonly streaming: boolean;
};

export type TransportResponse = {
	readonly status: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly chunks: AsyncIterable<Uint8Array>;
};

/**
 * Sends one request and gives its answer as soon as the headers are there. Rejects with HttpError, or with anything
 * else, which the door takes for a reset. Follows no redirect and decodes no compression.
 */
export type Transport = {
	send(request: TransportRequest): Promise<TransportResponse>;
	/** Ends all connections at once. */
	close(): Promise<void>;
};

const NEVER_SENT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT',
]);
const TOO_LARGE = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE']);

const kindOf = (code: string, message: string): HttpErrorKind => {
	if (NEVER_SENT.has(code)) {
		return 'refused';
	}

	if (code.startsWith('ERR_TLS') || code.startsWith('CERT_') || /certificate|ERR_SSL/i.test(`${code} ${message}`)) {
		return 'untrusted';
	}

	if (TOO_LARGE.has(code)) {
		return 'too large';
	}

	return code.startsWith('HPE_') ? 'malformed' : 'reset';
};

/** Any error of a transport as an HttpError; what is unknown is a reset, for the request may have arrived. */
export const asHttpError = (error: unknown, what: string): HttpError => {
	if (error instanceof HttpError) {
		return error;
	}

	const {code, message} = error as {code?: unknown; message?: unknown};
	const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
	return new HttpError(kindOf(typeof code === 'string' ? code : '', text), `${what}: ${text}`, error);
};

const flatten = (headers: Dispatcher.ResponseData['headers']): Record<string, string> => {
	const flat: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined) {
			flat[name] = Array.isArray(value) ? value.join(', ') : value;
		}
	}

	return flat;
};

const PLAIN: TlsOptions = {};

/** With one context for all connections: each would else read the certificates anew, and keep its own copy. */
const connectionOptions = (tls: TlsOptions): Record<string, unknown> => {
	const {ca, cert, key, passphrase, ...others} = tls;
	const isOwn = ca !== undefined || cert !== undefined || key !== undefined;
	return {...others, ...(isOwn && {secureContext: createSecureContext({ca, cert, key, passphrase})})};
};

/**
 * Sockets. `connections` caps the open connections of short requests to one origin; streams have connections of
 * their own, as many as there are streams. HTTP/1.1 only: a stalled stream then stalls nobody else.
 */
export const createSocketTransport = (options: {readonly connections: number}): Transport => {
	const pools = new Map<TlsOptions, {short: Agent; streams: Agent}>();

	const open = (connect: Record<string, unknown>, connections: number | null): Agent =>
		new Agent({
			connections,
			allowH2: false,
			// Our own timer, on the injected clock, ends every request: these would only end it with another text.
			headersTimeout: 0,
			bodyTimeout: 0,
			connect: {...connect, timeout: 10_000},
		});

	const poolOf = (tls: TlsOptions): {short: Agent; streams: Agent} => {
		let pool = pools.get(tls);
		if (pool === undefined) {
			const connect = connectionOptions(tls);
			pool = {short: open(connect, options.connections), streams: open(connect, null)};
			pools.set(tls, pool);
			retireOldest();
		}

		return pool;
	};

	// Rotated certificates make new pools; the old ones finish what they do and go.
	const retireOldest = (): void => {
		for (const [tls, pool] of pools) {
			if (pools.size <= 4) {
				return;
			}

			pools.delete(tls);
			pool.short.close().catch(() => {});
			pool.streams.close().catch(() => {});
		}
	};

	return {
		async send({method, url, headers, body, signal, tls, streaming}) {
			const pool = poolOf(tls ?? PLAIN);
			const answer = await (streaming ? pool.streams : pool.short).request({
				origin: url.origin,
				path: url.pathname + url.search,
				method: method as Dispatcher.HttpMethod,
				headers,
				body: body ?? null,
				signal,
			});
			// An abort with nobody reading would otherwise be an uncaught 'error' event.
			answer.body.on('error', () => {});
			return {status: answer.statusCode, headers: flatten(answer.headers), chunks: answer.body};
		},
		async close() {
			const agents = [...pools.values()].flatMap((pool) => [pool.short, pool.streams]);
			pools.clear();
			await Promise.all(agents.map((agent) => agent.destroy()));
		},
	};
};
