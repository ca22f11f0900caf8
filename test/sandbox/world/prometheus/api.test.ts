// The parts of Prometheus' HTTP API that Grafana asks for, over a socket as it does.
import test, {type ExecutionContext} from 'ava';
import {createVirtualClock} from '../../../../sandbox/virtual-clock.ts';
import {createAnswer} from '../../../../sandbox/world/prometheus/answer.ts';
import {exposition, expositionReader} from '../../../../sandbox/world/prometheus/exposition.ts';
import {keyOf, Samples, type Exposed} from '../../../../sandbox/world/prometheus/samples.ts';
import {startPrometheusServer} from '../../../../sandbox/world/prometheus/server.ts';

const exposed = (name: string, value: number, labels: Record<string, string> = {}): Exposed => {
	const all = {__name__: name, ...labels};
	return {key: keyOf(all), labels: all, value};
};

const serve = async (t: ExecutionContext) => {
	const samples = new Samples(100);
	const at = (index: number): readonly Exposed[] => [
		exposed('http_requests_total', index * 60, {job: 'b', path: 'a"\\b\n'}),
		exposed('http_requests_total', index * 30, {job: 'a', path: '/'}),
		exposed('http_seconds_bucket', index, {le: '1'}),
		exposed('http_seconds_bucket', index, {le: '+Inf'}),
		exposed('http_seconds_sum', index / 8),
		exposed('http_seconds_count', index),
	];
	for (let index = 0; index <= 8; index++) samples.scrape(at(index), index * 15_000);
	const clock = createVirtualClock(120_000);
	const server = await startPrometheusServer({
		answer: createAnswer(samples, clock),
		exposition: () => exposition(at(1)),
	});
	t.teardown(() => server.close());
	return async (path: string, form?: URLSearchParams): Promise<{status: number; text: string; data: unknown}> => {
		const response = await fetch(`${server.url}${path}`, form && {method: 'POST', body: form});
		const text = await response.text();
		const isJson = response.headers.get('content-type') === 'application/json';
		return {status: response.status, text, data: isJson ? (JSON.parse(text) as {data?: unknown}).data : undefined};
	};
};

test('a range query answers a point for each step, the series in the order of their labels', async (t) => {
	const ask = await serve(t);
	const query = 'sum by (job) (irate(http_requests_total[1m]))';
	const form = new URLSearchParams({query, start: '60', end: '1970-01-01T00:02:00Z', step: '30s'});
	const expected = {
		resultType: 'matrix',
		result: [
			{metric: {job: 'a'}, values: [[60, '2'], [90, '2'], [120, '2']]}, // prettier-ignore
			{metric: {job: 'b'}, values: [[60, '4'], [90, '4'], [120, '4']]}, // prettier-ignore
		],
	};
	t.deepEqual((await ask('/api/v1/query_range', form)).data, expected);
	t.deepEqual((await ask(`/api/v1/query_range?${String(form)}`)).data, expected);
	const scalar = await ask('/api/v1/query_range?query=2&start=0&end=10&step=5');
	t.deepEqual((scalar.data as {result: unknown}).result, [
		{metric: {}, values: [[0, '2'], [5, '2'], [10, '2']]}, // prettier-ignore
	]);
	for (const [parameters, error] of [
		['query=a&start=0&end=11001&step=1', /exceeded maximum resolution of 11,000 points/],
		['query=a&start=9&end=1&step=1', /end timestamp must not be before start time/],
		['query=a&start=1&end=9&step=0', /zero or negative query resolution step/],
		['query=a[1m]&start=1&end=9&step=1', /invalid expression type .*range vector.* for range query/],
		['query=a&end=9&step=1', /invalid parameter .*start.*: cannot parse/],
	] as const) {
		const refused = await ask(`/api/v1/query_range?${parameters}`);
		t.is(refused.status, 400);
		t.like(JSON.parse(refused.text), {status: 'error', errorType: 'bad_data'});
		t.regex(refused.text, error);
	}
});

test('series, labels, values and metadata are listed', async (t) => {
	const ask = await serve(t);
	const match = `match[]=${encodeURIComponent('http_requests_total{job="a"}')}`;
	t.deepEqual((await ask(`/api/v1/series?${match}`)).data, [{__name__: 'http_requests_total', job: 'a', path: '/'}]);
	t.is((await ask('/api/v1/series')).status, 400);
	t.deepEqual((await ask('/api/v1/labels')).data, ['__name__', 'job', 'le', 'path']);
	const twice = new URLSearchParams([
		['match[]', 'http_seconds_sum'],
		['match[]', 'http_seconds_bucket'],
	]);
	t.deepEqual((await ask('/api/v1/labels', twice)).data, ['__name__', 'le']);
	t.deepEqual((await ask('/api/v1/label/job/values')).data, ['a', 'b']);
	t.deepEqual((await ask('/api/v1/label/job/values?start=500&end=600')).data, []);
	t.deepEqual(Object.keys((await ask('/api/v1/metadata')).data as object), ['http_requests_total', 'http_seconds']);
	t.like((await ask('/api/v1/status/buildinfo')).data, {version: '3.0.0'});
	t.is((await ask('/api/v1/nonsense')).status, 404);
});

test('the counters are exposed for another Prometheus', async (t) => {
	const ask = await serve(t);
	t.deepEqual((await ask('/metrics')).text.split('\n'), [
		'# TYPE http_requests_total counter',
		String.raw`http_requests_total{job="b",path="a\"\\b\n"} 60`,
		'http_requests_total{job="a",path="/"} 30',
		'# TYPE http_seconds histogram',
		'http_seconds_bucket{le="1"} 1',
		'http_seconds_bucket{le="+Inf"} 1',
		'http_seconds_sum 0.125',
		'http_seconds_count 1',
		'',
	]);
});

test('what is exposed is read back, with the target’s labels; no numbers and comments are left out', (t) => {
	const read = expositionReader({job: 'aviary'});
	const text = exposition([
		exposed('a_total', 1.5, {path: 'a"\\b\n c'}),
		exposed('b', Number.NaN),
		exposed('c_bucket', Infinity, {le: '+Inf'}),
		exposed('d', -2),
	]);
	const series = [
		{labels: {__name__: 'a_total', path: 'a"\\b\n c', job: 'aviary'}, value: 1.5},
		{labels: {__name__: 'c_bucket', le: '+Inf', job: 'aviary'}, value: Infinity},
		{labels: {__name__: 'd', job: 'aviary'}, value: -2},
	];
	t.deepEqual(
		read(text).map(({labels, value}) => ({labels, value})),
		series,
	);
	t.is(read(text)[0]?.labels, read(text)[0]?.labels, 'labels are read once');
	t.is(new Set(read(text).map(({key}) => key)).size, 3);
});
