// The daemon's webhook of events, as the peer's `-event-webhook`: everything that is said of a Canary, in order for each.
// The Kubernetes event is the record; this one is tried three times and holds up nothing.
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {HttpError} from '../http/errors.ts';
import type {Log} from '../log.ts';

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
const TIMEOUT_MS = 10_000;

/** Returns at once, and never throws. */
export const createEventWebhook = ({
	url,
	door,
	clock,
	log,
	onResult,
}: EventWebhookOptions): ((event: SaidEvent) => void) => {
	const lines = new Map<string, string[]>();
	const {host} = new URL(url);

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

	const tell = async (body: string): Promise<void> => {
		for (let attempt = 1; ; attempt += 1) {
			const failure = await post(body);
			const isOver = attempt === ATTEMPTS;
			onResult(failure === '' ? 'sent' : isOver ? 'given up' : 'failed');
			if (failure === '') {
				return;
			}

			log.warn('the event webhook was not told', {host, failure, attempt});
			if (isOver) {
				return;
			}

			await sleep(clock, 1000 * 2 ** (attempt - 1));
		}
	};

	const move = async (key: string, line: string[]): Promise<void> => {
		for (let body = line[0]; body !== undefined; body = line[0]) {
			await tell(body);
			line.shift();
		}

		lines.delete(key);
	};

	return ({name, namespace, phase, revision, type, message}) => {
		const metadata = {eventMessage: message, eventType: type, timestamp: String(clock.now())};
		const body = JSON.stringify({name, namespace, phase, checksum: revision, metadata});
		const key = `${namespace}/${name}`;
		const line = lines.get(key);
		if (line === undefined) {
			const begun = [body];
			lines.set(key, begun);
			void move(key, begun);
		} else if (line.length < WAITING_MAX) {
			line.push(body);
		} else {
			onResult('dropped');
		}
	};
};
