import test from 'ava';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {workloadsOf} from '../../../services/workloads/index.ts';
import {shippedMappings} from '../../../services/workloads/mapping-files.ts';
import {readPromotedTemplate, keepPromotedTemplate, takeBack} from '../../../services/workloads/promoted-template.ts';
import {Superseded, type Workloads} from '../../../services/workloads/workload.ts';
import {memoryCluster} from './memory-cluster.ts';
import {pairedModel} from './podinfo.ts';

const options = {lane: 'route'} as const;

/** The model and workloads of a kind whose mapping ships. */
const shipped = async (kind: string): Promise<{model: CanaryModel; workloads: Workloads}> => {
	const mapping = (await shippedMappings()).find(({target}) => target.kind === kind);
	if (mapping === undefined) throw new Error(`no mapping of ${kind}`);
	const target = {...mapping.target, name: 'podinfo-canary', mapping};
	return {model: {...pairedModel, target}, workloads: workloadsOf(target) as Workloads};
};

const ready = (status: string, more: Record<string, unknown> = {}) => ({
	type: 'Ready',
	status,
	reason: 'Told',
	...more,
});

const helmRelease = (
	name: string,
	spec: Record<string, unknown>,
	status: Record<string, unknown> = {},
): KubeObject => ({
	apiVersion: 'helm.toolkit.fluxcd.io/v2',
	kind: 'HelmRelease',
	metadata: {name, namespace: 'test', generation: 2},
	spec: {interval: '5m', releaseName: name, ...spec},
	status: {observedGeneration: 2, conditions: [ready('True')], ...status},
});

const chart = (version: string) => ({
	spec: {chart: 'podinfo', version, sourceRef: {kind: 'HelmRepository', name: 'podinfo'}},
});

test('a HelmRelease is ready when Flux says so of what is wanted now', async (t) => {
	const {workloads} = await shipped('HelmRelease');
	const read = (status: Record<string, unknown>) =>
		workloads.read(helmRelease('podinfo', {values: {replicaCount: 3}}, status));
	t.like(read({}), {
		replicas: 3,
		observed: true,
		total: 3,
		updated: 3,
		available: 3,
		ready: 3,
		deadlineExceeded: false,
	});
	t.is(read({}).trouble, undefined);
	t.false(read({observedGeneration: 1}).observed);
	t.false(read({conditions: [ready('True', {observedGeneration: 1})]}).observed, 'the condition knows better');
	t.false(read({conditions: []}).observed);
	const upgrading = read({conditions: [ready('Unknown', {reason: 'Progressing'})]});
	t.like(upgrading, {updated: 0, available: 0, ready: 3, total: 3, trouble: 'Ready is Unknown: Progressing'});
	const failed = {conditions: [ready('False', {reason: 'UpgradeFailed'}), {type: 'Stalled', status: 'True'}]};
	t.like(read(failed), {
		updated: 0,
		ready: 0,
		total: 0,
		deadlineExceeded: true,
		trouble: 'Ready is False: UpgradeFailed',
	});
});

test('chart and values are promoted, each side keeps its own number of replicas and all else', async (t) => {
	const {model, workloads} = await shipped('HelmRelease');
	const cluster = memoryCluster();
	cluster.put('helmreleases', helmRelease('podinfo', {chart: chart('6.0.0'), values: {replicaCount: 5, old: true}}));
	const values = {replicaCount: 1, image: {tag: '6.1.0'}};
	const target = cluster.put('helmreleases', helmRelease('podinfo-canary', {chart: chart('6.1.0'), values}));
	const {revision} = workloads.read(target);
	t.like(await workloads.promote(cluster, model, {...options, revision}), {promoted: revision, replicas: 5});
	const primary = cluster.get('helmreleases', 'podinfo') as KubeObject;
	t.deepEqual(primary.spec, {
		interval: '5m',
		releaseName: 'podinfo',
		chart: chart('6.1.0'),
		values: {replicaCount: 5, image: {tag: '6.1.0'}},
	});
	t.true(workloads.primaryRunsTarget(model, target, primary));
	await workloads.promote(cluster, model, {...options, revision});
	t.deepEqual(cluster.calls, ['PATCH helmreleases podinfo']);
	cluster.put('helmreleases', helmRelease('podinfo-canary', {chart: chart('6.2.0'), values}));
	await t.throwsAsync(workloads.promote(cluster, model, {...options, revision}), {instanceOf: Superseded});
});

