// Prometheus: one instant query, and every way in which its answer can be no answer.
import {at} from '../../api/reading.ts';
import {askOnce} from './ask-once.ts';
import type {Answer, FetchText, MetricProvider} from './metrics.ts';

/** The peer's. */
const TIMEOUT_MS = 5000;
/** One sample takes 200 bytes; a query that answers thousands of series is refused anyway. */
const BODY_BYTES_MAX = 1024 * 1024;

const notUnderstood = (text: string): Answer => ({kind: 'not understood', text});

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

/** The answer that a response holds. A refusal of the query (400, 422) tells its reason. */
export const readAnswer = ({status, body}: {readonly status: number; readonly body: string}): Answer => {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return status === 200
			? notUnderstood('an answer that is not JSON')
			: {kind: 'provider failed', text: `HTTP status ${status}`};
	}

	if (at(parsed, 'status') === 'success' && status === 200) return valueIn(at(parsed, 'data'));
	const reason = words(at(parsed, 'error'));
	return {kind: 'provider failed', text: reason === '' ? `HTTP status ${status}` : `${reason} (HTTP status ${status})`};
};

const urlOf = (address: string, query: string): string | undefined => {
	const text = `${address.replace(/\/+$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`;
	return /^https?:\/\//i.test(address) && URL.canParse(text) ? text : undefined;
};

const isTimeout = (error: unknown): boolean =>
	typeof error === 'object' &&
	error !== null &&
	(('kind' in error && error.kind === 'timed out') || ('name' in error && error.name === 'TimeoutError'));

const failure = (error: unknown): Answer =>
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
			const url = urlOf(address, query);
			if (url === undefined) return {kind: 'provider failed', text: `${words(address)} is no HTTP address`};
			return once(
				url,
				async (shared) => {
					try {
						return readAnswer(await fetchText(url, {timeoutMs: TIMEOUT_MS, signal: shared, maxBytes: BODY_BYTES_MAX}));
					} catch (error) {
						return failure(error);
					}
				},
				signal,
			);
		},
	};
};
