// List, watch, and begin again: the loop that never stops for an error. client-node's informer does (stack.md §3).
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api} from './api.ts';
import {createBeginning, type Beginning} from './beginning.ts';
import {ApiError, type KubeObject, type Resource} from './cluster.ts';
import {createFreshness} from './freshness.ts';
import {list} from './list.ts';
import {resourceName, versionOf} from './objects.ts';
import {createRecovery, type WatchEnd} from './recovery.ts';
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

/** Where the loop puts what it learns. Nothing is called after `stop`. */
export type WatchSink = {
	/** The first page of a list is here: from now on what `take` refuses is missing from the next `replace`. */
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
	/** Of the watch alone: for what is opened without a list. */
	readonly fieldSelector?: string;
	/** False: opened without a list, see beginning.ts. */
	readonly listed: boolean;
	readonly sink: WatchSink;
	/** Told of each end after which the watch is opened again. */
	readonly onRestart?: ((facts: {readonly resource: string; readonly reason: WatchEnd}) => void) | undefined;
};

export type Watch = {
	/** Forgets where it was and lists anew, at once: somebody wants what was dropped at decode. */
	relist(): void;
	isFresh(): boolean;
	stop(): void;
};

/** How far the stream is known: what is older than that was seen already. */
type Position = {
	/** Up to here we know everything; undefined: a list is needed. */
	cursor: bigint | undefined;
	/** The highest version ever seen: no list may be older. */
	highest: bigint;
};

const replaceAt = (
	position: Position,
	sink: WatchSink,
	attempt: string,
	objects: readonly KubeObject[],
	said: bigint | undefined,
): void => {
	const newest = (max: bigint, object: KubeObject): bigint => {
		const version = versionOf(object.metadata.resourceVersion) ?? 0n;
		return version > max ? version : max;
	};
	const version = said ?? objects.reduce(newest, position.highest);
	if (version < position.highest) {
		// A lagging replica, or another cluster's memory: acting on it would undo what we know.
		throw new ApiError({
			code: 0,
			reason: 'StaleList',
			outcome: 'refused',
			attempt,
			message: `the list is as of version ${version}, but ${position.highest} has been seen`,
		});
	}

	position.highest = version;
	// Before the sink hears of it: it may ask for another list at once.
	position.cursor = said;
	sink.replace(objects, version);
};

const applyAt = (position: Position, sink: WatchSink, event: Exclude<WatchEvent, {type: 'foreign'}>): void => {
	if (position.cursor !== undefined && event.version <= position.cursor) {
		// Seen already: a duplicate, or a stream that begins earlier than we asked.
		return;
	}

	position.highest = event.version > position.highest ? event.version : position.highest;
	if (event.type === 'bookmark') {
		position.cursor = event.version;
		return;
	}

	position.cursor = position.cursor === undefined ? undefined : event.version;
	sink[event.type](event.object, event.version);
};

/** Begins to watch; the loop ends only with `stop`. */
export const startWatch = (options: WatchOptions): Watch => {
	const {api, clock, random, log, resource, namespace, labelSelector, fieldSelector, sink} = options;
	const attempt = `WATCH ${resourceName(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`;
	const fresh = createFreshness(clock, FRESH_MS, (now) => {
		sink.freshness(now);
	});
	const recovery = createRecovery(clock, random, log, attempt);
	const life = new AbortController();
	const position: Position = {cursor: undefined, highest: 0n};
	/** One list and one stream; aborted to begin the next, so that no old answer is taken for a new one. */
	let turn = new AbortController();

	const replace = (objects: readonly KubeObject[], version: bigint | undefined): void => {
		replaceAt(position, sink, attempt, objects, version);
	};
	const take = (object: KubeObject): KubeObject | undefined => sink.take(object);
	const beginning: Beginning | undefined = options.listed
		? undefined
		: createBeginning({clock, take, begin: () => sink.begin(), replace});

	const relist = async (signal: AbortSignal): Promise<void> => {
		const onPage = (isFirst: boolean): void => {
			signal.throwIfAborted();
			fresh.heard();
			if (isFirst) {
				sink.begin();
			}
		};
		const {objects, version} = await list({api, resource, namespace, labelSelector, signal, take, onPage});
		signal.throwIfAborted();
		replace(objects, version);
		signal.throwIfAborted();
	};

	const query = (): Record<string, string> => ({
		watch: 'true',
		allowWatchBookmarks: 'true',
		// Five to ten minutes, by chance, so that a restarted server's watches do not all end together for ever.
		timeoutSeconds: String(300 + Math.floor(random.next() * 300)),
		...(labelSelector !== undefined && {labelSelector}),
		...(fieldSelector !== undefined && {fieldSelector}),
		...(position.cursor === undefined ? beginning?.query() : {resourceVersion: String(position.cursor)}),
	});

	const read = (line: string, initial: Beginning | undefined): void => {
		const event = readEvent(line, resource, namespace, attempt);
		if (event.type === 'foreign') {
			log.warn('a watch brought a foreign object', {watch: attempt, found: event.found});
		} else if (initial?.gather(event) !== true) {
			applyAt(position, sink, event);
		}
	};

	const follow = async (signal: AbortSignal): Promise<void> => {
		const initial = position.cursor === undefined ? beginning : undefined;
		const name = resourceName(resource);
		const path = pathOf(resource, namespace);
		const stream = await api.stream({verb: 'watch', resource: name, path, query: query(), signal, idleMs: IDLE_MS});
		recovery.opened();
		fresh.heard();
		initial?.opened();
		try {
			for await (const lines of stream.lines) {
				signal.throwIfAborted();
				fresh.heard();
				for (const line of lines) {
					read(line, initial);
				}

				recovery.progressed();
			}
		} finally {
			initial?.closed();
		}
	};

	const once = async (signal: AbortSignal): Promise<void> => {
		if (position.cursor === undefined && beginning === undefined) {
			await relist(signal);
		}

		await follow(signal);
	};

	const run = async (): Promise<void> => {
		while (!life.signal.aborted) {
			turn = new AbortController();
			const {signal} = turn;
			const error = await once(signal).then(
				() => undefined,
				(caught: unknown) => caught ?? new Error('an error without a value'),
			);
			if (!signal.aborted) {
				const {ms, relist: isLost, reason} = recovery.ended(error, beginning?.refused(error) === true);
				options.onRestart?.({resource: resourceName(resource), reason});
				position.cursor = isLost ? undefined : position.cursor;
				if (ms > 0) {
					// Only the abort rejects, and then there is no more reason to wait.
					await sleep(clock, ms, signal).catch(() => {});
				}
			}
		}
	};

	run().catch((error: unknown) => {
		log.error('a watch loop died', {watch: attempt, error});
	});

	return {
		relist() {
			position.cursor = undefined;
			turn.abort(new Error('a new list is wanted'));
		},
		isFresh: () => fresh.isFresh(),
		stop() {
			life.abort(new Error('the watch is closed'));
			fresh.stop();
			turn.abort(life.signal.reason);
		},
	};
};
