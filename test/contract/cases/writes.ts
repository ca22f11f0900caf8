// Two writers: what is refused because the object is no longer the one that was read.
import {JSON_PATCH, MERGE_PATCH, type Case} from '../contract.ts';
import {CANARIES, canary, CONFIG_MAPS, configMap, DEPLOYMENTS, deployment, refusal, settled} from '../objects.ts';

const modified = 'the object has been modified; please apply your changes to the latest version and try again';
const rejected = [422, 'Invalid', 'the server rejected our request due to an error in our request'];

const puts: readonly Case[] = [
	{
		title: 'a PUT with an older version is refused with 409 and changes nothing',
		async run(t, {client, at, made}) {
			const first = await made(CANARIES, canary('web'));
			const second = {...first, spec: {...first['spec'], suspend: true}};
			const written = await client.request('PUT', at(CANARIES, 'web'), second);
			t.is(written.status, 200);
			const third = {...first, spec: {...first['spec'], skipAnalysis: true}};
			const refused = await client.request('PUT', at(CANARIES, 'web'), third);
			const said = `Operation cannot be fulfilled on canaries.flagger.app "web": ${modified}`;
			t.deepEqual(refusal(refused), [409, 'Conflict', said]);
			t.deepEqual(refused.body['details'], {name: 'web', group: 'flagger.app', kind: 'canaries'});
			t.deepEqual((await client.request('GET', at(CANARIES, 'web'))).body, written.body);
		},
	},
	{
		title: 'a merge PATCH with an older version is refused with 409, of built-in kinds too',
		async run(t, {client, at, made}) {
			const {metadata} = await made(CONFIG_MAPS, configMap('web', {a: '1'}));
			const patch = (data: unknown) => {
				const {resourceVersion} = metadata;
				return client.request('PATCH', at(CONFIG_MAPS, 'web'), {metadata: {resourceVersion}, data}, MERGE_PATCH);
			};
			t.is((await patch({a: '2'})).status, 200);
			const said = `Operation cannot be fulfilled on configmaps "web": ${modified}`;
			t.deepEqual(refusal(await patch({a: '3'})), [409, 'Conflict', said]);
		},
	},
	{
		title: 'a PUT of a custom resource must name a version',
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			const refused = await client.request('PUT', at(CANARIES, 'web'), canary('web', {suspend: true}));
			const said =
				'canaries.flagger.app "web" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update';
			t.deepEqual(refusal(refused), [422, 'Invalid', said]);
		},
	},
	{
		title: 'a PUT of an object that is not there is a 404',
		async run(t, {client, at}) {
			const object = canary('gone', {}, {resourceVersion: '1'});
			const refused = await client.request('PUT', at(CANARIES, 'gone'), object);
			t.deepEqual(refusal(refused), [404, 'NotFound', 'canaries.flagger.app "gone" not found']);
		},
	},
];

