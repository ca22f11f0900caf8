// Datadog's query API over the samples that Prometheus has scraped, below the same address, so that a source of another
// kind tells of the same requests. Of its language there is what asks for Istio's requests; it asks for no keys.
import type {Answer, PrometheusAnswer} from './prometheus/answer.ts';

const BELOW = '/datadog/api/v1/';

/** The names under which Datadog's integration of Istio knows the counters. */
const METRICS: Readonly<Record<string, string>> = {
	'istio.mesh.request.count': 'istio_requests_total',
	'istio.mesh.request.count.total': 'istio_requests_total',
};

/** Points that an answer has at most. */
const POINTS = 10;

class Unparsable extends Error {}

/** `!response_code:5*` as a matcher. */
const matcherOf = (filter: string): string => {
	const [, not, tag, value] = /^\s*(!?)(\w+):([\w.*-]+)\s*$/.exec(filter) ?? [];
	if (tag === undefined || value === undefined) throw new Unparsable(`unable to parse ${filter}`);
	const isPattern = value.includes('*');
	const sign = not === '!' ? (isPattern ? '!~' : '!=') : isPattern ? '=~' : '=';
	return `${tag}${sign}"${value.replaceAll('*', '.*')}"`;
};

const term = /\b(sum|avg|min|max):([\w.]+)\{([^}]*)\}(?:\.as_(count|rate)\(\))?/g;

/** Numbers, brackets and signs between the terms mean the same in both languages. */
const promqlOf = (query: string, seconds: number): string => {
	const rest = query.replaceAll(term, '');
	if (rest === query || /[^\s\d.()+*/-]/.test(rest)) throw new Unparsable(`unable to parse ${query}`);
	return query.replaceAll(term, (_, by: string, name: string, filters: string, as = 'rate') => {
		const metric = METRICS[name];
		if (metric === undefined) throw new Unparsable(`there is no metric ${name}`);
		const matchers = filters.trim() === '*' ? '' : filters.split(',').map(matcherOf).join(',');
		return `${by}(${as === 'count' ? 'increase' : 'rate'}(${metric}{${matchers}}[${seconds}s]))`;
	});
};

const json = (status: number, body: unknown): PrometheusAnswer => ({
	status,
	contentType: 'application/json',
	body: JSON.stringify(body),
});

const failed = (status: number, error: string): PrometheusAnswer =>
	json(status, {status: 'error', errors: [error], error});

type Matrix = {
	readonly error?: string;
	readonly data?: {readonly result: ReadonlyArray<{readonly values: ReadonlyArray<readonly [number, string]>}>};
};

const pointOf = ([seconds, text]: readonly [number, string]): readonly [number, number | null] => {
	const value = Number(text);
	return [seconds * 1000, Number.isFinite(value) ? value : null];
};

const query = (prometheus: Answer, parameters: URLSearchParams): PrometheusAnswer => {
	const [from, to] = [Number(parameters.get('from') ?? ''), Number(parameters.get('to') ?? '')];
	const asked = parameters.get('query') ?? '';
	if (!(to > from)) return failed(400, 'from is not before to');
	const step = Math.max(1, Math.round((to - from) / POINTS));
	let promql: string;
	try {
		promql = promqlOf(asked, step);
	} catch (error) {
		if (!(error instanceof Unparsable)) throw error;
		return failed(400, `Error parsing query: ${error.message}`);
	}

	// Counted back from its end, so that the newest point is as of now.
	const start = to - step * Math.floor((to - from) / step);
	const range = new URLSearchParams({query: promql, start: String(start), end: String(to), step: String(step)});
	const {status, body} = prometheus('/api/v1/query_range', range);
	const {error = '', data} = JSON.parse(body) as Matrix;
	if (data === undefined) return failed(status, `Error parsing query: ${error}`);
	return json(200, {
		status: 'ok',
		res_type: 'time_series',
		query: asked,
		from_date: from * 1000,
		to_date: to * 1000,
		series: data.result.map(({values}) => ({expression: asked, interval: step, pointlist: values.map(pointOf)})),
		message: '',
	});
};

/** Prometheus' answers, and below `/datadog` those of Datadog. */
export const withDatadog =
	(prometheus: Answer): Answer =>
	(path, parameters) => {
		if (!path.startsWith(BELOW)) return prometheus(path, parameters);
		switch (path.slice(BELOW.length)) {
			case 'validate':
				return json(200, {valid: true});
			case 'query':
				return query(prometheus, parameters);
			default:
				return failed(404, 'Not found');
		}
	};
