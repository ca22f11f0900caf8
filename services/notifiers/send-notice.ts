// One attempt to tell one receiver: found, worded, posted.
import type {HttpError} from '../http/errors.ts';
import type {Door, HttpResponse} from '../http/door.ts';
import {
	Undelivered,
	type ReceiverRequest,
	type Notice,
	type Notifier,
	type Receiver,
	type SendRequest,
} from './notifier.ts';

const TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 1024 * 1024;
const RETRY_AFTER_S_MAX = 3600;

/** Seconds, or a date; within an hour. */
const retryAfterOf = ({headers}: HttpResponse, now: number): number | undefined => {
	const written = headers['retry-after'] ?? '';
	const seconds = /^\d+(?:\.\d+)?$/.test(written) ? Number(written) : (Date.parse(written) - now) / 1000;
	return seconds >= 0 ? Math.min(seconds, RETRY_AFTER_S_MAX) * 1000 : undefined;
};

/** Requests go to the receiver's own origin alone, for they carry its token. */
const requestsTo =
	(door: Door, {address}: Receiver, notice: Notice, now: () => number, signal: AbortSignal): SendRequest =>
	async ({url, method = 'POST', headers = {}, body}: ReceiverRequest) => {
		const {origin, host} = new URL(url);
		if (origin !== new URL(address).origin) {
			throw new Undelivered(`${host} is another host than the provider's`);
		}

		let answer: HttpResponse;
		try {
			answer = await door.request({
				url,
				method,
				headers: {
					...(body !== undefined && {'content-type': 'application/json'}),
					'idempotency-key': notice.key,
					...headers,
				},
				body: body === undefined ? undefined : JSON.stringify(body),
				timeoutMs: TIMEOUT_MS,
				maxBytes: BODY_BYTES_MAX,
				signal,
			});
		} catch (error) {
			throw new Undelivered(`${host}: ${(error as HttpError).kind ?? 'no answer'}`, undefined, error);
		}

		if (answer.status < 200 || answer.status > 299) {
			// What it says beside is nobody's business: it would be a way to read what is behind a firewall.
			throw new Undelivered(`${host} answered ${answer.status}`, retryAfterOf(answer, now()));
		}

		return answer.body;
	};

export type Sending = {
	readonly notifier: Notifier;
	readonly notice: Notice;
	readonly receiver: Receiver;
	readonly door: Door;
	readonly now: () => number;
	readonly signal: AbortSignal;
};

/** Rejects with Undelivered. */
export const sendNotice = ({notifier, notice, receiver, door, now, signal}: Sending): Promise<void> =>
	notifier.send(notice, receiver, requestsTo(door, receiver, notice, now, signal));
