// How a watch without a list begins: the server sends what exists as ADDED events, and we must know when that is all.
import type {Clock} from '../clock.ts';
import {ApiError, type KubeObject} from './cluster.ts';
import {keyOf, versionOf} from './objects.ts';
import type {WatchEvent} from './watch-lines.ts';

/**
 * Quiet for so long after the last event means that the beginning is over, where no server says so. Wrong at worst by
 * being early: what comes later is then simply added.
 */
const QUIET_MS = 1000;

export type Beginning = {
	/** What to ask for. No resourceVersion: what we get is then current, where 0 may be any replica's past. */
	query(): Record<string, string>;
	opened(): void;
	/** True while the event belongs to the beginning, and was taken. */
	gather(event: WatchEvent): boolean;
	closed(): void;
	/** True for the answer of a server that has no such beginning; from then on it is asked without. */
	refused(error: unknown): boolean;
};

export type BeginningOptions = {
	readonly clock: Clock;
	readonly take: (object: KubeObject) => KubeObject | undefined;
	readonly begin: () => void;
	/** The version is undefined where no server said it. */
	readonly replace: (objects: readonly KubeObject[], version: bigint | undefined) => void;
};

/**
 * Asks for `sendInitialEvents` (Kubernetes 1.32 by default), which ends with a marked bookmark. Older servers refuse
 * it with 400 or 422; the same watch without it sends the same events and no mark, so there we wait for quiet.
 */
export const createBeginning = ({clock, take, begin, replace}: BeginningOptions): Beginning => {
	let marked = true;
	let gathering = false;
	let timer: unknown;
	let lastAt = 0;
	const found = new Map<string, KubeObject>();

	const finish = (version: bigint | undefined): void => {
		gathering = false;
		clock.clearTimeout(timer);
		const objects = [...found.values()];
		found.clear();
		replace(objects, version);
	};

	const look = (): void => {
		const left = lastAt + QUIET_MS - clock.monotonic();
		if (left > 0) {
			timer = clock.setTimeout(look, left);
		} else if (gathering) {
			finish(undefined);
		}
	};

	return {
		query: () => (marked ? {sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan'} : {}),
		opened() {
			gathering = true;
			found.clear();
			lastAt = clock.monotonic();
			timer = clock.setTimeout(look, QUIET_MS);
			begin();
		},
		gather(event) {
			if (!gathering || event.type === 'foreign') {
				return false;
			}

			lastAt = clock.monotonic();
			if (event.type === 'bookmark') {
				// Marked or not: who sends bookmarks has sent everything before this one.
				finish(event.version);
				return false;
			}

			const key = keyOf(event.object);
			const kept = event.type === 'put' ? take(event.object) : undefined;
			const before = versionOf(found.get(key)?.metadata.resourceVersion) ?? 0n;
			if (event.version >= before) {
				found.delete(key);
				if (kept !== undefined) {
					found.set(key, kept);
				}
			}

			return true;
		},
		closed() {
			gathering = false;
			clock.clearTimeout(timer);
		},
		refused(error) {
			const is = marked && error instanceof ApiError && (error.code === 400 || error.code === 422);
			marked &&= !is;
			return is;
		},
	};
};
