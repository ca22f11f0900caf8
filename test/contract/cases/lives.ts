// How objects come and go: creation, generations, the two halves of an object, deletion and what follows it.
import type {Json} from '../client.ts';
import {MERGE_PATCH, type Case} from '../contract.ts';
import {
	CANARIES,
	canary,
	CONFIG_MAPS,
	configMap,
	DEPLOYMENTS,
	deployment,
	eventually,
	ownerOf,
	refusal,
	settled,
} from '../objects.ts';

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/u;

const births: readonly Case[] = [
	{
		title: 'a new object is answered with 201, a uid, a version, a time, and generation 1',
		async run(t, {client, at, namespace, read}) {
			const {status, body} = await client.request('POST', at(CANARIES), canary('web'));
			t.is(status, 201);
			const {uid, resourceVersion, creationTimestamp, managedFields: _, ...rest} = body['metadata'];
			t.regex(uid, uuid);
			t.regex(resourceVersion, /^\d+$/u);
			t.regex(creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
			t.deepEqual(rest, {name: 'web', namespace, generation: 1});
			t.deepEqual([body['kind'], body['apiVersion']], ['Canary', 'flagger.app/v1beta1']);
			t.deepEqual(await read(CANARIES, 'web'), body);
		},
	},
	{
		title: 'creating an object twice is refused with 409 AlreadyExists',
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			const refused = await client.request('POST', at(CANARIES), canary('web'));
			t.deepEqual(refusal(refused), [409, 'AlreadyExists', 'canaries.flagger.app "web" already exists']);
			t.deepEqual(refused.body['details'], {name: 'web', group: 'flagger.app', kind: 'canaries'});
		},
	},
	{
		title: 'creating an object in a namespace that is not there is a 404 that names the namespace',
		async run(t, {client}) {
			const refused = await client.request(
				'POST',
				'/apis/flagger.app/v1beta1/namespaces/nowhere/canaries',
				canary('web'),
			);
			t.deepEqual(refusal(refused), [404, 'NotFound', 'namespaces "nowhere" not found']);
			t.deepEqual(refused.body['details'], {name: 'nowhere', kind: 'namespaces'});
		},
	},
	{
		title: 'a ConfigMap has no generation, and keeps labels, annotations and data',
		async run(t, {made}) {
			const metadata = {labels: {app: 'web'}, annotations: {note: 'a'}};
			const object = await made(CONFIG_MAPS, configMap('web', {key: 'value'}, metadata));
			t.false('generation' in object['metadata']);
			t.like(object['metadata'], metadata);
			t.deepEqual(object['data'], {key: 'value'});
		},
	},
	{
		title: 'a status that is sent with a new object is dropped',
		async run(t, {made}) {
			t.false('status' in (await made(CANARIES, {...canary('web'), status: {phase: 'Failed'}})));
			const {status} = await made(DEPLOYMENTS, {...deployment('web'), status: {replicas: 7}});
			t.deepEqual(status, {});
		},
	},
];

