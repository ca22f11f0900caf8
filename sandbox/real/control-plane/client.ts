// A plain client of one API server, for the parts that play a cluster's machinery: JSON in, JSON out, and a watch.
import {Agent, request} from 'undici';

/** As much of any Kubernetes object as the machinery reads. */
export type AnyObject = {
	readonly metadata: {
		readonly name: string;
		readonly namespace?: string;
		readonly uid?: string;
		readonly resourceVersion?: string;
		readonly annotations?: Readonly<Record<string, string>>;
		readonly deletionTimestamp?: string;
	};
};

export type WatchEvent = {readonly type: string; readonly object: AnyObject};

/** Bookmarks come about every minute: a watch that is silent for longer is dead, though nobody said so. */
const SILENCE_MS = 75_000;

/** An answer that is not 2xx. */
export class ApiError extends Error {
	readonly code: number;

	constructor(code: number, message: string) {
		super(message);
		this.name = 'ApiError';
		this.code = code;
	}
}

export type Client = {
	call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, type?: string): Promise<unknown>;
	/** The events of one watch; ends when the server ends it, throws when the connection breaks or `signal` aborts. */
	watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent>;
	close(): Promise<void>;
};

export const createClient = ({url, ca, token}: {url: string; ca: Buffer; token: string}): Client => {
	const dispatcher = new Agent({connect: {ca, timeout: 5000}, connections: 32, headersTimeout: 20_000, bodyTimeout: 0});
	const headers = {authorization: `Bearer ${token}`, accept: 'application/json'};
	return {
		async call(method, path, body, type = 'application/json') {
			const answer = await request(new URL(path, url), {
				dispatcher,
				method,
				headers: {...headers, 'content-type': type},
				body: body === undefined ? null : JSON.stringify(body),
				signal: AbortSignal.timeout(20_000),
			});
			const text = await answer.body.text();
			if (answer.statusCode >= 300) {
				throw new ApiError(answer.statusCode, `${method} ${path}: ${answer.statusCode} ${text}`);
			}

			return text.startsWith('{') ? (JSON.parse(text) as unknown) : text;
		},
		async *watch(path, signal) {
			const answer = await request(new URL(path, url), {
				dispatcher,
				method: 'GET',
				headers,
				signal,
				bodyTimeout: SILENCE_MS,
			});
			if (answer.statusCode >= 300) {
				throw new ApiError(answer.statusCode, `watch ${path}: ${await answer.body.text()}`);
			}

			let rest = '';
			for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
				const lines = (rest + chunk).split('\n');
				rest = lines.pop() ?? '';
				for (const line of lines) {
					yield JSON.parse(line) as WatchEvent;
				}
			}
		},
		async close() {
			await dispatcher.destroy();
		},
	};
};
