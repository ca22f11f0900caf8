// What we make and take over, whatever it is; the rooms' own tests hold what each of them wants.
import test from 'ava';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {virtualServices} from '../../../services/kubernetes/resources.ts';
import {ensureOwned, giveBack, type Wanted} from '../../../services/objects/owned.ts';
import {fluxDisabled, isOurs, Taken} from '../../../services/objects/ownership.ts';
import {memoryCluster} from '../workloads/memory-cluster.ts';
import {managedModel as model} from '../workloads/podinfo.ts';

const options = {lane: 'route'} as const;
const ORIGINAL = 'flagger.kubernetes.io/original-configuration';
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
	resource: virtualServices,
	name: 'podinfo',
	labels: {team: 'one'},
	annotations: fluxDisabled,
	spec: () => ({hosts: ['podinfo'], absent: undefined}),
	says: 'all',
	...more,
});

const users = (annotations?: Record<string, string>): KubeObject => ({
	apiVersion: 'networking.istio.io/v1beta1',
	kind: 'VirtualService',
	metadata: {name: 'podinfo', namespace: 'test', ...(annotations && {annotations})},
	spec: {hosts: ['mine'], tls: []},
});

test('an object is made once, is ours, and is not written again', async (t) => {
	const cluster = memoryCluster();
	const [made] = await ensureOwned(cluster, model, [wanted()], options);
	t.true(made !== undefined && isOurs(model, made));
	t.deepEqual(made?.spec, {hosts: ['podinfo']});
	await ensureOwned(cluster, model, [wanted()], options);
	t.false(cluster.calls.some((call) => call.startsWith('PATCH')));
});

test('labels and annotations of others stay', async (t) => {
	const cluster = memoryCluster();
	const [made] = (await ensureOwned(cluster, model, [wanted()], options)) as [KubeObject];
	cluster.put('virtualservices', {...made, metadata: {...made.metadata, labels: {theirs: 'yes'}}});
	const [mended] = await ensureOwned(cluster, model, [wanted()], options);
	t.deepEqual(mended?.metadata.labels, {theirs: 'yes', team: 'one'});
});

test("a user's own object is given back as it was, whoever kept its spec", async (t) => {
	const applied = JSON.stringify({metadata: {annotations: {note: 'mine'}}, spec: {hosts: ['mine'], tls: []}});
	for (const annotations of [undefined, {note: 'mine'}, {note: 'mine', [APPLIED]: applied}]) {
		const cluster = memoryCluster();
		const before = cluster.put('virtualservices', users(annotations));
		const [taken] = await ensureOwned(cluster, model, [wanted({labels: {}})], options);
		t.deepEqual(taken?.spec, {hosts: ['podinfo']});
		t.is(taken?.metadata.annotations?.[ORIGINAL] === undefined, annotations?.[APPLIED] !== undefined);
		for (const _ of ['once', 'and again']) await giveBack(cluster, model, wanted(), options);
		const after = cluster.get('virtualservices', 'podinfo');
		t.deepEqual(after?.spec, before.spec);
		t.deepEqual(after?.metadata.annotations ?? {}, annotations ?? {});
		t.is(cluster.calls.filter((call) => call.startsWith('PATCH')).length, 2);
	}
});

test('what is ours is not given back, and what is gone is no error', async (t) => {
	const cluster = memoryCluster();
	await giveBack(cluster, model, wanted(), options);
	await ensureOwned(cluster, model, [wanted()], options);
	await giveBack(cluster, model, wanted(), options);
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, {hosts: ['podinfo']});
});

test("of a user's own object of which members alone are ours, all else stays, and it is marked for Flux", async (t) => {
	const cluster = memoryCluster();
	cluster.put('virtualservices', users());
	const [taken] = await ensureOwned(cluster, model, [wanted({says: 'members'})], options);
	t.deepEqual(taken?.spec, {hosts: ['podinfo'], tls: []});
	t.is(taken?.metadata.labels, undefined);
	t.deepEqual(taken?.metadata.annotations, {...fluxDisabled});
});

test('what another controller owns is taken, and nothing is written', async (t) => {
	const cluster = memoryCluster();
	const owner = {apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true};
	const object = users();
	cluster.put('virtualservices', {...object, metadata: {...object.metadata, ownerReferences: [owner]}});
	await t.throwsAsync(ensureOwned(cluster, model, [wanted()], options), {instanceOf: Taken});
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, object.spec);
});
