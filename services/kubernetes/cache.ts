// The newest known objects of one watch. Nothing in it ever goes back: not in versions, and not from the dead.
import {isDeepStrictEqual} from 'node:util';
import type {KubeObject} from './cluster.ts';
import {keyOf} from './objects.ts';

type Entry = {readonly object: KubeObject; readonly version: bigint};

export type Cache = {
	get(key: string): KubeObject | undefined;
	values(): Iterable<KubeObject>;
	/** `kept` undefined: this object is not wanted as it now is, and leaves. Older than what is known: ignored. */
	put(object: KubeObject, version: bigint, kept: KubeObject | undefined): void;
	/** No longer there, or no longer selected; without a version for ever (our own delete was answered). */
	gone(object: KubeObject, version: bigint | undefined): void;
	/** What is absent from the list and not newer than it leaves. */
	replace(objects: readonly KubeObject[], version: bigint): void;
	/** A write was answered with nothing but this: show `edited` meanwhile, and nothing older than `version` after. */
	amend(edited: KubeObject, version: bigint): void;
	/** Leaves without a word: nobody wants it any more. */
	forget(key: string): void;
	size(): number;
};

/** Deletions to remember: as many as may be on their way at once, and far more. */
const GONE_MAX = 4096;

/** Most versions are of a status alone: what is reckoned from a spec is reckoned once, and it is held once. */
const keepSpec = (before: KubeObject | undefined, after: KubeObject): void => {
	const isSameGeneration = before?.metadata.generation === after.metadata.generation;
	if (before?.spec !== undefined && isSameGeneration && isDeepStrictEqual(before.spec, after.spec)) {
		after.spec = before.spec;
	}
};

/** `onChange` hears of each object that comes, changes (a new uid is a going and a coming) or goes. */
export const createCache = (
	versionFrom: (object: KubeObject) => bigint,
	onChange: (key: string, before: KubeObject | undefined, after: KubeObject | undefined) => void,
): Cache => {
	const entries = new Map<string, Entry>();
	const dead = new Map<string, bigint | undefined>();
	const floors = new Map<string, {readonly uid: string | undefined; readonly version: bigint}>();

	const bury = ({metadata: {uid}}: KubeObject, version: bigint | undefined): void => {
		if (uid === undefined) {
			return;
		}

		dead.delete(uid);
		dead.set(uid, version);
		if (dead.size > GONE_MAX) {
			const [oldest] = dead.keys();
			dead.delete(oldest as string);
		}
	};

	const isDead = ({metadata: {uid}}: KubeObject, version: bigint): boolean => {
		if (uid === undefined || !dead.has(uid)) {
			return false;
		}

		const at = dead.get(uid);
		return at === undefined || version <= at;
	};

	const isOlder = (key: string, object: KubeObject, version: bigint): boolean => {
		const floor = floors.get(key);
		if (floor !== undefined && floor.uid === object.metadata.uid && version < floor.version) {
			return true;
		}

		const entry = entries.get(key);
		return entry !== undefined && version <= entry.version;
	};

	const drop = (key: string): void => {
		const before = entries.get(key)?.object;
		entries.delete(key);
		floors.delete(key);
		if (before !== undefined) {
			onChange(key, before, undefined);
		}
	};

	const put: Cache['put'] = (object, version, kept) => {
		const key = keyOf(object);
		if (isDead(object, version) || isOlder(key, object, version)) {
			return;
		}

		const before = entries.get(key)?.object;
		if (kept === undefined || (before !== undefined && before.metadata.uid !== object.metadata.uid)) {
			drop(key);
		}

		if (kept !== undefined) {
			keepSpec(before, kept);
			floors.delete(key);
			entries.set(key, {object: kept, version});
			onChange(key, before?.metadata.uid === object.metadata.uid ? before : undefined, kept);
		}
	};

	return {
		get: (key) => entries.get(key)?.object,
		*values() {
			for (const {object} of entries.values()) {
				yield object;
			}
		},
		put,
		gone(object, version) {
			const key = keyOf(object);
			const entry = entries.get(key);
			bury(object, version);
			// The word of a predecessor's end may come after its successor: then only the uid's end counts.
			const same = entry?.object.metadata.uid === object.metadata.uid;
			if (entry !== undefined && (version === undefined ? same : version > entry.version)) {
				drop(key);
			}
		},
		replace(objects, version) {
			const listed = new Set(objects.map((object) => keyOf(object)));
			for (const [key, entry] of entries) {
				if (!listed.has(key) && entry.version <= version) {
					bury(entry.object, version);
					drop(key);
				}
			}

			for (const object of objects) {
				put(object, versionFrom(object), object);
			}
		},
		amend(edited, version) {
			const key = keyOf(edited);
			const entry = entries.get(key);
			if (entry?.object.metadata.uid === edited.metadata.uid && entry !== undefined && entry.version < version) {
				floors.set(key, {uid: edited.metadata.uid, version});
				entries.set(key, {object: edited, version: entry.version});
				onChange(key, entry.object, edited);
			}
		},
		forget(key) {
			entries.delete(key);
			floors.delete(key);
		},
		size: () => entries.size,
	};
};
