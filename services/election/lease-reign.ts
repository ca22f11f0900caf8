// Holding the Lease: renewed in time, or else nothing more is issued, by our own clock and before anyone may take it.
import {isContested, look, patienceMs, type Contest} from './lease-contest.ts';
import type {Fence} from './lease-fence.ts';
import {claimed, holderOf, released} from './lease-record.ts';

/** What a leader does while it leads. */
export type Term = {
	/** Ends it; called with the fence open when it is ended in order, and shut when leadership was lost. */
	stop(): Promise<void>;
};

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) {
			resolve();
		} else {
			signal.addEventListener('abort', () => resolve(), {once: true});
		}
	});

/** Twice at most: once more when the Lease was not as it was seen, and still is nobody else's. */
const twice = async (contest: Contest, signal: AbortSignal, act: () => Promise<void>): Promise<void> => {
	try {
		await act();
	} catch (error) {
		if (!isContested(error) || signal.aborted) {
			throw error;
		}

		await look(contest, signal);
		if (!signal.aborted) {
			await act();
		}
	}
};

/** The deadline of a reign, which renewals move on and which ends it for good. */
const createDeadline = ({clock, timing}: Contest, wonAt: number, onMissed: () => void) => {
	let at = wonAt + timing.renewDeadlineMs;
	let isMissed = false;
	let timer: unknown;

	const check = (): boolean => {
		if (!isMissed && clock.monotonic() >= at) {
			isMissed = true;
			onMissed();
		}

		return !isMissed;
	};
	const arm = (): void => {
		timer = clock.setTimeout(() => {
			if (check()) {
				arm();
			}
		}, at - clock.monotonic());
	};
	arm();
	return {
		/** False once it has passed, also when its timer comes late: after SIGSTOP, or on a busy machine. */
		isAhead: check,
		/** A renewal that was issued at `issuedAt` has succeeded. */
		move(issuedAt: number) {
			if (check()) {
				at = issuedAt + timing.renewDeadlineMs;
			}
		},
		clear() {
			clock.clearTimeout(timer);
		},
	};
};

type Deadline = ReturnType<typeof createDeadline>;

/** Renews until the signal aborts: each period, and at once when the Lease is gone. */
const renewing = async (contest: Contest, wonAt: number, deadline: Deadline, signal: AbortSignal): Promise<void> => {
	const {view, client, bell, clock, timing, identity} = contest;
	const renew = async (): Promise<void> => {
		const lease = view.lease();
		const issuedAt = clock.monotonic();
		const spec = claimed(lease, identity, timing, clock.now());
		const options = {signal, timeoutMs: patienceMs(contest)};
		view.note(await (lease === undefined ? client.create(spec, options) : client.replace(lease, spec, options)));
		deadline.move(issuedAt);
	};

	for (let dueAt = wonAt + timing.retryPeriodMs; !signal.aborted;) {
		const wasThere = view.lease() !== undefined;
		await bell.wait(clock, dueAt - clock.monotonic(), signal);
		const isGone = wasThere && view.lease() === undefined;
		if (signal.aborted || (!isGone && clock.monotonic() < dueAt)) {
			continue;
		}

		dueAt = clock.monotonic() + timing.retryPeriodMs;
		try {
			await twice(contest, signal, renew);
			contest.worked();
		} catch (error) {
			if (!signal.aborted) {
				contest.complain(error);
			}
		}
	}
};

/** Clears the holder, so that the next one need not wait. What fails is only logged: the Lease expires by itself. */
export const giveBack = async (contest: Contest): Promise<void> => {
	const {view, client, clock, identity} = contest;
	const {signal} = new AbortController();
	try {
		await twice(contest, signal, async () => {
			const lease = view.lease();
			if (lease !== undefined && holderOf(lease) === identity) {
				const options = {signal, timeoutMs: patienceMs(contest)};
				view.note(await client.replace(lease, released(lease, clock.now()), options));
			}
		});
	} catch (error) {
		contest.complain(error);
	}
};

/**
 * Leads until the Lease is lost, or `life` aborts and it is given back. Resolves when the term has ended, with why.
 * The deadline counts from when a renewal was issued, so that it passes before anyone else's count, which begins when
 * the renewal is seen.
 */
export const reign = async (
	contest: Contest,
	wonAt: number,
	lead: (fence: Fence) => Term,
	onChange: (listener: () => void) => void,
): Promise<string> => {
	const {view, identity, life, timing, log} = contest;
	const end = new AbortController();
	const close = (why: string): void => {
		end.abort(why);
	};
	const deadline = createDeadline(contest, wonAt, () => {
		close(`the Lease was not renewed within ${timing.renewDeadlineMs} ms`);
	});
	const fence: Fence = {isOpen: () => !end.signal.aborted && deadline.isAhead()};
	const watchHolder = (): void => {
		const lease = view.lease();
		if (lease !== undefined && holderOf(lease) !== identity) {
			close(`the Lease is held by ${holderOf(lease) || 'nobody'}`);
		}
	};
	onChange(watchHolder);
	watchHolder();
	const term = lead(fence);
	const renewal = renewing(contest, wonAt, deadline, end.signal);
	await Promise.race([aborted(end.signal), aborted(life)]);
	await term.stop().catch((error: unknown) => {
		log.error('a term of leadership did not end in order', {error});
	});
	const isKept = fence.isOpen();
	close('this replica was told to stop');
	deadline.clear();
	onChange(() => {});
	await renewal;
	if (isKept) {
		await giveBack(contest);
	}

	return String(end.signal.reason);
};
