import test from 'ava';
import {StatusError} from '../../../sandbox/api/types.ts';
import {replicaSetsKey} from '../../../sandbox/world/keys.ts';
import {startScene} from './scene.ts';

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
	strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge, maxUnavailable}},
});

test('a deployment comes up with the status of a real one', async (t) => {
	const {clock, deploy, deployment, condition, pods, world} = startScene();
	deploy('podinfo', {replicas: 2});
	await clock.advance(500);
	t.is(pods('podinfo')[0]?.status?.['phase'], 'Pending');
	t.is(deployment('podinfo').status?.['unavailableReplicas'], 2);
	t.is(condition('podinfo', 'Available')?.reason, 'MinimumReplicasUnavailable');
	await clock.advance(1000);
	const {status, metadata} = deployment('podinfo');
	t.like(status, {observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2});
	t.false('unavailableReplicas' in (status ?? {}));
	t.is(metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
	t.like(condition('podinfo', 'Available'), {status: 'True', reason: 'MinimumReplicasAvailable'});
	t.like(condition('podinfo', 'Progressing'), {status: 'True', reason: 'NewReplicaSetAvailable'});
	const pod = pods('podinfo')[0];
	t.like(pod?.status, {phase: 'Running'});
	t.regex(String(pod?.status?.['podIP']), /^10\.244\.0\.[12]$/u);
	t.regex(pod?.metadata.name ?? '', /^podinfo-[a-z0-9]{10}-[a-z0-9]{5}$/u);
	world.stop();
	t.is(clock.pending(), 0);
});

test('a rolling update keeps within maxUnavailable and maxSurge, and every step is seen', async (t) => {
	const {clock, deploy, deployment, condition, pods, readyPods, store} = startScene();
	deploy('podinfo', {replicas: 4, spec: rolling(1, 1)});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 4, image: 'podinfo:2', spec: rolling(1, 1)});
	const seen = new Set<string>();
	for (let step = 0; step < 60; step++) {
		await clock.advance(100);
		t.true(readyPods('podinfo').length >= 3);
		t.true(pods('podinfo').length <= 5);
		seen.add(condition('podinfo', 'Progressing')?.reason ?? '');
	}

	t.true(seen.has('ReplicaSetUpdated') || seen.has('NewReplicaSetCreated'));
	t.like(deployment('podinfo').status, {observedGeneration: 2, replicas: 4, updatedReplicas: 4, availableReplicas: 4});
	t.is(condition('podinfo', 'Progressing')?.reason, 'NewReplicaSetAvailable');
	t.is(deployment('podinfo').metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
	t.is(store.list(replicaSetsKey, {}).items.length, 2);
});

test('percentages count: 25% of 4 may be missing, none with maxUnavailable 0', async (t) => {
	const {clock, deploy, readyPods, deployment} = startScene();
	deploy('podinfo', {replicas: 2, spec: rolling('50%', 0)});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 2, image: 'podinfo:2', spec: rolling('50%', 0)});
	for (let step = 0; step < 50; step++) {
		await clock.advance(100);
		t.true(readyPods('podinfo').length >= 2);
	}

	t.like(deployment('podinfo').status, {updatedReplicas: 2, replicas: 2, availableReplicas: 2});
});

test('Recreate takes all down before the first new pod', async (t) => {
	const {clock, deploy, pods, deployment} = startScene();
	const spec = {strategy: {type: 'Recreate'}};
	deploy('podinfo', {replicas: 3, spec});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 3, image: 'podinfo:2', spec});
	for (let step = 0; step < 40; step++) {
		await clock.advance(50);
		const images = new Set(pods('podinfo').map((pod) => JSON.stringify(pod.spec?.['containers'])));
		t.true(images.size <= 1);
	}

	t.like(deployment('podinfo').status, {updatedReplicas: 3, availableReplicas: 3});
});

test('scaling up, down and to zero', async (t) => {
	const {clock, deploy, pods, deployment} = startScene();
	for (const replicas of [1, 5, 2, 0, 3]) {
		deploy('podinfo', {replicas});
		await clock.advance(3000);
		t.is(pods('podinfo').length, replicas);
		t.is(deployment('podinfo').status?.['availableReplicas'] ?? 0, replicas);
	}
});

