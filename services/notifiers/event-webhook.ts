// The daemon's webhook of events, as the peer's `-event-webhook`: everything that is said of a Canary, in order for each.
// The Kubernetes event is the record; this one is tried three times and holds up nothing.
import {backOffMs} from '../back-off.ts';
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {HttpError} from '../http/errors.ts';
import type {Log} from '../log.ts';
import {createOutbox} from '../outbox.ts';

/** The peer's payload is made of these; `revision` is its checksum. */
export type SaidEvent = {
	readonly name: string;
	readonly namespace: string;
	readonly phase: string;
	readonly revision: string;
	readonly type: 'Normal' | 'Warning';
	readonly message: string;
};

export type EventWebhookOptions = {
	readonly url: string;
	readonly door: Door;
	readonly clock: Clock;
	readonly log: Log;
	readonly onResult: (result: 'sent' | 'failed' | 'given up' | 'dropped') => void;
};

const WAITING_MAX = 64;
const ATTEMPTS = 3;
const RETRY_MS = 1000;
const TIMEOUT_MS = 10_000;

/** Returns at once, and never throws. */
export const createEventWebhook = ({
	url,
	door,
	clock,
	log,
	onResult,
}: EventWebhookOptions): ((event: SaidEvent) => void) => {
	const {host} = new URL(url);

	/** What went wrong; empty for nothing. */
	const post = async (body: string): Promise<string> => {
		const headers = {'content-type': 'application/json'};
		try {
			const {status} = await door.request({
				url,
				method: 'POST',
				headers,
				body,
				timeoutMs: TIMEOUT_MS,
				maxBytes: 65_536,
			});
			return status >= 200 && status <= 299 ? '' : `answered ${status}`;
		} catch (error) {
			return (error as HttpError).kind;
		}
	};

	const outbox = createOutbox<string>({
		clock,
		waitingMax: WAITING_MAX,
		async send(body) {
			const failure = await post(body);
			if (failure !== '') {
				throw new Error(failure);
			}

			onResult('sent');
		},
		onFailure(_, error, attempt) {
			const isOver = attempt === ATTEMPTS;
			onResult(isOver ? 'given up' : 'failed');
			log.warn('the event webhook was not told', {host, failure: (error as Error).message, attempt});
			return isOver ? undefined : backOffMs({baseMs: RETRY_MS}, attempt - 1);
		},
		onDropped() {
			onResult('dropped');
		},
	});

	return ({name, namespace, phase, revision, type, message}) => {
		const metadata = {eventMessage: message, eventType: type, timestamp: String(clock.now())};
		const body = JSON.stringify({name, namespace, phase, checksum: revision, metadata});
		void outbox.put(`${namespace}/${name}`, body);
	};
};
