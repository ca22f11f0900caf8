// The one HTTP door: every request has an end in time and a limit in size, whoever answers behind it.
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {orAborted, startDeadline, type Deadline} from './deadline.ts';
import {HttpError} from './errors.ts';
import {createLineSplitter} from './lines.ts';
import {asHttpError, createSocketTransport, type TlsOptions, type Transport} from './transport.ts';

export {HttpError} from './errors.ts';
export type {TlsOptions, Transport, TransportResponse} from './transport.ts';

type Asked = {
	readonly method?: string;
	/** Absolute: origin, path and query. */
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly tls?: TlsOptions | undefined;
	/** Largest body taken, in bytes; 10 MiB by default. */
	readonly maxBytes?: number;
};

/** `timeoutMs` spans the whole request, from asking to the last byte of the body; 30,000 by default. */
export type HttpRequest = Asked & {readonly timeoutMs?: number};

export type HttpResponse = {
	readonly status: number;
	/** Names in lower case; repeated ones joined by a comma. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** `timeoutMs` spans the time to the headers, `idleMs` the longest silence after them. */
export type StreamRequest = Asked & {
	readonly timeoutMs?: number;
	readonly idleMs: number;
	/** Longest line taken, in characters; 16 Mi by default. */
	readonly maxLine?: number;
};

export type StreamResponse = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** The whole body of an answer other than 2xx; empty for one that streams. */
	readonly body: string;
	/**
	 * The lines, in the batches in which they arrived, blank ones left out. Ends when the server ends properly; throws
	 * HttpError otherwise. Leaving the loop, or aborting the signal, ends the request.
	 */
	readonly lines: AsyncIterable<readonly string[]>;
};

export type Door = {
	/** Rejects with HttpError; any status is an answer, redirects included, which are never followed. */
	request(request: HttpRequest): Promise<HttpResponse>;
	stream(request: StreamRequest): Promise<StreamResponse>;
	/** Ends every connection. */
	close(): Promise<void>;
};

export type DoorOptions = {
	readonly clock: Clock;
	readonly log: Log;
	/** Open connections for short requests to one origin; 16 by default. Not for a given transport. */
	readonly connections?: number;
	/** In-process instead of sockets: the simulation's and the sandbox's way in. */
	readonly transport?: Transport;
	readonly userAgent?: string;
	/** Errors and log name the origin alone: the path of a webhook is its password. */
	readonly discreet?: boolean;
};

const MEBI = 1024 * 1024;
const BODY_BYTES_MAX = 10 * MEBI;
const REQUEST_MS = 30_000;

const addressOf = (request: Asked, discreet: boolean): {url: URL; method: string; what: string} => {
	const url = new URL(request.url);
	const method = request.method ?? 'GET';
	// Without the query: it is long, and may carry what is nobody's business.
	return {url, method, what: `${method} ${url.origin}${discreet ? '' : url.pathname}`};
};

/** Collects a body within its limit; `deadline` may end it. */
const readBody = async (
	chunks: AsyncIterable<Uint8Array>,
	maxBytes: number,
	what: string,
	deadline: Deadline,
): Promise<string> => {
	const iterator = chunks[Symbol.asyncIterator]();
	const parts: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const step = await orAborted(iterator.next(), deadline.signal);
		if (step.done === true) {
			return Buffer.concat(parts).toString('utf8');
		}

		size += step.value.byteLength;
		if (size > maxBytes) {
			throw new HttpError('too large', `${what}: a body of more than ${maxBytes} bytes`);
		}

		parts.push(step.value);
	}
};

async function* readLines(
	chunks: AsyncIterable<Uint8Array>,
	request: StreamRequest,
	what: string,
	deadline: Deadline,
): AsyncGenerator<readonly string[]> {
	const splitter = createLineSplitter(request.maxLine ?? 16 * MEBI);
	const iterator = chunks[Symbol.asyncIterator]();
	try {
		for (;;) {
			const step = await orAborted(iterator.next(), deadline.signal);
			if (step.done === true) {
				break;
			}

			deadline.push(request.idleMs);
			const lines = splitter.take(step.value);
			if (lines.length > 0) {
				yield lines;
			}
		}

		if (splitter.rest() !== '') {
			throw new HttpError('malformed', `${what}: ended within a line`);
		}
	} catch (error) {
		throw asHttpError(error, what);
	} finally {
		deadline.end(new HttpError('aborted', `${what}: the reader left`));
	}
}

/** The door. `log` hears of answers at debug level only: who asks knows better what an error means. */
export const createDoor = (options: DoorOptions): Door => {
	const {clock, log, connections = 16, transport, userAgent, discreet = false} = options;
	const behind = transport ?? createSocketTransport({connections});

	const begin = async (request: Asked, ms: number, streaming: boolean) => {
		const {url, method, what} = addressOf(request, discreet);
		const deadline = startDeadline(clock, ms, what, request.signal);
		try {
			const headers = {...(userAgent !== undefined && {'user-agent': userAgent}), ...request.headers};
			deadline.signal.throwIfAborted();
			const {body, tls} = request;
			const sent = behind.send({method, url, headers, body, tls, streaming, signal: deadline.signal});
			const answer = await orAborted(sent, deadline.signal);
			const coding = answer.headers['content-encoding'] ?? 'identity';
			if (coding !== 'identity') {
				// We ask for none: taking one would open the size limit to a bomb.
				throw new HttpError('malformed', `${what}: an answer in the coding ${coding}`);
			}

			log.debug('http answer', {method, url: what, status: answer.status});
			return {answer, deadline, what};
		} catch (error) {
			throw close(deadline, error, what);
		}
	};

	const close = (deadline: Deadline, error: unknown, what: string): HttpError => {
		// What the abort caused says only "aborted"; why it was aborted says more.
		const reason: unknown = deadline.signal.aborted ? deadline.signal.reason : error;
		const failure = asHttpError(reason, what);
		deadline.end(failure);
		return failure;
	};

	return {
		async request(request) {
			const {answer, deadline, what} = await begin(request, request.timeoutMs ?? REQUEST_MS, false);
			try {
				const body = await readBody(answer.chunks, request.maxBytes ?? BODY_BYTES_MAX, what, deadline);
				deadline.end();
				return {status: answer.status, headers: answer.headers, body};
			} catch (error) {
				throw close(deadline, error, what);
			}
		},
		async stream(request) {
			const {answer, deadline, what} = await begin(request, request.timeoutMs ?? REQUEST_MS, true);
			const {status, headers} = answer;
			try {
				if (status < 200 || status > 299) {
					const body = await readBody(answer.chunks, request.maxBytes ?? BODY_BYTES_MAX, what, deadline);
					deadline.end();
					return {status, headers, body, lines: none()};
				}

				deadline.push(request.idleMs);
				return {status, headers, body: '', lines: readLines(answer.chunks, request, what, deadline)};
			} catch (error) {
				throw close(deadline, error, what);
			}
		},
		close: () => behind.close(),
	};
};

async function* none(): AsyncGenerator<readonly string[]> {}
