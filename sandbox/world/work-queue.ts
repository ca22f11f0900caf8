// The queue of a controller: each name once, worked on in a turn of the clock, never inside someone else's write.
import type {Clock} from '../../services/clock.ts';
import type {Log} from '../../services/log.ts';
import {StatusError} from '../api/types.ts';

const RETRY_MS = 200;
const RETRY_MS_MAX = 5000;

export type WorkQueue = {
	add(name: string): void;
	/** Adds the name after `ms`; an earlier appointment of the same name wins. */
	addAfter(name: string, ms: number): void;
	stop(): void;
};

export type QueueParts = {
	readonly clock: Clock;
	readonly log: Log;
	readonly controller: string;
	readonly reconcile: (name: string) => void;
};

/** Makes a queue. What the API server refuses is tried again later; any other error is a bug and is thrown. */
export const createQueue = ({clock, log, controller, reconcile}: QueueParts): WorkQueue => {
	const waiting = new Set<string>();
	const appointments = new Map<string, {readonly at: number; readonly timer: unknown}>();
	const failures = new Map<string, number>();
	let turn: unknown;
	let isStopped = false;

	const work = (name: string): void => {
		try {
			reconcile(name);
			failures.delete(name);
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
			const failed = (failures.get(name) ?? 0) + 1;
			failures.set(name, failed);
			log.debug('the sandbox controller was refused and tries again', {controller, name, error: error.message});
			queue.addAfter(name, Math.min(RETRY_MS * 2 ** (failed - 1), RETRY_MS_MAX));
		}
	};

	const drain = (): void => {
		turn = undefined;
		const names = [...waiting];
		waiting.clear();
		for (const name of names) if (!isStopped) work(name);
	};

	const queue: WorkQueue = {
		add(name) {
			if (isStopped) return;
			waiting.add(name);
			turn ??= clock.setTimeout(drain, 0);
		},
		addAfter(name, ms) {
			if (isStopped) return;
			const at = clock.monotonic() + ms;
			const known = appointments.get(name);
			if (known !== undefined && known.at <= at) return;
			clock.clearTimeout(known?.timer);
			const keep = (): void => {
				appointments.delete(name);
				queue.add(name);
			};
			appointments.set(name, {at, timer: clock.setTimeout(keep, ms)});
		},
		stop() {
			isStopped = true;
			clock.clearTimeout(turn);
			for (const {timer} of appointments.values()) clock.clearTimeout(timer);
			appointments.clear();
			waiting.clear();
		},
	};
	return queue;
};
