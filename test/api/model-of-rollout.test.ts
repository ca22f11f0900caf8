import test from 'ava';
import * as fc from 'fast-check';
import {modelOfRollout, rolloutOrigin} from '../../api/model-of-rollout.ts';
import {unlimited} from '../../api/model.ts';
import {defaults, manifest} from './manifests.ts';
import {weightsOf} from '../../api/plan.ts';
import {planByWeights} from '../../api/strategies/weighted.ts';

const [seed = {}] = manifest('artifacts/examples/001/rollout.yaml');

/** The seed's, with other fields laid over its spec. */
const rollout = (spec: Record<string, unknown>): Record<string, unknown> => ({
	...seed,
	spec: {...(seed['spec'] as Record<string, unknown>), ...spec},
});

test('the Rollout of the example becomes a paired model with its own words and no limit', (t) => {
	const metadata = {name: 'podinfo', namespace: 'test', uid: 'u1', generation: 3};
	const model = modelOfRollout({...seed, metadata}, {...defaults, speed: 10});
	t.deepEqual(model, {
		...metadata,
		shape: 'paired',
		dialect: 'rollout',
		origin: rolloutOrigin,
		suspended: false,
		skipAnalysis: false,
		provider: 'istio',
		target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-canary'},
		primary: {name: 'podinfo'},
		hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo-canary'},
		route: {name: 'podinfo', generated: false},
		analysis: {
			intervalMs: 3000,
			threshold: unlimited,
			plan: planByWeights([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
			metrics: [{name: 'istio_requests_total', kind: 'success-rate', dialect: 'rollout', intervalMs: 6000, min: 99}],
			onMissingData: 'halt',
		},
		readyThreshold: {primary: 100, canary: 100},
		progressDeadlineMs: unlimited,
		failFast: false,
		routeSettleMs: 300,
		drainMs: 1000,
		problems: [],
		warnings: [],
	});
	t.deepEqual(JSON.parse(JSON.stringify(model)), model, 'models are compared as JSON');
});

test('what is absent has a meaning, and the last step ends at 100', (t) => {
	const spare = modelOfRollout(rollout({virtualService: {name: 'podinfo'}, metric: {threshold: 99}}), defaults);
	t.deepEqual(spare.problems, []);
	t.is(weightsOf(spare.analysis.plan).length, 10);
	t.is(spare.analysis.metrics[0]?.intervalMs, 60_000);
	const uneven = modelOfRollout(rollout({virtualService: {name: 'podinfo', weight: 30}}), defaults);
	t.deepEqual(weightsOf(uneven.analysis.plan), [30, 60, 90, 100]);
});

const spoilt: ReadonlyArray<readonly [field: string, spec: Record<string, unknown>, text: RegExp]> = [
	['spec.targetKind', {targetKind: 'Service'}, /not supported yet/],
	['spec.primary.name', {primary: {host: 'podinfo'}}, /spec\.primary\.name is missing/],
	['spec.canary.name', {canary: {name: 'podinfo', host: 'podinfo-canary'}}, /are both podinfo/],
	['spec.virtualService.name', {virtualService: {weight: 10}}, /spec\.virtualService\.name is missing/],
	[
		'spec.virtualService.weight',
		{virtualService: {name: 'podinfo', weight: 0}},
		/is 0, not a whole number from 1 to 100/,
	],
	['spec.metric.type', {metric: {type: 'histogram', threshold: 99}}, /histogram, which no Rollout ever measured/],
	['spec.metric.name', {metric: {name: 'up', threshold: 99}}, /is up, which no Rollout ever measured/],
	['spec.metric.interval', {metric: {interval: '0s', threshold: 99}}, /over which no rate can be taken/],
	['spec.metric.threshold', {metric: {}}, /nothing would be checked/],
	['spec.metric.threshold', {metric: {threshold: 101}}, /not a number from 0 to 100/],
];

for (const [field, spec, text] of spoilt) {
	test(`${field} that is wrong is a problem with a remedy: ${JSON.stringify(spec)}`, (t) => {
		const {problems} = modelOfRollout(rollout(spec), {...defaults, mappings: []});
		t.is(problems.length, 1, JSON.stringify(problems));
		t.like(problems[0], {field});
		t.regex(problems[0]?.text ?? '', text);
		t.truthy(problems[0]?.remedy);
	});
}

test('a Rollout without a spec is told that alone', (t) => {
	t.deepEqual(
		modelOfRollout({metadata: {name: 'podinfo'}}, defaults).problems.map(({text}) => text),
		['The Rollout has no spec'],
	);
});

test('whatever is written, there is a model, and what cannot run has problems', (t) => {
	fc.assert(
		fc.property(fc.anything(), fc.anything(), (metric, virtualService) => {
			const {analysis, problems} = modelOfRollout(rollout({metric, virtualService}), defaults);
			t.true(weightsOf(analysis.plan).length > 0);
			t.true(analysis.metrics.every(({intervalMs, min = -1}) => intervalMs > 0 && min >= 0));
			t.true(problems.length > 0 || typeof virtualService === 'object');
		}),
		{numRuns: 200},
	);
});
