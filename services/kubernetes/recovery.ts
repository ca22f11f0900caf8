// What to do after a watch or a list has ended: where to go on from, and when.
import type {Clock} from '../clock.ts';
import {HttpError} from '../http/door.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {backOffMs} from '../back-off.ts';
import {ApiError} from './cluster.ts';

/** A stream that lived so long was a good one: back-off starts over, and its end needs no waiting. */
const STABLE_MS = 10_000;
/** So often may a stream break at the same place before a list is asked for instead. */
const GARBLED_MAX = 3;

const isGone = (error: unknown): boolean =>
	error instanceof ApiError && (error.code === 410 || error.reason === 'Expired');
const isGarbled = (error: unknown): boolean =>
	(error instanceof ApiError && error.reason === 'MalformedAnswer') ||
	(error instanceof HttpError && (error.kind === 'malformed' || error.kind === 'too large'));
const isSilence = (error: unknown): boolean => error instanceof HttpError && error.kind === 'timed out';

/** Why a stream ended, in few words for counting. */
export type WatchEnd = 'ended' | 'silent' | 'expired' | 'malformed' | 'failed';

const endOf = (error: unknown): WatchEnd => {
	if (error === undefined || isSilence(error)) {
		return error === undefined ? 'ended' : 'silent';
	}

	return isGone(error) ? 'expired' : isGarbled(error) ? 'malformed' : 'failed';
};

export type Recovery = {
	/** A stream was opened. */
	opened(): void;
	/** It brought something that could be read. */
	progressed(): void;
	/**
	 * After an end, proper if `error` is undefined: how many ms to wait, and whether to begin with a new list.
	 *
	 * - The end of a stable stream, proper or by silence: at once, from the same version.
	 * - 410: a list, the first time at once (memory that has ended is ordinary, and a server that was down has none of
	 *   what was shown before), then with back-off.
	 * - Anything else, also a proper end after a short life: back-off (250 ms doubled to 30 s, with chance), or
	 *   Retry-After. It starts over only after a stable stream, so that a server that accepts and drops is spared.
	 * - Three unreadable streams in a row: a list, which shows the same objects in another way.
	 */
	ended(error: unknown, atOnce: boolean): {readonly ms: number; readonly relist: boolean; readonly reason: WatchEnd};
};

export const createRecovery = (clock: Clock, random: Random, log: Log, attempt: string): Recovery => {
	let openedAt: number | undefined;
	let failures = 0;
	let garbledInARow = 0;
	let goneInARow = 0;
	let lastWarning = '';

	/** Each new reason once: a server that is down for a day must not fill a disk. */
	const warn = (error: unknown, ms: number): void => {
		const reason = error instanceof Error ? error.message : String(error);
		const quiet = isGone(error) || isSilence(error) || reason === lastWarning;
		log[quiet ? 'debug' : 'warn']('watch interrupted', {watch: attempt, reason, retryMs: Math.round(ms)});
		lastWarning = quiet ? lastWarning : reason;
	};

	return {
		opened() {
			openedAt = clock.monotonic();
		},
		progressed() {
			garbledInARow = 0;
			goneInARow = 0;
		},
		ended(error, atOnce) {
			const stable = openedAt !== undefined && clock.monotonic() - openedAt >= STABLE_MS;
			openedAt = undefined;
			if (stable) {
				failures = 0;
				lastWarning = '';
			}

			garbledInARow += isGarbled(error) ? 1 : 0;
			const relist = isGone(error) || garbledInARow >= GARBLED_MAX;
			garbledInARow = relist ? 0 : garbledInARow;
			const proper = stable && (error === undefined || isSilence(error));
			const now = proper || (failures === 0 && atOnce) || (isGone(error) && goneInARow === 0);
			goneInARow += isGone(error) ? 1 : 0;
			const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
			const ms = now ? 0 : backOffMs({random}, failures, retryAfterMs);
			failures += proper ? 0 : 1;
			if (error !== undefined) {
				warn(error, ms);
			}

			return {ms, relist, reason: endOf(error)};
		},
	};
};
