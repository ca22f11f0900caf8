// Prometheus' HTTP API over the scraped samples, as a function.
import type {Clock} from '../../../services/clock.ts';
import {evaluate} from './evaluate.ts';
import {QueryError} from './query-error.ts';
import type {Samples} from './samples.ts';
import {parseQuery} from './syntax.ts';
import type {Value} from './values.ts';

const LOOKBACK_MS = 300_000;

export type PrometheusAnswer = {readonly status: number; readonly contentType: string; readonly body: string};

/** Answers a request: the path without its query, and the parameters of the query or of a posted form. */
export type Answer = (path: string, query: URLSearchParams) => PrometheusAnswer;

/** The shortest decimal text without an exponent, as Go's FormatFloat(v, 'f', -1, 64). */
export const formatNumber = (value: number): string => {
	if (Number.isNaN(value)) return 'NaN';
	if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
	if (Object.is(value, -0)) return '-0';
	const [mantissa = '', exponent] = String(value).split('e');
	if (exponent === undefined) return mantissa;
	const sign = mantissa.startsWith('-') ? '-' : '';
	const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
	const shift = Number(exponent);
	if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`;
	return sign + whole + fraction.padEnd(shift, '0');
};

const dataOf = (value: Value, at: number): unknown => {
	const pair = (time: number, number: number): readonly [number, string] => [time / 1000, formatNumber(number)];
	if (value.type === 'scalar') return {resultType: 'scalar', result: pair(at, value.value)};
	if (value.type === 'string') return {resultType: 'string', result: [at / 1000, value.value]};
	if (value.type === 'vector') {
		const result = value.samples.map((sample) => ({metric: sample.labels, value: pair(at, sample.value)}));
		return {resultType: 'vector', result};
	}

	const result = value.series.map(({labels, points}) => ({
		metric: labels,
		values: points.map((point) => pair(point.time, point.value)),
	}));
	return {resultType: 'matrix', result};
};

const instantOf = (text: string | null, clock: Clock): number => {
	if (text === null || text === '') return clock.now();
	const seconds = Number(text);
	const at = Number.isNaN(seconds) ? Date.parse(text) : Math.round(seconds * 1000);
	if (Number.isFinite(at)) return at;
	throw new QueryError('bad_data', `invalid parameter "time": cannot parse "${text}" to a valid timestamp`);
};

const json = (status: number, body: unknown): PrometheusAnswer => ({
	status,
	contentType: 'application/json',
	body: JSON.stringify(body),
});

const text = (status: number, body: string): PrometheusAnswer => ({
	status,
	contentType: 'text/plain; charset=utf-8',
	body,
});

/** Makes the answering function; queries without a time are of the clock's now. */
export const createAnswer = (samples: Samples, clock: Clock): Answer => {
	const query = (parameters: URLSearchParams): PrometheusAnswer => {
		try {
			const at = instantOf(parameters.get('time'), clock);
			const expression = parseQuery(parameters.get('query') ?? '');
			const value = evaluate(expression, {samples, at, lookbackMs: LOOKBACK_MS});
			return json(200, {status: 'success', data: dataOf(value, at)});
		} catch (error) {
			if (!(error instanceof QueryError)) throw error;
			const {errorType, message} = error;
			return json(errorType === 'bad_data' ? 400 : 422, {status: 'error', errorType, error: message});
		}
	};

	return (path, parameters) => {
		switch (path) {
			case '/api/v1/query': {
				return query(parameters);
			}

			case '/api/v1/status/flags': {
				const flags = {'query.lookback-delta': '5m', 'query.timeout': '2m', 'web.listen-address': '127.0.0.1'};
				return json(200, {status: 'success', data: flags});
			}

			case '/api/v1/status/buildinfo': {
				return json(200, {status: 'success', data: {version: '3.0.0', branch: 'aviary-sandbox'}});
			}

			case '/-/healthy': {
				return text(200, 'Prometheus Server is Healthy.\n');
			}

			case '/-/ready': {
				return text(200, 'Prometheus Server is Ready.\n');
			}

			default: {
				return text(404, '404 page not found\n');
			}
		}
	};
};
