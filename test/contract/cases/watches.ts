// Watches: what they begin with, what they bring, in which order, and how they end.
import type {Json, Lines, WatchLine} from '../client.ts';
import type {Case, Place} from '../contract.ts';
import {CANARIES, canary, CONFIG_MAPS, configMap} from '../objects.ts';

const watch = ({client, at}: Place, query: Readonly<Record<string, string>>, collection = CANARIES): Promise<Lines> =>
	client.watch(`${at(collection)}?${new URLSearchParams({watch: 'true', ...query}).toString()}`);

const INITIAL = {sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true'};

const told = ({type, object}: WatchLine): string => `${type} ${String(object['metadata'].name)}`;

const take = async (lines: Lines, count: number): Promise<readonly string[]> => {
	const found: string[] = [];
	while (found.length < count) {
		found.push(told(await lines.next()));
	}

	return found;
};

const versionOf = async ({client, at}: Place, collection = CANARIES): Promise<string> => {
	const {body} = await client.request('GET', at(collection));
	return body['metadata'].resourceVersion as string;
};

const drop = ({client, at}: Place, name: string, collection = CANARIES) =>
	client.request('DELETE', at(collection, name));

const suspend = (place: Place, name: string, value = true) =>
	place.patch(CANARIES, name, [{op: 'add', path: '/spec/suspend', value}]);

const isMark = ({type}: WatchLine): boolean => type === 'BOOKMARK';

const beginnings: readonly Case[] = [
	{
		title: 'a watch without a version begins with what is there, then brings what changes',
		async run(t, place) {
			await place.made(CANARIES, canary('a'));
			await place.made(CANARIES, canary('b'));
			const lines = await watch(place, {});
			t.deepEqual([...(await take(lines, 2))].sort(), ['ADDED a', 'ADDED b']);
			await place.made(CANARIES, canary('c'));
			t.deepEqual(await take(lines, 1), ['ADDED c']);
			lines.close();
		},
	},
	{
		title: 'a watch from the version of a list brings what came after it, and nothing else',
		async run(t, place) {
			await place.made(CANARIES, canary('a'));
			const resourceVersion = await versionOf(place);
			await place.made(CANARIES, canary('b'));
			await suspend(place, 'a');
			const lines = await watch(place, {resourceVersion});
			t.deepEqual(await take(lines, 2), ['ADDED b', 'MODIFIED a']);
			await drop(place, 'b');
			t.deepEqual(await take(lines, 1), ['DELETED b']);
			lines.close();
		},
	},
	{
		title: 'sendInitialEvents begins with what is there and a marked bookmark, then brings what changes',
		async run(t, place) {
			const {metadata} = await place.made(CANARIES, canary('a'));
			const lines = await watch(place, INITIAL);
			const [added, mark] = await lines.until(isMark);
			t.is(told(added as WatchLine), 'ADDED a');
			const {resourceVersion, annotations} = (mark as WatchLine).object['metadata'] as Json;
			t.deepEqual(annotations, {'k8s.io/initial-events-end': 'true'});
			t.true(BigInt(resourceVersion as string) >= BigInt(metadata.resourceVersion as string));
			t.deepEqual([mark?.object['kind'], mark?.object['apiVersion']], ['Canary', 'flagger.app/v1beta1']);
			await place.made(CANARIES, canary('b'));
			t.deepEqual(await take(lines, 1), ['ADDED b']);
			lines.close();
		},
	},
	{
		title: 'sendInitialEvents of nothing is the marked bookmark alone',
		async run(t, place) {
			const lines = await watch(place, {...INITIAL, labelSelector: 'app=none'}, CONFIG_MAPS);
			const mark = await lines.next();
			t.is(mark.type, 'BOOKMARK');
			t.is(mark.object['metadata'].annotations['k8s.io/initial-events-end'], 'true');
			lines.close();
		},
	},
	{
		title: 'sendInitialEvents without resourceVersionMatch is refused with 422',
		async run(t, {client, at}) {
			const {status, body} = await client.request('GET', `${at(CANARIES)}?watch=true&sendInitialEvents=true`);
			t.is(status, 422);
			t.is(
				body['message'],
				'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ' +
					'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
			);
		},
	},
	{
		title: 'a watch from a version that is forgotten is told 410, and ends',
		async run(t, place) {
			await place.made(CANARIES, canary('a'));
			await place.forget();
			const lines = await watch(place, {resourceVersion: '1'});
			const [line, ...rest] = await lines.rest();
			t.deepEqual(rest, []);
			t.is(line?.type, 'ERROR');
			t.like(line?.object, {kind: 'Status', status: 'Failure', code: 410, reason: 'Expired'});
			t.regex(line?.object['message'], /^too old resource version: 1 \(\d+\)$/u);
		},
	},
];

const changes: readonly Case[] = [
	{
		title: 'each write is one event, in order, with the object as that write left it',
		async run(t, place) {
			const lines = await watch(place, {resourceVersion: await versionOf(place)});
			const created = await place.made(CANARIES, canary('a'));
			const {body: patched} = await suspend(place, 'a');
			await suspend(place, 'a');
			const {body: status} = await place.patch(CANARIES, 'a/status', [
				{op: 'add', path: '/status', value: {phase: 'Initialized'}},
			]);
			await drop(place, 'a');
			const events = [await lines.next(), await lines.next(), await lines.next(), await lines.next()];
			t.deepEqual(events.map(told), ['ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a']);
			t.deepEqual(
				events.slice(0, 3).map(({object}) => object),
				[created, patched, status],
			);
			const versions = events.map(({object}) => BigInt(object['metadata'].resourceVersion as string));
			t.deepEqual(
				versions,
				[...new Set(versions)].sort((a, b) => (a < b ? -1 : 1)),
			);
			t.deepEqual(events[3]?.object['status'], {phase: 'Initialized'});
			lines.close();
		},
	},
	{
		title: 'a finalizer makes of a deletion a change, and of its own removal the deletion',
		async run(t, place) {
			await place.made(CANARIES, canary('a', {}, {finalizers: ['finalizer.flagger.app']}));
			const lines = await watch(place, {resourceVersion: await versionOf(place)});
			await drop(place, 'a');
			const marked = await lines.next();
			t.is(marked.type, 'MODIFIED');
			t.is(typeof marked.object['metadata'].deletionTimestamp, 'string');
			await place.patch(CANARIES, 'a', [{op: 'remove', path: '/metadata/finalizers'}]);
			t.is(told(await lines.next()), 'DELETED a');
			lines.close();
		},
	},
	{
		title: 'a selected watch is told ADDED of what enters the selection and DELETED of what leaves it',
		async run(t, place) {
			await place.made(CONFIG_MAPS, configMap('a'));
			const resourceVersion = await versionOf(place, CONFIG_MAPS);
			const lines = await watch(place, {resourceVersion, labelSelector: 'app=web'}, CONFIG_MAPS);
			const label = (value: unknown) =>
				place.patch(CONFIG_MAPS, 'a', [{op: 'add', path: '/metadata/labels', value: {app: value}}]);
			await label('web');
			const {body} = await label('other');
			await place.made(CONFIG_MAPS, configMap('b'));
			await place.made(CONFIG_MAPS, configMap('c', {}, {labels: {app: 'web'}}));
			const [added, deleted, third] = [await lines.next(), await lines.next(), await lines.next()];
			t.deepEqual([added, deleted, third].map(told), ['ADDED a', 'DELETED a', 'ADDED c']);
			// Objects of a watch name their kind, where those of a list do not.
			t.deepEqual([added.object['kind'], added.object['apiVersion']], ['ConfigMap', 'v1']);
			t.is(deleted.object['metadata'].resourceVersion, body['metadata'].resourceVersion);
			t.deepEqual(deleted.object['metadata'].labels, {app: 'web'});
			lines.close();
		},
	},
	{
		title: 'a watch of one namespace, and of one name, hears of nothing else',
		async run(t, place) {
			const {client, namespace, at} = place;
			const resourceVersion = await versionOf(place, CONFIG_MAPS);
			const lines = await watch(place, {resourceVersion, fieldSelector: 'metadata.name=web'}, CONFIG_MAPS);
			const elsewhere = `/api/v1/namespaces/default/configmaps`;
			const made = await client.request('POST', elsewhere, configMap('web'));
			t.true([201, 409].includes(made.status));
			await place.made(CONFIG_MAPS, configMap('other'));
			await place.made(CONFIG_MAPS, configMap('web'));
			const {object} = await lines.next();
			t.is(object['metadata'].namespace, namespace);
			await client.request('DELETE', `${elsewhere}/web`);
			await client.request('DELETE', at(CONFIG_MAPS, 'web'));
			t.is(told(await lines.next()), 'DELETED web');
			lines.close();
		},
	},
	{
		title: 'a watch in another version of a kind brings objects in that version',
		async run(t, place) {
			const collection = (version: string) => `networking.istio.io/${version}/virtualservices`;
			const spec = {hosts: ['web'], http: [{route: [{destination: {host: 'web'}}]}]};
			const lines = await watch(place, {}, collection('v1beta1'));
			await place.made(collection('v1'), {
				apiVersion: 'networking.istio.io/v1',
				kind: 'VirtualService',
				metadata: {name: 'web'},
				spec,
			});
			const {type, object} = await lines.next();
			t.deepEqual([type, object['apiVersion'], object['spec']], ['ADDED', 'networking.istio.io/v1beta1', spec]);
			lines.close();
		},
	},
];

const ends: readonly Case[] = [
	{
		title: 'a watch ends by itself after timeoutSeconds, without an error',
		async run(t, place) {
			await place.made(CANARIES, canary('a'));
			const lines = await watch(place, {timeoutSeconds: '1'});
			t.deepEqual((await lines.rest()).map(told), ['ADDED a']);
		},
	},
	{
		title: 'a watch that allows bookmarks is given one before it ends: nothing older follows from there',
		async run(t, place) {
			const resourceVersion = await versionOf(place);
			const lines = await watch(place, {resourceVersion, allowWatchBookmarks: 'true', timeoutSeconds: '5'});
			const {metadata} = await place.made(CANARIES, canary('a'));
			const [added, ...marks] = await lines.rest();
			t.is(told(added as WatchLine), 'ADDED a');
			t.true(marks.length > 0);
			for (const {type, object} of marks) {
				t.is(type, 'BOOKMARK');
				t.deepEqual([object['kind'], object['apiVersion']], ['Canary', 'flagger.app/v1beta1']);
				t.is(object['metadata'].annotations, undefined);
				t.true(BigInt(object['metadata'].resourceVersion as string) >= BigInt(metadata.resourceVersion as string));
			}
		},
	},
];

export const watches: readonly Case[] = [...beginnings, ...changes, ...ends];
