import test from 'ava';
import type {World} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {istioRouter as router} from '../../../services/providers/istio/router.ts';
import {daemonSetWorkloads} from '../../../services/workloads/daemon-set.ts';
import {deploymentWorkloads} from '../../../services/workloads/deployment.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {openSurvey, type SurveyOptions} from '../../../services/survey/open-survey.ts';
import {templateOf} from '../../../services/objects/shapes.ts';
import {memoryCluster, type MemoryCluster} from '../workloads/memory-cluster.ts';
import {deployment, managedModel, pairedModel, service, virtualService} from '../workloads/podinfo.ts';

const timers: Array<() => void> = [];
const clock: SurveyOptions['clock'] = {
	now: () => 1000,
	monotonic: () => 1000,
	setTimeout: (callback) => timers.push(callback),
	clearTimeout() {},
};

const settled = async (): Promise<void> => {
	// Enough turns of the microtask queue for every promise on the way.
	for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

const surveyOf = (cluster: MemoryCluster, model = pairedModel, workloads = deploymentWorkloads) => {
	const worlds: World[] = [];
	const survey = openSurvey({cluster, clock, model, workloads, router, onWorld: (world) => worlds.push(world)});
	return {survey, worlds};
};

const scaler = (of: string, status: Record<string, unknown>): KubeObject => ({
	apiVersion: 'autoscaling/v2',
	kind: 'HorizontalPodAutoscaler',
	metadata: {name: `${of}-scaler`, namespace: 'test'},
	spec: {scaleTargetRef: {kind: 'Deployment', name: of}, minReplicas: 2},
	status,
});

const complete = (): MemoryCluster => {
	const cluster = memoryCluster();
	cluster.put('deployments', deployment('podinfo', 'podinfo:1.2.0'));
	cluster.put('deployments', deployment('podinfo-canary', 'podinfo:1.2.0'));
	cluster.put('services', service('podinfo'));
	cluster.put('services', service('podinfo-canary'));
	cluster.put(
		'virtualservices',
		virtualService([
			{host: 'podinfo', weight: 90},
			{host: 'podinfo-canary', weight: 10},
		]),
	);
	return cluster;
};

test('everything that is missing is said in a fixed order, in the words users know', async (t) => {
	const {worlds} = surveyOf(memoryCluster());
	await settled();
	t.deepEqual(
		worlds[0]?.problems.map(({text}) => text),
		[
			'deployment podinfo-canary.test not found',
			'deployment podinfo.test not found',
			'service podinfo.test not found',
			'service podinfo-canary.test not found',
			'VirtualService podinfo.test not found',
		],
	);
	t.true(worlds[0]?.problems.every(({remedy, field}) => remedy !== '' && field !== ''));
});

test('a complete world has no problem, and tells the weights and that the primary runs the target', async (t) => {
	const cluster = complete();
	const {worlds} = surveyOf(cluster);
	await settled();
	t.is(worlds.length, 1);
	t.like(worlds[0], {at: 1000, primaryRunsTarget: true, problems: [], route: {primary: 90, canary: 10}});
	t.deepEqual(cluster.calls, []);
});

test('a world is told when it differs, and once for changes that come together', async (t) => {
	const cluster = complete();
	const {survey, worlds} = surveyOf(cluster);
	await settled();
	cluster.put('deployments', deployment('elsewhere', 'podinfo:1.2.0'));
	await settled();
	t.is(worlds.length, 1);
	cluster.put('deployments', deployment('podinfo-canary', 'podinfo:1.2.1'));
	cluster.drop('services', 'podinfo-canary');
	await settled();
	t.is(worlds.length, 2);
	t.false(worlds[1]?.primaryRunsTarget);
	t.is(worlds[1]?.problems[0]?.text, 'service podinfo-canary.test not found');
	survey.close();
	cluster.put('deployments', deployment('podinfo-canary', 'podinfo:1.2.2'));
	await settled();
	t.is(worlds.length, 2);
	t.deepEqual(cluster.watched(), []);
});

test('only the kind of the target is followed', async (t) => {
	const cluster = memoryCluster();
	const target = {...managedModel.target, kind: 'DaemonSet'};
	const daemonSet = deployment('podinfo', 'podinfo:1.2.0', {updateStrategy: {type: 'OnDelete'}});
	cluster.put('daemonsets', {...daemonSet, kind: 'DaemonSet'});
	const {survey, worlds} = surveyOf(cluster, {...managedModel, target}, daemonSetWorkloads);
	await settled();
	t.true(cluster.watched().includes('daemonsets'));
	t.false(cluster.watched().includes('deployments'));
	t.regex(worlds[0]?.problems[0]?.text ?? '', /^daemonset podinfo\.test has update strategy OnDelete/);
	survey.close();
});

test("the target's pods are followed during a run only", async (t) => {
	const cluster = complete();
	const {survey, worlds} = surveyOf(cluster);
	await settled();
	t.false(cluster.watched().includes('pods'));
	survey.setRunning(true);
	await settled();
	cluster.put('pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'podinfo-canary-1', namespace: 'test', labels: {app: 'podinfo-canary'}},
		status: {containerStatuses: [{name: 'podinfod', state: {waiting: {reason: 'CrashLoopBackOff'}}}]},
	});
	await settled();
	t.is(worlds.at(-1)?.target?.trouble, 'container podinfod: CrashLoopBackOff');
	survey.setRunning(false);
	await settled();
	t.is(worlds.at(-1)?.target?.trouble, undefined);
	t.false(cluster.watched().includes('pods'));
});

