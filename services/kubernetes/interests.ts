// All the followers of one watch, so arranged that a change costs no look at each of a thousand.
import type {KubeObject} from './cluster.ts';
import type {Follower} from './followers.ts';

export type Interests = {
	add(follower: Follower): void;
	/** False if it was not there. */
	delete(follower: Follower): boolean;
	has(follower: Follower): boolean;
	readonly size: number;
	all(): Iterable<Follower>;
	/** Whether anybody wants this object as it is. */
	isWanted(object: KubeObject): boolean;
	/** Whether another follower has made sure already that what there is by this name is known. */
	isKnownName(name: string, except: Follower): boolean;
	/** Tells whom the change of the object under this cache key concerns. */
	touch(key: string, before: KubeObject | undefined, after: KubeObject | undefined): void;
};

export const createInterests = (): Interests => {
	const followers = new Set<Follower>();
	const named = new Map<string, Set<Follower>>();
	const keepers = new Set<Follower>();

	return {
		add(follower) {
			followers.add(follower);
			if ('name' in follower.wanted) {
				const {name} = follower.wanted;
				named.set(name, (named.get(name) ?? new Set()).add(follower));
			} else {
				keepers.add(follower);
			}
		},
		delete(follower) {
			keepers.delete(follower);
			if ('name' in follower.wanted) {
				const same = named.get(follower.wanted.name);
				same?.delete(follower);
				if (same?.size === 0) {
					named.delete(follower.wanted.name);
				}
			}

			return followers.delete(follower);
		},
		has: (follower) => followers.has(follower),
		get size() {
			return followers.size;
		},
		all: () => followers,
		isWanted: (object) => named.has(object.metadata.name) || [...keepers].some((follower) => follower.wants(object)),
		isKnownName: (name, except) => [...(named.get(name) ?? [])].some((other) => other !== except && other.isSynced()),
		touch(key, before, after) {
			for (const follower of named.get(key.slice(key.indexOf('/') + 1)) ?? []) {
				follower.touch(key);
			}

			for (const follower of keepers) {
				const had = before !== undefined && follower.wants(before);
				if (had || (after !== undefined && follower.wants(after))) {
					follower.touch(key);
				}
			}
		},
	};
};
