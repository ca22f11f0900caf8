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
