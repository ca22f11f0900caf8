import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {parse} from 'yaml';
import {toModel} from '../../api/model-of-canary.ts';
import {migrate, type Migration} from '../../api/migrate.ts';
import {defaults, first, manifest, root, today} from './manifests.ts';
import {weightsOf} from '../../api/plan.ts';

type Objects = readonly Record<string, unknown>[];

const options = {intervalMs: 60_000};
const ofRollout = ['primary', 'canary-hpa', 'virtual-service', 'rollout'].map((name) => `examples/001/${name}`);
const ofCanary = ['primary-service', 'primary-hpa', 'canary-hpa', 'virtual-service'].map((name) => `workloads/${name}`);

const objectsIn = (paths: readonly string[]): Objects => paths.flatMap((path) => manifest(`artifacts/${path}.yaml`));

const migrated = (objects: Objects, more = {}): Migration => migrate(objects.at(-1), objects, {...options, ...more});

for (const [name, paths] of [
	['rollout', ofRollout],
	['first-shape', [...ofCanary, 'rollouts/podinfo']],
] as const) {
	test(`the example of a ${name} becomes the Canary of test/api/migrated, which is sound`, (t) => {
		const {canary, notes, problems} = migrated(objectsIn(paths));
		t.deepEqual(problems, []);
		const {notes: said, ...golden} = parse(readFileSync(join(root, `test/api/migrated/${name}.yaml`), 'utf8')) as {
			notes: readonly string[];
		};
		t.deepEqual(canary as unknown, golden);
		t.deepEqual(notes, said);
		const model = toModel(canary, defaults);
		t.deepEqual([...model.problems, ...(model.warnings ?? [])], []);
		t.is(model.shape, 'managed');
	});
}

test('what both shapes have is kept, and what is about the object, too', (t) => {
	const kept = {provider: 'istio', progressDeadlineSeconds: 120, skipAnalysis: false, suspend: true, drainSeconds: 0};
	const canary = first({interval: '30s', onMissingData: 'fail'}, {...kept, metricsServer: 'http://prometheus:9090'});
	const metadata = {
		name: 'podinfo',
		namespace: 'test',
		uid: 'u1',
		labels: {team: 'web'},
		annotations: {'kubectl.kubernetes.io/last-applied-configuration': '{}', owner: 'web'},
	};
	const result = migrated([{...canary, metadata}], {port: 9898}).canary as Record<string, Record<string, unknown>>;
	t.like(result['spec'], {...kept, metricsServer: 'http://prometheus:9090', service: {port: 9898}});
	t.like(result['spec']?.['analysis'], {interval: '30s', onMissingData: 'fail'});
	t.deepEqual(result['metadata'], {
		name: 'podinfo',
		namespace: 'test',
		labels: {team: 'web'},
		annotations: {owner: 'web'},
	});
});

test('checks and alerts of its own go along, each check once', (t) => {
	const metrics = [
		{name: 'queue', query: 'max(queue)', unit: 'jobs', thresholdRange: {min: 0, max: 10}, interval: '2m'},
		{name: 'istio_requests_total', threshold: 95, compareWithPrimary: {tolerance: 1, by: 'difference'}},
		{name: 'istio_request_duration_seconds_bucket', query: 'up', threshold: 500},
	];
	const alerts = [
		{name: 'on-call', severity: 'error', providerRef: {name: 'hook', namespace: 'shop'}},
		{providerRef: {name: 'chat'}},
	];
	const {canary, notes} = migrated([first({metrics, alerts})], {port: 9898});
	t.like(canary, {
		spec: {
			analysis: {
				metrics: [
					metrics[0],
					{
						name: 'request-success-rate',
						thresholdRange: {min: 95},
						compareWithPrimary: {tolerance: 1, by: 'difference', worse: 'lower'},
						interval: '1m',
					},
					{name: 'request-duration', query: 'up', threshold: 500, interval: '1m'},
				],
				alerts: [alerts[0], {name: 'chat', severity: 'info', providerRef: {name: 'chat'}}],
			},
		},
	});
	const of = (model: ReturnType<typeof toModel>) =>
		model.analysis.metrics.map(({kind, min, max, against}) => ({kind, min, max, against}));
	t.deepEqual(of(toModel(canary, defaults)), of(toModel(first({metrics}), defaults)), 'judged as before');
	t.is(notes.filter((note) => note.includes('is request-')).length, 2);
	t.deepEqual(toModel(canary, defaults).problems, []);
});

