// What every controller of the world works with.
import type {Clock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import type {Random} from '../../../services/random.ts';
import type {Store} from '../../api/types.ts';

export type ControllerParts = {
	readonly store: Store;
	readonly clock: Clock;
	readonly random: Random;
	/** How many times faster than the wall the world's own durations pass. */
	readonly speed: number;
	readonly log: Log;
};

/** Five characters for a generated name, from the real server's alphabet without vowels. */
export const nameSuffix = (random: Random): string => {
	const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
	return Array.from({length: 5}, () => alphabet[Math.floor(random.next() * alphabet.length)]).join('');
};
