// List, watch, and begin again: the loop that never stops for an error. client-node's informer does (stack.md §3).
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import {HttpError} from '../http/door.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api} from './api.ts';
import {backOffMs} from './back-off.ts';
import {ApiError, type KubeObject, type Resource} from './cluster.ts';
import {createFreshness} from './freshness.ts';
import {createBeginning, type Beginning} from './beginning.ts';
import {list} from './list.ts';
import {resourceName, versionOf} from './objects.ts';
import {pathOf} from './resources.ts';
import {readEvent, type WatchEvent} from './watch-lines.ts';

/**
 * The longest silence. API servers send a bookmark about every minute to who allows it, so 90 s without a byte means
 * that the connection is dead, though no error came (half-open), or that the server gives no bookmarks, and then a
 * new watch from the same version costs it one request.
 */
export const IDLE_MS = 90_000;
/** After so long without a word what we hold is no longer called fresh: the idle limit and time to reconnect. */
export const FRESH_MS = IDLE_MS + 10_000;
/** A stream that lived so long was a good one: back-off starts over, and its end needs no waiting. */
const STABLE_MS = 10_000;
/** So often may a stream break at the same place before a list is asked for instead. */
const GARBLED_MAX = 3;

/** Where the loop puts what it learns. Nothing is called after `stop`. */
export type WatchSink = {
	/** A list begins: from now on what `take` refuses is missing from the next `replace`. */
	begin(): void;
	/** Whether an object is wanted, and how much of it; at decode. */
	take(object: KubeObject): KubeObject | undefined;
	/** All there is as of this version. */
	replace(objects: readonly KubeObject[], version: bigint): void;
	/** Not yet taken: whether an object that is no longer wanted leaves is the sink's business. */
	put(object: KubeObject, version: bigint): void;
	gone(object: KubeObject, version: bigint): void;
	/** Something was heard after a long silence, or nothing for too long. */
	freshness(fresh: boolean): void;
};

export type WatchOptions = {
	readonly api: Api;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly resource: Resource;
	readonly namespace: string | undefined;
	readonly labelSelector?: string | undefined;
	/** False: opened without a list, see beginning.ts. */
	readonly listed: boolean;
	readonly sink: WatchSink;
};

export type Watch = {
	/** Forgets where it was and lists anew, at once: somebody wants what was dropped at decode. */
	relist(): void;
	isFresh(): boolean;
	stop(): void;
};

const isGone = (error: unknown): boolean => error instanceof ApiError && (error.code === 410 || error.reason === 'Expired');
const isGarbled = (error: unknown): boolean =>
	(error instanceof ApiError && error.reason === 'MalformedAnswer') ||
	(error instanceof HttpError && (error.kind === 'malformed' || error.kind === 'too large'));
const isSilence = (error: unknown): boolean => error instanceof HttpError && error.kind === 'timed out';

