import test from 'ava';
import type {Metric, Problem} from '../../../api/model.ts';
import {templateProblems, type SecretSeen} from '../../../services/metrics/template-problems.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {sourceTypes} from '../../../services/metrics/sources/index.ts';
import {metric, named, template} from './templates.ts';
import {managedModel} from '../workloads/podinfo.ts';

const problemsOf = (
	templates: readonly KubeObject[],
	metrics: readonly Metric[] = [metric],
	known?: SecretSeen,
): readonly Problem[] =>
	templateProblems(
		{...managedModel, analysis: {...managedModel.analysis, metrics}},
		{templates, secretOf: () => known},
	);

const what = 'MetricTemplate queue.test';
const variables =
	'Use the variables that there are: name, namespace, target, service, ingress, route, interval, and variables.… of templateVariables';
const asked =
	'Create it with token, and let the operator get it, or mend spec.provider.secretRef of MetricTemplate queue.test';

const cases: ReadonlyArray<
	readonly [about: string, found: ReturnType<typeof problemsOf>, text: string, remedy: string, field?: string]
> = [
	['absence', problemsOf([]), `${what} not found`, 'Create it, or mend templateRef of metric queue of Canary podinfo'],
	[
		'another name',
		problemsOf([template({}, 'up', 'other')]),
		`${what} not found`,
		'Create it, or mend templateRef of metric queue of Canary podinfo',
	],
	[
		'a type that nobody speaks',
		problemsOf([template({type: 'keptn'})]),
		`${what} has spec.provider.type keptn, which is not supported yet`,
		`Set it to ${[sourceTypes.slice(0, -1).join(', '), sourceTypes.at(-1)].filter(Boolean).join(' or ')}, or write PromQL into the metric's query`,
	],
	[
		'no address',
		problemsOf([template({address: ''})]),
		`${what} has no spec.provider.address`,
		'Write an address such as http://prometheus.istio-system:9090',
	],
	[
		'a bad address',
		problemsOf([template({address: 'prom:9090'})]),
		`${what} has spec.provider.address prom:9090, which is no HTTP address`,
		'Write an address such as http://prometheus.istio-system:9090',
	],
	['no query', problemsOf([template({}, ' ')]), `the query of ${what} is empty`, 'Mend its spec.query'],
	[
		'no PromQL',
		problemsOf([template({}, 'sum(up{a="{{ target }}"}')]),
		`the query of ${what} lacks a ) at its end`,
		'Mend its spec.query',
	],
	[
		'a variable that is none',
		problemsOf([template({}, 'up{a="{{ nobody }}"}')]),
		`${what}: the query has {{ nobody }}, which is no variable here`,
		variables,
	],
	[
		'a variable that the metric does not give',
		problemsOf([template({}, 'up{a="{{ variables.team }}"}')], [{...metric, variables: {other: 'x'}}]),
		`${what}: the query has {{ variables.team }}, which is no variable here`,
		variables,
	],
	[
		'a function of Go',
		problemsOf([template({}, 'up{a="{{ printf \\"%s\\" target }}"}')]),
		`${what}: the query has braces that are no variable`,
		variables,
	],
	[
		'one question for both sides',
		problemsOf(
			[template({}, 'max(queue) # of {{ target }}')],
			[{...metric, against: {by: 'ratio', tolerance: 1, worse: 'higher'}}],
		),
		`metric queue compares with the primary, but the query of ${what} asks the same of both`,
		'Write {{ target }} where the query names the workload, or remove compareWithPrimary',
	],
	[
		'a Secret that is not there',
		problemsOf([template(named)], [metric], {kind: 'unreadable', why: 'Secret keys.test not found'}),
		'Secret keys.test not found',
		asked,
		'Secret keys.test',
	],
	[
		'a Secret without its key',
		problemsOf([template(named)], [metric], {kind: 'read', keys: ['username']}),
		`Secret keys.test has no token, by which ${what} is asked`,
		'Add token to it',
		'Secret keys.test',
	],
];

for (const [about, found, text, remedy, field = what] of cases) {
	test(`${about} is said, with what to do about it`, (t) => {
		t.deepEqual(
			found.map(({value: _, ...problem}) => problem),
			[{field, text, remedy}],
		);
	});
}

test('a template that is whole has no problem, and neither has one whose Secret is not read yet', (t) => {
	t.deepEqual(problemsOf([template({})]), []);
	t.deepEqual(problemsOf([template(named)]), []);
	t.deepEqual(problemsOf([template(named)], [metric], {kind: 'read', keys: ['password', 'username']}), []);
	const query = 'sum(rate(x{app="{{ target }}", team=~"{{variables.team}}"}[{{- interval -}}]))';
	t.deepEqual(problemsOf([template({}, query)], [{...metric, variables: {team: 'web'}}]), []);
});

test('what two metrics share is said once', (t) => {
	t.is(problemsOf([], [metric, metric]).length, 1);
	t.is(problemsOf([template({address: ''})], [metric, {...metric, name: 'length'}]).length, 1);
});
