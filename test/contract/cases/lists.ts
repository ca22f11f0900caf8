// Lists: pages of one moment, and what selectors select.
import type {Answer, Json} from '../client.ts';
import type {Case, Place} from '../contract.ts';
import {CANARIES, canary, CONFIG_MAPS, configMap, EVENTS, refusal} from '../objects.ts';

const list = async (
	{client, at}: Place,
	collection: string,
	query: Readonly<Record<string, string>>,
): Promise<Json> => {
	const {status, body} = await client.request('GET', `${at(collection)}?${new URLSearchParams(query).toString()}`);
	if (status !== 200) {
		throw new Error(`${status} ${JSON.stringify(body)}`);
	}

	return body;
};

const refusedList = (
	{client, at}: Place,
	query: Readonly<Record<string, string>>,
	collection = CANARIES,
): Promise<Answer> => client.request('GET', `${at(collection)}?${new URLSearchParams(query).toString()}`);

const namesIn = (body: Json): readonly string[] =>
	((body['items'] ?? []) as readonly Json[]).map(({metadata}) => metadata.name as string);

/** ConfigMaps that every namespace of a real cluster has are left out by the label. */
const OURS = {labelSelector: 'part=contract'};

const labelled = (name: string, labels: Json = {}): Json =>
	configMap(name, {}, {labels: {part: 'contract', ...labels}});

const pages: readonly Case[] = [
	{
		title: 'an empty list has a version, too',
		async run(t, place) {
			const body = await list(place, CANARIES, {limit: '500'});
			t.deepEqual([body['kind'], body['apiVersion'], namesIn(body)], ['CanaryList', 'flagger.app/v1beta1', []]);
			t.regex(body['metadata'].resourceVersion, /^\d+$/u);
			t.is(body['metadata'].continue ?? '', '');
		},
	},
	{
		title: 'a list is as new as the write before it, and in the order of names',
		async run(t, place) {
			await place.made(CANARIES, canary('b'));
			const {metadata} = await place.made(CANARIES, canary('a'));
			const body = await list(place, CANARIES, {limit: '500'});
			t.deepEqual(namesIn(body), ['a', 'b']);
			t.true(BigInt(body['metadata'].resourceVersion) >= BigInt(metadata.resourceVersion));
			t.is(body['items'][0].metadata.resourceVersion, metadata.resourceVersion);
		},
	},
	{
		title: 'the items of a list of a built-in kind do not name their kind; those of a custom one do',
		async run(t, place) {
			await place.made(CONFIG_MAPS, labelled('a'));
			await place.made(CANARIES, canary('a'));
			const [map] = (await list(place, CONFIG_MAPS, OURS))['items'] as readonly Json[];
			const [own] = (await list(place, CANARIES, {}))['items'] as readonly Json[];
			t.deepEqual([map?.['kind'], map?.['apiVersion']], [undefined, undefined]);
			t.deepEqual([own?.['kind'], own?.['apiVersion']], ['Canary', 'flagger.app/v1beta1']);
		},
	},
	{
		title: 'a list comes in pages, all of the version of the first',
		async run(t, place) {
			for (const name of ['a', 'b', 'c', 'd', 'e']) {
				await place.made(CANARIES, canary(name));
			}

			const first = await list(place, CANARIES, {limit: '2'});
			t.deepEqual([namesIn(first), first['metadata'].remainingItemCount], [['a', 'b'], 3]);
			const {continue: token, resourceVersion} = first['metadata'];
			await place.client.request('DELETE', place.at(CANARIES, 'd'));
			await place.made(CANARIES, canary('c2'));
			await place.patch(CANARIES, 'e', [{op: 'add', path: '/spec/suspend', value: true}]);
			const second = await list(place, CANARIES, {limit: '2', continue: token});
			t.deepEqual(namesIn(second), ['c', 'd']);
			t.is(second['metadata'].resourceVersion, resourceVersion);
			const third = await list(place, CANARIES, {limit: '2', continue: second['metadata'].continue});
			t.deepEqual(namesIn(third), ['e']);
			t.is(third['items'][0].spec.suspend, undefined);
			t.is(third['metadata'].continue ?? '', '');
			t.is(third['metadata'].resourceVersion, resourceVersion);
			t.deepEqual(namesIn(await list(place, CANARIES, {})), ['a', 'b', 'c', 'c2', 'e']);
		},
	},
	{
		title: 'a token that no list gave is refused with 400',
		async run(t, place) {
			const {status, body} = await refusedList(place, {limit: '1', continue: 'abc'});
			t.deepEqual([status, body['reason']], [400, 'BadRequest']);
		},
	},
	{
		title: 'a list of a version that is not there yet is refused with 504',
		async run(t, place) {
			const {status, body} = await refusedList(place, {resourceVersion: '999999999'});
			t.deepEqual([status, body['reason']], [504, 'Timeout']);
			t.regex(body['message'], /^(?:Timeout: )?Too large resource version: 999999999, current: \d+$/u);
		},
	},
];

