// What the survey makes of a router's objects: whose they are, what several share out together, whether they are in force.
import test from 'ava';
import type {World} from '../../../api/model.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {virtualServices} from '../../../services/kubernetes/resources.ts';
import {istioRouter as router} from '../../../services/providers/istio/router.ts';
import type {Router} from '../../../services/providers/router.ts';
import {openSurvey} from '../../../services/survey/open-survey.ts';
import {deploymentWorkloads as workloads} from '../../../services/workloads/deployment.ts';
import {memoryCluster, type MemoryCluster} from '../workloads/memory-cluster.ts';
import {deployment, managedModel as model, virtualService} from '../workloads/podinfo.ts';

const settled = async (): Promise<void> => {
	// Enough turns of the microtask queue for every promise on the way.
	for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

const surveyOf = (cluster: MemoryCluster, by: Router): readonly World[] => {
	const worlds: World[] = [];
	const onWorld = (world: World): void => void worlds.push(world);
	openSurvey({cluster, clock: createVirtualClock(), model, workloads, router: by, onWorld});
	return worlds;
};

const owned = (name: string): KubeObject => {
	const object = virtualService([{host: 'podinfo', weight: 90}]);
	object.metadata.name = name;
	object.metadata.ownerReferences = [{apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true}];
	return object;
};

test('a part of a route that we are to make is taken when another controller owns it, a user’s own is not', async (t) => {
	for (const isOurs of [true, false]) {
		const cluster = memoryCluster();
		cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
		cluster.put('virtualservices', owned('podinfo'));
		const parts = [{resource: virtualServices, names: ['podinfo'], isOurs}];
		const worlds = surveyOf(cluster, {...router, parts: async () => parts});
		await settled();
		const texts = worlds.at(-1)?.problems.map(({text}) => text);
		t.deepEqual(texts, isOurs ? ['VirtualService podinfo.test is controlled by App app and is not touched'] : []);
	}
});

test('of several objects that carry shares the one that gives the canary most counts, once all are there', async (t) => {
	const cluster = memoryCluster();
	const weighted = (name: string, canary: number): void => {
		const [primary, other] = ['podinfo-primary', 'podinfo-canary'];
		const object = virtualService([
			{host: primary, weight: 100 - canary},
			{host: other, weight: canary},
		]);
		cluster.put('virtualservices', {...object, metadata: {...object.metadata, name}});
	};

	const parts = [{resource: virtualServices, names: ['one', 'other'], isOurs: true}];
	weighted('one', 10);
	const worlds = surveyOf(cluster, {...router, parts: async () => parts});
	await settled();
	t.is(worlds.at(-1)?.route, undefined);
	weighted('other', 30);
	await settled();
	t.like(worlds.at(-1)?.route, {primary: 70, canary: 30});
});

test('a route that is refused is a problem, one that nobody has judged yet is waited for', async (t) => {
	const problem = {field: 'VirtualService podinfo.test', value: 'x', text: 'it is refused', remedy: 'Mend it'};
	for (const [accepted, problems, awaits] of [
		[{kind: 'refused', problem}, [problem], undefined],
		[{kind: 'pending', text: 'somebody to look'}, [], 'somebody to look'],
		[{kind: 'accepted'}, [], undefined],
	] as const) {
		const cluster = memoryCluster();
		cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
		cluster.put('virtualservices', virtualService([{host: 'podinfo-primary'}, {host: 'podinfo-canary'}]));
		const worlds = surveyOf(cluster, {...router, accepted: () => accepted});
		await settled();
		t.deepEqual(worlds.at(-1)?.problems, problems);
		t.is(worlds.at(-1)?.route?.awaits, awaits);
	}
});