const tests: readonly Case[] = [
	...['/metadata/uid', '/metadata/resourceVersion', '/spec/replicas', '/spec/template', '/spec/nothing'].map(
		(path): Case => ({
			title: `a JSON Patch whose test of ${path} fails is refused with 422 and changes nothing`,
			async run(t, place) {
				await place.made(DEPLOYMENTS, deployment('web'));
				const before = await settled(place, 'web');
				const refused = await place.patch(DEPLOYMENTS, 'web', [
					{op: 'add', path: '/spec/paused', value: true},
					{op: 'test', path, value: 'another'},
				]);
				t.deepEqual(refusal(refused), rejected);
				t.deepEqual(await place.read(DEPLOYMENTS, 'web'), before);
			},
		}),
	),
	{
		title: 'a JSON Patch whose tests of uid, version and the whole template hold is carried out',
		async run(t, place) {
			await place.made(DEPLOYMENTS, deployment('web', {template: deployment('web')['spec'].template}));
			const {metadata, spec} = await settled(place, 'web');
			const reversed = Object.fromEntries(Object.entries(spec.template as object).reverse());
			const {status, body} = await place.patch(DEPLOYMENTS, 'web', [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion},
				{op: 'test', path: '/spec/template', value: reversed},
				{op: 'add', path: '/spec/paused', value: true},
			]);
			t.is(status, 200);
			t.true(body['spec'].paused);
			t.is(body['metadata'].generation, metadata.generation + 1);
			t.true(BigInt(body['metadata'].resourceVersion) > BigInt(metadata.resourceVersion));
			t.is(body['kind'], 'Deployment');
		},
	},
	{
		title: 'a JSON Patch adds to a map by an escaped key, and replaces what is there',
		async run(t, {made, patch}) {
			await made(CANARIES, canary('web', {}, {annotations: {'a.dev/x': '1'}}));
			const {body} = await patch(CANARIES, 'web', [
				{op: 'add', path: '/metadata/annotations/a.dev~1x', value: '2'},
				{op: 'add', path: '/metadata/annotations/b.dev~1y', value: '3'},
				{op: 'add', path: '/spec/suspend', value: true},
				{op: 'replace', path: '/spec/suspend', value: false},
				{op: 'remove', path: '/spec/suspend'},
			]);
			t.deepEqual(body['metadata'].annotations, {'a.dev/x': '2', 'b.dev/y': '3'});
			t.false('suspend' in body['spec']);
		},
	},
	...[
		{op: 'remove', path: '/spec/suspend'},
		{op: 'replace', path: '/spec/canaryAnalysis/threshold', value: 5},
		{op: 'add', path: '/metadata/annotations/key', value: 'there are none'},
		{op: 'add', path: '/spec/canaryAnalysis/threshold', value: 5},
	].map((operation): Case => ({
		title: `a JSON Patch that cannot ${operation.op} at ${operation.path} is refused with 422`,
		async run(t, {made, patch, read}) {
			const before = await made(CANARIES, canary('web'));
			t.deepEqual(refusal(await patch(CANARIES, 'web', [operation])), rejected);
			t.deepEqual(await read(CANARIES, 'web'), before);
		},
	})),
	{
		title: 'a JSON Patch replaces a member that is not there, and tests null where nothing is',
		async run(t, {made, patch}) {
			await made(CANARIES, canary('web'));
			const {status, body} = await patch(CANARIES, 'web', [
				{op: 'test', path: '/spec/suspend', value: null},
				{op: 'replace', path: '/spec/suspend', value: true},
			]);
			t.deepEqual([status, body['spec'].suspend], [200, true]);
			const metrics = [{name: 'a'}];
			await patch(CANARIES, 'web', [{op: 'add', path: '/spec/canaryAnalysis', value: {metrics}}]);
			const item = (op: string, index: number) =>
				patch(CANARIES, 'web', [{op, path: `/spec/canaryAnalysis/metrics/${index}`, value: {name: 'b'}}]);
			t.is((await item('replace', 1)).status, 422);
			t.is((await item('add', 2)).status, 422);
			t.is((await item('add', 1)).status, 200);
			t.is((await item('replace', 0)).status, 200);
		},
	},
	{
		title: 'a JSON Patch counts the items of a list from its end, too, and never adds the whole',
		async run(t, {made, patch}) {
			const metrics = [{name: 'a'}, {name: 'b'}];
			const web = await made(CANARIES, canary('web', {canaryAnalysis: {metrics}}));
			const names = async (op: string, index: string, name?: string) => {
				const path = `/spec/canaryAnalysis/metrics/${index}`;
				const {status, body} = await patch(CANARIES, 'web', [{op, path, ...(name && {value: {name}})}]);
				return status === 200
					? body['spec'].canaryAnalysis.metrics.map((one: {name: string}) => one.name).join()
					: status;
			};
			t.is(await names('replace', '-1', 'c'), 'a,c');
			t.is(await names('replace', '-1/name/-1', 'c'), 422);
			t.is(await names('add', '-1', 'd'), 'a,c,d');
			t.is(await names('remove', '-2'), 'a,d');
			t.is(await names('replace', '01', 'e'), 'a,e');
			t.is(await names('remove', '-3'), 422);
			t.is((await patch(CANARIES, 'web', [{op: 'add', path: '', value: web}])).status, 422);
		},
	},
	{
		title: 'a merge patch drops nulls from the items of the lists that it writes',
		async run(t, {made, client, at}) {
			await made(CANARIES, canary('web'));
			const spec = {canaryAnalysis: {metrics: [{name: 'a', interval: null}]}};
			const {status, body} = await client.request('PATCH', at(CANARIES, 'web'), {spec}, MERGE_PATCH);
			t.deepEqual([status, body['spec'].canaryAnalysis.metrics], [200, [{name: 'a'}]]);
		},
	},
	{
		title: 'a JSON Patch tests numbers, texts and owners by their values',
		async run(t, {made, patch}) {
			const owner = await made(CANARIES, canary('owner'));
			const {uid} = owner['metadata'];
			const ownerReferences = [{apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'owner', uid}];
			await made(DEPLOYMENTS, deployment('web', {}, {ownerReferences}));
			const ask = async (path: string, value: unknown) =>
				(await patch(DEPLOYMENTS, 'web', [{op: 'test', path, value}])).status;
			t.is(await ask('/spec/replicas', 0), 200);
			t.is(await ask('/spec/replicas', '0'), 422);
			t.is(await ask('/metadata/ownerReferences/0/uid', uid), 200);
			t.is(await ask('/metadata/ownerReferences/1/uid', uid), 422);
		},
	},
	{
		title: 'a patch that changes nothing leaves the version as it is',
		async run(t, {made, patch, client, at}) {
			const before = await made(CANARIES, canary('web', {suspend: true}));
			const same = await patch(CANARIES, 'web', [{op: 'replace', path: '/spec/suspend', value: true}]);
			t.is(same.status, 200);
			t.deepEqual(same.body, before);
			const merged = await client.request('PATCH', at(CANARIES, 'web'), {spec: {suspend: true}}, MERGE_PATCH);
			t.deepEqual(merged.body, before);
			t.deepEqual((await client.request('PUT', at(CANARIES, 'web'), before)).body, before);
		},
	},
];