test('a change of size in the middle of a rollout ends at the new size', async (t) => {
	const {clock, deploy, deployment, pods} = startScene();
	deploy('podinfo', {replicas: 4});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 4, image: 'podinfo:2'});
	await clock.advance(1500);
	deploy('podinfo', {replicas: 10, image: 'podinfo:2'});
	await clock.advance(500);
	t.true(pods('podinfo').length <= 13);
	await clock.advance(20_000);
	t.like(deployment('podinfo').status, {updatedReplicas: 10, replicas: 10, availableReplicas: 10});
});

test('an undo takes the old ReplicaSet again, with a new revision', async (t) => {
	const {clock, deploy, deployment, store} = startScene();
	for (const image of ['podinfo:1', 'podinfo:2', 'podinfo:1']) {
		deploy('podinfo', {image});
		await clock.advance(5000);
	}

	t.is(store.list(replicaSetsKey, {}).items.length, 2);
	t.is(deployment('podinfo').metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
	t.like(deployment('podinfo').status, {updatedReplicas: 1, availableReplicas: 1});
});

test('old ReplicaSets are kept up to revisionHistoryLimit', async (t) => {
	const {clock, deploy, store} = startScene();
	for (let version = 1; version <= 5; version++) {
		deploy('podinfo', {image: `podinfo:${version}`, spec: {revisionHistoryLimit: 2}});
		await clock.advance(5000);
	}

	t.is(store.list(replicaSetsKey, {}).items.length, 3);
});

test('never-ready exceeds the progress deadline, in time divided by the speed', async (t) => {
	const {clock, deploy, condition, pods} = startScene({speed: 60});
	deploy('podinfo', {annotations: {'sandbox.aviary.dev/never-ready': 'true'}, spec: {progressDeadlineSeconds: 60}});
	await clock.advance(900);
	t.is(pods('podinfo')[0]?.status?.['phase'], 'Running');
	t.is(condition('podinfo', 'Progressing')?.status, 'True');
	await clock.advance(200);
	t.like(condition('podinfo', 'Progressing'), {status: 'False', reason: 'ProgressDeadlineExceeded'});
	t.regex(
		condition('podinfo', 'Progressing')?.message ?? '',
		/^ReplicaSet "podinfo-\w+" has timed out progressing\.$/u,
	);
});

test('a bad new version leaves the old one serving', async (t) => {
	const {clock, deploy, readyPods} = startScene();
	deploy('podinfo', {replicas: 4});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 4, image: 'bad', annotations: {'sandbox.aviary.dev/never-ready': 'true'}});
	await clock.advance(60_000);
	t.is(readyPods('podinfo').length, 3);
});

test('ready-after and crash-after', async (t) => {
	const {clock, deploy, condition, deployment, pods, readyPods} = startScene();
	const annotations = {'sandbox.aviary.dev/ready-after': '3s', 'sandbox.aviary.dev/crash-after': '10s'};
	deploy('podinfo', {annotations});
	await clock.advance(2900);
	t.is(readyPods('podinfo').length, 0);
	await clock.advance(200);
	t.is(readyPods('podinfo').length, 1);
	await clock.advance(10_000);
	t.is(readyPods('podinfo').length, 0);
	const containers = (): Array<{restartCount: number; state: unknown}> =>
		pods('podinfo')[0]?.status?.['containerStatuses'] as never;
	t.like(containers()[0], {restartCount: 1, ready: false, state: {waiting: {reason: 'CrashLoopBackOff'}}});
	t.is(condition('podinfo', 'Available')?.status, 'False');
	t.is(deployment('podinfo').status?.['unavailableReplicas'], 1);
	await clock.advance(60_000);
	t.true((containers()[0]?.restartCount ?? 0) >= 3);
	t.is(readyPods('podinfo').length, 0);
});

test('minReadySeconds delays availability', async (t) => {
	const {clock, deploy, deployment} = startScene();
	deploy('podinfo', {spec: {minReadySeconds: 5}});
	await clock.advance(4000);
	t.like(deployment('podinfo').status, {readyReplicas: 1, unavailableReplicas: 1});
	await clock.advance(2500);
	t.is(deployment('podinfo').status?.['availableReplicas'], 1);
});

