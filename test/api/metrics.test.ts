import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, today} from './manifests.ts';

const metrics: ReadonlyArray<readonly [object, object]> = [
	[
		{name: 'request-duration', threshold: 500.9},
		{kind: 'duration', dialect: 'today', max: 500},
	],
	[
		{name: 'request-duration', thresholdRange: {min: 1, max: 9}},
		{kind: 'duration', dialect: 'today', min: 1, max: 9},
	],
	[
		{name: 'request-success-rate', threshold: 0},
		{kind: 'success-rate', dialect: 'today', min: 0},
	],
	[
		{name: 'istio_request_duration_seconds_bucket', threshold: 500},
		{kind: 'duration', dialect: 'first', max: 500},
	],
	[
		{name: 'own', query: 'up', threshold: 3},
		{kind: 'query', dialect: 'today', query: 'up', max: 3},
	],
	[
		{name: 'own', query: 'up'},
		{kind: 'query', dialect: 'today', query: 'up', max: 0},
	],
	[
		{name: 'own', query: 'up', thresholdRange: {min: 0}},
		{kind: 'query', dialect: 'today', query: 'up', min: 0},
	],
	[
		{name: 'own', query: 'up', threshold: 3, unit: 'jobs'},
		{kind: 'query', dialect: 'today', query: 'up', max: 3, unit: 'jobs'},
	],
	[
		{name: 'own', templateRef: {name: 'latency'}, templateVariables: {team: 'web'}, threshold: 3, unit: 'ms'},
		{
			kind: 'query',
			dialect: 'today',
			template: {name: 'latency', namespace: 'test'},
			variables: {team: 'web'},
			max: 3,
			unit: 'ms',
		},
	],
	[
		{name: 'own', templateRef: {name: 'latency', namespace: 'shared'}, thresholdRange: {min: 1}},
		{kind: 'query', dialect: 'today', template: {name: 'latency', namespace: 'shared'}, min: 1},
	],
	[
		{name: 'request-success-rate', compareWithPrimary: {tolerance: 1, by: 'difference'}},
		{
			kind: 'success-rate',
			dialect: 'today',
			written: 'request-success-rate',
			against: {by: 'difference', tolerance: 1, worse: 'lower'},
		},
	],
	[
		{name: 'own', query: 'up{app="{{ target }}"}', compareWithPrimary: {tolerance: 0.1}},
		{
			kind: 'query',
			dialect: 'today',
			written: 'own',
			query: 'up{app="{{ target }}"}',
			against: {by: 'ratio', tolerance: 0.1, worse: 'higher'},
		},
	],
];

for (const [metric, expected] of metrics) {
	test(`the metric ${JSON.stringify(metric)}`, (t) => {
		const {analysis, problems} = toModel(today({metrics: [metric]}), defaults);
		t.deepEqual(problems, []);
		const {name: _name, intervalMs, ...rest} = analysis.metrics[0]!;
		t.is(intervalMs, 60_000);
		t.deepEqual(rest, expected as typeof rest);
	});
}

test('a metric with bounds that is compared, too, is two checks', (t) => {
	const metric = {name: 'request-duration', threshold: 500, compareWithPrimary: {tolerance: 0.2}};
	const found = toModel(today({metrics: [metric]}), defaults).analysis.metrics;
	t.deepEqual(
		found.map(({name, max}) => [name, max]),
		[
			['request-duration', 500],
			['request-duration against the primary', undefined],
		],
	);
});

test('a built-in name, a query and a template in one entry are three checks, in the order of the peer', (t) => {
	const metric = {name: 'request-duration', query: 'up', templateRef: {name: 'latency'}, thresholdRange: {max: 5}};
	const {analysis, problems} = toModel(today({metrics: [metric]}), defaults);
	t.deepEqual(problems, []);
	t.deepEqual(
		analysis.metrics.map(({kind, query, template}) => [kind, query, template?.name]),
		[
			['duration', undefined, undefined],
			['query', 'up', undefined],
			['query', undefined, 'latency'],
		],
	);
});

test('a built-in name with a query of its own is checked both ways, as the peer does', (t) => {
	const metric = {name: 'request-duration', query: 'up', thresholdRange: {max: 5}};
	const found = toModel(today({metrics: [metric]}), defaults).analysis.metrics;
	t.deepEqual(
		found.map(({kind}) => kind),
		['duration', 'query'],
	);
});
