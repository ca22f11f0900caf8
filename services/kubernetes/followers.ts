// Who wants what of one watch, what each of them sees, and when each is told.
import type {Changed, Following, KubeObject, Wanted} from './cluster.ts';
import type {Log} from '../log.ts';

/** One standing interest. */
export type Follower = {
	readonly wanted: Wanted;
	readonly wants: (object: KubeObject) => boolean;
	readonly synced: Promise<void>;
	isSynced(): boolean;
	/** The objects are known from now on; tells the listener. */
	sync(): void;
	/** The object under this key has changed, or without one whatever it sees: it is told once at the end of this turn. */
	touch(key?: string): void;
	view(): readonly KubeObject[];
	/** What it sees under this key. */
	find(key: string): KubeObject | undefined;
	close(): void;
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byName = ({metadata: a}: KubeObject, {metadata: b}: KubeObject): number =>
	compare(a.name, b.name) || compare(a.namespace ?? '', b.namespace ?? '');

const testOf = (wanted: Wanted, log: Log): ((object: KubeObject) => boolean) => {
	if ('name' in wanted) {
		return (object) => object.metadata.name === wanted.name;
	}

	if ('labels' in wanted) {
		return () => true;
	}

	return (object) => {
		try {
			return wanted.keep(object);
		} catch (error) {
			// One odd object must not make us deaf to all the others.
			log.error('a test of objects to keep threw', {object: object.metadata.name, error});
			return false;
		}
	};
};

/** What a listener has yet to be told, and when: once a turn, of all that has changed in it. */
const createNews = (listener: (changed: Changed) => void, log: Log) => {
	let isOver = false;
	let isTold = true;
	/** What changed since it was told; undefined: anything. */
	let changed: Set<string> | undefined = new Set();

	const tell = (): void => {
		isTold = true;
		const news = changed;
		changed = new Set();
		if (isOver) {
			return;
		}

		try {
			listener(news);
		} catch (error) {
			// What it has not taken in is told again with the next change: anything may be news then.
			changed = undefined;
			log.error('a listener to changes threw', {error});
		}
	};

	return {
		/** Under this key something has changed; without one, anything may have. */
		note(key?: string): void {
			if (key === undefined) {
				changed = undefined;
			} else {
				changed?.add(key);
			}
		},
		/** At the end of this turn. */
		tellSoon(): void {
			if (isTold && !isOver) {
				isTold = false;
				queueMicrotask(tell);
			}
		},
		end(): void {
			isOver = true;
		},
	};
};

/**
 * A follower. `select` gives its objects in any order, `held` what the cache has under a key; `listener` is called at
 * most once a turn; what it throws is logged, and it is told of everything the next time.
 */
export const createFollower = (facts: {
	readonly wanted: Wanted;
	readonly select: (follower: Follower) => Iterable<KubeObject>;
	readonly held: (key: string) => KubeObject | undefined;
	readonly listener: (changed: Changed) => void;
	readonly log: Log;
}): Follower => {
	const {wanted, listener, log} = facts;
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	// Who does not wait for it need not handle its rejection.
	promise.catch(() => {});
	let isSynced = false;
	let isClosed = false;
	const news = createNews(listener, log);
	let view: readonly KubeObject[] | undefined;

	const follower: Follower = {
		wanted,
		wants: testOf(wanted, log),
		synced: promise,
		isSynced: () => isSynced,
		sync() {
			if (!isSynced && !isClosed) {
				isSynced = true;
				resolve();
				follower.touch();
			}
		},
		touch(key) {
			view = undefined;
			news.note(key);
			if (isSynced) news.tellSoon();
		},
		view() {
			if (!isSynced || isClosed) {
				return [];
			}

			view ??= [...facts.select(follower)].sort(byName);
			return view;
		},
		find(key) {
			const object = isSynced && !isClosed ? facts.held(key) : undefined;
			return object !== undefined && follower.wants(object) ? object : undefined;
		},
		close() {
			isClosed = true;
			news.end();
			reject(new Error('the following was closed'));
		},
	};
	return follower;
};

/** What its owner sees of a follower. */
export const asFollowing = (follower: Follower, isFresh: () => boolean, close: () => void): Following => ({
	synced: follower.synced,
	objects: () => follower.view(),
	object: (key) => follower.find(key),
	isFresh: () => follower.isSynced() && isFresh(),
	close,
});