/** Begins to watch; the loop ends only with `stop`. */
export const startWatch = (options: WatchOptions): Watch => {
	const {api, clock, random, log, resource, namespace, labelSelector, sink} = options;
	const attempt = `WATCH ${resourceName(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`;
	const fresh = createFreshness(clock, FRESH_MS, (now) => {
		sink.freshness(now);
	});
	let stopped = false;
	let turn = new AbortController();
	/** Up to here we know everything; undefined: a list is needed. */
	let cursor: bigint | undefined;
	let highest = 0n;
	let openedAt: number | undefined;
	let failures = 0;
	let garbledInARow = 0;
	let lastWarning = '';

	const replace = (objects: readonly KubeObject[], said: bigint | undefined): void => {
		const newest = (max: bigint, object: KubeObject): bigint => {
			const version = versionOf(object.metadata.resourceVersion) ?? 0n;
			return version > max ? version : max;
		};
		const version = said ?? objects.reduce(newest, highest);
		if (version < highest) {
			// A lagging replica, or another cluster's memory: acting on it would undo what we know.
			throw new ApiError({
				code: 0,
				reason: 'StaleList',
				outcome: 'refused',
				attempt,
				message: `the list is as of version ${version}, but ${highest} has been seen`,
			});
		}

		highest = version;
		sink.replace(objects, version);
	};

	const beginning: Beginning | undefined = options.listed
		? undefined
		: createBeginning({clock, take: (object) => sink.take(object), begin: () => sink.begin(), replace});

	const relist = async (): Promise<void> => {
		sink.begin();
		const {signal} = turn;
		const take = (object: KubeObject): KubeObject | undefined => sink.take(object);
		const onPage = (): void => fresh.heard();
		const {objects, version} = await list({api, resource, namespace, labelSelector, signal, take, onPage});
		signal.throwIfAborted();
		replace(objects, version);
		cursor = version;
	};

	const apply = (event: WatchEvent): void => {
		if (event.type === 'foreign') {
			log.warn('a watch brought a foreign object', {watch: attempt, found: event.found});
			return;
		}

		if (cursor !== undefined && event.version <= cursor) {
			// Seen already: a duplicate, or a stream that begins earlier than we asked.
			return;
		}

		highest = event.version > highest ? event.version : highest;
		if (event.type === 'bookmark') {
			cursor = event.version;
			return;
		}

		cursor = cursor === undefined ? undefined : event.version;
		sink[event.type](event.object, event.version);
	};

	const query = (): Record<string, string> => ({
		watch: 'true',
		allowWatchBookmarks: 'true',
		// Five to ten minutes, by chance, so that a restarted server's watches do not all end together for ever.
		timeoutSeconds: String(300 + Math.floor(random.next() * 300)),
		...(labelSelector !== undefined && {labelSelector}),
		...(cursor === undefined ? beginning?.query() : {resourceVersion: String(cursor)}),
	});

	const follow = async (): Promise<void> => {
		const {signal} = turn;
		const initial = cursor === undefined ? beginning : undefined;
		const path = pathOf(resource, namespace);
		const name = resourceName(resource);
		const stream = await api.stream({verb: 'watch', resource: name, path, query: query(), signal, idleMs: IDLE_MS});
		openedAt = clock.monotonic();
		fresh.heard();
		initial?.opened();
		try {
			for await (const lines of stream.lines) {
				signal.throwIfAborted();
				fresh.heard();
				for (const line of lines) {
					const event = readEvent(line, resource, namespace, attempt);
					if (initial?.gather(event) !== true) {
						apply(event);
					}
				}

				garbledInARow = 0;
			}
		} finally {
			initial?.closed();
		}
	};

	const warn = (error: unknown, ms: number): void => {
		const reason = error instanceof Error ? error.message : String(error);
		const quiet = isGone(error) || isSilence(error) || reason === lastWarning;
		log[quiet ? 'debug' : 'warn']('watch interrupted', {watch: attempt, reason, retryMs: Math.round(ms)});
		lastWarning = quiet ? lastWarning : reason;
	};

	/** Milliseconds to wait after an end, `error` undefined for a proper one. */
	const afterEnd = (error: unknown): number => {
		const stable = openedAt !== undefined && clock.monotonic() - openedAt >= STABLE_MS;
		openedAt = undefined;
		if (stable) {
			failures = 0;
			lastWarning = '';
		}

		garbledInARow += isGarbled(error) ? 1 : 0;
		if (isGone(error) || garbledInARow >= GARBLED_MAX) {
			cursor = undefined;
			garbledInARow = 0;
		}

		const once = failures === 0 && (isGone(error) || beginning?.refused(error) === true);
		const proper = stable && (error === undefined || isSilence(error));
		const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
		const ms = once || proper ? 0 : backOffMs(random, failures, retryAfterMs);
		failures += proper ? 0 : 1;
		return ms;
	};

	const run = async (): Promise<void> => {
		while (!stopped) {
			turn = new AbortController();
			const mine = turn.signal;
			let error: unknown;
			try {
				if (cursor === undefined && beginning === undefined) {
					await relist();
				}

				await follow();
			} catch (caught) {
				error = caught;
			}

			if (!stopped && !mine.aborted) {
				const ms = afterEnd(error);
				if (error !== undefined) {
					warn(error, ms);
				}

				// Only the abort rejects, and then there is no more reason to wait.
				await sleep(clock, ms, mine).catch(() => {});
			}
		}
	};

	run().catch((error: unknown) => {
		log.error('a watch loop died', {watch: attempt, error});
	});

	return {
		relist() {
			cursor = undefined;
			turn.abort(new Error('a new list is wanted'));
		},
		isFresh: () => fresh.isFresh(),
		stop() {
			stopped = true;
			fresh.stop();
			turn.abort(new Error('the watch is closed'));
		},
	};
};

