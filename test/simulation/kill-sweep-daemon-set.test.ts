// A DaemonSet in the place of today's Deployment: `kill -9` at each write of a run ends as the run that was never killed.
import test from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {quick, type Plan} from './simulation.ts';
import {sweep} from './sweep.ts';

const asDaemonSet = (object: KubeObject): KubeObject => {
	if (object.kind === 'Deployment') {
		const {replicas: _, ...spec} = object.spec ?? {};
		return {...object, kind: 'DaemonSet', spec};
	}

	if (object.kind !== 'Canary') return object;
	const targetRef = {apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'podinfo'};
	const {autoscalerRef: _, ...spec} = object.spec ?? {};
	return {...object, spec: {...spec, targetRef}};
};

for (const [what, scenario] of [
	['good', 'good'],
	['bad', 'errors'],
] as const) {
	test(`a ${what} run of a DaemonSet, killed right after each write was applied, ends as without a kill`, async (t) => {
		const plan: Plan = {
			shape: 'today',
			workloads: 'daemonsets',
			scenario,
			analysis: quick,
			edit: (objects) => objects.map((object) => asDaemonSet(object)),
		};
		await sweep(t, plan, 'applied');
	});
}
