// Built-in kinds: revisions, events, leases, scales, namespaces, and how large an object may be.
import type {Json} from '../client.ts';
import type {Case} from '../contract.ts';
import {
	CANARIES,
	canary,
	CONFIG_MAPS,
	configMap,
	DEPLOYMENTS,
	deployment,
	EVENTS,
	LEASES,
	refusal,
	REVISIONS,
	settled,
} from '../objects.ts';

const revision = (facts: Json = {}): Json => ({
	apiVersion: 'apps/v1',
	kind: 'ControllerRevision',
	metadata: {name: 'web-promoted', annotations: {'aviary.dev/promoted-revision': 'a'}},
	data: {canary: 'web', primary: 'web-primary'},
	revision: 1,
	...facts,
});

const records: readonly Case[] = [
	{
		title: "a ControllerRevision's data cannot be changed; its annotations and number can",
		async run(t, {made, patch}) {
			const {data, metadata} = await made(REVISIONS, revision());
			t.deepEqual(data, {canary: 'web', primary: 'web-primary'});
			t.false('generation' in metadata);
			const refused = await patch(REVISIONS, 'web-promoted', [{op: 'replace', path: '/data/canary', value: 'b'}]);
			const value = '{"canary":"b","primary":"web-primary"}';
			const said = `ControllerRevision.apps "web-promoted" is invalid: data: Invalid value: ${value}: field is immutable`;
			t.deepEqual(refusal(refused), [422, 'Invalid', said]);
			const {status, body} = await patch(REVISIONS, 'web-promoted', [
				{op: 'add', path: '/metadata/annotations/aviary.dev~1promoted-revision', value: 'b'},
				{op: 'replace', path: '/revision', value: 2},
			]);
			t.deepEqual([status, body['revision']], [200, 2]);
			t.deepEqual(body['metadata'].annotations, {'aviary.dev/promoted-revision': 'b'});
		},
	},
	{
		title: 'an event is kept as it is said, and its count and time can be patched',
		async run(t, {made, patch, namespace}) {
			const said = {
				involvedObject: {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'web', namespace, uid: 'one'},
				reason: 'Synced',
				message: 'Advance web.test canary weight 5',
				type: 'Normal',
				source: {component: 'flagger'},
				reportingComponent: 'aviary',
				reportingInstance: 'aviary-0',
				firstTimestamp: '2026-01-01T00:00:00Z',
				lastTimestamp: '2026-01-01T00:00:00Z',
				count: 1,
			};
			const event = {apiVersion: 'v1', kind: 'Event', metadata: {name: 'web.1'}, ...said};
			const {apiVersion: _, kind: __, metadata, ...kept} = await made(EVENTS, event);
			t.deepEqual(kept, {...said, eventTime: null});
			t.false('generation' in metadata);
			const {status, body} = await patch(EVENTS, 'web.1', [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'replace', path: '/count', value: 2},
				{op: 'replace', path: '/lastTimestamp', value: '2026-01-01T00:01:00Z'},
			]);
			t.deepEqual([status, body['count'], body['lastTimestamp']], [200, 2, '2026-01-01T00:01:00Z']);
		},
	},
	{
		title: 'an event about an object of another namespace is refused',
		async run(t, {client, at}) {
			const involvedObject = {kind: 'Canary', name: 'web', namespace: 'elsewhere'};
			const event = {metadata: {name: 'web.1'}, involvedObject, reason: 'Synced', message: 'a', type: 'Normal'};
			const said =
				'Event "web.1" is invalid: involvedObject.namespace: Invalid value: "elsewhere": does not match event.namespace';
			t.deepEqual(refusal(await client.request('POST', at(EVENTS), event)), [422, 'Invalid', said]);
		},
	},
	{
		title: 'a lease is created once, and taken over by a tested patch',
		async run(t, {client, at, made, patch}) {
			const spec = {
				holderIdentity: 'one',
				leaseDurationSeconds: 15,
				acquireTime: '2026-01-01T00:00:00.000000Z',
				renewTime: '2026-01-01T00:00:00.000000Z',
				leaseTransitions: 0,
			};
			const lease = {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name: 'aviary'}, spec};
			const {metadata, spec: kept} = await made(LEASES, lease);
			t.deepEqual(kept, spec);
			t.is((await client.request('POST', at(LEASES), lease)).body['reason'], 'AlreadyExists');
			const take = (holder: string) =>
				patch(LEASES, 'aviary', [
					{op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion},
					{op: 'replace', path: '/spec/holderIdentity', value: holder},
					{op: 'replace', path: '/spec/renewTime', value: '2026-01-01T00:00:05.000000Z'},
				]);
			const {body} = await take('two');
			t.like(body['spec'], {holderIdentity: 'two', renewTime: '2026-01-01T00:00:05.000000Z'});
			t.is((await take('three')).status, 422);
		},
	},
];

