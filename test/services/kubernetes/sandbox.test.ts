// The same cluster against the embedded world's API, in-process and on virtual time.
import test from 'ava';
import {createApiHandler} from '../../../sandbox/api/handler.ts';
import {createStore} from '../../../sandbox/api/store.ts';
import {API_ORIGIN, inProcess} from '../../../sandbox/in-process.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor} from '../../../services/http/door.ts';
import {createApi} from '../../../services/kubernetes/api.ts';
import {ApiError, type KubeObject} from '../../../services/kubernetes/cluster.ts';
import {openConnection} from '../../../services/kubernetes/connection.ts';
import {createCluster} from '../../../services/kubernetes/live-cluster.ts';
import {deployments, pods} from '../../../services/kubernetes/resources.ts';
import {seededRandom} from '../../../services/random.ts';
import {createEventRecorder} from '../../../services/telemetry/event-recorder.ts';
import {recordingLog} from './harness.ts';

const start = () => {
	const clock = createVirtualClock();
	const log = recordingLog();
	const random = seededRandom(3);
	const store = createStore({clock, random});
	const prometheus = () => ({status: 404, contentType: 'text/plain', body: ''});
	const transport = inProcess(createApiHandler(store), prometheus);
	const door = createDoor({clock, log, transport});
	const seen: string[] = [];
	const api = createApi({
		connection: openConnection(API_ORIGIN),
		door,
		clock,
		random,
		log,
		onAnswer({verb, code}) {
			seen.push(`${verb} ${code}`);
		},
	});
	const namespace: KubeObject = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'test'}};
	store.create({group: '', plural: 'namespaces'}, namespace, 'test');
	return {clock, log, store, seen, cluster: createCluster({api, clock, random, log})};
};

const template = (labels: Record<string, string>) => ({
	metadata: {labels},
	spec: {containers: [{name: 'podinfod', image: 'podinfo:1'}]},
});

const podinfo: KubeObject = {
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name: 'podinfo', namespace: 'test'},
	spec: {replicas: 1, selector: {matchLabels: {app: 'podinfo'}}, template: template({app: 'podinfo'})},
};

const route = {lane: 'route'} as const;

test('a life of a deployment: followed, created, patched, scaled, refused, removed', async (t) => {
	const {clock, cluster, log, seen} = start();
	let changes = 0;
	const following = cluster.follow(deployments, 'test', {name: 'podinfo'}, () => {
		changes += 1;
	});
	await clock.advance(0);
	await following.synced;
	t.deepEqual(following.objects(), []);
	const created = await cluster.create(deployments, podinfo, route);
	t.is(following.objects()[0]?.metadata.uid, created.metadata.uid);
	await clock.advance(100);
	const guarded = (version: string | undefined) =>
		[
			{op: 'test', path: '/metadata/resourceVersion', value: version},
			{op: 'replace', path: '/spec/replicas', value: 2},
		] as const;
	await cluster.patch(deployments, 'test', 'podinfo', guarded(created.metadata.resourceVersion), route);
	t.is(following.objects()[0]?.spec?.['replicas'], 2);
	const stale = cluster.patch(deployments, 'test', 'podinfo', guarded(created.metadata.resourceVersion), route);
	const error = await t.throwsAsync(stale, {instanceOf: ApiError});
	t.is(error?.outcome, 'refused');
	const scale = [{op: 'replace', path: '/spec/replicas', value: 5}] as const;
	await cluster.patch(deployments, 'test', 'podinfo', scale, {lane: 'route', subresource: 'scale'});
	t.is(following.objects()[0]?.spec?.['replicas'], 5);
	await clock.advance(100);
	t.is(following.objects()[0]?.spec?.['replicas'], 5);
	await cluster.remove(deployments, 'test', 'podinfo', created.metadata.uid ?? '', route);
	t.deepEqual(following.objects(), []);
	await clock.advance(3_600_000);
	t.true(following.isFresh());
	t.deepEqual(following.objects(), []);
	t.true(changes >= 4);
	// An idle hour: one list ever, and a new watch every five to ten minutes.
	t.is(seen.filter((one) => one.startsWith('list')).length, 1);
	t.true(seen.filter((one) => one.startsWith('watch')).length <= 13);
	t.deepEqual(
		log.entries.filter(({level}) => level !== 'debug'),
		[],
	);
	following.close();
	await clock.advance(0);
	t.is(clock.pending(), 0);
});

test('pods by selector are known at once and without a read; leaving the selection is leaving', async (t) => {
	const {clock, cluster, seen} = start();
	const pod = (name: string): KubeObject => ({
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name, namespace: 'test', labels: {app: 'podinfo'}},
		spec: {containers: [{name: 'podinfod', image: 'podinfo:1'}]},
	});
	await cluster.create(pods, pod('a'), route);
	await cluster.create(pods, pod('b'), route);
	const following = cluster.follow(pods, 'test', {labels: {app: 'podinfo'}}, () => {});
	await clock.advance(0);
	await following.synced;
	t.is(following.objects().length, 2);
	t.deepEqual(seen, ['create 201', 'create 201', 'watch 200']);
	const relabel = (app: string) => [{op: 'replace', path: '/metadata/labels/app', value: app}] as const;
	await cluster.patch(pods, 'test', 'a', relabel('other'), route);
	t.is(following.objects().length, 1);
	await clock.advance(10);
	await cluster.patch(pods, 'test', 'a', relabel('podinfo'), route);
	await clock.advance(10);
	t.is(following.objects().length, 2);
});

test('events arrive in the order in which they were announced', async (t) => {
	const {clock, cluster, log, store} = start();
	const eventRecorder = createEventRecorder({cluster, clock, random: seededRandom(4), log});
	const canary = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo', namespace: 'test', uid: 'u'};
	const about = {...canary, component: 'flagger'};
	for (const message of ['New revision detected', 'Halt', 'Advance', 'Halt']) {
		eventRecorder.record(about, {type: 'Normal', message});
	}

	await eventRecorder.flushed(about);
	const {items} = store.list({group: '', plural: 'events'}, {namespace: 'test'});
	t.deepEqual(
		items.map((item) => [item['message'], item['count']]),
		[
			['New revision detected', 1],
			['Halt', 2],
			['Advance', 1],
		],
	);
	t.deepEqual(
		log.entries.filter(({level}) => level !== 'debug'),
		[],
	);
});
