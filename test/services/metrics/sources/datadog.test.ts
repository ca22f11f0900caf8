import test, {type ExecutionContext} from 'ava';
import {judge} from '../../../../services/checks/judge.ts';
import {datadog} from '../../../../services/metrics/sources/datadog.ts';
import {templateProblems} from '../../../../services/metrics/template-problems.ts';
import {managedModel} from '../../workloads/podinfo.ts';
import {metric, named, template} from '../templates.ts';
import {askOverSocket, NOW} from './stage.ts';

const credentials = {datadog_api_key: 'api', datadog_application_key: 'app'};
const query = '\n100 - sum:istio.mesh.request.count{destination_workload:podinfo}.as_count()\n';

/** As https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points has it. */
const answered = (...series: ReadonlyArray<ReadonlyArray<readonly [ms: number, value: number | null | string]>>) =>
	JSON.stringify({
		status: 'ok',
		res_type: 'time_series',
		from_date: NOW - 600_000,
		to_date: NOW,
		series: series.map((pointlist) => ({metric: 'istio.mesh.request.count', scope: '*', interval: 20, pointlist})),
		message: '',
		group_by: [],
	});

const ask = (t: ExecutionContext, answer: Parameters<typeof askOverSocket>[2], keys: object = credentials) =>
	askOverSocket(t, {source: 'datadog', query, endpoint: {credentials: {...keys}}}, answer);

test('it is asked for ten intervals, with both keys', async (t) => {
	const {received} = await ask(t, answered([[NOW, 1]]));
	t.is(received.length, 1);
	const {pathname, searchParams} = new URL(received[0]?.path ?? '', 'http://datadog');
	t.is(pathname, '/api/v1/query');
	t.deepEqual(Object.fromEntries(searchParams), {
		query: query.trim(),
		from: '1699999400',
		to: '1700000000',
	});
	t.like(received[0]?.headers, {'dd-api-key': 'api', 'dd-application-key': 'app'});
	t.is(received[0]?.method, 'GET');
});

test('the newest point with a value counts, as of its own instant', async (t) => {
	const points = [
		[NOW - 60_000, 1],
		[NOW - 40_000, 2.5],
		[NOW - 20_000, null],
	] as const;
	t.deepEqual((await ask(t, answered(points))).answer, {kind: 'value', value: 2.5, at: NOW - 40_000});
});

for (const [about, answer, text] of [
	['no series', answered(), 'no values found for custom metric: queue'],
	['no points', answered([]), 'no values found for custom metric: queue'],
	['nothing but gaps', answered([[NOW, null]]), 'no values found for custom metric: queue'],
	['an old point', answered([[NOW - 300_000, 1]]), 'the newest value of metric queue is 5m0s old'],
	[
		'two series',
		answered([[NOW, 1]], [[NOW, 2]]),
		'metric queue has 2 series instead of one, aggregate them in the query',
	],
	[
		'a value that is no number',
		answered([[NOW, 'many']]),
		'the answer for metric queue is not understood: a point without a value that is a number',
	],
	['no list of series', '{"status":"ok"}', 'the answer for metric queue is not understood: an answer without series'],
	[
		'a series without points',
		'{"status":"ok","series":[{}]}',
		'the answer for metric queue is not understood: a series without points',
	],
	['another page', '<html>', 'the answer for metric queue is not understood: an answer that is not JSON'],
	[
		'keys that are refused',
		{status: 403, body: '{"status":"error","errors":["Forbidden"]}'},
		'the query of metric queue failed: its keys are refused: Forbidden (HTTP status 403)',
	],
	[
		'refused keys, and no word about it',
		{status: 401, body: '{}'},
		'the query of metric queue failed: its keys are refused (HTTP status 401)',
	],
	[
		'a query that is refused',
		{status: 400, body: '{"status":"error","error":"Error parsing query: unable to parse"}'},
		'the query of metric queue failed: Error parsing query: unable to parse (HTTP status 400)',
	],
	[
		'too many questions',
		{status: 429, body: '{"errors":["Rate limit of 300 requests in 3600 seconds reached"]}'},
		'the query of metric queue failed: Rate limit of 300 requests in 3600 seconds reached (HTTP status 429)',
	],
	['an outage', {status: 503, body: 'down'}, 'the query of metric queue failed: HTTP status 503'],
] as const) {
	test(`${about}: no conclusion, and why`, async (t) => {
		const evidence = judge(managedModel, metric, (await ask(t, answer)).answer, NOW);
		t.not(evidence.kind, 'passed');
		t.is('text' in evidence ? evidence.text : '', text);
	});
}

test('without a key nobody is asked', async (t) => {
	const {answer, received} = await ask(t, answered([[NOW, 1]]), {datadog_api_key: 'api'});
	t.deepEqual(answer, {
		kind: 'provider failed',
		text: 'there is no datadog_api_key or no datadog_application_key to ask with',
	});
	t.deepEqual(received, []);
});

test('a template without a Secret, or without both keys, is told before a run; its address need not be written', (t) => {
	const model = {...managedModel, analysis: {...managedModel.analysis, metrics: [metric]}};
	const told = (provider: object, keys: readonly string[]): readonly string[] =>
		templateProblems(model, {
			templates: [template({type: 'datadog', address: '', ...provider}, query)],
			secretOf: () => ({kind: 'read', keys}),
		}).map(({text, remedy}) => `${text}. ${remedy}`);
	t.deepEqual(told({}, []), [
		'MetricTemplate queue.test names no Secret, without which datadog answers nobody. ' +
			'Set spec.provider.secretRef to a Secret with datadog_api_key and datadog_application_key',
	]);
	t.deepEqual(told(named, ['datadog_api_key']), [
		'Secret keys.test has no datadog_application_key, by which MetricTemplate queue.test is asked. ' +
			'Add datadog_application_key to it',
	]);
	t.deepEqual(told(named, Object.keys(credentials)), []);
	t.is(datadog.address, 'https://api.datadoghq.com');
});
