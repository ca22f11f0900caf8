import test from 'ava';
import {cpuMsOf} from '../cpu-time.ts';
import * as fc from 'fast-check';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, first, today} from './manifests.ts';
import {weightsOf} from '../../api/plan.ts';
import {planByWeights} from '../../api/strategies/weighted.ts';
import {plainService} from '../services/workloads/podinfo.ts';

test('today’s shape becomes a managed model', (t) => {
	const autoscalerRef = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo'};
	t.deepEqual(toModel(today({}, {autoscalerRef}), {...defaults, metricsServer: 'http://prometheus:9090'}), {
		name: 'podinfo',
		namespace: 'test',
		uid: 'u1',
		generation: 3,
		shape: 'managed',
		suspended: false,
		skipAnalysis: false,
		provider: 'istio',
		target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		primary: {name: 'podinfo-primary'},
		hosts: {apex: 'podinfo', primary: 'podinfo-primary', canary: 'podinfo-canary'},
		route: {name: 'podinfo', generated: true},
		autoscaler: autoscalerRef,
		service: {...plainService, port: 9898, targetPort: 9898},
		analysis: {
			intervalMs: 60_000,
			threshold: 5,
			plan: planByWeights([10, 20, 30, 40, 50]),
			metrics: [{name: 'request-success-rate', kind: 'success-rate', dialect: 'today', intervalMs: 60_000, min: 99}],
			onMissingData: 'halt',
		},
		metricsServer: 'http://prometheus:9090',
		readyThreshold: {primary: 100, canary: 100},
		progressDeadlineMs: 600_000,
		failFast: false,
		routeSettleMs: 3000,
		drainMs: 10_000,
		problems: [],
		warnings: [],
	});
});

test('the first shape becomes a paired model', (t) => {
	t.deepEqual(toModel(first(), defaults), {
		name: 'podinfo',
		namespace: 'test',
		uid: 'u1',
		generation: 3,
		shape: 'paired',
		suspended: false,
		skipAnalysis: false,
		provider: 'istio',
		target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-canary'},
		primary: {name: 'podinfo'},
		hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo-canary'},
		route: {name: 'podinfo', generated: false},
		analysis: {
			intervalMs: 30_000,
			threshold: 10,
			plan: planByWeights([5, 10, 15, 20, 25, 30, 35, 40, 45, 50]),
			metrics: [{name: 'istio_requests_total', kind: 'success-rate', dialect: 'first', intervalMs: 60_000, min: 99}],
			onMissingData: 'halt',
		},
		readyThreshold: {primary: 100, canary: 100},
		progressDeadlineMs: 600_000,
		failFast: false,
		routeSettleMs: 3000,
		drainMs: 10_000,
		problems: [],
		warnings: [],
	});
});

test('a Service’s name moves the hosts and the route, not the primary', (t) => {
	const model = toModel(today({}, {service: {name: 'web', port: 80}}), defaults);
	t.deepEqual(model.hosts, {apex: 'web', primary: 'web-primary', canary: 'web-canary'});
	t.is(model.route.name, 'web');
	t.is(model.primary.name, 'podinfo-primary');
});

test('the sandbox’s speed divides every duration, after the least interval was kept', (t) => {
	const {analysis, ...model} = toModel(today({interval: '1s'}), {...defaults, speed: 20});
	t.is(analysis.intervalMs, 500);
	t.is(analysis.metrics[0]?.intervalMs, 3000);
	t.is(model.progressDeadlineMs, 30_000);
	t.is(model.routeSettleMs, 150);
	t.is(model.drainMs, 500);
});

test('an odd speed divides nothing, and no duration above zero becomes zero', (t) => {
	for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
		t.is(toModel(today(), {...defaults, speed}).drainMs, 10_000);
	}

	t.is(toModel(today({}, {drainSeconds: 0}), defaults).drainMs, 0);
	t.is(toModel(today(), {...defaults, speed: 1e9}).drainMs, 1);
});

const intervals: ReadonlyArray<readonly [object, number]> = [
	[today({interval: undefined}), 60_000],
	[today({interval: '2m'}), 120_000],
	[today({interval: '2h'}), 7_200_000],
	[today({interval: '0s'}), 10_000],
	[first({interval: '5s'}), 5000],
	[first({interval: '0s'}), 1000],
	[first(), 30_000],
];

for (const [canary, ms] of intervals) {
	test(`the interval of ${JSON.stringify(canary).slice(100)} is ${ms} ms`, (t) => {
		t.is(toModel(canary, defaults).analysis.intervalMs, ms);
	});
}