const scales: readonly Case[] = [
	{
		title: 'the scale of a Deployment is read and patched; the Deployment follows in one write',
		async run(t, place) {
			const {made, read, patch, namespace} = place;
			await made(DEPLOYMENTS, deployment('web'));
			const {metadata} = await settled(place, 'web');
			const {body} = await patch(DEPLOYMENTS, 'web/scale', [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'replace', path: '/spec/replicas', value: 2},
			]);
			t.deepEqual([body['kind'], body['apiVersion']], ['Scale', 'autoscaling/v1']);
			t.deepEqual(body['spec'], {replicas: 2});
			t.is(body['status'].selector, 'app=web');
			t.like(body['metadata'], {name: 'web', namespace, uid: metadata.uid});
			t.true(BigInt(body['metadata'].resourceVersion) > BigInt(metadata.resourceVersion));
			const after = await read(DEPLOYMENTS, 'web');
			t.deepEqual([after['spec'].replicas, after['metadata'].generation], [2, metadata.generation + 1]);
		},
	},
	{
		title: 'a scale to 0 can be tested and set; one below 0 is refused',
		async run(t, {made, patch, client, at}) {
			await made(DEPLOYMENTS, deployment('web'));
			const zero = await client.request('GET', at(DEPLOYMENTS, 'web/scale'));
			t.deepEqual(zero.body['spec'], {});
			const below = await patch(DEPLOYMENTS, 'web/scale', [{op: 'add', path: '/spec/replicas', value: -1}]);
			const why = 'spec.replicas: Invalid value: -1: must be greater than or equal to 0';
			t.deepEqual(refusal(below), [422, 'Invalid', `Scale.autoscaling "web" is invalid: ${why}`]);
			const direct = await patch(DEPLOYMENTS, 'web', [{op: 'add', path: '/spec/replicas', value: -1}]);
			t.deepEqual(refusal(direct), [422, 'Invalid', `Deployment.apps "web" is invalid: ${why}`]);
			t.is((await patch(DEPLOYMENTS, 'none/scale', [])).status, 404);
		},
	},
];

const text = (bytes: number): string => 'x'.repeat(bytes);

const limits: readonly Case[] = [
	{
		title: 'annotations of more than 256 KiB are refused; of 256 KiB they are not',
		async run(t, {client, at, made}) {
			await made(REVISIONS, revision({metadata: {name: 'fits', annotations: {a: text(262_143)}}}));
			const object = revision({metadata: {name: 'web', annotations: {a: text(262_144)}}});
			const refused = await client.request('POST', at(REVISIONS), object);
			const said = 'metadata.annotations: Too long: may not be more than 262144 bytes';
			t.deepEqual(refusal(refused), [422, 'Invalid', `ControllerRevision.apps "web" is invalid: ${said}`]);
		},
	},
	{
		title: 'an object of more than 1.5 MiB is refused by the store with 500',
		async run(t, {client, at}) {
			const refused = await client.request('POST', at(CANARIES), canary('web', {metricsServer: text(1_600_000)}));
			t.is(refused.status, 500);
			t.is(refused.body['message'], 'etcdserver: request is too large');
			t.is((await client.request('GET', at(CANARIES, 'web'))).status, 404);
		},
	},
	{
		title: 'a request of more than 3 MiB is refused with 413',
		async run(t, {client, at}) {
			const refused = await client.request('POST', at(CONFIG_MAPS), configMap('web', {a: text(3_200_000)}));
			const said = 'Request entity too large: limit is 3145728';
			t.deepEqual(refusal(refused), [413, 'RequestEntityTooLarge', said]);
		},
	},
];

const namespaces: readonly Case[] = [
	{
		title: 'nothing new is made in a namespace that is being deleted',
		async run(t, {client, namespace}) {
			const name = `${namespace}-held`;
			await client.request('POST', '/api/v1/namespaces', {metadata: {name, finalizers: ['aviary.dev/hold']}});
			const {body} = await client.request('DELETE', `/api/v1/namespaces/${name}`);
			t.is(body['status'].phase, 'Terminating');
			const refused = await client.request('POST', `/api/v1/namespaces/${name}/configmaps`, configMap('web'));
			const why = `unable to create new content in namespace ${name} because it is being terminated`;
			t.deepEqual(refusal(refused), [403, 'Forbidden', `configmaps "web" is forbidden: ${why}`]);
			await client.request(
				'PATCH',
				`/api/v1/namespaces/${name}`,
				{metadata: {finalizers: null}},
				'application/merge-patch+json',
			);
		},
	},
];

export const kinds: readonly Case[] = [...records, ...scales, ...limits, ...namespaces];
