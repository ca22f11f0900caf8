// Requests to the API server: JSON in and out, errors that say what may have happened, patience where it is safe.
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import {HttpError, type Door, type HttpResponse, type StreamResponse} from '../http/door.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {backOffMs} from '../back-off.ts';
import type {Lane} from './cluster.ts';
import type {Connection, Credentials} from './connection.ts';
import {garbled, givenUp, isTransientRefusal, parseObject, refusal, silence} from './failures.ts';
import {createLanes, type Lanes} from './lanes.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

export type ApiRequest = {
	readonly verb: Verb;
	/** Plural and group for metrics and errors: `canaries.flagger.app`. */
	readonly resource: string;
	/** Absolute path, as from pathOf. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	/** `podinfo.test`, for errors. */
	readonly about?: string;
	readonly body?: unknown;
	readonly contentType?: string;
	readonly accept?: string;
	/** Writes wait for a place in this lane, anew for each attempt. */
	readonly lane?: Lane;
	readonly signal?: AbortSignal | undefined;
	/** For each attempt; 30,000 by default. */
	readonly timeoutMs?: number;
	/** Largest answer, in bytes; 10 MiB by default. */
	readonly maxBytes?: number;
	/** False: transient refusals reject at once, for callers with a back-off of their own. True by default. */
	readonly patient?: boolean;
	/** An answer other than 2xx that is no error to the caller. */
	readonly expected?: (answer: HttpResponse) => boolean;
};

export type Api = {
	/**
	 * The answer's JSON object; undefined for an `expected` answer. Repeats 429, 503 with Retry-After and refused
	 * connections until the signal aborts, and a 401 once with renewed credentials. Rejects with ApiError only.
	 */
	request(request: ApiRequest): Promise<Record<string, unknown> | undefined>;
	/** Opens a watch: `idleMs` is the longest silence. Rejects with ApiError, at once. */
	stream(request: ApiRequest & {readonly idleMs: number}): Promise<StreamResponse>;
	/** Writes under way and waiting. */
	load(): ReturnType<Lanes['load']>;
};

export type Answered = {
	readonly verb: Verb;
	readonly resource: string;
	readonly code: number;
	readonly seconds: number;
};

export type ApiOptions = {
	readonly connection: Connection;
	readonly door: Door;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Writes in flight; 8 by default. */
	readonly writesInFlight?: number;
	/** Told of every attempt but those that its signal ended; code 0 is no answer. */
	readonly onAnswer?: (facts: Answered) => void;
};

const METHODS: Readonly<Record<Verb, string>> = {
	get: 'GET',
	list: 'GET',
	watch: 'GET',
	create: 'POST',
	patch: 'PATCH',
	delete: 'DELETE',
};

const isSuccess = ({status}: {status: number}): boolean => status >= 200 && status <= 299;

/** `PATCH canaries.flagger.app podinfo.test` */
const attemptOf = ({verb, resource, about}: ApiRequest): string =>
	`${verb === 'list' || verb === 'watch' ? verb.toUpperCase() : METHODS[verb]} ${resource}${about ? ` ${about}` : ''}`;

const asked = (server: string, request: ApiRequest, {headers, tls}: Credentials) => {
	const query = new URLSearchParams(request.query).toString();
	const {body, contentType = 'application/json', accept = 'application/json'} = request;
	return {
		method: METHODS[request.verb],
		url: `${server}${request.path}${query === '' ? '' : `?${query}`}`,
		headers: {...headers, accept, ...(body !== undefined && {'content-type': contentType})},
		body: body === undefined ? undefined : JSON.stringify(body),
		signal: request.signal,
		tls,
		...(request.timeoutMs !== undefined && {timeoutMs: request.timeoutMs}),
		...(request.maxBytes !== undefined && {maxBytes: request.maxBytes}),
	};
};

/** One attempt, or two when the first says that our credentials have ended; `send` gets what to send. */
const createAttempts = ({connection, clock, onAnswer}: ApiOptions) => {
	const count = ({verb, resource, signal}: ApiRequest, code: number, begun: number): void => {
		// What we ended ourselves says nothing about the server.
		if (code > 0 || signal?.aborted !== true) {
			onAnswer?.({verb, resource, code, seconds: (clock.monotonic() - begun) / 1000});
		}
	};

	const credentials = async (attempt: string): Promise<Credentials> => {
		try {
			return await connection.credentials();
		} catch (error) {
			// Nothing was sent; a plugin or a file may work in a moment.
			throw silence(new HttpError('refused', `no credentials: ${String(error)}`, error), attempt);
		}
	};

	return async <T extends {status: number}>(
		request: ApiRequest,
		send: (ready: ReturnType<typeof asked>) => Promise<T>,
	): Promise<T> => {
		const attempt = attemptOf(request);
		for (let second = false; ; second = true) {
			const ready = asked(connection.server, request, await credentials(attempt));
			const begun = clock.monotonic();
			const answer = await send(ready).catch((error: unknown) => {
				count(request, 0, begun);
				throw silence(error, attempt);
			});
			count(request, answer.status, begun);
			if (answer.status !== 401 || second) {
				return answer;
			}

			connection.renew();
		}
	};
};

/** The API server through one door. */
export const createApi = (options: ApiOptions): Api => {
	const {door, clock, random, log} = options;
	const lanes = createLanes(options.writesInFlight);
	const ask = createAttempts(options);

	const once = async (request: ApiRequest): Promise<Record<string, unknown> | undefined> => {
		const attempt = attemptOf(request);
		const task = (): Promise<HttpResponse> => ask(request, (ready) => door.request(ready));
		const answer = await (request.lane === undefined ? task() : lanes.run(request.lane, task, request.signal));
		if (!isSuccess(answer)) {
			if (request.expected?.(answer) === true) {
				return undefined;
			}

			throw refusal(answer, attempt, clock.now());
		}

		const body = parseObject(answer.body);
		if (body === undefined) {
			throw garbled(attempt, 'the answer is no JSON object', answer.status);
		}

		return body;
	};

	const patiently = async (request: ApiRequest): Promise<Record<string, unknown> | undefined> => {
		for (let repetition = 0; ; repetition += 1) {
			try {
				request.signal?.throwIfAborted();
				return await once(request);
			} catch (error) {
				if (request.patient === false || !isTransientRefusal(error)) {
					throw error;
				}

				const ms = backOffMs({random}, repetition, error.retryAfterMs);
				log.debug('api server asks for patience', {attempt: error.attempt, code: error.code, ms});
				await sleep(clock, ms, request.signal);
			}
		}
	};

	return {
		async request(request) {
			try {
				return await patiently(request);
			} catch (error) {
				// The signal's own reason comes out only of waits: for a place, or between attempts.
				const waited = request.signal?.aborted === true && error === request.signal.reason;
				if (waited) {
					throw givenUp(attemptOf(request), error);
				}

				throw error;
			}
		},
		async stream(request) {
			const answer = await ask(request, (ready) => door.stream({...ready, idleMs: request.idleMs}));
			if (!isSuccess(answer)) {
				throw refusal(answer, attemptOf(request), clock.now());
			}

			return answer;
		},
		load: () => lanes.load(),
	};
};
