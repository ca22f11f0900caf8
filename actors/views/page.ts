// The page's port: what is known of Canaries, served. Nothing that goes wrong here reaches a run.
import type {Clock} from '../../services/clock.ts';
import type {Door} from '../../services/http/door.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import type {Cluster} from '../../services/kubernetes/cluster.ts';
import type {Connection} from '../../services/kubernetes/connection.ts';
import type {Log} from '../../services/log.ts';
import {createPrometheusRange} from '../../services/metrics/prometheus-range.ts';
import type {Random} from '../../services/random.ts';
import {createCallers} from '../../services/web/callers.ts';
import {Feed} from '../../services/web/feed.ts';
import {createReaders, everybody} from '../../services/web/readers.ts';
import {startWebServer} from '../../services/web/web-server.ts';
import {Book} from './book.ts';
import {createDiff} from './difference.ts';
import {pageRoutes} from './page-routes.ts';
import {createSeries} from './series.ts';
import type {Onlooker} from '../life/onlookers.ts';

export type PageConfig = {
	/** 0 takes a free one. */
	readonly port: number;
	/** The address to listen on; all of them without it. */
	readonly address?: string | undefined;
	/** A prefix that requests may carry. */
	readonly basePath?: string | undefined;
	/** `open`: everybody may read. `token`: whoever may get Canaries, by the API server's word. */
	readonly auth: 'open' | 'token';
	/** Names by which it may be asked, beside addresses, `localhost`, and those of Services. */
	readonly allowedHosts?: readonly string[];
	/** The page's files; `ui/dist` without it. */
	readonly folder?: string;
};

export type PageOptions = {
	readonly config: PageConfig;
	readonly connection: Connection;
	readonly door: Door;
	/** The daemon's own way to the API server. */
	readonly api: Api;
	/** For Canaries that name none. */
	readonly metricsServer: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly version: string;
	readonly speed: number;
	/** The pod that leads; empty when it is not known. */
	readonly leader?: () => string;
};

export type Page = {
	readonly onlooker: Onlooker;
	readonly url: string;
	/** By what Canaries are looked after here; undefined when they are not: then nothing is known of them. */
	leads(cluster: Cluster | undefined): void;
	close(): Promise<void>;
};

const FOLDER = new URL('../../ui/dist/', import.meta.url);

/** Starts to listen. Rejects when it cannot. */
export const openPage = async (options: PageOptions): Promise<Page> => {
	const {config, api, door, metricsServer, clock, log, random, version, speed} = options;
	const feed = new Feed({clock, random});
	const book = new Book({
		clock,
		publish({event, data}) {
			feed.publish({event, namespace: data.namespace, name: data.name, data: JSON.stringify(data)});
		},
	});
	const diffOf = createDiff(clock);
	let cluster: Cluster | undefined;
	const server = await startWebServer({
		port: config.port,
		host: config.address,
		basePath: config.basePath,
		allowedHosts: config.allowedHosts ?? [],
		folder: config.folder ?? FOLDER,
		routes: pageRoutes({
			book,
			api,
			clock,
			callers: createCallers(options),
			seriesOf: createSeries({
				clock,
				metricsServer,
				provider: createPrometheusRange((url, asked) => door.request({url, ...asked})),
			}),
			diffOf: ({signal}, {model}) => cluster && diffOf(cluster, model, signal),
			isLeading: () => cluster !== undefined,
			leader: () => ({
				pod: options.leader?.() ?? '',
				namespace: options.connection.namespace,
				port: server.port,
			}),
			about: {version, auth: config.auth, speed},
		}),
		readers: config.auth === 'token' ? createReaders(api, clock) : everybody,
		feed,
		clock,
		log,
	});
	return {
		onlooker: book,
		url: `http://127.0.0.1:${server.port}/`,
		leads(through) {
			cluster = through;
			if (through === undefined) {
				book.clear();
				server.endStreams('another replica looks after the Canaries now', 'later');
			}
		},
		close: () => server.close(),
	};
};

/** The same, but without a port to listen on there is no page, which is said. */
export const openPageIfPossible = async (options: PageOptions): Promise<Page | undefined> => {
	try {
		return await openPage(options);
	} catch (error) {
		const {message} = error as Error;
		options.log.error('the page cannot be served; choose another port by --ui-port, or 0 for none', {error: message});
		return undefined;
	}
};