test('scaling does not make another revision, even where there were no values', async (t) => {
	const {model, workloads} = await shipped('HelmRelease');
	const cluster = memoryCluster();
	const {revision} = workloads.read(
		cluster.put('helmreleases', helmRelease('podinfo-canary', {chart: chart('6.1.0')})),
	);
	t.like(await workloads.scale(cluster, model, 0), {replicas: 0, revision});
	t.deepEqual(cluster.get('helmreleases', 'podinfo-canary')?.spec?.['values'], {replicaCount: 0});
	t.like(await workloads.scale(cluster, model, 2), {replicas: 2, revision});
	await workloads.scale(cluster, model, 4);
	t.is(cluster.calls.length, 2, 'up only from zero');
});

test('a primary edited behind the cache is read once, and promoted all the same', async (t) => {
	const {model, workloads} = await shipped('HelmRelease');
	const cluster = memoryCluster();
	const {metadata} = cluster.put('helmreleases', helmRelease('podinfo', {chart: chart('6.0.0'), values: {a: 1}}));
	const edited = helmRelease('podinfo', {chart: chart('6.0.0'), values: {a: 2}});
	cluster.putUnseen('helmreleases', {...edited, metadata: {...edited.metadata, uid: metadata.uid ?? ''}});
	const {revision} = workloads.read(cluster.put('helmreleases', helmRelease('podinfo-canary', {values: {a: 3}})));
	await workloads.promote(cluster, model, {...options, revision});
	t.deepEqual(cluster.calls, ['PATCH helmreleases podinfo', 'GET helmreleases podinfo', 'PATCH helmreleases podinfo']);
	t.like(cluster.get('helmreleases', 'podinfo')?.spec, {values: {a: 3}});
});

test('what was promoted last is kept, and put back', async (t) => {
	const {model, workloads} = await shipped('HelmRelease');
	const cluster = memoryCluster();
	const before = cluster.put('helmreleases', helmRelease('podinfo', {chart: chart('6.0.0'), values: {a: 1}}));
	const kept = {template: workloads.templateOf(before), revision: workloads.read(before).revision};
	await keepPromotedTemplate(cluster, model, kept, options);
	t.deepEqual(await readPromotedTemplate(cluster, model), kept);
	const {revision} = workloads.read(
		cluster.put(
			'helmreleases',
			helmRelease('podinfo-canary', {chart: chart('6.1.0'), values: {b: 1, replicaCount: 2}}),
		),
	);
	await workloads.promote(cluster, model, {...options, revision});
	await takeBack(workloads, cluster, model);
	t.deepEqual(cluster.get('helmreleases', 'podinfo')?.spec, before.spec);
});

const fn = (name: string, spec: Record<string, unknown>): KubeObject => ({
	apiVersion: 'openfaas.com/v1',
	kind: 'Function',
	metadata: {name, namespace: 'test', generation: 1},
	spec: {name, labels: {'com.openfaas.scale.min': '2'}, ...spec},
	status: {conditions: [{type: 'Healthy', status: 'True', observedGeneration: 1}]},
});

test('a Function that cannot be scaled is told to be at zero, and comes back', async (t) => {
	const {model, workloads} = await shipped('Function');
	const cluster = memoryCluster();
	const {revision} = workloads.read(cluster.put('functions', fn('podinfo-canary', {image: 'podinfo:2'})));
	t.like(await workloads.scale(cluster, model, 0), {replicas: 0, revision});
	await workloads.scale(cluster, model, 0);
	t.like(cluster.get('functions', 'podinfo-canary')?.metadata.annotations, {'aviary.dev/scaled-to-zero': 'true'});
	t.like(await workloads.scale(cluster, model, 1), {replicas: 1, revision, ready: 1});
	t.is(cluster.calls.length, 2);
	cluster.put('functions', fn('podinfo', {image: 'podinfo:1', environment: {a: '1'}}));
	await workloads.promote(cluster, model, {...options, revision});
	t.deepEqual(cluster.get('functions', 'podinfo')?.spec, {
		name: 'podinfo',
		labels: {'com.openfaas.scale.min': '2'},
		image: 'podinfo:2',
	});
	t.deepEqual(workloads.podLabels(fn('podinfo-canary', {})), {faas_function: 'podinfo-canary'});
});