test('a Canary that skips its analysis needs none', (t) => {
	t.deepEqual(toModel(today({}, {analysis: undefined, skipAnalysis: true}), defaults).problems, []);
	t.deepEqual(toModel(today({}, {analysis: {}, skipAnalysis: true}), defaults).problems, []);
});

const specKeys =
	'targetRef service analysis provider targetKind primary canary canaryAnalysis virtualService autoscalerRef ' +
	'drainSeconds failFast suspend skipAnalysis metricsServer __proto__ constructor';

const partKeys =
	'name host kind port interval threshold stepWeight stepWeights maxWeight metrics webhooks match alerts ' +
	'onMissingData canaryReadyThreshold __proto__ toString';

const anyCanary = (): fc.Arbitrary<unknown> => {
	const odd = fc.oneof(
		fc.jsonValue(),
		fc.constantFrom(null, -1, 0, 2 ** 31, 1e308, '0s', '-5m', '__proto__', true, [], {}, [null], Number.NaN),
	);
	const keys = fc.constantFrom(...specKeys.split(' '));
	const parts = fc.constantFrom(...partKeys.split(' '));
	const metric = fc.dictionary(fc.constantFrom('name', 'interval', 'query', 'threshold', 'thresholdRange'), odd);
	const part = fc.dictionary(parts, fc.oneof(odd, fc.array(metric)));
	return fc.record({spec: fc.dictionary(keys, fc.oneof(odd, part)), metadata: odd});
};

test('there is a model for whatever there is', (t) => {
	fc.assert(
		fc.property(fc.oneof(fc.anything(), fc.jsonValue(), anyCanary()), (object) => {
			const model = toModel(object, defaults);
			const warnings = model.warnings ?? [];
			t.true(model.analysis.threshold >= 1 && weightsOf(model.analysis.plan).length > 0);
			t.true(model.analysis.intervalMs > 0 && Number.isSafeInteger(model.analysis.intervalMs));
			for (const {field, value, text, remedy} of [...model.problems, ...warnings]) {
				t.true(field.length > 0 && text.length > 0 && remedy.length > 0 && value.length <= 90);
				t.false(text.endsWith('.') || remedy.endsWith('.'));
			}

			t.deepEqual(toModel(object, defaults), model);
		}),
		{numRuns: 1000},
	);
});

test('an inherited or a __proto__ member is nobody’s spec', (t) => {
	const spec = JSON.stringify(today()['spec']);
	t.is(toModel(JSON.parse(`{"__proto__":{"spec":${spec}}}`), defaults).target.name, '');
	t.is(toModel(JSON.parse(`{"spec":{"__proto__":${spec}}}`), defaults).target.name, '');
	t.is(toModel(Object.create({spec: today()['spec']}), defaults).target.name, '');
	t.is(({} as Record<string, unknown>)['targetRef'], undefined);
});

test('huge input gives few and short problems soon', (t) => {
	const long = 'x'.repeat(1_000_000);
	const metric = {name: long, interval: long, threshold: long};
	const canary = today(
		{metrics: Array.from({length: 100_000}, () => metric), webhooks: Array.from({length: 100_000}, () => ({}))},
		{targetRef: {kind: long, name: long}, provider: long},
	);
	let problems: ReturnType<typeof toModel>['problems'] = [];
	const cpuMs = cpuMsOf(() => {
		({problems} = toModel(canary, defaults));
	});
	t.true(cpuMs < 2000);
	t.true(problems.length <= 50);
	t.true(problems.every(({text, value}) => text.length < 300 && value.length < 90));
});

test('what would forge a line of output is shown escaped', (t) => {
	const {problems} = toModel(today({}, {provider: 'a\r\nb\u001B[31m\u202E\uD800'}), defaults);
	t.is(problems[0]?.value, String.raw`a\u000d\u000ab\u001b[31m\u202e�`);
});

test('one host for both is one Service with subsets, which the Canary may name', (t) => {
	const sides = (subset: object) => ({
		primary: {name: 'podinfo-ga', host: 'podinfo'},
		canary: {name: 'podinfo-canary', host: 'podinfo', ...subset},
	});
	const {hosts, subsets, problems} = toModel(first({stepWeights: [10, 60, 100]}, sides({})), defaults);
	t.deepEqual([hosts.primary, hosts.canary, subsets, problems], ['podinfo', 'podinfo', undefined, []]);
	t.deepEqual(toModel(first({}, sides({subset: 'next'})), defaults).subsets, {canary: 'next'});
	t.is(toModel(first({}, {onRouteChange: 'adopt'}), defaults).onRouteChange, 'adopt');
});