const absences: readonly Case[] = [
	{
		title: 'a patch of an object that is not there is a 404 that names it',
		async run(t, {patch}) {
			const refused = await patch(CANARIES, 'gone', [{op: 'test', path: '/metadata/uid', value: 'x'}]);
			t.deepEqual(refusal(refused), [404, 'NotFound', 'canaries.flagger.app "gone" not found']);
			t.deepEqual(refused.body['details'], {name: 'gone', group: 'flagger.app', kind: 'canaries'});
		},
	},
	{
		title: 'reading an object that is not there is a 404 that names it; without a group for core kinds',
		async run(t, {client, at}) {
			const refused = await client.request('GET', at('v1/services', 'gone'));
			t.deepEqual(refusal(refused), [404, 'NotFound', 'services "gone" not found']);
			t.deepEqual(refused.body['details'], {name: 'gone', kind: 'services'});
			t.is(refused.body['kind'], 'Status');
		},
	},
	{
		title: 'a kind, version or group that is not served is a 404 that names no object',
		async run(t, {client, at}) {
			for (const kind of [
				'apps/v1/frobs',
				'flagger.app/v1beta1/frobs',
				'flagger.app/v9/canaries',
				'no.such/v1/things',
			]) {
				const {status, body} = await client.request('GET', at(kind, 'web'));
				t.is(status, 404, kind);
				t.is(body['details']?.name, undefined, kind);
			}
		},
	},
	{
		title: 'a JSON Patch that is no list is refused with 400',
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			t.is((await client.request('PATCH', at(CANARIES, 'web'), {op: 'test'}, JSON_PATCH)).status, 400);
		},
	},
	{
		title: 'an unknown format of a patch is refused with 415',
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			const strategic = 'application/strategic-merge-patch+json';
			const refused = await client.request('PATCH', at(CANARIES, 'web'), {}, strategic);
			const formats = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
			const said = 'the body of the request was in an unknown format - accepted media types include: ';
			t.deepEqual(refusal(refused), [415, 'UnsupportedMediaType', said + formats]);
		},
	},
];

const writers: readonly Case[] = [
	{
		title: "the last to write a custom resource's status stands in managedFields, once, with the time",
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			type Entry = {manager: string; operation: string; subresource?: string; time: string};
			for (const [index, manager] of ['flagger', 'aviary', 'flagger'].entries()) {
				const status = {phase: 'Progressing', canaryWeight: index, failedChecks: 0, iterations: 0};
				const path = `${at(CANARIES, 'web')}/status?fieldManager=${manager}`;
				const {body} = await client.request('PATCH', path, {status}, MERGE_PATCH);
				const entries = (body['metadata'].managedFields as readonly Entry[]).filter(
					(entry) => entry.subresource === 'status' && entry.manager === manager,
				);
				t.deepEqual(
					entries.map(({operation}) => operation),
					['Update'],
				);
				t.regex(entries[0]?.time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
			}
		},
	},
];

export const writes: readonly Case[] = [...puts, ...tests, ...absences, ...writers];
