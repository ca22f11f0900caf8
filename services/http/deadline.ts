// One request's end: its time is up, its caller gave up, or its reader left.
import type {Clock} from '../clock.ts';
import {HttpError} from './errors.ts';

/** Aborts `signal` when time is up; `push` starts the time anew, so that the same thing watches for silence. */
export type Deadline = {
	readonly signal: AbortSignal;
	/** From now on it is due `ms` from now. Cheap: the timer looks again when it fires. */
	push(ms: number): void;
	/** Stops the timer and aborts what is under way with this reason, if it still is. */
	end(reason?: HttpError): void;
};

/** `what` names the request in errors, e.g. `GET http://host/path`. */
export const startDeadline = (clock: Clock, ms: number, what: string, caller: AbortSignal | undefined): Deadline => {
	const controller = new AbortController();
	let span = ms;
	let due = clock.monotonic() + ms;
	let timer: unknown;

	const onTime = (): void => {
		const left = due - clock.monotonic();
		if (left > 0) {
			timer = clock.setTimeout(onTime, left);
			return;
		}

		controller.abort(new HttpError('timed out', `${what}: nothing for ${span} ms`));
	};

	const onCaller = (): void => {
		controller.abort(new HttpError('aborted', `${what}: given up by the caller`, caller?.reason));
	};

	timer = clock.setTimeout(onTime, ms);
	if (caller?.aborted === true) {
		onCaller();
	} else {
		caller?.addEventListener('abort', onCaller, {once: true});
	}

	return {
		signal: controller.signal,
		push(next) {
			const sooner = clock.monotonic() + next < due;
			span = next;
			due = clock.monotonic() + next;
			if (sooner) {
				clock.clearTimeout(timer);
				timer = clock.setTimeout(onTime, next);
			}
		},
		end(reason) {
			clock.clearTimeout(timer);
			caller?.removeEventListener('abort', onCaller);
			if (reason !== undefined && !controller.signal.aborted) {
				controller.abort(reason);
			}
		},
	};
};

/** The promise, or a rejection with the signal's reason when that comes first; leaves no listener behind. */
export const orAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
	new Promise((resolve, reject) => {
		const onAbort = (): void => {
			reject(signal.reason as Error);
		};

		if (signal.aborted) {
			onAbort();
		} else {
			signal.addEventListener('abort', onAbort, {once: true});
		}

		promise.then(resolve, reject).finally(() => {
			signal.removeEventListener('abort', onAbort);
		});
	});
