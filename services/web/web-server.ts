// The port that people and their browsers read. It knows routes and files, and no chart.
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {openStream, type Stream} from './event-stream.ts';
import type {Feed} from './feed.ts';
import type {Reader, Readers} from './readers.ts';
import {Refusal} from './refusal.ts';
import {answerOf, JSON_TYPE, send} from './replies.ts';
import {readBody, tokenOf} from './requests.ts';
import {decoded, pathBelow, routeOf, type Following, type Request, type Route} from './routes.ts';
import {checkHost, checkOrigin} from './site-guard.ts';
import {createStaticFiles} from './static-files.ts';

export type WebServerOptions = {
	/** 0: any free port. */
	readonly port: number;
	/** All addresses by default. */
	readonly host?: string | undefined;
	/** A prefix that requests may carry: `/aviary`. */
	readonly basePath?: string | undefined;
	readonly allowedHosts: readonly string[];
	readonly routes: readonly Route[];
	readonly readers: Readers;
	readonly feed: Feed;
	/** The page's files. */
	readonly folder: string | URL;
	readonly clock: Clock;
	readonly log: Log;
	/** 64 by default. */
	readonly streamsMax?: number;
};

export type WebServer = {
	readonly port: number;
	/** Ends every stream with a reason, for their readers to come back. */
	endStreams(reason: string, retry: 'at once' | 'later'): void;
	close(): Promise<void>;
};

const CONNECTIONS_MAX = 512;

/** Nothing inline, nothing from elsewhere, and no page around ours. */
const CSP = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'";

const common = {
	'content-security-policy': CSP,
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
};

/** For routes that need no reader. */
const nobody: Reader = {mayRead: () => Promise.resolve(false), whyOver: () => Promise.resolve(undefined)};

/** Begins a stream, and keeps it among `streams` while it lasts. */
const follow = (
	{feed, clock, log, streamsMax = 64}: WebServerOptions,
	streams: Set<Stream>,
	response: ServerResponse,
	request: Request,
	{reset, admits}: Following,
): void => {
	if (streams.size >= streamsMax) {
		throw new Refusal('too-many', `${streamsMax} clients follow the stream already`, 'come back later', {
			'retry-after': '30',
		});
	}

	const last = response.req.headers['last-event-id'] ?? request.query.get('last-event-id') ?? '';
	response.setHeader('cache-control', 'no-store');
	const stream = openStream(response, {
		feed,
		clock,
		log,
		after: feed.resume(String(last)),
		reset: async () => JSON.stringify(await reset()),
		admits,
		whyOver: () => request.reader.whyOver(),
		onClose() {
			streams.delete(stream);
		},
	});
	streams.add(stream);
};

type Files = ReturnType<typeof createStaticFiles>;

const serveFile = async (files: Files, response: ServerResponse, path: string): Promise<void> => {
	const file = await files(decoded(path));
	if (file === undefined) {
		throw path === ''
			? new Refusal('not-found', 'the page is not built', 'run npm run build:page, or ask api/v1/canaries')
			: new Refusal('not-found', 'there is nothing here');
	}

	const {type, body, etag, isLasting} = file;
	const headers = {'cache-control': isLasting ? 'public, max-age=31536000, immutable' : 'no-cache'};
	send(response, {status: 200, type, body, etag, headers});
};

/** What a route is asked, with who asks. Rejects with Refusal for who may not. */
const requestOf = async (
	{readers}: WebServerOptions,
	incoming: IncomingMessage,
	response: ServerResponse,
	{route, params, query}: Pick<Request, 'params' | 'query'> & {readonly route: Route},
): Promise<Request> => {
	const token = tokenOf(incoming);
	if (route.access === 'caller' && token === undefined) {
		throw new Refusal('unauthenticated', 'acting needs your own token', 'send Authorization: Bearer TOKEN', {
			'www-authenticate': 'Bearer',
		});
	}

	const ended = new AbortController();
	response.once('close', () => {
		ended.abort(new Error('the client has left'));
	});
	return {
		params,
		query,
		accept: incoming.headers.accept ?? '',
		// Who acts is for the API server to judge.
		reader: await (route.access === 'reader' ? readers : {readerOf: () => Promise.resolve(nobody)}).readerOf(token),
		token: token ?? '',
		body: route.method === 'POST' ? await readBody(incoming) : undefined,
		signal: ended.signal,
	};
};

