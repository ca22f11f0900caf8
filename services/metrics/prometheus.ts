// Prometheus: one instant query, and every way in which its answer can be no answer.
import {at} from '../../api/reading.ts';
import {askOnce} from './ask-once.ts';
import type {Answer, FetchText, MetricProvider, NoAnswer} from './metrics.ts';

/** The peer's. */
export const TIMEOUT_MS = 5000;
/** One sample takes 200 bytes; a query that answers thousands of series is refused anyway. */
export const BODY_BYTES_MAX = 1024 * 1024;

export const notUnderstood = (text: string): NoAnswer => ({kind: 'not understood', text});

const sampleOf = (sample: unknown): Answer => {
	if (!Array.isArray(sample)) return notUnderstood('a sample without a value');
	const [seconds, text] = sample as unknown[];
	if (typeof text !== 'string' || typeof seconds !== 'number') return notUnderstood('a sample without a value');
	const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
	const isNumber = text.trim() !== '' && (text === 'NaN' || !Number.isNaN(value));
	return isNumber ? {kind: 'value', value, at: seconds * 1000} : notUnderstood('a value that is no number');
};

const valueIn = (data: unknown): Answer => {
	const result = at(data, 'result');
	switch (at(data, 'resultType')) {
		case 'scalar':
			return sampleOf(result);
		case 'vector': {
			if (!Array.isArray(result)) return notUnderstood('a vector without samples');
			if (result.length === 0) return {kind: 'no data'};
			return result.length === 1 ? sampleOf(at(result[0], 'value')) : {kind: 'several series', count: result.length};
		}
		case 'matrix':
			return notUnderstood('a range of values instead of one');
		default:
			return notUnderstood('neither a vector nor a scalar');
	}
};

/** Words of the provider's own, bounded and on one line. */
const words = (value: unknown): string =>
	typeof value === 'string' ? value.slice(0, 300).replaceAll(/\s+/g, ' ').trim() : '';

/** What a response holds, as `read` takes it. A refusal of the query (400, 422) tells its reason. */
export const readResponse = <T>(
	{status, body}: {readonly status: number; readonly body: string},
	read: (data: unknown) => T,
): T | NoAnswer => {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return status === 200
			? notUnderstood('an answer that is not JSON')
			: {kind: 'provider failed', text: `HTTP status ${status}`};
	}

	if (at(parsed, 'status') === 'success' && status === 200) return read(at(parsed, 'data'));
	const reason = words(at(parsed, 'error'));
	return {kind: 'provider failed', text: reason === '' ? `HTTP status ${status}` : `${reason} (HTTP status ${status})`};
};

/** The address of a request to the API, `query?query=…`; undefined where the server's own is none. */
export const urlOf = (address: string, request: string): string | undefined => {
	const text = `${address.replace(/\/+$/, '')}/api/v1/${request}`;
	return /^https?:\/\//i.test(address) && URL.canParse(text) ? text : undefined;
};

export const noAddress = (address: string): NoAnswer => ({
	kind: 'provider failed',
	text: `${words(address)} is no HTTP address`,
});

const isTimeout = (error: unknown): boolean =>
	typeof error === 'object' &&
	error !== null &&
	(('kind' in error && error.kind === 'timed out') || ('name' in error && error.name === 'TimeoutError'));

/** What an error of the door tells. */
export const failure = (error: unknown): NoAnswer =>
	isTimeout(error)
		? {kind: 'timed out', afterMs: TIMEOUT_MS}
		: {kind: 'provider failed', text: error instanceof Error ? words(error.message) : 'no answer'};

/**
 * Prometheus behind a door. Equal queries that are under way at the same time are asked once. Every failure is an
 * Answer; `ask` rejects only when its own signal aborts.
 */
export const createPrometheus = (fetchText: FetchText): MetricProvider => {
	const once = askOnce<Answer>();
	return {
		async ask(address, query, signal) {
			const url = urlOf(address, `query?query=${encodeURIComponent(query)}`);
			if (url === undefined) return noAddress(address);
			return once(
				url,
				async (shared) => {
					try {
						const response = await fetchText(url, {timeoutMs: TIMEOUT_MS, signal: shared, maxBytes: BODY_BYTES_MAX});
						return readResponse(response, valueIn);
					} catch (error) {
						return failure(error);
					}
				},
				signal,
			);
		},
	};
};
