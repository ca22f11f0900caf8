// The daemon's HTTP door opened to the embedded world without sockets, so that a run depends on the clock alone.
import {HttpError} from '../services/http/errors.ts';
import type {Transport, TransportRequest, TransportResponse} from '../services/http/transport.ts';
import type {ApiHandler} from './api/handler.ts';
import {isStream} from './api/messages.ts';
import type {ApiStream} from './api/messages.ts';
import type {Answer} from './world/prometheus/answer.ts';

const encoder = new TextEncoder();

/** Where the embedded world is found: any other origin is refused. */
export const API_ORIGIN = 'http://api.sandbox';
export const PROMETHEUS_ORIGIN = 'http://prometheus.sandbox';

/** What a daemon has to be told to find it; the rest is its starter's. */
export const inProcessConfig = {
	server: API_ORIGIN,
	metricsServer: PROMETHEUS_ORIGIN,
	meshProvider: 'istio',
	intervalMs: 60_000,
	logLevel: 'error',
	port: 0,
} as const;

async function* once(body: string): AsyncGenerator<Uint8Array> {
	yield encoder.encode(body);
}

async function* streamed(stream: ApiStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
	const lines: string[] = [];
	let ended = false;
	let wake = (): void => {};
	const stop = stream.start(
		(line) => {
			lines.push(line);
			wake();
		},
		() => {
			ended = true;
			wake();
		},
	);
	const onAbort = (): void => {
		wake();
	};
	signal.addEventListener('abort', onAbort, {once: true});
	try {
		for (;;) {
			signal.throwIfAborted();
			const line = lines.shift();
			if (line !== undefined) {
				yield encoder.encode(`${line}\n`);
			} else if (ended) {
				return;
			} else {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		}
	} finally {
		signal.removeEventListener('abort', onAbort);
		stop();
	}
}

/** A fault of the way between daemon and world, for tests: called with each request, it may answer or throw instead. */
export type Interceptor = (
	request: TransportRequest,
	next: () => Promise<TransportResponse>,
) => Promise<TransportResponse>;

/** The transport. Requests reach the world in the order in which they are sent. */
export const inProcess = (
	handler: ApiHandler,
	prometheus: Answer,
	intercept: Interceptor = async (_, next) => next(),
): Transport => {
	const send = async (request: TransportRequest): Promise<TransportResponse> => {
		const {method, url, headers, body, signal} = request;
		if (url.origin === PROMETHEUS_ORIGIN) {
			const answer = prometheus(url.pathname, url.searchParams);
			return {status: answer.status, headers: {'content-type': answer.contentType}, chunks: once(answer.body)};
		}

		if (url.origin !== API_ORIGIN) {
			throw new HttpError('refused', `${url.origin}: connection refused`);
		}

		const answer = handler({
			method,
			path: `${url.pathname}${url.search}`,
			headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
			...(body !== undefined && {body}),
		});
		return isStream(answer)
			? {status: answer.status, headers: answer.headers, chunks: streamed(answer, signal)}
			: {status: answer.status, headers: answer.headers, chunks: once(answer.body)};
	};

	return {
		send: (request) => intercept(request, () => send(request)),
		async close() {},
	};
};
