// Whether something was heard lately, and a word when that changes.
import type {Clock} from '../clock.ts';

export type Freshness = {heard(): void; isFresh(): boolean; stop(): void};

/** Fresh for `ms` after each `heard`; `onChange` is told when that begins and when it lapses. */
export const createFreshness = (clock: Clock, ms: number, onChange: (fresh: boolean) => void): Freshness => {
	let last: number | undefined;
	let known = false;
	let timer: unknown;

	const look = (): void => {
		const left = (last ?? 0) + ms - clock.monotonic();
		if (left > 0) {
			timer = clock.setTimeout(look, left);
			return;
		}

		timer = undefined;
		known = false;
		onChange(false);
	};

	return {
		heard() {
			last = clock.monotonic();
			timer ??= clock.setTimeout(look, ms);
			if (!known) {
				known = true;
				onChange(true);
			}
		},
		// Not `known`: after a stalled event loop the timer may be late.
		isFresh: () => last !== undefined && clock.monotonic() - last < ms,
		stop() {
			clock.clearTimeout(timer);
		},
	};
};