test('steps that are written one by one go along', (t) => {
	const {canary} = migrated([first({stepWeight: undefined, maxWeight: undefined, stepWeights: [10, 60, 100]})], {
		port: 80,
	});
	t.like(canary, {spec: {analysis: {stepWeights: [10, 60, 100]}}});
	t.deepEqual(weightsOf(toModel(canary, defaults).analysis.plan), [10, 60, 100]);
});

test('the interval that nothing was written for is not asked for again where the flag has told it', (t) => {
	const isAbout = (note: string): boolean => note.includes('--control-loop-interval');
	t.true(migrated([first()], {port: 80}).notes.some(isAbout));
	const {canary, notes} = migrated([first()], {port: 80, isIntervalGiven: true});
	t.like(canary, {spec: {analysis: {interval: '1m'}}});
	t.false(notes.some(isAbout));
});

test('a Canary of a kind that no primary can be generated of stays as it is', (t) => {
	const {canary, problems} = migrated([first({}, {targetKind: 'HelmRelease'})], {port: 9898});
	t.is(canary, undefined);
	t.deepEqual(problems, [
		{
			field: 'spec.targetKind',
			value: 'HelmRelease',
			text: 'spec.targetKind is HelmRelease, of which today’s shape can generate no primary',
			remedy: 'Keep the Canary as it is',
		},
	]);
	t.like(migrated([first({}, {targetKind: 'DaemonSet'})], {port: 9898}).canary, {
		spec: {targetRef: {kind: 'DaemonSet', name: 'podinfo'}},
	});
});

test('other names than the usual ones are named, and what they leave behind', (t) => {
	const primary = {name: 'podinfo-ga', host: 'podinfo'};
	const canary = {name: 'podinfo-new', host: 'podinfo-next'};
	const object = first({}, {primary, canary, virtualService: {name: 'shop'}});
	const http = [{timeout: '5s'}];
	const route = {kind: 'VirtualService', metadata: {name: 'shop'}, spec: {http}};
	const {canary: result, notes} = migrated([route, object], {port: 80});
	t.like(result, {spec: {targetRef: {name: 'podinfo-ga'}, service: {name: 'podinfo', port: 80, timeout: '5s'}}});
	const said = notes.join('\n');
	t.regex(said, /VirtualService podinfo is made; delete VirtualService shop/);
	t.regex(said, /Delete Deployment podinfo-new and Service podinfo-next when/);
});

test('subsets are no longer used, and their rule can go', (t) => {
	const side = (name: string) => ({name, host: 'podinfo'});
	const {canary, notes} = migrated([first({}, {primary: side('ga'), canary: side('new')})], {port: 80});
	t.like(canary, {spec: {targetRef: {name: 'ga'}, service: {name: 'podinfo'}}});
	t.true(notes.some((note) => note.startsWith('Delete the DestinationRule with the subsets of podinfo')));
});

test('what cannot be migrated says why and what to do', (t) => {
	const {canary, problems} = migrated([first({threshold: 0})]);
	t.is(canary, undefined);
	t.deepEqual(
		problems.map(({field}) => field),
		['spec.canaryAnalysis.threshold', 'spec.service.port'],
	);
	t.like(problems[0], {value: '0'});
	t.regex(problems[1]?.remedy ?? '', /--port/);
	t.like(migrated([today()]).problems[0], {field: 'spec.targetRef', value: 'podinfo', remedy: 'Apply it as it is'});
});

test('a namesake of another namespace tells nothing', (t) => {
	const service = {kind: 'Service', metadata: {name: 'podinfo', namespace: 'shop'}, spec: {ports: [{port: 1}]}};
	t.like(migrated([service, first()]).problems[0], {field: 'spec.service.port'});
});
