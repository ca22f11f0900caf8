import test from 'ava';
import type {Metric} from '../../../api/model.ts';
import {askBothSides} from '../../../services/checks/both-sides.ts';
import {istioQuestions} from '../../../services/providers/istio/queries.ts';
import {createPrometheusRange} from '../../../services/metrics/prometheus-range.ts';
import {managedModel} from '../workloads/podinfo.ts';

const FROM = 1_700_000_000_000;
const span = {from: FROM, to: FROM + 30_000, stepMs: 10_000};
const rate: Metric = {
	name: 'request-success-rate',
	kind: 'success-rate',
	dialect: 'today',
	intervalMs: 60_000,
	min: 99,
};
const custom: Metric = {
	name: 'queue',
	kind: 'query',
	dialect: 'today',
	query: 'max(q{pod=~"{{ target }}-.*"})',
	intervalMs: 60_000,
};

type Reply = {readonly status?: number; readonly body: string};

const matrix = (...series: ReadonlyArray<ReadonlyArray<readonly [seconds: number, value: string]>>): Reply => ({
	body: JSON.stringify({
		status: 'success',
		data: {
			resultType: 'matrix',
			result: series.map((values) => ({metric: {}, values: values.map(([at, value]) => [FROM / 1000 + at, value])})),
		},
	}),
});

/** Asks for metrics of a server that answers each query as `reply` says. */
const ask = async (metrics: readonly Metric[], reply: (query: string, url: URL) => Reply) => {
	const asked: string[] = [];
	const provider = createPrometheusRange(async (text) => {
		const url = new URL(text);
		const query = url.searchParams.get('query') ?? '';
		asked.push(query);
		const {status = 200, body} = reply(query, url);
		return {status, body};
	});
	const options = {provider, questions: istioQuestions, metricsServer: 'http://prom:9090/'};
	return {asked, ...(await askBothSides(managedModel, metrics, span, options))};
};

test('both sides are on the same steps; what is missing or no number is a gap', async (t) => {
	const {sides, isWhole} = await ask([custom], (query, url) => {
		t.is(url.pathname, '/api/v1/query_range');
		t.deepEqual(
			['start', 'end', 'step'].map((name) => url.searchParams.get(name)),
			['1700000000', '1700000030', '10'],
		);
		return query.includes('podinfo-primary')
			? matrix([
					[0, '1'],
					[30, '4'],
				])
			: matrix([
					[10, '2'],
					[20, 'NaN'],
					[30, '+Inf'],
				]);
	});
	t.deepEqual(sides[0]?.canary, {values: [null, 2, null, null], text: ''});
	t.deepEqual(sides[0]?.primary, {values: [1, null, null, 4], text: ''});
	t.true(isWhole);
});

test('a rate of requests that all fail is 0 wherever there is traffic, in one query a side', async (t) => {
	const {asked} = await ask([rate], () => matrix([[0, '0']]));
	t.is(asked.length, 2);
	t.regex(
		asked[0] ?? '',
		/\* 100 or \(\( sum\( rate\( istio_requests_total\{ .*"podinfo" \}\[1m\] \) \)\) > 0\) \* 0$/,
	);
	t.regex(asked[1] ?? '', /destination_workload=~"podinfo-primary"/);
});

test('what is no answer is told in the words of a check, for each side', async (t) => {
	const of = async (reply: Reply) => (await ask([rate], () => reply)).sides[0]?.primary.text;
	t.regex((await of(matrix())) ?? '', /no values found .* probably podinfo-primary\.test is not receiving traffic/);
	t.regex((await of(matrix([[0, 'NaN']]))) ?? '', /no values found/);
	t.regex((await of(matrix([[0, '1']], [[0, '2']]))) ?? '', /has 2 series instead of one/);
	const error = JSON.stringify({status: 'error', error: 'too many samples'});
	t.regex((await of({status: 422, body: error})) ?? '', /failed: too many samples \(HTTP status 422\)/);
	t.regex((await of({body: 'not JSON'})) ?? '', /not understood/);
	t.regex(
		(await of({body: '{"status":"success","data":{"resultType":"vector","result":[]}}'})) ?? '',
		/no range of values/,
	);
});

test('a server that fails is told apart from one that answers', async (t) => {
	t.false((await ask([rate], () => ({status: 503, body: ''}))).isWhole);
	t.true((await ask([rate], () => matrix())).isWhole);
});

test('a query that comes out the same for both has no primary, and says so', async (t) => {
	const {asked, sides} = await ask(
		[
			{...custom, query: 'max(queue)'},
			{...custom, query: '{{ nobody }}'},
		],
		() => matrix([[0, '1']]),
	);
	t.deepEqual(asked, ['max(queue)']);
	t.is(sides[0]?.canary.text, '');
	t.deepEqual(sides[0]?.primary, {
		values: [],
		text: 'the query of queue does not name the target, so there is none of the primary',
	});
	t.is(sides[1]?.canary.text, 'the query has {{ nobody }}, which is no variable here');
});
