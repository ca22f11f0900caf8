// What happened, in order: the ring from which watches resume, and the delivery to those that watch now.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {expired} from './errors.ts';
import type {KindKey, WatchEvent} from './types.ts';
import type {Test} from './selectors.ts';

/** One accepted change of one object; `before` is absent on creation, `after` on deletion carries the last state. */
export type Change = {
	readonly version: number;
	readonly type: WatchEvent['type'];
	readonly before: KubeObject | undefined;
	readonly after: KubeObject;
};

type Watcher = {
	readonly after: number;
	readonly matches: Test;
	readonly onEvent: (event: WatchEvent) => void;
	isOpen: boolean;
};

type Trail = {changes: Change[]; forgotten: number; readonly watchers: Set<Watcher>};

/** The change as a watcher with this selection sees it: what leaves the selection is deleted, what enters is added. */
const seen = (change: Change, matches: Test): WatchEvent | undefined => {
	const matched = change.before !== undefined && matches(change.before);
	const isMatch = change.type !== 'DELETED' && matches(change.after);
	if (!matched && !isMatch) return undefined;
	if (matched && isMatch) return {type: 'MODIFIED', object: change.after};
	if (isMatch) return {type: 'ADDED', object: change.after};
	if (change.type === 'DELETED') return {type: 'DELETED', object: change.after};
	// As it was when it still matched, but of the version in which it left.
	const last = change.before as KubeObject;
	const {resourceVersion} = change.after.metadata;
	return {type: 'DELETED', object: {...last, metadata: {...last.metadata, ...(resourceVersion && {resourceVersion})}}};
};

/** Keeps the last `limit` changes of each kind. */
export class History {
	readonly #limit: number;
	readonly #trails = new Map<string, Trail>();
	readonly #undelivered: Array<readonly [Trail, Change]> = [];
	#isDelivering = false;
	#latest = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	#trail(key: KindKey): Trail {
		const id = `${key.group}/${key.plural}`;
		const trail = this.#trails.get(id) ?? {changes: [], forgotten: 0, watchers: new Set<Watcher>()};
		this.#trails.set(id, trail);
		return trail;
	}

	/** Remembers the change and delivers it; changes made by those who hear of one are delivered after it. */
	add(key: KindKey, change: Change): void {
		const trail = this.#trail(key);
		trail.changes.push(change);
		this.#latest = change.version;
		if (trail.changes.length >= this.#limit * 2) {
			trail.forgotten = trail.changes.at(-this.#limit - 1)?.version ?? 0;
			trail.changes = trail.changes.slice(-this.#limit);
		}

		this.#undelivered.push([trail, change]);
		if (this.#isDelivering) return;
		this.#isDelivering = true;
		try {
			for (let next = this.#undelivered.shift(); next !== undefined; next = this.#undelivered.shift()) {
				this.#deliver(...next);
			}
		} finally {
			this.#isDelivering = false;
		}
	}

	#deliver(trail: Trail, change: Change): void {
		for (const watcher of trail.watchers) {
			if (!watcher.isOpen || change.version <= watcher.after) continue;
			const event = seen(change, watcher.matches);
			if (event !== undefined) watcher.onEvent(event);
		}
	}

	/** Forgets everything up to now, as a compaction of etcd does: for tests of what follows a 410. */
	compact(): void {
		for (const trail of this.#trails.values()) {
			trail.forgotten = trail.changes.at(-1)?.version ?? trail.forgotten;
			trail.changes = [];
		}
	}

	/** What happened after `version`; throws 410 when that is no longer known. */
	since(key: KindKey, version: number, matches: Test): readonly WatchEvent[] {
		const trail = this.#trail(key);
		if (version < trail.forgotten) throw expired(version, trail.forgotten);
		return trail.changes.filter((change) => change.version > version).flatMap((change) => seen(change, matches) ?? []);
	}

	watch(key: KindKey, matches: Test, onEvent: (event: WatchEvent) => void): () => void {
		const trail = this.#trail(key);
		// What waits for delivery now was accepted before this watch began.
		const watcher = {after: this.#latest, matches, onEvent, isOpen: true};
		trail.watchers.add(watcher);
		return () => {
			watcher.isOpen = false;
			trail.watchers.delete(watcher);
		};
	}
}
