// Waiting for the Lease, and taking it: at once when it is free, or when its holder was silent for as long as it is valid.
import {isContested, look, patienceMs, type Contest} from './lease-contest.ts';
import {claimed, holderOf} from './lease-record.ts';

/** A little more than one pause and at most 2.2, so that candidates do not stay in step (client-go's factor). */
const JITTER = 1.2;

/**
 * Takes the Lease if it may be taken. Answers when the write was issued, by the monotonic clock; undefined while
 * somebody else holds it. Rejects with ApiError.
 */
const attempt = async (contest: Contest): Promise<number | undefined> => {
	const {view, client, clock, timing, identity, life} = contest;
	const isSilent = (): boolean => view.heldForMs() === 0 && !['', identity].includes(holderOf(view.lease()));
	if (!view.isKnown() || isSilent()) {
		// The watch may be what is silent: nobody is deposed on its word alone.
		await look(contest, life);
	}

	const lease = view.lease();
	if (holderOf(lease) !== identity && view.heldForMs() > 0) {
		return undefined;
	}

	const issuedAt = clock.monotonic();
	const spec = claimed(lease, identity, timing, clock.now());
	// Not given up half-way: a Lease that was taken unheard would keep the others waiting.
	const options = {signal: new AbortController().signal, timeoutMs: patienceMs(contest)};
	view.note(await (lease === undefined ? client.create(spec, options) : client.replace(lease, spec, options)));
	return issuedAt;
};

/** Whether the next attempt should come at once: somebody was faster, and the Lease is another now. */
const isNews = async (contest: Contest, error: unknown): Promise<boolean> => {
	const {view, life} = contest;
	const before = view.lease()?.metadata.resourceVersion;
	if (isContested(error)) {
		await look(contest, life).catch((second: unknown) => {
			contest.complain(second);
		});
	}

	return view.lease()?.metadata.resourceVersion !== before;
};

/**
 * Stands for election until it is won or `life` aborts. Answers when the winning write was issued, by the monotonic
 * clock; undefined when it was told to stop before.
 */
export const campaign = async (
	contest: Contest,
	onFollowing: (holder: string) => void,
): Promise<number | undefined> => {
	const {view, bell, clock, timing, random, life} = contest;
	while (!life.aborted) {
		let waitMs: number;
		try {
			const wonAt = await attempt(contest);
			contest.worked();
			if (wonAt !== undefined) {
				return wonAt;
			}

			onFollowing(holderOf(view.lease()));
			waitMs = view.heldForMs();
		} catch (error) {
			if (life.aborted) {
				break;
			}

			waitMs = (await isNews(contest, error)) ? 0 : timing.retryPeriodMs * (1 + JITTER * random.next());
			if (waitMs > 0) {
				contest.complain(error);
			}
		}

		await bell.wait(clock, waitMs, life);
	}

	return undefined;
};
