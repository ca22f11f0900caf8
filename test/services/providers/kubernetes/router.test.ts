import test from 'ava';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {fluxDisabled, ownerOf} from '../../../../services/objects/ownership.ts';
import {kubernetes as provider} from '../../../../services/providers/kubernetes/provider.ts';
import {kubernetesRouter as router} from '../../../../services/providers/kubernetes/router.ts';
import {memoryCluster} from '../../workloads/memory-cluster.ts';
import {deployment, managedModel, service} from '../../workloads/podinfo.ts';
import {providerCases} from '../provider-cases.ts';

const model = {...managedModel, provider: 'kubernetes'};
const options = {lane: 'route'} as const;
const primary = deployment('podinfo-primary', 'podinfo:6');

const apex = (app: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => {
	const object = service('podinfo');
	return {...object, metadata: {...object.metadata, ...metadata}, spec: {...object.spec, selector: {app}}};
};
const ours = {ownerReferences: [ownerOf(model)]};

providerCases({
	provider,
	model,
	lay(cluster) {
		cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
		cluster.put('deployments', primary);
		cluster.put('services', apex('podinfo-primary', ours));
	},
	carrier: {plural: 'services', name: 'podinfo'},
	shares: [],
	beyond: [{canary: 1}, {canary: 100}, {canary: 0, mirrored: 10}],
	strayed: ({spec, ...rest}) => ({...rest, spec: {...spec, selector: {app: 'podinfo'}}}),
	isOurs: true,
});

test('users are on the primary, or on the canary when somebody points their Service there', (t) => {
	for (const around of [{parts: []}, {parts: [], primary}]) {
		t.like(router.read(model, apex('podinfo-primary', ours), around), {primary: 100, canary: 0});
		for (const metadata of [ours, {annotations: {...fluxDisabled}}]) {
			t.like(router.read(model, apex('podinfo', metadata), around), {primary: 0, canary: 100});
		}
	}

	const ofTarget = deployment('web-primary-primary', 'podinfo:6');
	const found = router.read(model, apex('web-primary'), {parts: [], primary: ofTarget});
	t.is(found, undefined, 'a target whose own name ends so is not the primary');
});

test('a user’s own Service is no route until it was pointed to a primary that is ready', async (t) => {
	const cluster = memoryCluster();
	cluster.put('deployments', primary);
	cluster.put('services', apex('podinfo'));
	t.is(router.read(model, apex('podinfo'), {parts: []}), undefined);
	await router.write(cluster, model, {canary: 0}, options);
	t.deepEqual(cluster.calls, []);
});