const selecting: readonly Case[] = [
	['app=web', ['a', 'b']],
	['app=web,tier=front', ['a']],
	['app==web,tier!=front', ['b']],
	['app in (web, other)', ['a', 'b', 'c']],
	['app notin (web)', ['c', 'd']],
	['tier', ['a']],
	['!app', ['d']],
].map(([labelSelector, wanted]): Case => ({
	title: `the label selector "${String(labelSelector)}" selects as kubectl says`,
	async run(t, place) {
		await place.made(CONFIG_MAPS, labelled('a', {app: 'web', tier: 'front'}));
		await place.made(CONFIG_MAPS, labelled('b', {app: 'web'}));
		await place.made(CONFIG_MAPS, labelled('c', {app: 'other'}));
		await place.made(CONFIG_MAPS, labelled('d'));
		const found = await list(place, CONFIG_MAPS, {labelSelector: `part=contract,${String(labelSelector)}`});
		t.deepEqual(namesIn(found), wanted as string[]);
	},
}));

const event = (namespace: string, name: string, about: Json, facts: Json = {}): Json => ({
	apiVersion: 'v1',
	kind: 'Event',
	metadata: {name, namespace},
	involvedObject: {namespace, ...about},
	reason: 'Synced',
	type: 'Normal',
	message: name,
	...facts,
});

const fields: readonly Case[] = [
	{
		title: 'events are selected by what they are about, and by type and reason',
		async run(t, place) {
			const about = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'web', uid: 'one'};
			const {namespace} = place;
			await place.made(EVENTS, event(namespace, 'a', about));
			await place.made(EVENTS, event(namespace, 'b', {...about, uid: 'two'}, {type: 'Warning'}));
			await place.made(EVENTS, event(namespace, 'c', {...about, name: 'other'}));
			await place.made(EVENTS, event(namespace, 'd', {...about, kind: 'Deployment'}, {reason: 'Scaled'}));
			const names = async (fieldSelector: string) => {
				const ours = `${fieldSelector},involvedObject.apiVersion=flagger.app/v1beta1`;
				return namesIn(await list(place, EVENTS, {fieldSelector: ours}));
			};
			t.deepEqual(await names('involvedObject.name=web,involvedObject.kind=Canary'), ['a', 'b']);
			t.deepEqual(await names('involvedObject.uid=two'), ['b']);
			t.deepEqual(await names('involvedObject.name=web,type!=Normal'), ['b']);
			t.deepEqual(await names('reason=Scaled'), ['d']);
			t.deepEqual(await names(`involvedObject.namespace=${namespace},metadata.name=c`), ['c']);
		},
	},
	{
		title: 'one object is selected by the field metadata.name',
		async run(t, place) {
			await place.made(CANARIES, canary('a'));
			await place.made(CANARIES, canary('b'));
			t.deepEqual(namesIn(await list(place, CANARIES, {fieldSelector: 'metadata.name=b'})), ['b']);
		},
	},
	{
		title: 'a field that cannot be selected by is refused with 400',
		async run(t, place) {
			const ofEvents = await refusedList(place, {fieldSelector: 'message=a'}, EVENTS);
			t.deepEqual(refusal(ofEvents), [400, 'BadRequest', 'field label not supported: message']);
			const ofCanaries = await refusedList(place, {fieldSelector: 'spec.suspend=true'});
			t.deepEqual(refusal(ofCanaries), [400, 'BadRequest', 'field label not supported: spec.suspend']);
		},
	},
	{
		title: 'a label selector that cannot be read is refused with 400',
		async run(t, place) {
			const {status, body} = await refusedList(place, {labelSelector: 'a b'});
			t.deepEqual([status, body['reason']], [400, 'BadRequest']);
			t.regex(body['message'], /^unable to parse requirement: /u);
		},
	},
];

export const lists: readonly Case[] = [...pages, ...selecting, ...fields];
