// The handler behind a socket on loopback.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import type {Log} from '../../services/log.ts';
import {createApiHandler, type ApiHandler} from './handler.ts';
import {failed, isStream, type ApiAnswer, type ApiRequest, type ApiStream} from './messages.ts';
import type {PodLogs} from './pod-logs.ts';
import {createPodSockets} from './pod-sockets.ts';
import type {FetchInWorld} from './shell/terminal.ts';
import type {ApiStore} from './store.ts';
import {StatusError} from './types.ts';

type Answering = (request: ApiRequest) => ApiAnswer | ApiStream | Promise<ApiAnswer | ApiStream>;

export type ApiServerOptions = {
	readonly store: ApiStore;
	/** 0 (or none) for any free one. */
	readonly port?: number;
	readonly log: Log;
	readonly podLog?: PodLogs;
	/** Sends the requests of `curl` in a pod. */
	readonly fetchInWorld?: FetchInWorld;
	/** Where requests from outside are taken: named where port-forward is refused. */
	readonly gatewayUrl?: string;
	/** Changes how requests are answered, for outages: called once with the server's own way. */
	readonly behind?: (handler: ApiHandler) => Answering;
};

export type ApiServer = {readonly url: string; readonly port: number; close(): Promise<void>};

// Above the server's own limit, so that the refusal is an answer and not a reset.
const bytesReadMax = 8 * 1024 * 1024;

const bodyOf = async (incoming: IncomingMessage): Promise<Uint8Array> => {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of incoming as AsyncIterable<Buffer>) {
		size += chunk.byteLength;
		if (size <= bytesReadMax) chunks.push(chunk);
	}

	return Buffer.concat(chunks);
};

const headersOf = (incoming: IncomingMessage): Record<string, string | undefined> =>
	Object.fromEntries(
		Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
	);

const loopback = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/u;

/** Nobody has to log in here; so a page of another site, or a name that was bent to loopback, must not get in. */
const refusalOf = ({headers}: IncomingMessage): string | undefined => {
	const stranger = [headers.host, headers.origin].find((origin) => origin !== undefined && !loopback.test(origin));
	return stranger === undefined ? undefined : `the sandbox answers on loopback only, not to ${stranger}`;
};

const answerTo = async (handler: Answering, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
	const refusal = refusalOf(incoming);
	if (refusal !== undefined) throw new StatusError(403, 'Forbidden', refusal);
	const request: ApiRequest = {
		method: incoming.method ?? 'GET',
		path: incoming.url ?? '/',
		headers: headersOf(incoming),
		body: await bodyOf(incoming),
	};
	const answer = await handler(request);
	if (!isStream(answer)) {
		response.writeHead(answer.status, {...answer.headers, 'content-length': Buffer.byteLength(answer.body)});
		response.end(answer.body);
		return;
	}

	response.writeHead(answer.status, answer.headers);
	// Without this kubectl's wait and rollout status hang: they need the headers before the first event.
	response.flushHeaders();
	const stop = answer.start(
		(line) => response.write(`${line}\n`),
		() => response.end(),
	);
	response.on('close', stop);
};

const listening = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
	new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			resolve((server.address() as AddressInfo).port);
		});
	});

/** Serves the store on 127.0.0.1 until `close`. */
export const startApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
	const {store, log, podLog, fetchInWorld, gatewayUrl, behind = (own: ApiHandler): Answering => own} = options;
	const handler = behind(
		createApiHandler(store, {...(podLog && {podLog}), ...(gatewayUrl !== undefined && {gatewayUrl})}),
	);
	const sockets = createPodSockets({answer: handler, clock: store.clock, fetchInWorld, gatewayUrl});
	const server = createServer((incoming, response) => {
		answerTo(handler, incoming, response).catch((error: unknown) => {
			const {status, headers, body} = failed(error);
			if (status >= 500) log.error('API request failed', {path: incoming.url, error: String(error)});
			if (!response.headersSent) response.writeHead(status, headers);
			response.end(body);
		});
	});
	server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
		const refusal = refusalOf(incoming);
		if (refusal === undefined) void sockets.upgrade(incoming, socket, head);
		else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
	});
	// Watches stay open for as long as their clients want.
	server.requestTimeout = 0;
	server.keepAliveTimeout = 60_000;
	const port = await listening(server, options.port ?? 0);
	log.info('API server listening', {port});
	return {
		url: `http://127.0.0.1:${port}`,
		port,
		async close() {
			const closed = new Promise<void>((resolve) => {
				server.close(() => {
					resolve();
				});
			});
			sockets.close();
			server.closeAllConnections();
			await closed;
		},
	};
};