test('scalers of both workloads are told; one that is not active wants nothing', async (t) => {
	const cluster = complete();
	cluster.put('horizontalpodautoscalers', scaler('podinfo', {desiredReplicas: 4, currentReplicas: 2}));
	const conditions = [{type: 'ScalingActive', status: 'False'}];
	cluster.put(
		'horizontalpodautoscalers',
		scaler('podinfo-canary', {desiredReplicas: 0, currentReplicas: 2, conditions}),
	);
	cluster.put('horizontalpodautoscalers', scaler('elsewhere', {desiredReplicas: 9, currentReplicas: 1}));
	const {worlds} = surveyOf(cluster);
	await settled();
	t.deepEqual(
		worlds[0]?.scalers.map(({of, desired, current}) => [of, desired, current]),
		[
			['primary', 4, 2],
			['target', 2, 2],
		],
	);
});

test('a Service needs a port that the mesh reads as HTTP', async (t) => {
	const cluster = complete();
	cluster.put('services', service('podinfo', 'web'));
	cluster.put('services', service('podinfo-canary', 'http-api'));
	const {worlds} = surveyOf(cluster);
	await settled();
	t.deepEqual(
		worlds[0]?.problems.map(({text}) => text),
		['service podinfo.test has no port named http or https'],
	);
});

test("a Service that would lose the primary's pods by a promotion is said beforehand", async (t) => {
	const cluster = complete();
	const primary = deployment('podinfo', 'podinfo:1.2.0');
	Object.assign(templateOf(primary).metadata?.labels ?? {}, {role: 'primary'});
	cluster.put('deployments', primary);
	const selecting = service('podinfo');
	Object.assign(selecting.spec?.['selector'] as object, {role: 'primary'});
	cluster.put('services', selecting);
	const {worlds} = surveyOf(cluster);
	await settled();
	t.regex(worlds[0]?.problems[0]?.text ?? '', /^service podinfo\.test would lose its pods by a promotion/);
});

test('a mesh that is not installed is asked for again, and found', async (t) => {
	const cluster = complete();
	cluster.versions = [];
	const {worlds} = surveyOf(cluster);
	await settled();
	t.is(worlds[0]?.problems[0]?.text, 'the cluster does not serve the routes of provider istio');
	cluster.versions = ['v1'];
	timers.at(-1)?.();
	await settled();
	t.deepEqual(worlds.at(-1)?.problems, []);
});

test('the managed shape lacks nothing but its target, and names that others hold are problems', async (t) => {
	const cluster = memoryCluster();
	const {worlds} = surveyOf(cluster, managedModel);
	await settled();
	t.deepEqual(
		worlds[0]?.problems.map(({text}) => text),
		['deployment podinfo.test not found'],
	);
	cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
	const stranger = deployment('podinfo-primary', 'other');
	stranger.metadata.ownerReferences = [{apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true}];
	cluster.put('deployments', stranger);
	await settled();
	const text = 'Deployment podinfo-primary.test is controlled by App app and is not touched';
	t.deepEqual(
		worlds.at(-1)?.problems.map(({text}) => text),
		[text],
	);
});

test('a wait in silence is ended by a look at what it waits for, and by nothing else', async (t) => {
	const cluster = complete();
	cluster.put('horizontalpodautoscalers', scaler('podinfo', {desiredReplicas: 2, currentReplicas: 2}));
	const worlds: World[] = [];
	const virtual = createVirtualClock();
	const onWorld = (world: World): void => void worlds.push(world);
	const survey = openSurvey({
		cluster,
		clock: virtual,
		model: pairedModel,
		workloads: deploymentWorkloads,
		router,
		onWorld,
	});
	await virtual.advance(0);
	cluster.putUnseen('deployments', deployment('podinfo-canary', 'podinfo:1.2.1'));
	await virtual.advance(600_000);
	t.deepEqual(cluster.calls, [], 'at rest nothing is asked');
	survey.setAwaited('workloads');
	await virtual.advance(59_000);
	t.is(worlds.length, 1);
	await virtual.advance(1000);
	t.is(worlds.length, 2);
	t.false(worlds[1]?.primaryRunsTarget);
	const names = ['canaries podinfo', 'deployments podinfo-canary', 'deployments podinfo'];
	t.deepEqual(
		cluster.calls,
		[...names, 'horizontalpodautoscalers podinfo-scaler'].map((name) => `LOOK ${name}`),
	);
	survey.setAwaited('routes');
	await virtual.advance(60_000);
	t.deepEqual(cluster.calls.slice(4), ['LOOK canaries podinfo', 'LOOK virtualservices podinfo']);
	survey.setAwaited('nothing');
	await virtual.advance(600_000);
	survey.setAwaited('all');
	survey.close();
	await virtual.advance(600_000);
	t.is(cluster.calls.length, 6);
});
