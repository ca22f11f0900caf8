// Answers remembered for a moment, each asked for once however many wait for it.
import type {Clock} from '../clock.ts';

type Remembered<T> = {readonly value: Promise<T>; readonly until: number};

export type BriefMemoryOptions<T> = {
	readonly clock: Clock;
	/** For how long an answer holds, in ms. What was rejected is forgotten at once. */
	readonly lastingMs: (value: T) => number;
	readonly most: number;
};

/** A bounded memory; when it is full, what was asked for first goes first. */
export class BriefMemory<T extends object> {
	readonly #options: BriefMemoryOptions<T>;
	readonly #known = new Map<string, Remembered<T>>();

	constructor(options: BriefMemoryOptions<T>) {
		this.#options = options;
	}

	get(key: string, ask: () => Promise<T>): Promise<T> {
		const {clock, lastingMs, most} = this.#options;
		const known = this.#known.get(key);
		if (known !== undefined && clock.monotonic() < known.until) {
			return known.value;
		}

		const value = ask();
		this.#known.delete(key);
		// Until it is answered it is the answer for everybody.
		this.#known.set(key, {value, until: Number.POSITIVE_INFINITY});
		for (const oldest of this.#known.keys()) {
			if (this.#known.size <= most) {
				break;
			}

			this.#known.delete(oldest);
		}

		const settle = async (): Promise<void> => {
			const answer = await value.catch(() => undefined);
			if (this.#known.get(key)?.value !== value) {
				return;
			}

			if (answer === undefined) {
				this.#known.delete(key);
			} else {
				this.#known.set(key, {value, until: clock.monotonic() + lastingMs(answer)});
			}
		};
		void settle();
		return value;
	}
}
