import test from 'ava';
import {withDatadog} from '../../../sandbox/world/datadog.ts';
import type {Answer} from '../../../sandbox/world/prometheus/answer.ts';

const range = (...series: ReadonlyArray<ReadonlyArray<readonly [number, string]>>) =>
	JSON.stringify({status: 'success', data: {resultType: 'matrix', result: series.map((values) => ({values}))}});

const stage = (body: string) => {
	const asked: Array<Readonly<Record<string, string>>> = [];
	const prometheus: Answer = (path, parameters) => {
		asked.push({path, ...Object.fromEntries(parameters)});
		return {status: 200, contentType: 'application/json', body};
	};
	const answer = withDatadog(prometheus);
	const ask = (query: string, path = '/datadog/api/v1/query') => {
		const {status, body: text} = answer(path, new URLSearchParams({query, from: '1000', to: '1600'}));
		return {status, body: JSON.parse(text) as {series?: unknown; errors?: readonly string[]}};
	};
	return {asked, ask};
};

test('terms become PromQL over one of ten points, the newest as of now', (t) => {
	const {asked, ask} = stage(
		range([
			[1540, 'NaN'],
			[1600, '2.5'],
		]),
	);
	const {status, body} = ask('100 - (sum:istio.mesh.request.count{a:b, !code:5*, !x:y}.as_count() / 2)');
	t.is(status, 200);
	t.deepEqual(asked, [
		{
			path: '/api/v1/query_range',
			query: '100 - (sum(increase(istio_requests_total{a="b",code!~"5.*",x!="y"}[60s])) / 2)',
			start: '1000',
			end: '1600',
			step: '60',
		},
	]);
	t.like(body, {
		status: 'ok',
		series: [
			{
				pointlist: [
					[1_540_000, null],
					[1_600_000, 2.5],
				],
			},
		],
	});
});

test('what it does not speak is refused as Datadog refuses it', (t) => {
	const {asked, ask} = stage(range());
	for (const query of ['', 'up', 'sum:cpu.load{*}', 'sum:istio.mesh.request.count{a}', 'top(1) / sum:x{*}']) {
		const {status, body} = ask(query);
		t.is(status, 400, query);
		t.regex(body.errors?.[0] ?? '', /^Error parsing query: /, query);
	}
	t.deepEqual(asked, []);
	t.deepEqual(ask('sum:istio.mesh.request.count{*}').body.series, [], 'and no data is no series');
	t.is(ask('', '/datadog/api/v1/hosts').status, 404);
	t.is(ask('', '/datadog/api/v1/validate').status, 200);
});

test('all else is Prometheus', (t) => {
	const {asked, ask} = stage(range());
	t.is(ask('up', '/api/v1/query').status, 200);
	t.like(asked, [{path: '/api/v1/query', query: 'up'}]);
});
