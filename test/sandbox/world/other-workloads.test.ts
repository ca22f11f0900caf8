// The kinds of workload besides Deployments: their pods, their rollouts, and what their status tells of them.
import test from 'ava';
import {operatedDefinitions} from '../../../sandbox/crds/operated-workloads.ts';
import {daemonSetsKey, statefulSetsKey} from '../../../sandbox/world/keys.ts';
import type {KindKey} from '../../../sandbox/api/types.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {startScene, type Scene} from './scene.ts';

const BY = 'the test';
const template = (image: string, spec: Record<string, unknown> = {}) => ({
	metadata: {labels: {app: 'podinfo'}},
	spec: {containers: [{name: 'podinfod', image}], ...spec},
});

const put = ({store}: Scene, key: KindKey, object: Omit<KubeObject, 'metadata'>, name = 'podinfo'): void => {
	const known = store.get(key, 'test', name);
	const whole = {...object, metadata: {...known?.metadata, name, namespace: 'test'}} as KubeObject;
	if (known === undefined) store.create(key, whole, BY);
	else store.update(key, {...whole, status: known.status ?? {}}, BY);
};

const workload = (
	kind: string,
	image: string,
	spec: Record<string, unknown> = {},
	pod: Record<string, unknown> = {},
) => ({
	apiVersion: 'apps/v1',
	kind,
	spec: {selector: {matchLabels: {app: 'podinfo'}}, template: template(image, pod), ...spec},
});

const statusOf = ({store}: Scene, key: KindKey): Record<string, unknown> =>
	store.get(key, 'test', 'podinfo')?.status ?? {};
const namesOf = (scene: Scene): readonly string[] =>
	scene
		.pods('podinfo')
		.map(({metadata}) => metadata.name)
		.sort();

const DAEMON_SET = {currentNumberScheduled: 3, desiredNumberScheduled: 3, numberReady: 3, numberAvailable: 3};

test('a DaemonSet has a pod on each node that its selector fits', async (t) => {
	const scene = startScene();
	put(scene, daemonSetsKey, workload('DaemonSet', 'podinfo:1'));
	await scene.clock.advance(2000);
	t.like(statusOf(scene, daemonSetsKey), {...DAEMON_SET, updatedNumberScheduled: 3, observedGeneration: 1});
	const nodes = scene.pods('podinfo').map(({spec}) => spec?.['nodeName']);
	t.is(new Set(nodes).size, 3);

	const nodeSelector = {'flagger.app/scale-to-zero': 'true'};
	put(scene, daemonSetsKey, workload('DaemonSet', 'podinfo:1', {}, {nodeSelector}));
	await scene.clock.advance(2000);
	t.deepEqual(scene.pods('podinfo'), []);
	t.like(statusOf(scene, daemonSetsKey), {currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0});
	scene.world.stop();
});

for (const [how, rollingUpdate, least, most] of [
	['one node after the other', {maxUnavailable: 1}, 2, 3],
	['without a node that has none', {maxSurge: 1, maxUnavailable: 0}, 3, 4],
] as const) {
	test(`a DaemonSet rolls ${how}`, async (t) => {
		const scene = startScene();
		const updateStrategy = {type: 'RollingUpdate', rollingUpdate};
		put(scene, daemonSetsKey, workload('DaemonSet', 'podinfo:1', {updateStrategy}));
		await scene.clock.advance(2000);
		put(scene, daemonSetsKey, workload('DaemonSet', 'podinfo:2', {updateStrategy}));
		const updated = new Set<unknown>();
		for (let step = 0; step < 100; step++) {
			await scene.clock.advance(100);
			t.true(scene.readyPods('podinfo').length >= least);
			t.true(scene.pods('podinfo').length <= most);
			updated.add(statusOf(scene, daemonSetsKey)['updatedNumberScheduled']);
		}

		t.like(statusOf(scene, daemonSetsKey), {...DAEMON_SET, updatedNumberScheduled: 3, observedGeneration: 2});
		t.true(updated.size > 1, 'its steps were seen');
		t.true(scene.pods('podinfo').every(({spec}) => JSON.stringify(spec).includes('podinfo:2')));
		scene.world.stop();
	});
}

test('a StatefulSet makes its pods in order, and rolls from the last to the first', async (t) => {
	const scene = startScene({hasKubelet: true});
	put(scene, statefulSetsKey, workload('StatefulSet', 'podinfo:1', {replicas: 3, serviceName: 'podinfo'}));
	await scene.clock.advance(500);
	t.deepEqual(namesOf(scene), ['podinfo-0']);
	await scene.clock.advance(5000);
	t.deepEqual(namesOf(scene), ['podinfo-0', 'podinfo-1', 'podinfo-2']);
	const whole = {replicas: 3, readyReplicas: 3, availableReplicas: 3, updatedReplicas: 3, currentReplicas: 3};
	t.like(statusOf(scene, statefulSetsKey), whole);

	put(scene, statefulSetsKey, workload('StatefulSet', 'podinfo:2', {replicas: 3, serviceName: 'podinfo'}));
	const order: string[] = [];
	for (let step = 0; step < 150; step++) {
		await scene.clock.advance(100);
		t.true(scene.readyPods('podinfo').length >= 2);
		const next = scene.pods('podinfo').filter(({spec}) => JSON.stringify(spec).includes('podinfo:2'));
		for (const {metadata} of next) if (!order.includes(metadata.name)) order.push(metadata.name);
	}

	t.deepEqual(order, ['podinfo-2', 'podinfo-1', 'podinfo-0']);
	const {currentRevision, updateRevision} = statusOf(scene, statefulSetsKey);
	t.is(currentRevision, updateRevision);
	t.like(statusOf(scene, statefulSetsKey), {...whole, observedGeneration: 2});

	put(scene, statefulSetsKey, workload('StatefulSet', 'podinfo:2', {replicas: 0, serviceName: 'podinfo'}));
	await scene.clock.advance(10_000);
	t.deepEqual(namesOf(scene), []);
	scene.world.stop();
});

test('an operator makes a Deployment of a HelmRelease, and tells when it has rolled out', async (t) => {
	const scene = startScene();
	const key = {group: 'helm.toolkit.fluxcd.io', plural: 'helmreleases'};
	const definitionsKey = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};
	for (const definition of operatedDefinitions) scene.store.create(definitionsKey, definition, BY);
	const release = (version: string, replicaCount: number) => ({
		apiVersion: 'helm.toolkit.fluxcd.io/v2',
		kind: 'HelmRelease',
		spec: {chart: {spec: {chart: 'podinfo', version}}, values: {replicaCount}},
	});
	const ready = () => (statusOf(scene, key)['conditions'] as ReadonlyArray<Record<string, unknown>>)[0];
	put(scene, key, release('1.0.0', 2));
	await scene.clock.advance(500);
	t.like(ready(), {type: 'Ready', status: 'Unknown', observedGeneration: 1});
	await scene.clock.advance(2000);
	t.like(ready(), {type: 'Ready', status: 'True', observedGeneration: 1});
	t.is(scene.readyPods('podinfo').length, 2);

	put(scene, key, release('1.1.0', 0));
	await scene.clock.advance(3000);
	t.like(ready(), {type: 'Ready', status: 'True', observedGeneration: 2});
	t.is(scene.deployment('podinfo').spec?.['replicas'], 0);
	t.true(JSON.stringify(scene.deployment('podinfo').spec).includes('podinfo:1.1.0'));
	scene.world.stop();
});
