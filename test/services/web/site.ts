// A web server with routes of a test's own, and raw requests to it: a client library would mend what is to be refused.
import {mkdtemp, rm, writeFile, mkdir} from 'node:fs/promises';
import {request as httpRequest, type IncomingHttpHeaders} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {wallClock} from '../../../services/clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {Feed, type FeedOptions} from '../../../services/web/feed.ts';
import {everybody} from '../../../services/web/readers.ts';
import type {Route} from '../../../services/web/routes.ts';
import {startWebServer, type WebServerOptions} from '../../../services/web/web-server.ts';

export type Said = {readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string};

export type Sent = {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
};

/** One request to a port of the loopback, as it stands. */
export const ask = (port: number, url: string, {method = 'GET', headers = {}, body}: Sent = {}): Promise<Said> =>
	new Promise((resolve, reject) => {
		const request = httpRequest({host: '127.0.0.1', port, path: url, method, headers, agent: false}, (response) => {
			const parts: Buffer[] = [];
			response.on('data', (part: Buffer) => parts.push(part));
			response.on('error', reject);
			response.on('end', () => {
				const {statusCode: status = 0, headers: answered} = response;
				resolve({status, headers: answered, body: Buffer.concat(parts).toString('utf8')});
			});
		});
		request.on('error', reject);
		request.end(body);
	});

export type SiteOptions = Partial<Omit<WebServerOptions, 'routes'>> & {
	readonly routes?: readonly Route[];
	readonly files?: Readonly<Record<string, string>>;
	readonly feedOptions?: Partial<FeedOptions>;
};

/** Starts it on a free port; it ends with the test. */
export const site = async (
	t: ExecutionContext,
	{routes = [], files = {}, feedOptions, ...options}: SiteOptions = {},
) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'aviary-site-'));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(folder, name)), {recursive: true});
		await writeFile(path.join(folder, name), text);
	}

	const feed = new Feed({clock: wallClock, random: seededRandom(1), ...feedOptions});
	const server = await startWebServer({
		port: 0,
		host: '127.0.0.1',
		allowedHosts: ['aviary.example.com', '.pages.example.org'],
		readers: everybody,
		clock: wallClock,
		log: silentLog,
		folder,
		feed,
		routes,
		...options,
	});
	t.teardown(async () => {
		await server.close();
		await rm(folder, {recursive: true});
	});
	return {
		server,
		feed,
		port: server.port,
		ask: (url: string, sent?: Sent): Promise<Said> => ask(server.port, url, sent),
	};
};