const halves: readonly Case[] = [
	{
		title: 'the generation rises with each change of spec, and not with metadata or status',
		async run(t, {client, at, made, patch}) {
			await made(CANARIES, canary('web'));
			const generation = async (answer: Promise<{status: number; body: Json}>): Promise<number> => {
				const {status, body} = await answer;
				t.is(status, 200);
				return body['metadata'].generation as number;
			};
			const status = (value: unknown) =>
				client.request('PATCH', at(CANARIES, 'web/status'), {status: value}, MERGE_PATCH);
			t.is(await generation(patch(CANARIES, 'web', [{op: 'add', path: '/metadata/labels', value: {a: 'b'}}])), 1);
			t.is(await generation(status({phase: 'Progressing'})), 1);
			t.is(await generation(patch(CANARIES, 'web', [{op: 'add', path: '/spec/suspend', value: true}])), 2);
			t.is(await generation(patch(CANARIES, 'web', [{op: 'replace', path: '/spec/suspend', value: true}])), 2);
			t.is(await generation(patch(CANARIES, 'web', [{op: 'remove', path: '/spec/suspend'}])), 3);
		},
	},
	{
		title: "a Canary's own path does not write its status, and /status nothing but it",
		async run(t, {made, patch}) {
			const {spec, metadata} = await made(CANARIES, canary('web'));
			const change = [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'add', path: '/status', value: {phase: 'Failed', canaryWeight: 5}},
				{op: 'add', path: '/spec/suspend', value: true},
				{op: 'add', path: '/metadata/labels', value: {app: 'web'}},
			];
			const below = await patch(CANARIES, 'web/status', change);
			t.deepEqual(below.body['status'], {phase: 'Failed', canaryWeight: 5});
			t.deepEqual(below.body['spec'], spec);
			t.is(below.body['metadata'].labels, undefined);
			t.is(below.body['metadata'].generation, 1);
			const {body} = await patch(CANARIES, 'web', [
				{op: 'replace', path: '/status', value: {phase: 'Succeeded'}},
				{op: 'add', path: '/spec/suspend', value: true},
			]);
			t.is(body['spec'].suspend, true);
			t.deepEqual(body['status'], {phase: 'Failed', canaryWeight: 5});
		},
	},
	{
		title: "a Deployment's own path does not write its status, and /status nothing but it",
		async run(t, place) {
			await place.made(DEPLOYMENTS, deployment('web'));
			const {spec, status} = await settled(place, 'web');
			const own = await place.patch(DEPLOYMENTS, 'web', [{op: 'add', path: '/status/observedGeneration', value: 99}]);
			t.deepEqual([own.status, own.body['status']], [200, status]);
			const below = await place.patch(DEPLOYMENTS, 'web/status', [{op: 'add', path: '/spec/paused', value: true}]);
			t.deepEqual([below.status, below.body['spec']], [200, spec]);
		},
	},
	{
		title: 'a status patch whose test of the version fails is refused with 422 and changes nothing',
		async run(t, {made, patch, read}) {
			const before = await made(CANARIES, canary('web'));
			const {uid} = before['metadata'];
			const write = (resourceVersion: unknown) =>
				patch(CANARIES, 'web/status', [
					{op: 'test', path: '/metadata/uid', value: uid},
					{op: 'test', path: '/metadata/resourceVersion', value: resourceVersion},
					{op: 'add', path: '/status', value: {phase: 'Failed'}},
				]);
			t.is((await write('1')).status, 422);
			t.deepEqual(await read(CANARIES, 'web'), before);
			t.is((await write(before['metadata'].resourceVersion)).status, 200);
		},
	},
];

const preconditions = (uid: string) => ({
	kind: 'DeleteOptions',
	apiVersion: 'v1',
	preconditions: {uid},
	propagationPolicy: 'Background',
});

