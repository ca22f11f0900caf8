// What we install and show holds in the sandbox's API server: accepted, and nothing of it pruned.
import test from 'ava';
import {createStore} from '../../sandbox/api/store.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {seededRandom} from '../../services/random.ts';
import {definitions} from '../../api/crds.ts';
import {first, manifest, today} from './manifests.ts';

const canaries = {group: 'flagger.app', plural: 'canaries'};

const installed = () => {
	const store = createStore({clock: createVirtualClock(), random: seededRandom(1)});
	for (const {metadata} of definitions) {
		for (const object of manifest(`artifacts/crds/${metadata.name}.yaml`)) {
			store.create({group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'}, object as KubeObject, 'test');
		}
	}

	for (const object of manifest('artifacts/namespaces/test.yaml')) {
		store.create({group: '', plural: 'namespaces'}, object as KubeObject, 'test');
	}

	return store;
};

const examples: ReadonlyArray<readonly [path: string, group: string, plural: string]> = [
	['artifacts/rollouts/podinfo.yaml', 'flagger.app', 'canaries'],
	['artifacts/examples/podinfo/canary.yaml', 'flagger.app', 'canaries'],
	['artifacts/examples/podinfo/deployment.yaml', 'apps', 'deployments'],
	['artifacts/workloads/primary-deployment.yaml', 'apps', 'deployments'],
	['artifacts/workloads/canary-deployment.yaml', 'apps', 'deployments'],
	['artifacts/workloads/primary-service.yaml', '', 'services'],
	['artifacts/workloads/canary-service.yaml', '', 'services'],
	['artifacts/workloads/primary-hpa.yaml', 'autoscaling', 'horizontalpodautoscalers'],
	['artifacts/workloads/canary-hpa.yaml', 'autoscaling', 'horizontalpodautoscalers'],
];

for (const [path, group, plural] of examples) {
	test(`${path} is stored as it is`, (t) => {
		const store = installed();
		for (const object of manifest(path) as readonly KubeObject[]) {
			const stored = store.create({group, plural}, object, 'test');
			// A server writes quantities its own way: a thousand thousandths are one.
			t.like(stored.spec, JSON.parse(JSON.stringify(object.spec).replaceAll('"1000m"', '"1"')) as object);
		}
	});
}

test('a Canary of either shape keeps its spec to the letter', (t) => {
	const store = installed();
	for (const canary of [first(), today({}, {drainSeconds: 1, routeSettleSeconds: 2})]) {
		t.deepEqual(store.create(canaries, canary as KubeObject, 'test').spec, canary['spec'] as object);
		store.remove(canaries, 'test', 'podinfo', 'test');
	}
});

test('a status of ours is kept', (t) => {
	const store = installed();
	const created = store.create(canaries, today() as KubeObject, 'test');
	const status = {phase: 'Progressing', state: 'halted', waitingFor: 'data', haltedFrom: 'progressing', problems: []};
	t.deepEqual(store.update(canaries, {...created, status}, 'test', 'status').status, status);
});
