// The gateway's port on loopback: a request goes by its Host header to the simulated pods behind the routes.
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Log} from '../../services/log.ts';
import {incomingOf} from '../world/calls.ts';
import type {World} from '../world/world.ts';

const BODY_BYTES_MAX = 1_048_576;
const HEADER_BYTES_MAX = 16_384;
const CONNECTIONS_MAX = 1024;
/** Not forwarded: they are about the connection to this port, or would lie about the body that is made here. */
const hopHeaders: ReadonlySet<string> = new Set(['connection', 'transfer-encoding', 'content-length', 'keep-alive']);

export type GatewayServer = {
	/** `http://127.0.0.1:PORT`. */
	readonly url: string;
	close(): Promise<void>;
};

export type GatewayOptions = {
	readonly world: Pick<World, 'request'>;
	/** 0 (the default) takes any free port. */
	readonly port?: number;
	readonly log: Log;
};

/** Reads a body to its end, for the pods of this world look at none; false when it is too large. */
const drained = async (request: IncomingMessage): Promise<boolean> => {
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > BODY_BYTES_MAX) return false;
	}

	return true;
};

const headersOf = (request: IncomingMessage): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries(request.headers)
			.filter(([name]) => !hopHeaders.has(name))
			.map(([name, value = '']) => [name, Array.isArray(value) ? value.join(',') : value]),
	);

type Target = {readonly authority: string; readonly path: string};

/** Whom a request is for: its Host header, or the whole URL that a client sends to its proxy (`curl -x`). */
const targetOf = ({url = '/', headers}: IncomingMessage): Target | undefined => {
	if (url.startsWith('/')) return {authority: headers.host ?? '', path: url};
	if (!URL.canParse(url)) return undefined;
	const {host, pathname, search} = new URL(url);
	return {authority: host, path: `${pathname}${search}`};
};

const handle = async (
	{world}: GatewayOptions,
	request: IncomingMessage,
	response: ServerResponse,
	signal: AbortSignal,
): Promise<void> => {
	const refuse = (status: number, text: string): void => {
		response.writeHead(status, {'content-type': 'text/plain', connection: 'close'});
		response.end(text);
	};
	const target = targetOf(request);
	if (target === undefined) {
		refuse(400, 'The request names no path and no http:// URL.\n');
		return;
	}

	if (!(await drained(request))) {
		refuse(413, `The body is larger than ${BODY_BYTES_MAX} bytes.\n`);
		return;
	}

	const {method = 'GET'} = request;
	const headers = {...headersOf(request), host: target.authority};
	const incoming = incomingOf({kind: 'gateway'}, {method, ...target, headers});
	const {status, headers: said, body} = await world.request(incoming, signal);
	const isBare = method === 'HEAD' || status === 204 || status === 304;
	response.writeHead(status, {...said, ...(!isBare && {'content-length': Buffer.byteLength(body)})});
	response.end(isBare ? undefined : body);
};

/** Opens the port on 127.0.0.1. A caller that goes away is not waited for. */
export const startGateway = async (options: GatewayOptions): Promise<GatewayServer> => {
	const server = createServer({maxHeaderSize: HEADER_BYTES_MAX}, (request, response) => {
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		handle(options, request, response, gone.signal).catch((error: unknown) => {
			if (gone.signal.aborted) return;
			options.log.warn('the sandbox gateway could not answer', {error: String(error)});
			if (response.headersSent) response.destroy();
			else
				response.writeHead(500, {'content-type': 'text/plain'}).end(`The sandbox could not answer: ${String(error)}\n`);
		});
	});
	server.maxConnections = CONNECTIONS_MAX;
	server.listen(options.port ?? 0, '127.0.0.1');
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
