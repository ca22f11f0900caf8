// Prometheus' HTTP API over the scraped samples, as a function.
import type {Clock} from '../../../services/clock.ts';
import {Evaluation} from './evaluate.ts';
import type {Expression} from './expression.ts';
import {typeOf} from './expression-type.ts';
import {formatSample, formatScalar} from './go-numbers.ts';
import {tidied} from './labels.ts';
import {listLabels, listMetadata, listSeries, listValues} from './listings.ts';
import {readInstant, readPeriod, readSteps} from './parameters.ts';
import {QueryError} from './query-error.ts';
import {evaluateRange} from './range-query.ts';
import type {Store} from './series.ts';
import {parseQuery} from './syntax.ts';
import type {RangeSeries, Value} from './values.ts';
import type {Version} from './version.ts';

export type PrometheusAnswer = {readonly status: number; readonly contentType: string; readonly body: string};

/** Answers a request: the path without its query, and the parameters of the query or of a posted form. */
export type Answer = (path: string, query: URLSearchParams) => PrometheusAnswer;

const pair = (time: number, value: number): readonly [number, string] => [time / 1000, formatSample(value)];

const matrixOf = (series: readonly RangeSeries[]): unknown => ({
	resultType: 'matrix',
	result: series.map(({labels, points}) => ({
		metric: tidied(labels),
		values: points.map(({time, value}) => pair(time, value)),
	})),
});

const dataOf = (value: Value, at: number): unknown => {
	if (value.type === 'scalar') return {resultType: 'scalar', result: [at / 1000, formatScalar(value.value)]};
	if (value.type === 'string') return {resultType: 'string', result: [at / 1000, value.value]};
	if (value.type === 'matrix') return matrixOf(value.series);
	const result = value.samples.map((sample) => ({metric: tidied(sample.labels), value: pair(at, sample.value)}));
	return {resultType: 'vector', result};
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

/** The answer with the data, or with the error that kept it from being computed. */
const answerWith = (compute: () => unknown): PrometheusAnswer => {
	try {
		return json(200, {status: 'success', data: compute()});
	} catch (error) {
		if (!(error instanceof QueryError)) throw error;
		const {errorType, message} = error;
		return json(errorType === 'bad_data' ? 400 : 422, {status: 'error', errorType, error: message});
	}
};

/** More different queries than a daemon with hundreds of Canaries asks again and again. */
const QUERIES_KEPT = 2000;

/** Reads a query once, for daemons and graphs ask the same at every step. */
const createReader = (): ((query: string) => Expression) => {
	const known = new Map<string, Expression>();
	return (query) => {
		const found = known.get(query) ?? parseQuery(query);
		if (known.size >= QUERIES_KEPT) known.clear();
		known.set(query, found);
		return found;
	};
};

type Endpoint = (parameters: URLSearchParams) => unknown;

const BUILD: Readonly<Record<Version, string>> = {2: '2.42.0', 3: '3.0.0'};

const endpointsOf = (
	store: Store,
	clock: Clock,
	version: Version,
	read = createReader(),
): Readonly<Record<string, Endpoint>> => ({
	query(parameters) {
		const at = readInstant(parameters, 'time', () => clock.now());
		const expression = read(parameters.get('query') ?? '');
		return dataOf(new Evaluation(store, version).at(expression, at), at);
	},
	query_range(parameters) {
		const instants = readSteps(parameters);
		const expression = read(parameters.get('query') ?? '');
		const type = typeOf(expression);
		if (type !== 'scalar' && type !== 'instant vector') {
			const message = `invalid expression type "${type}" for range query, must be Scalar or instant Vector`;
			throw new QueryError('bad_data', `invalid parameter "query": ${message}`);
		}

		return matrixOf(evaluateRange(expression, instants, store, version));
	},
	series: (parameters) => listSeries(store, parameters.getAll('match[]'), readPeriod(parameters, clock)),
	labels: (parameters) => listLabels(store, parameters.getAll('match[]'), readPeriod(parameters, clock)),
	metadata: () => listMetadata(store),
	'status/flags': () => ({
		'query.lookback-delta': '5m',
		'query.timeout': '2m',
		'web.listen-address': '127.0.0.1',
	}),
	'status/buildinfo': () => ({version: BUILD[version], branch: 'aviary-sandbox'}),
});

const PLAIN: Readonly<Record<string, string>> = {
	'/-/healthy': 'Prometheus Server is Healthy.\n',
	'/-/ready': 'Prometheus Server is Ready.\n',
};

/** Makes the answering function; queries without a time are of the clock's now. */
export const createAnswer = (store: Store, clock: Clock, version: Version = 3): Answer => {
	const endpoints = endpointsOf(store, clock, version);
	return (path, parameters) => {
		const plain = PLAIN[path];
		if (plain !== undefined) return text(200, plain);
		const name = /^\/api\/v1\/(.+)$/u.exec(path)?.[1] ?? '';
		const label = /^label\/([^/]+)\/values$/u.exec(name)?.[1];
		if (label !== undefined) {
			const period = (): {readonly from: number; readonly to: number} => readPeriod(parameters, clock);
			return answerWith(() => listValues(store, label, parameters.getAll('match[]'), period()));
		}

		const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
		return endpoint === undefined ? text(404, '404 page not found\n') : answerWith(() => endpoint(parameters));
	};
};