const deaths: readonly Case[] = [
	{
		title: 'a delete of another object of the same name is refused with 409',
		async run(t, {client, at, made, read}) {
			await made(CANARIES, canary('web'));
			const {metadata} = await made(CONFIG_MAPS, configMap('web'));
			const refused = await client.request('DELETE', at(CONFIG_MAPS, 'web'), preconditions('another'));
			const said =
				'the UID in the precondition (another) does not match the UID in record ' +
				`(${metadata.uid}). The object might have been deleted and then recreated`;
			const whole = `Operation cannot be fulfilled on ConfigMap "web": ${said}`;
			t.deepEqual(refusal(refused), [409, 'Conflict', whole]);
			const {body} = await client.request('DELETE', at(CANARIES, 'web'), preconditions('another'));
			t.true(
				(body['message'] as string).startsWith('Operation cannot be fulfilled on Canary.flagger.app "web": the UID'),
			);
			t.deepEqual(body['details'], {name: 'web', group: 'flagger.app', kind: 'Canary'});
			t.is((await read(CONFIG_MAPS, 'web'))['metadata'].uid, metadata.uid);
		},
	},
	{
		title: 'a delete of the very object takes it away, and a second one is a 404',
		async run(t, {client, at, made}) {
			const {metadata} = await made(CANARIES, canary('web'));
			const gone = await client.request('DELETE', at(CANARIES, 'web'), preconditions(metadata.uid));
			t.is(gone.status, 200);
			t.like(gone.body, {kind: 'Status', status: 'Success'});
			t.deepEqual(gone.body['details'], {name: 'web', group: 'flagger.app', kind: 'canaries', uid: metadata.uid});
			const again = await client.request('DELETE', at(CANARIES, 'web'), preconditions(metadata.uid));
			t.deepEqual(refusal(again), [404, 'NotFound', 'canaries.flagger.app "web" not found']);
			t.is((await client.request('POST', at(CANARIES), canary('web'))).status, 201);
		},
	},
	{
		title: 'a finalizer keeps a deleted object, marked with the time, until it is taken away',
		async run(t, {client, at, made, patch}) {
			const {metadata} = await made(CANARIES, canary('web', {}, {finalizers: ['finalizer.flagger.app']}));
			const held = await client.request('DELETE', at(CANARIES, 'web'), preconditions(metadata.uid));
			t.is(held.status, 200);
			t.is(held.body['kind'], 'Canary');
			t.regex(held.body['metadata'].deletionTimestamp, /Z$/u);
			t.is(held.body['metadata'].deletionGracePeriodSeconds, 0);
			t.is(held.body['metadata'].generation, 2);
			t.is((await client.request('DELETE', at(CANARIES, 'web'))).status, 200);
			const last = await patch(CANARIES, 'web', [{op: 'remove', path: '/metadata/finalizers'}]);
			t.is(last.status, 200);
			t.is((await client.request('GET', at(CANARIES, 'web'))).status, 404);
		},
	},
	{
		title: 'no finalizer can be added to an object that is being deleted',
		async run(t, {client, at, made, patch}) {
			await made(CANARIES, canary('web', {}, {finalizers: ['finalizer.flagger.app']}));
			await client.request('DELETE', at(CANARIES, 'web'));
			const add = {op: 'add', path: '/metadata/finalizers/-', value: 'another.dev/hold'};
			const {status, body} = await patch(CANARIES, 'web', [add]);
			const said = /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted/u;
			t.is(status, 422);
			t.regex(body['message'], said);
		},
	},
	{
		title: 'what an object owns is collected after it, and what has another owner stays',
		async run(t, {client, at, made, read}) {
			const owner = await made(CANARIES, canary('owner'));
			const other = await made(CANARIES, canary('other'));
			const owned = (name: string, owners: readonly Json[]) =>
				made(CONFIG_MAPS, configMap(name, {}, {ownerReferences: owners}));
			await owned('one', [ownerOf(owner)]);
			await owned('two', [ownerOf(owner), {...ownerOf(other), controller: false}]);
			await client.request('DELETE', at(CANARIES, 'owner'), preconditions(owner['metadata'].uid));
			await eventually('one to go', async () =>
				(await client.request('GET', at(CONFIG_MAPS, 'one'))).status === 404 ? true : undefined,
			);
			await eventually('two to lose an owner', async () => {
				const {ownerReferences} = (await read(CONFIG_MAPS, 'two'))['metadata'];
				return ownerReferences.length === 1 ? true : undefined;
			});
			t.is((await read(CONFIG_MAPS, 'two'))['metadata'].ownerReferences[0].name, 'other');
		},
	},
	{
		title: 'an object has one controller at most',
		async run(t, {client, at, made}) {
			const owners = [await made(CANARIES, canary('a')), await made(CANARIES, canary('b'))].map((one) => ownerOf(one));
			const object = configMap('web', {}, {ownerReferences: owners});
			const {status, body} = await client.request('POST', at(CONFIG_MAPS), object);
			t.is(status, 422);
			t.regex(body['message'], /Only one reference can have Controller set to true/u);
		},
	},
];

export const lives: readonly Case[] = [...births, ...halves, ...deaths];
