// The four outcomes of an effect, from what a service threw: done, later, never, bug.
import {Refused} from '../../machines/ports.ts';
import {backOffMs} from '../../services/back-off.ts';
import type {Clock} from '../../services/clock.ts';
import {sleep} from '../../services/clock.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import type {Random} from '../../services/random.ts';
import {Unroutable} from '../../services/providers/router.ts';
import {Taken} from '../../services/objects/ownership.ts';
import {Superseded} from '../../services/workloads/workload.ts';

/** An effect that is late holds up its run: it is tried more often than a watch. */
const BACK_OFF_MS_MAX = 15_000;

export type Retrying = {readonly clock: Clock; readonly random: Random; readonly log: Log};

/** Codes that say: this will not work until something else changes. A missing object (404) may come back by itself, but
 * the chart knows better what to do meanwhile. */
const refusals = new Set([400, 401, 403, 404, 405, 406, 413, 415, 422]);

const isRefusal = (error: unknown): error is Error =>
	error instanceof Taken ||
	error instanceof Unroutable ||
	(error instanceof ApiError && error.outcome === 'refused' && refusals.has(error.code));

const isTransient = (error: unknown): error is ApiError => error instanceof ApiError && !isRefusal(error);

/**
 * Runs `effect` until it is done. Transient errors are retried for as long as the chart stays in the state; a refusal
 * rejects with `Refused`, or is retried too when the order insists; everything else is a bug and passes through.
 */
export const untilDone = async <Result>(
	{clock, random, log}: Retrying,
	what: string,
	order: {readonly insist: boolean; readonly signal: AbortSignal},
	effect: () => Promise<Result>,
): Promise<Result> => {
	for (let count = 0; ; count += 1) {
		try {
			return await effect();
		} catch (error) {
			order.signal.throwIfAborted();
			if (error instanceof Superseded) {
				throw new Refused('superseded', error.message, clock.now());
			}

			if (isRefusal(error) && !order.insist) {
				throw new Refused('refused', error.message, clock.now());
			}

			if (!isTransient(error) && !isRefusal(error)) {
				throw error;
			}

			const askedMs = error instanceof ApiError ? error.retryAfterMs : undefined;
			const delayMs = backOffMs({capMs: BACK_OFF_MS_MAX, random}, count, askedMs);
			log.warn(`${what} is tried again`, {error: error.message, attempt: count + 1, delayMs: Math.round(delayMs)});
			await sleep(clock, delayMs, order.signal);
		}
	}
};
