// A wait in which nothing is heard: after a while one looks again, for a watch may have left out what is waited for.
import type {Clock} from '../clock.ts';

/** As long as nothing is heard, the time until the next look doubles, up to so many times the first. */
const LONGEST = 5;

export type Silence = {
	/** The wait for what `look` looks at begins now; undefined: nothing is waited for. It rejects never. */
	wait(look: ((signal: AbortSignal) => Promise<void>) | undefined): void;
	/** Something was told: no need to look for a while. */
	heard(): void;
};

/** `ms`: how long nothing must have been heard before the first look. */
export const createSilence = (clock: Clock, ms: number): Silence => {
	let delay = ms;
	let from = 0;
	let timer: unknown;
	let present = new AbortController();

	const start = (look: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): void => {
		const onTime = async (): Promise<void> => {
			if (clock.monotonic() - from >= delay) {
				from = clock.monotonic();
				delay = Math.min(delay * 2, ms * LONGEST);
				await look(signal);
			}

			if (!signal.aborted) arm();
		};
		const arm = (): void => {
			timer = clock.setTimeout(() => void onTime(), from + delay - clock.monotonic());
		};
		arm();
	};

	return {
		wait(look) {
			present.abort(new Error('the wait is over'));
			clock.clearTimeout(timer);
			if (look === undefined) return;
			present = new AbortController();
			delay = ms;
			from = clock.monotonic();
			start(look, present.signal);
		},
		heard() {
			delay = ms;
			from = clock.monotonic();
		},
	};
};
