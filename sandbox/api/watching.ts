// GET with watch=true: what is there if asked for, then every change, as lines of JSON.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invalid} from './errors.ts';
import type {Json} from './json.ts';
import {apiVersionOf, inVersion} from './kinds.ts';
import {failure, type ApiRequest, type ApiStream} from './messages.ts';
import {selectionOf, wantsTable} from './reading.ts';
import type {ApiStore} from './store.ts';
import {tableOf} from './tables.ts';
import type {Target} from './targets.ts';
import {StatusError, type Selection} from './types.ts';

const bookmarkMs = 60_000;

type Watch = {
	readonly store: ApiStore;
	readonly target: Target;
	readonly selection: Selection;
	readonly query: URLSearchParams;
	readonly isTable: boolean;
};

// Objects are frozen and many watchers hear of each: its text is made once for each version of its kind.
const texts = new WeakMap<KubeObject, Map<string, string>>();

const textIn = ({kind, version}: Target, object: KubeObject): string => {
	const known = texts.get(object) ?? new Map<string, string>();
	texts.set(object, known);
	const text = known.get(version) ?? JSON.stringify(inVersion(kind, object, version));
	known.set(version, text);
	return text;
};

/** Writes events in the client's format; a Table's columns come with the first only. */
const writer = (watch: Watch, onLine: (line: string) => void) => {
	let hasColumns = true;
	return (type: string, object: KubeObject): void => {
		if (!watch.isTable) {
			onLine(`{"type":"${type}","object":${textIn(watch.target, object)}}`);
			return;
		}

		const include = watch.query.get('includeObject') ?? undefined;
		const metadata = {resourceVersion: object.metadata.resourceVersion};
		const options = {now: watch.store.clock.now(), metadata, include, hasColumns};
		onLine(JSON.stringify({type, object: tableOf(watch.target.kind, watch.target.version, [object], options)}));
		hasColumns = false;
	};
};

const bookmark = ({target, isTable}: Watch, resourceVersion: string, isInitialEnd = false): string => {
	const annotations = {'k8s.io/initial-events-end': 'true'};
	const metadata: Json = {resourceVersion, creationTimestamp: null, ...(isInitialEnd && {annotations})};
	const apiVersion = apiVersionOf(target.kind.key.group, target.version);
	const object = isTable
		? {kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: null, rows: []}
		: {kind: target.kind.kind, apiVersion, metadata};
	return JSON.stringify({type: 'BOOKMARK', object});
};

/** Sends what is there, where the query asks for it, and answers from which version the changes follow. */
const begin = (watch: Watch, write: (type: string, object: KubeObject) => void): number => {
	const {store, target, query, selection} = watch;
	const wanted = query.get('resourceVersion') ?? '';
	const isInitial = query.get('sendInitialEvents');
	const hasInitial = isInitial === 'true' || (isInitial === null && (wanted === '' || wanted === '0'));
	const now = Number(store.resourceVersion());
	if (!hasInitial) return wanted === '' || wanted === '0' ? now : Number(wanted);
	for (const object of store.list(target.kind.key, selection).items) write('ADDED', object);
	return now;
};

/** Calls `onTimeout` after the client's `timeoutSeconds`, and `onBookmark` each minute before that. */
const timers = ({store, query}: Watch, onBookmark: () => void, onTimeout: () => void): (() => void) => {
	const {clock} = store;
	const seconds = Number(query.get('timeoutSeconds') ?? 0);
	const hasBookmarks = query.get('allowWatchBookmarks') === 'true';
	const timeout = seconds > 0 ? clock.setTimeout(onTimeout, seconds * 1000) : undefined;
	let next: unknown;
	const arm = (): void => {
		next = clock.setTimeout(() => {
			onBookmark();
			arm();
		}, bookmarkMs);
	};

	if (hasBookmarks) arm();
	return () => {
		if (timeout !== undefined) clock.clearTimeout(timeout);
		if (next !== undefined) clock.clearTimeout(next);
	};
};

const run = (watch: Watch, onLine: (line: string) => void, onEnd: () => void): (() => void) => {
	const {store, target, selection, query} = watch;
	const write = writer(watch, onLine);
	const mark = (): void => onLine(bookmark(watch, store.resourceVersion()));
	let stops: ReadonlyArray<() => void> = [];
	const stop = (): void => {
		for (const each of stops) each();
		stops = [];
	};

	const end = (): void => {
		stop();
		onEnd();
	};

	try {
		const from = begin(watch, write);
		if (query.get('sendInitialEvents') === 'true' && query.get('allowWatchBookmarks') === 'true') {
			onLine(bookmark(watch, String(from), true));
		}

		const follow = store.watchFrom(target.kind.key, selection, from, ({type, object}) => write(type, object));
		const onTimeout = (): void => {
			if (query.get('allowWatchBookmarks') === 'true') mark();
			end();
		};

		stops = [follow, timers(watch, mark, onTimeout)];
	} catch (error) {
		// The headers are out: a refusal is an event of the stream.
		if (!(error instanceof StatusError)) throw error;
		onLine(JSON.stringify({type: 'ERROR', object: failure(error)}));
		onEnd();
	}

	return stop;
};

const checkInitial = (query: URLSearchParams): void => {
	if (!query.has('sendInitialEvents') || query.get('resourceVersionMatch') === 'NotOlderThan') return;
	const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
	const error = {field: 'resourceVersionMatch', reason: 'FieldValueForbidden', message};
	throw invalid({group: 'meta.k8s.io', plural: 'listoptions'}, 'ListOptions', '', [error]);
};

/** The stream of a watch request; refuses at once what it cannot select. */
export const watchObjects = (
	store: ApiStore,
	target: Target,
	request: ApiRequest,
	query: URLSearchParams,
): ApiStream => {
	const selection = selectionOf(target, query);
	checkInitial(query);
	// A selector that cannot be parsed is a 400, before any stream.
	store.watch(target.kind.key, selection, () => {})();
	const watch = {store, target, selection, query, isTable: wantsTable(request)};
	return {
		status: 200,
		headers: {'content-type': 'application/json'},
		start: (onLine, onEnd = () => {}) => run(watch, onLine, onEnd),
	};
};