/** Answers with what went wrong, for people; what is nobody's fault but ours is logged. */
const refuse = (log: Log, response: ServerResponse, error: unknown): void => {
	const refusal =
		error instanceof Refusal ? error : new Refusal('failed', 'the daemon has failed at this', 'ask again');
	if (refusal !== error) {
		log.error('a request of the HTTP interface failed', {path: response.req.url, error});
	}

	if (response.headersSent) {
		response.destroy();
		return;
	}

	// What is left of a body must not be taken for the next request.
	response.req.resume();
	send(response, {
		status: refusal.status,
		type: JSON_TYPE,
		body: JSON.stringify(refusal.view()),
		headers: refusal.headers,
	});
};

/** Resolves when it listens; rejects when it cannot. */
const listening = async (server: Server, {port, host}: WebServerOptions): Promise<void> => {
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	server.once('error', reject);
	server.listen(port, host, resolve);
	await promise;
	server.off('error', reject);
};

/** Closes it. A stream's last word is on its way; nobody else may hold us up. */
const closed = (server: Server, clock: Clock): Promise<void> =>
	new Promise<void>((done) => {
		server.close(() => {
			done();
		});
		server.closeIdleConnections();
		const timer = clock.setTimeout(() => {
			server.closeAllConnections();
		}, 200);
		server.once('close', () => {
			clock.clearTimeout(timer);
		});
	});

/** Resolves when it listens; rejects when it cannot. */
export const startWebServer = async (options: WebServerOptions): Promise<WebServer> => {
	const {routes, clock, log, allowedHosts} = options;
	const base = (options.basePath ?? '').replace(/\/+$/, '');
	const files = createStaticFiles(options.folder);
	const streams = new Set<Stream>();

	const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
		checkHost(incoming.headers, allowedHosts);
		const {method = 'GET', url = '/'} = incoming;
		const isReading = method === 'GET' || method === 'HEAD';
		if (!isReading) {
			checkOrigin(incoming.headers);
		}

		if (base !== '' && url.split('?', 1)[0] === base) {
			send(response, {status: 308, type: 'text/plain', body: '', headers: {location: `${base}/`}});
			return;
		}

		const {path, query} = pathBelow(url, base);
		const found = routeOf(routes, method, path);
		if (found === undefined) {
			if (!isReading) {
				throw new Refusal('wrong-method', 'only GET and HEAD here', '', {allow: 'GET, HEAD'});
			}

			await serveFile(files, response, path);
			return;
		}

		const {route, params} = found;
		const request = await requestOf(options, incoming, response, {route, params, query});
		if ('follow' in route) {
			follow(options, streams, response, request, route.follow(request));
		} else {
			send(response, answerOf(await route.answer(request)));
		}
	};

	const server = createServer(
		{requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 30_000, maxHeaderSize: 16_384},
		(incoming, response) => {
			for (const [name, value] of Object.entries(common)) {
				response.setHeader(name, value);
			}

			serve(incoming, response).catch((error: unknown) => {
				refuse(log, response, error);
			});
		},
	);
	server.maxConnections = CONNECTIONS_MAX;
	await listening(server, options);
	server.on('error', (error) => {
		log.error('the HTTP interface had an error', {error});
	});
	const endStreams: WebServer['endStreams'] = (reason, retry) => {
		for (const stream of streams) {
			stream.end(reason, retry);
		}
	};
	return {
		port: (server.address() as AddressInfo).port,
		endStreams,
		async close() {
			endStreams('the daemon stops', 'later');
			await closed(server, clock);
		},
	};
};
