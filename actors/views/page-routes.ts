// Binds the requests of the HTTP interface to what is known of Canaries.
import {wrongInCommand} from '../../api/http/requests.ts';
import type {RevisionDiffView} from '../../api/http/diff-views.ts';
import type {About, CommandRequest} from '../../api/http/requests.ts';
import {openApi} from '../../api/http/openapi.ts';
import {routes, type RouteName} from '../../api/http/routes.ts';
import type {RunView} from '../../api/http/run-views.ts';
import type {Clock} from '../../services/clock.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Callers} from '../../services/web/callers.ts';
import {Refusal} from '../../services/web/refusal.ts';
import type {Following, Reply, Request, Route} from '../../services/web/routes.ts';
import type {Book} from './book.ts';
import {chart} from './chart.ts';
import {detailOf} from './detail.ts';
import {exactTimestamp} from '../../services/clock.ts';
import type {Entry} from './entry.ts';
import {explanationOf} from './explanation.ts';
import {presentRunOf, runOfEntry, runsOf} from './runs.ts';
import type {SeriesOf} from './series.ts';
import {summaryOf} from './summary.ts';
import {whereToAsk, type Leader} from './where-to-ask.ts';

export type PageRoutesOptions = {
	readonly book: Book;
	/** The daemon's own way to the API server. */
	readonly api: Api;
	readonly callers: Callers;
	readonly seriesOf: SeriesOf;
	/** What the target changes; undefined while this replica does not lead. */
	readonly diffOf: (request: Request, entry: Entry) => Promise<RevisionDiffView> | undefined;
	readonly clock: Clock;
	readonly isLeading: () => boolean;
	/** Who leads, for whoever asks a replica that does not. */
	readonly leader: () => Leader;
	readonly about: Pick<About, 'version' | 'auth' | 'speed'>;
};

type Handler =
	| {readonly answer: (request: Request) => Reply | Promise<Reply>}
	| {readonly follow: (request: Request) => Following};

const fromApiServer = (error: unknown): unknown =>
	error instanceof ApiError ? new Refusal('api-server', error.message, 'ask again in a moment') : error;

/** Where notifications link to; the page itself is one file, which tells its places apart by what follows the hash. */
const pageOfCanary: Route = {
	method: 'GET',
	path: 'canaries/{namespace}/{name}',
	access: 'public',
	answer({params: {namespace = '', name = ''}, query}) {
		const kind = query.get('kind') === 'Rollout' ? '?kind=Rollout' : '';
		return {location: `../../#/canaries/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}${kind}`};
	},
};

/** Every route, ready to be served. */
export const pageRoutes = (options: PageRoutesOptions): readonly Route[] => {
	const {book, api, callers, seriesOf, diffOf, clock, isLeading, leader, about} = options;
	const mustLead = (): void => {
		if (!isLeading()) {
			throw whereToAsk(leader());
		}
	};

	const entryOf = async ({params, query, reader}: Request): Promise<Entry> => {
		mustLead();
		const {namespace = '', name = ''} = params;
		if (!(await reader.mayRead(namespace))) {
			throw new Refusal(
				'forbidden',
				`you may not get canaries.flagger.app in the namespace ${namespace}`,
				'ask for it',
			);
		}

		const entry = book.entry(namespace, name, query.get('kind') ?? '');
		if (entry === undefined) {
			throw new Refusal('not-found', `there is no Canary ${name} in the namespace ${namespace}`, 'look at the list');
		}

		return entry;
	};

	const visible = async ({query, reader}: Request): Promise<readonly Entry[]> => {
		const [namespace, name] = [query.get('namespace'), query.get('name')];
		const wanted = book
			.entries()
			.filter(({model}) => (namespace ?? model.namespace) === model.namespace && (name ?? model.name) === model.name);
		const namespaces = [...new Set(wanted.map(({model}) => model.namespace))];
		const allowed = new Map<string, boolean>();
		for (const one of namespaces) {
			allowed.set(one, await reader.mayRead(one));
		}

		return wanted.filter(({model}) => allowed.get(model.namespace) === true);
	};

	const runNamed = async (entry: Entry, id: string): Promise<RunView> => {
		const found = await runOfEntry(api, entry, id).catch((error: unknown) => {
			throw fromApiServer(error);
		});
		if (found === undefined) {
			throw new Refusal('not-found', `there is no run ${id} of this Canary`, 'look at its runs');
		}

		return found;
	};

	const handlers: Readonly<Record<RouteName, Handler>> = {
		about: {
			answer: () => ({json: {...about, leading: isLeading(), now: exactTimestamp(clock.now())} satisfies About}),
		},
		canaries: {
			async answer(request) {
				mustLead();
				return {json: {items: (await visible(request)).map((entry) => summaryOf(entry))}};
			},
		},
		canary: {answer: async (request) => ({json: detailOf(await entryOf(request), clock.now())})},
		explain: {
			async answer(request) {
				const explained = explanationOf(detailOf(await entryOf(request), clock.now()));
				const isText = request.accept.includes('text/plain') && !request.accept.includes('application/json');
				return isText ? {text: explained.text} : {json: explained};
			},
		},
		diff: {
			async answer(request) {
				const told = diffOf(request, await entryOf(request));
				if (told === undefined) {
					throw whereToAsk(leader());
				}

				return {json: await told};
			},
		},
		runs: {
			async answer(request) {
				const entry = await entryOf(request);
				try {
					return {json: {items: await runsOf(api, entry)}};
				} catch (error) {
					throw fromApiServer(error);
				}
			},
		},
		run: {
			async answer(request) {
				const {id = ''} = request.params;
				return {json: await runNamed(await entryOf(request), id)};
			},
		},
		series: {
			async answer(request) {
				const entry = await entryOf(request);
				const present = presentRunOf(entry);
				const id = request.query.get('run') ?? present?.id ?? '';
				if (id === '') {
					throw new Refusal('not-found', 'no run of this Canary is known', 'name one of its runs by ?run=');
				}

				const which = present?.id === id ? present : {id, find: () => runNamed(entry, id)};
				return {json: await seriesOf(entry, which)};
			},
		},
		command: {
			async answer({params, body, token}) {
				const {namespace = '', name = ''} = params;
				const wrong = wrongInCommand(body);
				if (wrong !== undefined) {
					throw new Refusal('invalid', wrong, 'see api/v1/openapi.json');
				}

				const {verb, reason, revision, weight} = body as CommandRequest;
				const given = await callers.command(token, {namespace, canary: name, verb, reason, revision, weight});
				return {status: 201, json: {namespace, canary: name, ...given}};
			},
		},
		chart: {answer: () => ({json: chart, isLasting: true})},
		stream: {
			follow(request) {
				mustLead();
				const [namespace, name] = [request.query.get('namespace'), request.query.get('name')];
				return {
					reset: async () => ({canaries: (await visible(request)).map((entry) => summaryOf(entry))}),
					admits: (event) =>
						(namespace ?? event.namespace) === event.namespace &&
						(name ?? event.name) === event.name &&
						request.reader.mayRead(event.namespace),
				};
			},
		},
		openapi: {answer: () => ({json: openApi(), isLasting: true})},
	};

	const served = Object.entries(routes).map(([name, {method, path, access}]) => ({
		method,
		path,
		access,
		...handlers[name as RouteName],
	}));
	return [...served, pageOfCanary];
};
