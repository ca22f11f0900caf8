// The port that machines read: /metrics, /healthz, /readyz. Nothing here changes anything.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Log} from '../log.ts';
import type {Metrics} from './metrics.ts';

export type TelemetryServer = {
	/** The port that it listens on. */
	readonly port: number;
	/** Stops listening and ends open connections. */
	close(): Promise<void>;
};

export type TelemetryServerOptions = {
	/** 0: any free port. */
	readonly port: number;
	/** All addresses by default, for a Prometheus comes from another pod. */
	readonly host?: string;
	readonly metrics: Pick<Metrics, 'render'>;
	readonly log: Log;
	/** False or a throw answers 503. */
	readonly isAlive?: () => boolean;
	readonly isReady?: () => boolean;
};

const TEXT = 'text/plain; charset=utf-8';

const answer = (response: ServerResponse, status: number, type: string, text: string): void => {
	response.writeHead(status, {
		'content-type': type,
		'content-length': Buffer.byteLength(text),
		'x-content-type-options': 'nosniff',
		'cache-control': 'no-store',
	});
	response.end(response.req.method === 'HEAD' ? undefined : text);
};

/** Resolves when it listens; rejects when it cannot (port taken, not allowed). */
export const startTelemetryServer = async (options: TelemetryServerOptions): Promise<TelemetryServer> => {
	const {metrics, log, isAlive = () => true, isReady = () => true} = options;

	const probe = (response: ServerResponse, isWell: () => boolean): void => {
		const well = isWell();
		answer(response, well ? 200 : 503, TEXT, well ? 'ok\n' : 'not yet\n');
	};

	const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('allow', 'GET, HEAD');
			answer(response, 405, TEXT, 'only GET and HEAD\n');
			return;
		}

		const path = (request.url ?? '/').split('?', 1)[0];
		if (path === '/metrics') {
			const {text, contentType} = await metrics.render();
			answer(response, 200, contentType, text);
		} else if (path === '/healthz') {
			probe(response, isAlive);
		} else if (path === '/readyz') {
			probe(response, isReady);
		} else {
			answer(response, 404, TEXT, 'not found\n');
		}
	};

	const server = createServer(
		{requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 30_000, maxHeaderSize: 16_384},
		(request, response) => {
			// No body is wanted; one that is sent must not keep the connection.
			request.resume();
			route(request, response).catch((error: unknown) => {
				log.error('a telemetry request failed', {path: request.url, error});
				if (response.headersSent) {
					response.destroy();
				} else {
					answer(response, 503, TEXT, 'failed\n');
				}
			});
		},
	);
	server.maxConnections = 256;
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	server.once('error', reject);
	server.listen(options.port, options.host, resolve);
	await promise;
	server.off('error', reject);
	server.on('error', (error) => {
		log.error('the telemetry server had an error', {error});
	});
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise((done) => {
				server.close(() => {
					done();
				});
				server.closeAllConnections();
			}),
	};
};
