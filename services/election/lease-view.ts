// What a candidate knows of the Lease, and since when. Other machines' clocks are never read: only that the Lease
// changed, and how long ago that was by our own monotonic clock.
import type {Clock} from '../clock.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {holderOf, validityMs} from './lease-record.ts';
import {versionOf} from '../kubernetes/objects.ts';

export type LeaseView = {
	/** The newest known; undefined when there is none. */
	lease(): KubeObject | undefined;
	/** False before anything was learnt. */
	isKnown(): boolean;
	/** How long nobody but its holder may take it, in ms; 0: anyone may, now. */
	heldForMs(): number;
	/** An answer or an event; an older version than the known one is passed over. */
	note(lease: KubeObject): void;
	/** There is none, as of this version; undefined: as of a read just now. */
	noteAbsence(version: bigint | undefined): void;
};

/**
 * The view of one candidate. A Lease that is deleted while it is held stays held until it would have expired: its
 * holder is at work, and makes it anew.
 */
export const createLeaseView = (clock: Clock, durationMs: number, onChange: () => void): LeaseView => {
	let lease: KubeObject | undefined;
	let version = -1n;
	let spec = '';
	let heldUntil = Number.NEGATIVE_INFINITY;

	return {
		lease: () => lease,
		isKnown: () => version >= 0n,
		heldForMs: () => Math.max(0, heldUntil - clock.monotonic()),
		note(found) {
			const now = versionOf(found.metadata.resourceVersion) ?? 0n;
			if (now <= version) {
				return;
			}

			lease = found;
			version = now;
			const text = JSON.stringify(found.spec ?? null);
			if (text !== spec) {
				spec = text;
				const isFree = holderOf(found) === '';
				heldUntil = isFree ? Number.NEGATIVE_INFINITY : clock.monotonic() + validityMs(found, durationMs);
			}

			onChange();
		},
		noteAbsence(as) {
			if (as !== undefined && as < version) {
				return;
			}

			const isNews = lease !== undefined || version < 0n;
			// What a read has not found may come back under any version.
			version = as ?? 0n;
			lease = undefined;
			spec = '';
			if (isNews) {
				onChange();
			}
		},
	};
};
