// One watch of a resource in a namespace, and all who follow something in it.
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api} from './api.ts';
import {backOffMs} from './back-off.ts';
import {createCache} from './cache.ts';
import type {Following, KubeObject, Resource, Wanted} from './cluster.ts';
import {asFollowing, createFollower, type Follower} from './followers.ts';
import {isAbsent} from './failures.ts';
import {isObjectOf, keyOf, resourceName, versionOf} from './objects.ts';
import {pathOf} from './resources.ts';
import {startWatch, type Watch} from './watch.ts';

export type SharedWatch = {
	follow(wanted: Wanted, listener: () => void): Following;
	/** The answer to a write or a live read: taken if it is news. */
	absorb(object: KubeObject): void;
	/** Our delete was answered: this object is gone, or on its way (`object` then says so). */
	buried(object: KubeObject): void;
	/** A write was answered with a version alone. */
	amend(name: string, version: bigint, edit: (object: KubeObject) => KubeObject): void;
};

export type SharedWatchOptions = {
	readonly api: Api;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly resource: Resource;
	readonly namespace: string | undefined;
	readonly labels: Readonly<Record<string, string>> | undefined;
	readonly trim: (object: KubeObject) => KubeObject;
	/** The last follower has left and the watch is over. */
	readonly onEnd: () => void;
};

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
	Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.sort()
		.join(',');

const versionFrom = (object: KubeObject): bigint => versionOf(object.metadata.resourceVersion) ?? 0n;

