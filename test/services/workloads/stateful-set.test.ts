import test from 'ava';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {statefulSetWorkloads as workloads} from '../../../services/workloads/stateful-set.ts';
import {memoryCluster} from './memory-cluster.ts';
import {deployment, managedModel} from './podinfo.ts';

const model: CanaryModel = {...managedModel, target: {...managedModel.target, kind: 'StatefulSet'}};

const statefulSet = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
	...deployment(name, 'podinfo:1', {serviceName: 'podinfo-pods', podManagementPolicy: 'Parallel', ...more}),
	kind: 'StatefulSet',
});

const volumeClaimTemplates = [{metadata: {name: 'data'}}];
const textsOf = (...args: Parameters<typeof workloads.problems>) => workloads.problems(...args).map(({text}) => text);

test("a generated primary keeps what cannot be changed later, and is named by the canary's Service", async (t) => {
	const cluster = memoryCluster();
	cluster.put('statefulsets', statefulSet('podinfo', {replicas: 3, volumeClaimTemplates, minReadySeconds: 5}));
	t.like(await workloads.ensurePrimary(cluster, model), {name: 'podinfo-primary', replicas: 3});
	t.like(cluster.get('statefulsets', 'podinfo-primary')?.spec, {
		serviceName: 'podinfo-primary',
		podManagementPolicy: 'Parallel',
		minReadySeconds: 5,
		volumeClaimTemplates,
		selector: {matchLabels: {app: 'podinfo-primary'}},
	});
});

test('it is scaled by its replicas, and its rollout is read as a whole', async (t) => {
	const cluster = memoryCluster();
	cluster.put('statefulsets', statefulSet('podinfo'));
	t.like(await workloads.scale(cluster, model, 0), {replicas: 0, total: 2, updated: 2, deadlineExceeded: false});
	t.is((await workloads.scale(cluster, model, 2)).replicas, 2);
	t.deepEqual(cluster.calls, ['PATCH statefulsets podinfo', 'PATCH statefulsets podinfo']);
});

test('a partition keeps a rollout from ending', (t) => {
	const updateStrategy = {type: 'RollingUpdate', rollingUpdate: {partition: 2}};
	t.deepEqual(textsOf(model, {target: statefulSet('podinfo', {updateStrategy})}), [
		'statefulset podinfo.test has a partition of 2 and never rolls as a whole',
	]);
	t.deepEqual(textsOf(model, {target: statefulSet('podinfo', {updateStrategy: {type: 'OnDelete'}})}), [
		'statefulset podinfo.test has update strategy OnDelete and does not roll by itself',
	]);
});

test('users are moved to empty volumes only where their owner says so', (t) => {
	const target = statefulSet('podinfo', {volumeClaimTemplates});
	const [problem] = workloads.problems(model, {target});
	t.like(problem, {
		field: 'StatefulSet podinfo.test',
		value: 'data',
		text: 'users would be moved to statefulset podinfo-primary.test, whose volumes are empty',
	});
	t.regex(problem?.remedy ?? '', /aviary\.dev\/primary-volumes: own/);
	const annotations = {'aviary.dev/primary-volumes': 'own'};
	const accepted = {...target, metadata: {...target.metadata, annotations}};
	t.deepEqual(textsOf(model, {target: accepted}), []);
	t.deepEqual(textsOf({...model, shape: 'paired'}, {target}), [], 'both are the user’s own');
});

test('a claim that the primary lacks is told before a promotion would be refused for it', (t) => {
	const target = statefulSet('podinfo', {volumeClaimTemplates});
	t.deepEqual(textsOf(model, {target, primary: statefulSet('podinfo-primary', {volumeClaimTemplates})}), []);
	t.deepEqual(textsOf(model, {target, primary: statefulSet('podinfo-primary')}), [
		'statefulset podinfo-primary.test has no volume claim template data, and cannot get one',
	]);
});
