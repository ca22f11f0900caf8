// The one door to time. Everything that waits or asks the time takes a Clock, so that tests and the sandbox own it.

/** Time as a service. `now` is wall time in ms since the epoch; `monotonic` in ms never goes back. */
export type Clock = {
	now(): number;
	monotonic(): number;
	/** Calls back after `ms`; never with a delay that overflows a timer (XState's and Node's limit is 24.8 days). */
	setTimeout(callback: () => void, ms: number): unknown;
	clearTimeout(handle: unknown): void;
};

const TIMER_MS_MAX = 2_000_000_000;

/** The machine's own clock. */
export const wallClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	setTimeout: (callback, ms) => setTimeout(callback, Math.min(Math.max(ms, 0), TIMER_MS_MAX)),
	clearTimeout(handle) {
		clearTimeout(handle as NodeJS.Timeout);
	},
};

/** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
	new Promise((resolve, reject) => {
		if (signal?.aborted) {
			reject(signal.reason as Error);
			return;
		}

		const onAbort = (): void => {
			clock.clearTimeout(timer);
			reject(signal?.reason as Error);
		};

		const timer = clock.setTimeout(() => {
			signal?.removeEventListener('abort', onAbort);
			resolve();
		}, ms);
		signal?.addEventListener('abort', onAbort, {once: true});
	});

/** An instant as Kubernetes writes times: RFC 3339 in whole seconds. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The same to the millisecond, for those who measure. */
export const exactTimestamp = (ms: number): string => new Date(ms).toISOString();

/** The instant of an RFC 3339 time in ms; 0 for anything else. */
export const instantOf = (text: unknown): number => (typeof text === 'string' ? Date.parse(text) || 0 : 0);
