// One watch of a resource in a namespace, and all who follow something in it.
import {createCache, type Cache} from './cache.ts';
import type {Changed, Following, KubeObject, Wanted} from './cluster.ts';
import {asFollowing, createFollower, type Follower} from './followers.ts';
import {createInterests, type Interests} from './interests.ts';
import {readNewcomer, type NewcomerOptions} from './newcomers.ts';
import {keyOf, versionOf} from './objects.ts';
import {startWatch, type Watch, type WatchOptions} from './watch.ts';

export type SharedWatch = {
	follow(wanted: Wanted, listener: (changed: Changed) => void): Following;
	/** The answer to a write or a live read: taken if it is news. */
	absorb(object: KubeObject): void;
	/** What is held under a key as in objects.ts. */
	held(key: string): KubeObject | undefined;
	/** Whether this live object is wanted here and newer than what is held; never before all that is wanted is known. */
	lacks(object: KubeObject): boolean;
	/** Our delete was answered, or a read found nothing: this object is gone. */
	buried(object: KubeObject): void;
	/** A write was answered with a version alone. */
	amend(key: string, version: bigint, edit: (object: KubeObject) => KubeObject): void;
	/** Objects held. */
	size(): number;
};

export type SharedWatchOptions = Omit<NewcomerOptions, 'namespace'> & {
	readonly namespace: string | undefined;
	readonly labels: Readonly<Record<string, string>> | undefined;
	readonly trim: (object: KubeObject) => KubeObject;
	/** The last follower has left and the watch is over. */
	readonly onEnd: () => void;
	readonly onRestart?: WatchOptions['onRestart'];
};

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
	Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.sort((a, b) => (a < b ? -1 : 1))
		.join(',');

const versionFrom = (object: KubeObject): bigint => versionOf(object.metadata.resourceVersion) ?? 0n;

const nameOf = ({wanted}: Follower): string | undefined => ('name' in wanted ? wanted.name : undefined);

/** The follower's objects among those of the cache; a name in a namespace costs no search. */
function* select(cache: Cache, namespace: string | undefined, follower: Follower): Generator<KubeObject> {
	const name = nameOf(follower);
	if (name !== undefined && namespace !== undefined) {
		const object = cache.get(`${namespace}/${name}`);
		if (object !== undefined) {
			yield object;
		}

		return;
	}

	for (const object of cache.values()) {
		if (follower.wants(object)) {
			yield object;
		}
	}
}

/** What only the leaver wanted leaves with it. */
const purge = (cache: Cache, interests: Interests, namespace: string | undefined, leaver: Follower): void => {
	for (const object of [...select(cache, namespace, leaver)].filter((object) => !interests.isWanted(object))) {
		cache.forget(keyOf(object));
	}
};

/**
 * Opens the watch; it ends when the last follower closes. What a follower wants after the list has begun was dropped
 * at decode: a name in a namespace is read by one GET, anything else needs a new list.
 */
export const createSharedWatch = (options: SharedWatchOptions): SharedWatch => {
	const {log, namespace, labels} = options;
	const interests = createInterests();
	const cache = createCache(versionFrom, (key, before, after) => {
		interests.touch(key, before, after);
	});
	const life = new AbortController();
	/** Who came after the first page of the present list. */
	const late = new Set<Follower>();
	/** `begun`: pages were dropped unseen; `listed`: all that is wanted is known. */
	let phase: 'waiting' | 'begun' | 'listed' = 'waiting';

	const take = (object: KubeObject): KubeObject | undefined => {
		const trimmed = options.trim(object);
		return interests.isWanted(trimmed) ? trimmed : undefined;
	};

	/** The same of an object that no watch has selected. */
	const takeSelected = (object: KubeObject): KubeObject | undefined => {
		const selected = Object.entries(labels ?? {}).every(([key, value]) => object.metadata.labels?.[key] === value);
		return selected ? take(object) : undefined;
	};

	const put = (object: KubeObject, version = versionFrom(object)): void => {
		cache.put(object, version, take(object));
	};

	const fetchFor = async (follower: Follower, name: string, inside: string): Promise<void> => {
		const isWanted = (): boolean => interests.has(follower);
		const object = await readNewcomer({...options, namespace: inside}, name, isWanted, life.signal);
		if (object !== undefined) {
			put(object);
		}

		follower.sync();
	};

	const settle = (follower: Follower): void => {
		const name = nameOf(follower);
		if (name === undefined || namespace === undefined) {
			watch.relist();
		} else if (interests.isKnownName(name, follower) || cache.get(`${namespace}/${name}`) !== undefined) {
			follower.sync();
		} else {
			fetchFor(follower, name, namespace).catch((error: unknown) => {
				log.debug('a newly wanted object is no longer wanted', {name, namespace, error});
			});
		}
	};

	const enter = (follower: Follower): void => {
		interests.add(follower);
		if (phase === 'listed' && labels !== undefined) {
			// A selector's watch keeps all that it brings.
			follower.sync();
		} else if (phase === 'listed') {
			settle(follower);
		} else if (phase === 'begun' && labels === undefined) {
			late.add(follower);
		}
	};

	const leave = (follower: Follower): void => {
		if (!interests.delete(follower)) {
			return;
		}

		follower.close();
		late.delete(follower);
		if (interests.size > 0) {
			purge(cache, interests, namespace, follower);
			return;
		}

		watch.stop();
		life.abort(new Error('the watch is closed'));
		options.onEnd();
	};

	const watch: Watch = startWatch({
		...options,
		labelSelector: labels === undefined ? undefined : selectorOf(labels),
		listed: labels === undefined,
		sink: {
			begin() {
				phase = 'begun';
				late.clear();
			},
			take,
			put,
			replace(objects, version) {
				phase = 'listed';
				cache.replace(objects, version);
				const newcomers = new Set(late);
				late.clear();
				for (const follower of interests.all()) {
					(newcomers.has(follower) ? settle : (known: Follower) => known.sync())(follower);
				}
			},
			gone(object, version) {
				cache.gone(object, version);
			},
			freshness() {
				for (const follower of interests.all()) {
					follower.touch();
				}
			},
		},
	});

	return {
		follow(wanted, listener) {
			const follower = createFollower({
				wanted,
				listener,
				log,
				select: (self) => select(cache, namespace, self),
				held: (key) => cache.get(key),
			});
			enter(follower);
			return asFollowing(
				follower,
				() => watch.isFresh(),
				() => leave(follower),
			);
		},
		absorb(object) {
			cache.put(object, versionFrom(object), takeSelected(object));
		},
		held: (key) => cache.get(key),
		lacks(object) {
			const held = cache.get(keyOf(object));
			if (phase !== 'listed') return false;
			return held === undefined ? takeSelected(object) !== undefined : versionFrom(held) < versionFrom(object);
		},
		buried(object) {
			cache.gone(object, undefined);
		},
		amend(key, version, edit) {
			const object = cache.get(key);
			if (object !== undefined) {
				cache.amend(edit(object), version);
			}
		},
		size: () => cache.size(),
	};
};
