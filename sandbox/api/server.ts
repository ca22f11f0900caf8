// The handler behind a socket on loopback.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Log} from '../../services/log.ts';
import {createApiHandler, type ApiHandler, type PodLogRequest} from './handler.ts';
import {failed, isStream, type ApiRequest} from './messages.ts';
import type {ApiStore} from './store.ts';
import {StatusError} from './types.ts';

export type ApiServerOptions = {
	readonly store: ApiStore;
	/** 0 (or none) for any free one. */
	readonly port?: number;
	readonly log: Log;
	readonly podLog?: (request: PodLogRequest) => string;
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
const checkCaller = ({headers}: IncomingMessage): void => {
	for (const origin of [headers.host, headers.origin]) {
		if (origin === undefined || loopback.test(origin)) continue;
		throw new StatusError(403, 'Forbidden', `the sandbox answers on loopback only, not to ${origin}`);
	}
};

const answerTo = async (handler: ApiHandler, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
	checkCaller(incoming);
	const request: ApiRequest = {
		method: incoming.method ?? 'GET',
		path: incoming.url ?? '/',
		headers: headersOf(incoming),
		body: await bodyOf(incoming),
	};
	const answer = handler(request);
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
	const {store, log, podLog} = options;
	const handler = createApiHandler(store, {...(podLog && {podLog})});
	const server = createServer((incoming, response) => {
		answerTo(handler, incoming, response).catch((error: unknown) => {
			const {status, headers, body} = failed(error);
			if (status >= 500) log.error('API request failed', {path: incoming.url, error: String(error)});
			if (!response.headersSent) response.writeHead(status, headers);
			response.end(body);
		});
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
			server.closeAllConnections();
			await closed;
		},
	};
};
