// What an answer, or its absence, says about whether a request was carried out.
import {ApiError} from './cluster.ts';
import {HttpError, type HttpResponse} from '../http/door.ts';

/** Kubernetes' own answer to a failed request, as far as it can be trusted to look. */
type StatusBody = {
	readonly kind?: unknown;
	readonly reason?: unknown;
	readonly message?: unknown;
	readonly details?: {readonly name?: unknown; readonly retryAfterSeconds?: unknown};
};

/** A body as JSON object, or undefined when it is anything else. */
export const parseObject = (text: string): Record<string, unknown> | undefined => {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
};

const REASONS: Readonly<Record<number, string>> = {
	400: 'BadRequest',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'NotFound',
	409: 'Conflict',
	410: 'Expired',
	422: 'Invalid',
	429: 'TooManyRequests',
	500: 'InternalError',
	503: 'ServiceUnavailable',
	504: 'Timeout',
};

/**
 * Seconds, or an HTTP date (`nowMs` is wall time), as milliseconds from now; undefined when absent or neither.
 */
const parseRetryAfter = (header: string | undefined, nowMs: number): number | undefined => {
	if (header === undefined || header.trim() === '') {
		return undefined;
	}

	if (/^\d{1,9}$/.test(header.trim())) {
		return Number(header.trim()) * 1000;
	}

	const at = Date.parse(header);
	return Number.isNaN(at) ? undefined : Math.max(at - nowMs, 0);
};

const excerpt = (text: string): string => text.slice(0, 200).toWellFormed().replaceAll(/\s+/g, ' ').trim();

/**
 * The error for an answer other than 2xx. Refused: all 4xx but 408, and 503 with Retry-After, which the server says
 * before it begins. Unknown: 408 and 5xx, which proxies also say of requests that were carried out.
 */
export const refusal = (answer: HttpResponse, attempt: string, nowMs: number): ApiError => {
	const body = parseObject(answer.body) as StatusBody | undefined;
	const status = body?.kind === 'Status' ? body : undefined;
	const seconds = status?.details?.retryAfterSeconds;
	const retryAfterMs =
		parseRetryAfter(answer.headers['retry-after'], nowMs) ??
		(typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined);
	const {status: code} = answer;
	const refused = (code < 500 && code !== 408) || (code === 503 && retryAfterMs !== undefined);
	const reason = typeof status?.reason === 'string' && status.reason !== '' ? status.reason : REASONS[code];
	const message = typeof status?.message === 'string' ? status.message : `HTTP ${code} ${excerpt(answer.body)}`.trim();
	return new ApiError({
		code,
		reason: reason ?? `HTTP${code}`,
		outcome: refused ? 'refused' : 'unknown',
		attempt,
		message,
		retryAfterMs,
	});
};

/** The error for a request without an answer: refused only if it surely never left. */
export const silence = (error: unknown, attempt: string): ApiError => {
	const kind = error instanceof HttpError ? error.kind : undefined;
	return new ApiError({
		code: 0,
		reason: kind === 'untrusted' ? 'Untrusted' : kind === 'fenced' ? 'NotLeading' : 'NoAnswer',
		outcome: kind === 'refused' || kind === 'untrusted' || kind === 'fenced' ? 'refused' : 'unknown',
		attempt,
		message: error instanceof Error ? error.message : String(error),
		cause: error,
	});
};

/** The error for a 2xx whose body is not what was asked for: it may well have been carried out. */
export const garbled = (attempt: string, message: string, code = 200): ApiError =>
	new ApiError({code, reason: 'MalformedAnswer', outcome: 'unknown', attempt, message});

/** Given up before it was sent: surely not applied. */
export const givenUp = (attempt: string, cause: unknown): ApiError =>
	new ApiError({
		code: 0,
		reason: 'Aborted',
		outcome: 'refused',
		attempt,
		message: 'given up before it was sent',
		cause,
	});

/** Whether the same request is worth repeating as it stands: it was not applied, and not for a reason of its own. */
export const isTransientRefusal = (error: unknown): error is ApiError =>
	error instanceof ApiError &&
	error.outcome === 'refused' &&
	(error.code === 429 || error.code === 503 || (error.code === 0 && error.reason === 'NoAnswer'));

/** Whether the server says that this very object is not there (and not, for instance, that the kind is unknown). */
export const isAbsent = (answer: HttpResponse, name: string): boolean => {
	const status = parseObject(answer.body) as StatusBody | undefined;
	return answer.status === 404 && status?.kind === 'Status' && status.details?.name === name;
};
