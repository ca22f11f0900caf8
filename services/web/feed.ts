// What has happened lately, in order and bounded, so that whoever comes back can be told what they missed.
import type {Clock} from '../clock.ts';
import type {Random} from '../random.ts';

/** An event about one object of the cluster. */
export type FeedEvent = {
	readonly seq: number;
	readonly event: string;
	readonly namespace: string;
	readonly name: string;
	/** JSON, in one line. */
	readonly data: string;
};

/** How much is kept, in characters. */
const SIZE_MAX = 4 * 1024 * 1024;

export type FeedOptions = {
	readonly clock: Clock;
	readonly random: Random;
	/** How many events are kept; 1,024 by default. */
	readonly eventsMax?: number;
};

/** Ids are `EPOCH.NUMBER`: those of a former process, or another replica, are not mistaken for one's own. */
export class Feed {
	readonly #epoch: string;
	readonly #eventsMax: number;
	readonly #listeners = new Set<() => void>();
	#events: FeedEvent[] = [];
	/** Events before this one of the list are no longer kept. */
	#from = 0;
	#size = 0;
	#head = 0;

	constructor({clock, random, eventsMax = 1024}: FeedOptions) {
		this.#epoch = `${clock.now().toString(36)}${Math.floor(random.next() * 36 ** 6).toString(36)}`;
		this.#eventsMax = eventsMax;
	}

	/** The number of the newest event; 0 before the first. */
	get head(): number {
		return this.#head;
	}

	idOf(seq: number): string {
		return `${this.#epoch}.${seq}`;
	}

	/** The number of an id, if what came after it is still known. */
	resume(id: string): number | undefined {
		const [epoch, number = ''] = id.split('.');
		const seq = /^\d{1,15}$/.test(number) ? Number(number) : Number.NaN;
		return epoch === this.#epoch && seq <= this.#head && this.keeps(seq) ? seq : undefined;
	}

	/** Whether all that came after `seq` is still known. */
	keeps(seq: number): boolean {
		return seq >= this.#head - (this.#events.length - this.#from);
	}

	publish(event: Omit<FeedEvent, 'seq'>): void {
		this.#head += 1;
		this.#events.push({...event, seq: this.#head});
		this.#size += event.data.length;
		while (
			this.#events.length - this.#from > this.#eventsMax ||
			(this.#size > SIZE_MAX && this.#events.length - this.#from > 1)
		) {
			this.#size -= this.#events[this.#from]?.data.length ?? 0;
			this.#from += 1;
		}

		// Dropped in batches, so that an event costs the same however many are kept.
		if (this.#from > this.#eventsMax) {
			this.#events = this.#events.slice(this.#from);
			this.#from = 0;
		}

		for (const listener of this.#listeners) {
			listener();
		}
	}

	/** The event after `seq`; undefined when there is none yet. For a `seq` that is kept. */
	after(seq: number): FeedEvent | undefined {
		return this.#events[this.#events.length - (this.#head - seq)];
	}

	/** Calls back with each event; answers how to stop. */
	onEvent(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}
