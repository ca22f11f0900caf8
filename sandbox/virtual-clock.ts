// Time that stands still until it is told to move: for tests and simulations.
import type {Clock} from '../services/clock.ts';

type Timer = {readonly at: number; readonly order: number; readonly callback: () => void; isCancelled: boolean};

/** A Clock that only `advance` moves. */
export type VirtualClock = Clock & {
	/** Walks to each deadline within the next `ms` in order, and lets what each timer started settle before the next. */
	advance(ms: number): Promise<void>;
	/** How many timers are waiting. */
	pending(): number;
};

const isBefore = (left: Timer, right: Timer): boolean =>
	left.at < right.at || (left.at === right.at && left.order < right.order);

/** A binary heap, the earliest timer first; timers of one instant in the order in which they were set. */
class Timers {
	#heap: Timer[] = [];

	get size(): number {
		return this.#heap.length;
	}

	first(): Timer | undefined {
		return this.#heap[0];
	}

	push(timer: Timer): void {
		this.#heap.push(timer);
		let index = this.#heap.length - 1;
		while (index > 0) {
			const parent = (index - 1) >> 1;
			if (!this.#swapIfBefore(index, parent)) return;
			index = parent;
		}
	}

	pop(): Timer | undefined {
		const first = this.#heap[0];
		const last = this.#heap.pop();
		if (first === undefined || last === undefined || this.#heap.length === 0) return first;
		this.#heap[0] = last;
		let index = 0;
		for (;;) {
			const left = index * 2 + 1;
			const right = left + 1;
			const child = this.#isBeforeAt(right, left) ? right : left;
			if (!this.#swapIfBefore(child, index)) return first;
			index = child;
		}
	}

	/** Drops what was cancelled, so that a long run does not grow. */
	compact(): void {
		const live = this.#heap.filter((timer) => !timer.isCancelled);
		this.#heap = [];
		for (const timer of live) this.push(timer);
	}

	#isBeforeAt(left: number, right: number): boolean {
		const [a, b] = [this.#heap[left], this.#heap[right]];
		return a !== undefined && b !== undefined && isBefore(a, b);
	}

	#swapIfBefore(child: number, parent: number): boolean {
		const [lower, upper] = [this.#heap[child], this.#heap[parent]];
		if (lower === undefined || upper === undefined || !isBefore(lower, upper)) return false;
		this.#heap[child] = upper;
		this.#heap[parent] = lower;
		return true;
	}
}

/** One real turn of the event loop: promise chains of any length have run when it is over. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes a clock that stands at `start` (ms since the epoch; default 2026-01-01T00:00:00Z). */
export const createVirtualClock = (start = Date.UTC(2026, 0, 1)): VirtualClock => {
	const timers = new Timers();
	let now = start;
	let order = 0;
	let cancelled = 0;

	const next = (until: number): Timer | undefined => {
		for (let timer = timers.first(); timer !== undefined; timer = timers.first()) {
			if (!timer.isCancelled && timer.at > until) return undefined;
			timers.pop();
			if (!timer.isCancelled) return timer;
			cancelled--;
		}

		return undefined;
	};

	return {
		now: () => now,
		monotonic: () => now - start,
		setTimeout(callback, ms) {
			// NaN would break the heap's order; a real timer takes it for no delay at all.
			const timer: Timer = {at: now + Math.max(0, ms || 0), order: order++, callback, isCancelled: false};
			timers.push(timer);
			return timer;
		},
		clearTimeout(handle) {
			const timer = handle as Timer | undefined;
			if (timer === undefined || timer.isCancelled) return;
			timer.isCancelled = true;
			cancelled++;
			if (cancelled > 64 && cancelled > timers.size / 2) {
				timers.compact();
				cancelled = 0;
			}
		},
		async advance(ms) {
			const until = now + ms;
			await settle();
			for (let timer = next(until); timer !== undefined; timer = next(until)) {
				now = Math.max(now, timer.at);
				timer.isCancelled = true;
				timer.callback();
				await settle();
			}

			now = Math.max(now, until);
		},
		pending: () => timers.size - cancelled,
	};
};
