// Asking a source: within bounds, each failure an answer, and what is being asked already not asked again.
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import {failure} from './answers.ts';
import {askOnce} from './ask-once.ts';
import type {Answer} from './metrics.ts';
import type {Endpoint} from './source.ts';
import {sourceOf} from './sources/index.ts';

/** The peer's, for every source. */
export const TIMEOUT_MS = 5000;
/** One sample takes 200 bytes; a query that answers thousands of series is refused anyway. */
export const BODY_BYTES_MAX = 1024 * 1024;

export type Asked = {
	/** A type that there is a source for. */
	readonly source: string;
	readonly query: string;
	readonly endpoint: Endpoint;
	readonly intervalMs: number;
};

/** Rejects only when the signal aborts: every failure is an Answer. */
export type Ask = (asked: Asked, signal?: AbortSignal) => Promise<Answer>;

/** Asks through a door. Throws RangeError for a type that there is no source for: a bug of ours. */
export const createAsk =
	(door: Pick<Door, 'request'>, clock: Pick<Clock, 'now'>): Ask =>
	async ({source: type, query, endpoint, intervalMs}, signal) => {
		const source = sourceOf(type);
		if (source === undefined) throw new RangeError(`there is no metric source ${type}`);
		const {tls} = endpoint;
		try {
			return await source.ask(query, endpoint, {now: clock.now(), intervalMs}, (request) =>
				door.request({...request, tls, signal, timeoutMs: TIMEOUT_MS, maxBytes: BODY_BYTES_MAX}),
			);
		} catch (error) {
			signal?.throwIfAborted();
			return failure(error, TIMEOUT_MS);
		}
	};

/** The same question to the same endpoint, as the same user, is under way once; all who ask it share the answer. */
export const askedOnce = (ask: Ask): Ask => {
	const once = askOnce<Answer>();
	return (asked, signal) => {
		const {source, query, intervalMs, endpoint} = asked;
		const {address, headers, credentials, tls, region} = endpoint;
		const key = JSON.stringify([source, query, intervalMs, address, headers, credentials, tls, region]);
		return once(key, (shared) => ask(asked, shared), signal);
	};
};