test('a deleted deployment takes its pods along', async (t) => {
	const {clock, deploy, pods, store} = startScene();
	deploy('podinfo', {replicas: 2});
	await clock.advance(2000);
	store.remove({group: 'apps', plural: 'deployments'}, 'test', 'podinfo', 'the test');
	await clock.advance(100);
	t.is(pods('podinfo').length, 0);
});

test('a deleted pod is replaced', async (t) => {
	const {clock, deploy, pods, store} = startScene();
	deploy('podinfo');
	await clock.advance(2000);
	const name = pods('podinfo')[0]?.metadata.name ?? '';
	store.remove({group: '', plural: 'pods'}, 'test', name, 'the test');
	await clock.advance(2000);
	t.is(pods('podinfo').length, 1);
	t.not(pods('podinfo')[0]?.metadata.name, name);
});

test('an autoscaler keeps its target within its bounds, and stands by at zero', async (t) => {
	const {clock, deploy, deployment, put, store} = startScene();
	put('autoscalers', {
		apiVersion: 'autoscaling/v2',
		kind: 'HorizontalPodAutoscaler',
		metadata: {name: 'podinfo'},
		spec: {
			scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
			minReplicas: 2,
			maxReplicas: 4,
		},
	});
	const status = (): unknown =>
		store.get({group: 'autoscaling', plural: 'horizontalpodautoscalers'}, 'test', 'podinfo')?.status;
	deploy('podinfo');
	await clock.advance(3000);
	t.is(deployment('podinfo').spec?.['replicas'], 2);
	t.like(status(), {currentReplicas: 2, desiredReplicas: 2});
	deploy('podinfo', {replicas: 9});
	await clock.advance(3000);
	t.is(deployment('podinfo').spec?.['replicas'], 4);
	t.like(status(), {currentReplicas: 4, desiredReplicas: 4});
	deploy('podinfo', {replicas: 0});
	await clock.advance(3000);
	t.is(deployment('podinfo').spec?.['replicas'], 0);
	t.like(status(), {currentReplicas: 0, desiredReplicas: 0});
});

test('endpoints list the ready pods of a service', async (t) => {
	const {clock, deploy, expose, store} = startScene();
	expose('podinfo');
	deploy('podinfo', {replicas: 2});
	await clock.advance(3000);
	const endpoints = store.get({group: '', plural: 'endpoints'}, 'test', 'podinfo');
	const subsets = endpoints?.['subsets'] as Array<{addresses: unknown[]; ports: unknown[]}> | undefined;
	t.is(subsets?.[0]?.addresses.length, 2);
	t.like(subsets?.[0]?.ports[0], {name: 'http', port: 9898});
	const slices = store.list({group: 'discovery.k8s.io', plural: 'endpointslices'}, {namespace: 'test'}).items;
	t.is((slices[0]?.['endpoints'] as unknown[] | undefined)?.length, 2);
});

test('a store that grants pods a grace loses them a moment later', async (t) => {
	const {clock, deploy, pods} = startScene({hasKubelet: true});
	deploy('podinfo', {replicas: 2});
	await clock.advance(2000);
	deploy('podinfo', {replicas: 1});
	await clock.advance(500);
	t.is(pods('podinfo').filter(({metadata}) => metadata.deletionTimestamp !== undefined).length, 1);
	await clock.advance(1000);
	t.is(pods('podinfo').length, 1);
});

test('what the store refuses is tried again', async (t) => {
	const {clock, deploy, deployment, store} = startScene();
	const update = store.update.bind(store);
	let refusals = 0;
	store.update = (...given) => {
		if (clock.now() % 3 !== 0 || refusals > 20) return update(...given);
		refusals++;
		throw new StatusError(409, 'Conflict', 'not this time');
	};
	deploy('podinfo', {replicas: 2});
	await clock.advance(20_000);
	t.true(refusals > 0);
	t.like(deployment('podinfo').status, {availableReplicas: 2});
});
