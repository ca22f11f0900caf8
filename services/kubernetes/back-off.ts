// How long to wait before trying again: doubling, capped, and never all at the same moment.
import type {Random} from '../random.ts';

const BASE_MS = 250;
const CAP_MS = 30_000;
/** A server may ask for patience, but a typing error in a proxy must not make us deaf for a day. */
const RETRY_AFTER_CAP_MS = 120_000;

/**
 * Milliseconds before attempt number `attempt` (0 is the first repetition): 250 ms doubled each time up to 30 s, of
 * which the upper half is chance; never less than what the server asked for in `retryAfterMs` (taken up to 2 minutes).
 */
export const backOffMs = (random: Random, attempt: number, retryAfterMs?: number): number => {
	const ceiling = Math.min(BASE_MS * 2 ** Math.min(attempt, 20), CAP_MS);
	const own = ceiling / 2 + (random.next() * ceiling) / 2;
	const asked = Math.min(retryAfterMs ?? 0, RETRY_AFTER_CAP_MS);
	return asked > own ? asked + random.next() * BASE_MS : own;
};
