// What an effect waits for before it begins: its turn, the record of the state that asked for it, and the end of a
// suspension. A return of traffic waits for no record, for nothing may hold up a rollback.
import type {Clock} from '../../services/clock.ts';

/** A condition that promises can wait for. */
class Level {
	#open: boolean;
	#waiting: Array<() => void> = [];

	constructor(open: boolean) {
		this.#open = open;
	}

	set(open: boolean): void {
		this.#open = open;
		if (open) {
			const waiting = this.#waiting;
			this.#waiting = [];
			for (const go of waiting) {
				go();
			}
		}
	}

	async wait(signal: AbortSignal): Promise<void> {
		while (!this.#open) {
			await new Promise<void>((resolve, reject) => {
				signal.throwIfAborted();
				const onAbort = (): void => {
					reject(signal.reason as Error);
				};
				signal.addEventListener('abort', onAbort, {once: true});
				this.#waiting.push(() => {
					signal.removeEventListener('abort', onAbort);
					resolve();
				});
			});
		}
	}
}

/**
 * One Canary's gate. Effects run one after another: a write that was given up by the chart is still awaited (each is
 * bounded by its own time-out), so that it can never land behind the write that takes it back.
 */
export class Gate {
	readonly #clock: Clock;
	readonly #unsuspended = new Level(true);
	readonly #recorded = new Level(true);
	#tail: Promise<unknown> = Promise.resolve();
	#suspendedAt: number | undefined;
	#suspendedMs = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** A record of the chart's state is outstanding, or was written. */
	setRecorded(recorded: boolean): void {
		this.#recorded.set(recorded);
	}

	/** Resolves when no record of the chart's state is outstanding. */
	recorded(signal: AbortSignal): Promise<void> {
		return this.#recorded.wait(signal);
	}

	setSuspended(suspended: boolean): void {
		if (suspended && this.#suspendedAt === undefined) {
			this.#suspendedAt = this.#clock.now();
		}

		if (!suspended && this.#suspendedAt !== undefined) {
			this.#suspendedMs += this.#clock.now() - this.#suspendedAt;
			this.#suspendedAt = undefined;
		}

		this.#unsuspended.set(!suspended);
	}

	/** How long this Canary has been suspended in all, in ms: time stands still for it meanwhile. */
	suspendedMs(): number {
		return this.#suspendedMs + (this.#suspendedAt === undefined ? 0 : this.#clock.now() - this.#suspendedAt);
	}

	/** Resolves when no suspension holds. */
	unsuspended(signal: AbortSignal): Promise<void> {
		return this.#unsuspended.wait(signal);
	}

	/** Runs an effect in its turn. `before`: what it waits for. Rejects with the signal's reason if given up before. */
	async pass<Result>(
		before: 'record' | 'nothing',
		signal: AbortSignal,
		effect: () => Promise<Result>,
	): Promise<Result> {
		// The host publishes a state right after it was entered, in the same turn: let it.
		await Promise.resolve();
		const former = this.#tail;
		let done: () => void = () => {};
		this.#tail = new Promise<void>((resolve) => {
			done = resolve;
		});
		try {
			await former;
			if (before === 'record') {
				await this.#recorded.wait(signal);
			}

			await this.#unsuspended.wait(signal);
			signal.throwIfAborted();
			return await effect();
		} finally {
			done();
		}
	}
}
