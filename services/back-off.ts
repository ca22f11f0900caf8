// How long to wait before trying again: doubling, capped, never less than was asked for, and not all at the same moment.
import type {Random} from './random.ts';

const BASE_MS = 250;
const CAP_MS = 30_000;
const PATIENCE_MS = 120_000;

/** Of one who tries again. The defaults suit an API server. */
export type BackOff = {
	/** The first pause in ms, which doubles; 250. */
	readonly baseMs?: number;
	/** The longest that it grows to, in ms; 30 s. */
	readonly capMs?: number;
	/** The longest that the other side may ask for, in ms; 2 minutes, for a typing error in a proxy must not make us deaf
	 * for a day. */
	readonly patienceMs?: number;
	/** With it the upper half of each pause is chance, so that many who failed together do not come back together. */
	readonly random?: Random;
};

/** Milliseconds before a repetition (0 is the first). `askedMs`: what the other side asks for, such as a Retry-After. */
export const backOffMs = (
	{baseMs = BASE_MS, capMs = CAP_MS, patienceMs = PATIENCE_MS, random}: BackOff,
	repetition: number,
	askedMs = 0,
): number => {
	const ceiling = Math.min(baseMs * 2 ** Math.min(repetition, 20), capMs);
	const own = random === undefined ? ceiling : ceiling / 2 + (random.next() * ceiling) / 2;
	const asked = Math.min(askedMs, patienceMs);
	return asked > own ? asked + (random?.next() ?? 0) * baseMs : own;
};
