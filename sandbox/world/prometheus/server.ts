// The socket in front of the sandbox's Prometheus.
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Answer} from './answer.ts';
import {EXPOSITION_TYPE} from './exposition.ts';

/** Beside the counters, so that who scrapes them needs no other address. */
export const DAEMON_PATH = '/metrics/daemon';

const BODY_BYTES_MAX = 1_048_576;

export type PrometheusServer = {readonly url: string; close(): Promise<void>};

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > BODY_BYTES_MAX) return undefined;
		chunks.push(chunk);
	}

	return Buffer.concat(chunks).toString('utf8');
};

type Served = {
	readonly answer: Answer;
	/** The counters as text, served at `/metrics`. */
	readonly exposition?: () => string;
	/** The daemon's metrics as text, served at DAEMON_PATH; undefined while it has none. */
	readonly ofDaemon?: () => string | undefined;
};

const handle = async (
	{answer, exposition, ofDaemon}: Served,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> => {
	const reply = (status: number, contentType: string, body: string): void => {
		response.writeHead(status, {'content-type': contentType});
		response.end(request.method === 'HEAD' ? undefined : body);
	};
	const url = new URL(request.url ?? '/', 'http://127.0.0.1');
	const parameters = url.searchParams;
	if (request.method === 'POST') {
		const body = await bodyOf(request);
		if (body === undefined) {
			reply(413, 'text/plain', 'request body too large\n');
			return;
		}

		for (const [name, value] of new URLSearchParams(body)) parameters.append(name, value);
	} else if (request.method !== 'GET' && request.method !== 'HEAD') {
		reply(405, 'text/plain', 'method not allowed\n');
		return;
	}

	if (url.pathname === '/metrics' && exposition !== undefined) {
		reply(200, EXPOSITION_TYPE, exposition());
		return;
	}

	if (url.pathname === DAEMON_PATH && ofDaemon !== undefined) {
		const text = ofDaemon();
		reply(text === undefined ? 503 : 200, EXPOSITION_TYPE, text ?? 'the daemon has not started yet\n');
		return;
	}

	const {status, contentType, body} = answer(url.pathname, parameters);
	reply(status, contentType, body);
};

/** Serves the answers and the counters on a free port of 127.0.0.1. */
export const startPrometheusServer = async (served: Served): Promise<PrometheusServer> => {
	const server = createServer((request, response) => {
		handle(served, request, response).catch((error: unknown) => {
			// The caller hears that it failed, in the form that it can read.
			if (!response.headersSent) response.writeHead(500, {'content-type': 'application/json'});
			response.end(JSON.stringify({status: 'error', errorType: 'internal', error: String(error)}));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		async close() {
			server.closeAllConnections();
			await new Promise<void>((resolve, reject) => {
				server.close((error) => (error ? reject(error) : resolve()));
			});
		},
	};
};