/** Opens the watch; it ends when the last follower closes. */
export const createSharedWatch = (options: SharedWatchOptions): SharedWatch => {
	const {api, clock, random, log, resource, namespace, labels} = options;
	const followers = new Set<Follower>();
	/** Named followers apart: a change must not cost a look at each of a thousand. */
	const named = new Map<string, Set<Follower>>();
	const keepers = new Set<Follower>();
	const life = new AbortController();
	/** `listed`: everything wanted is known, and a new name needs a GET. `begun`: pages were dropped unseen. */
	let phase: 'waiting' | 'begun' | 'listed' = 'waiting';

	const touched = (key: string, before: KubeObject | undefined, after: KubeObject | undefined): void => {
		for (const follower of named.get(key.slice(key.indexOf('/') + 1)) ?? []) {
			follower.touch();
		}

		for (const follower of keepers) {
			if ((before !== undefined && follower.wants(before)) || (after !== undefined && follower.wants(after))) {
				follower.touch();
			}
		}
	};

	const cache = createCache(versionFrom, touched);

	const isWanted = (object: KubeObject): boolean =>
		named.has(object.metadata.name) || [...keepers].some((follower) => follower.wants(object));

	const take = (object: KubeObject): KubeObject | undefined => {
		const trimmed = options.trim(object);
		return isWanted(trimmed) ? trimmed : undefined;
	};

	const put = (object: KubeObject, version: bigint): void => {
		cache.put(object, version, take(object));
	};

	const select = function* (follower: Follower): Generator<KubeObject> {
		if ('name' in follower.wanted && namespace !== undefined) {
			const object = cache.get(`${namespace}/${follower.wanted.name}`);
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
	};

	/** One GET for a name that was dropped at decode as long as nobody wanted it. */
	const fetch = async (name: string): Promise<void> => {
		const object = await api.request({
			verb: 'get',
			resource: resourceName(resource),
			path: pathOf(resource, namespace, name),
			about: namespace === undefined ? name : `${name}.${namespace}`,
			signal: life.signal,
			expected: (answer) => isAbsent(answer, name),
		});
		if (object === undefined) {
			return;
		}

		if (!isObjectOf(resource, object)) {
			throw new Error(`GET ${resourceName(resource)} ${name}: the answer is no ${resource.kind}`);
		}

		put(object, versionFrom(object));
	};

	const fetchFor = async (follower: Follower, name: string): Promise<void> => {
		for (let repetition = 0; followers.has(follower); repetition += 1) {
			try {
				await fetch(name);
				follower.sync();
				return;
			} catch (error) {
				const ms = backOffMs(random, repetition);
				log.warn('a newly wanted object cannot be read', {resource: resource.plural, namespace, name, error});
				await sleep(clock, ms, life.signal).catch(() => {});
			}
		}
	};

	/** Whether another follower has made sure already that this name is known. */
	const isKnown = (name: string, follower: Follower): boolean =>
		[...(named.get(name) ?? [])].some((other) => other !== follower && other.isSynced()) ||
		(namespace !== undefined && cache.get(`${namespace}/${name}`) !== undefined);

	const settle = (follower: Follower): void => {
		if (!('name' in follower.wanted)) {
			watch.relist();
		} else if (namespace === undefined) {
			// A name alone has no path in a watch over all namespaces.
			watch.relist();
		} else if (isKnown(follower.wanted.name, follower)) {
			follower.sync();
		} else {
			void fetchFor(follower, follower.wanted.name);
		}
	};

	/** Who came after the first page of this list; what they want may have been dropped before. */
	const late = new Set<Follower>();

	const watch: Watch = startWatch({
		api,
		clock,
		random,
		log,
		resource,
		namespace,
		labelSelector: labels === undefined ? undefined : selectorOf(labels),
		listed: labels === undefined,
		sink: {
			begin() {
				phase = 'begun';
				late.clear();
			},
			take,
			replace(objects, version) {
				phase = 'listed';
				cache.replace(objects, version);
				for (const follower of followers) {
					if (late.has(follower)) {
						settle(follower);
					} else {
						follower.sync();
					}
				}

				late.clear();
			},
			put,
			gone(object, version) {
				cache.gone(object, version);
			},
			freshness() {
				for (const follower of followers) {
					follower.touch();
				}
			},
		},
	});

	const purge = (follower: Follower): void => {
		if ('name' in follower.wanted && namespace !== undefined) {
			const object = cache.get(`${namespace}/${follower.wanted.name}`);
			if (object !== undefined && !isWanted(object)) {
				cache.forget(keyOf(object));
			}

			return;
		}

		for (const object of [...cache.values()].filter((object) => !isWanted(object))) {
			cache.forget(keyOf(object));
		}
	};

	const enter = (follower: Follower): void => {
		followers.add(follower);
		if ('name' in follower.wanted) {
			const {name} = follower.wanted;
			const same = named.get(name) ?? new Set();
			named.set(name, same.add(follower));
		} else {
			keepers.add(follower);
		}

		if (phase === 'begun') {
			late.add(follower);
		} else if (phase === 'listed' && labels !== undefined) {
			// A selector's watch keeps all that it brings.
			follower.sync();
		} else if (phase === 'listed') {
			settle(follower);
		}
	};

	const leave = (follower: Follower): void => {
		if (!followers.delete(follower)) {
			return;
		}

		follower.close();
		late.delete(follower);
		keepers.delete(follower);
		if ('name' in follower.wanted) {
			const same = named.get(follower.wanted.name);
			same?.delete(follower);
			if (same?.size === 0) {
				named.delete(follower.wanted.name);
			}
		}

		if (followers.size > 0) {
			purge(follower);
			return;
		}

		watch.stop();
		life.abort(new Error('the watch is closed'));
		options.onEnd();
	};

	return {
		follow(wanted, listener) {
			const follower = createFollower({wanted, listener, log, select});
			enter(follower);
			return asFollowing(follower, () => watch.isFresh(), () => leave(follower));
		},
		absorb(object) {
			const selected = Object.entries(labels ?? {}).every(([key, value]) => object.metadata.labels?.[key] === value);
			cache.put(object, versionFrom(object), selected ? take(object) : undefined);
		},
		buried(object) {
			cache.gone(object, undefined);
		},
		amend(name, version, edit) {
			const object = cache.get(`${namespace ?? ''}/${name}`);
			if (object !== undefined) {
				cache.amend(edit(object), version);
			}
		},
	};
};
