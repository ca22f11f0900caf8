// Follows all Canaries as anyone could, to know when a phase of theirs is reached.
import {sleep, wallClock} from '../../services/clock.ts';
import {canaries} from '../../services/kubernetes/resources.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {follow} from '../../sandbox/real/follow.ts';

type Seen = {readonly phase: string; readonly at: number};

export type CanariesSeen = {
	/** Resolves when so many are in the phase. Rejects when one has failed, or after `msMax`. */
	allIn(phase: string, count: number, msMax: number): Promise<void>;
	/** When each came into the phase that it has, in ms since the epoch, by `namespace/name`. */
	since(): ReadonlyMap<string, number>;
	stop(): void;
};

const POLL_MS = 50;

export const followCanaries = async (client: Client): Promise<CanariesSeen> => {
	const stopping = new AbortController();
	const seen = new Map<string, Seen>();
	await follow(
		client,
		canaries,
		({object: {metadata, status}}) => {
			const key = `${metadata.namespace ?? ''}/${metadata.name}`;
			const phase = (status?.['phase'] ?? '') as string;
			if (seen.get(key)?.phase !== phase) {
				seen.set(key, {phase, at: wallClock.now()});
			}
		},
		stopping.signal,
	);
	return {
		async allIn(phase, count, msMax) {
			const deadline = wallClock.monotonic() + msMax;
			for (;;) {
				const all = [...seen.values()];
				const there = all.filter((one) => one.phase === phase).length;
				if (there >= count) {
					return;
				}

				if (all.some((one) => one.phase === 'Failed')) {
					throw new Error('a Canary has failed, though all checks pass');
				}

				if (wallClock.monotonic() > deadline) {
					throw new Error(`${there} of ${count} Canaries are ${phase} after ${msMax / 1000} s`);
				}

				await sleep(wallClock, POLL_MS);
			}
		},
		since: () => new Map([...seen].map(([key, {at}]) => [key, at])),
		stop() {
			stopping.abort();
		},
	};
};
