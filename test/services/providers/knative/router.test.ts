import test from 'ava';
import {assert, asyncProperty, constantFrom, integer} from 'fast-check';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {knativeRouter as knative} from '../../../../services/providers/knative/router.ts';
import {Unroutable} from '../../../../services/providers/router.ts';
import {knativeWorkloads} from '../../../../services/workloads/knative-service.ts';
import {Superseded} from '../../../../services/workloads/workload.ts';
import {knativeModel as model, knativeService, pinned, type Entry} from '../../workloads/knative.ts';
import {memoryCluster, type MemoryCluster} from '../../workloads/memory-cluster.ts';

const options = {lane: 'route'} as const;
const around = {parts: []};
const latest = [{latestRevision: true, percent: 100}];
const primary = 'podinfo-00001';
const half = [pinned(primary, 50), pinned('podinfo-00002', 50)];

const withTraffic = (traffic: readonly Entry[] | undefined, more: Parameters<typeof knativeService>[0] = {}) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService({primary, ...(traffic && {traffic}), ...more}));
	return cluster;
};
const trafficIn = (cluster: MemoryCluster): unknown => cluster.get('services', 'podinfo')?.spec?.['traffic'];
const revisionOf = (name: string): string => knativeWorkloads.read(knativeService({latest: name})).revision;
const read = (service: KubeObject) => knative.read(model, service, around);

test('weights are of revisions by their names, and nothing else of the Service changes', async (t) => {
	const cluster = withTraffic(latest);
	const before = cluster.get('services', 'podinfo');
	t.like(await knative.write(cluster, model, {canary: 0}, options), {primary: 100, canary: 0});
	t.deepEqual(trafficIn(cluster), [pinned(primary, 100)]);
	t.like(await knative.write(cluster, model, {canary: 25}, options), {primary: 75, canary: 25});
	const after = cluster.get('services', 'podinfo');
	t.deepEqual(after?.spec, {...before?.spec, traffic: [pinned(primary, 75), pinned('podinfo-00002', 25)]});
	t.deepEqual(after?.metadata.annotations, before?.metadata.annotations);
	t.deepEqual(cluster.calls, ['PATCH services podinfo', 'PATCH services podinfo']);
});

test('weights that are so already cost nothing, the peer’s too', async (t) => {
	const peers = [
		{latestRevision: true, percent: 0},
		{revisionName: primary, percent: 100},
	];
	for (const [traffic, weight] of [
		[half, 50],
		[[pinned(primary, 100)], 0],
		[peers, 0],
	] as const) {
		const cluster = withTraffic(traffic);
		await knative.write(cluster, model, {canary: weight}, options);
		t.deepEqual(cluster.calls, []);
	}
});

test('whoever is latest is never the primary, and nothing is routed before there is one', (t) => {
	const of = (traffic: readonly Entry[] | undefined, latestName = 'podinfo-00002') =>
		read(knativeService({primary, latest: latestName, ...(traffic && {traffic})}));
	t.like(of(undefined), {primary: 0, canary: 100});
	t.like(of(latest, primary), {primary: 0, canary: 100});
	t.like(
		of([
			{latestRevision: true, percent: 10},
			{revisionName: primary, percent: 90},
		]),
		{primary: 90, canary: 10},
	);
	t.like(of([pinned(primary, 60), pinned(primary, 20), pinned('podinfo-00002', 20)]), {primary: 80, canary: 20});
	t.is(read(knativeService({traffic: latest})), undefined);
});

test('users go to the revision of the run, whatever was pushed since', async (t) => {
	const cluster = withTraffic([pinned(primary, 75), pinned('podinfo-00002', 25)], {latest: 'podinfo-00003'});
	await knative.write(cluster, model, {canary: 50}, {...options, revision: revisionOf('podinfo-00002')});
	t.deepEqual(trafficIn(cluster), half);
	const early = withTraffic([pinned(primary, 100)], {latest: 'podinfo-00003'});
	const revision = revisionOf('podinfo-00002');
	const error = await t.throwsAsync(knative.write(early, model, {canary: 25}, {...options, revision}), {
		instanceOf: Superseded,
	});
	t.is(error.found, revisionOf('podinfo-00003'));
	t.deepEqual(early.calls, []);
});

test('a revision pushed behind the cache gets no users', async (t) => {
	const cluster = withTraffic([pinned(primary, 100)]);
	const unseen = knativeService({primary, latest: 'podinfo-00003', traffic: [pinned(primary, 100)]});
	cluster.putUnseen('services', unseen);
	const order = {...options, revision: revisionOf('podinfo-00002')};
	await t.throwsAsync(knative.write(cluster, model, {canary: 25}, order), {instanceOf: Superseded});
	t.deepEqual(trafficIn(cluster), [pinned(primary, 100)]);
});

test('a return needs no revision, and is not refused by a newer version of the Service', async (t) => {
	const cluster = withTraffic(half);
	cluster.putUnseen('services', knativeService({primary, traffic: half, latest: 'podinfo-00003'}));
	await knative.write(cluster, model, {canary: 0}, {lane: 'rollback'});
	t.deepEqual(trafficIn(cluster), [pinned(primary, 100)]);
	t.deepEqual(cluster.calls, ['PATCH services podinfo']);
});

test('a return that comes late does not undo a promotion', async (t) => {
	const cluster = withTraffic(half);
	cluster.putUnseen('services', knativeService({primary: 'podinfo-00002', traffic: half}));
	await knative.write(cluster, model, {canary: 0}, {lane: 'rollback'});
	t.deepEqual(trafficIn(cluster), [pinned('podinfo-00002', 100)]);
});

test('tags keep their URLs, without users of the Service', async (t) => {
	const cluster = withTraffic([
		{latestRevision: true, percent: 100, tag: 'newest'},
		{revisionName: primary, tag: 'stable'},
	]);
	await knative.write(cluster, model, {canary: 10}, options);
	t.deepEqual(trafficIn(cluster), [
		pinned(primary, 90),
		pinned('podinfo-00002', 10),
		{latestRevision: true, tag: 'newest'},
		{revisionName: primary, tag: 'stable'},
	]);
	const {length} = cluster.calls;
	await knative.write(cluster, model, {canary: 10}, options);
	t.is(cluster.calls.length, length);
});

test('without a primary’s revision nothing is routed', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService({traffic: latest}));
	const error = await t.throwsAsync(knative.write(cluster, model, {canary: 0}, options), {instanceOf: Unroutable});
	t.regex(error.message, /no annotation flagger\.app\/primary-revision/);
	await t.throwsAsync(knative.write(memoryCluster(), model, {canary: 0}, options), {message: /not found/});
	await t.throwsAsync(knative.write(cluster, model, {canary: 101}, options), {instanceOf: RangeError});
});

test('a route that Knative cannot make is told once it has looked', (t) => {
	const conditions = [{type: 'RoutesReady', status: 'False', reason: 'RevisionMissing'}];
	const of = (status: Record<string, unknown>) => knative.accepted?.(model, knativeService({status}));
	t.deepEqual(of({conditions}), {
		kind: 'refused',
		problem: {
			field: 'Service podinfo.test',
			value: 'RevisionMissing',
			text: 'Knative cannot route to service podinfo.test: RevisionMissing',
			remedy: 'Look at kubectl describe ksvc podinfo',
		},
	});
	const pending = {kind: 'pending', text: 'service podinfo.test to be routed to by Knative'};
	t.deepEqual(of({conditions, observedGeneration: 1}), pending);
	t.deepEqual(of({conditions: [{type: 'RoutesReady', status: 'Unknown'}]}), pending);
	t.deepEqual(of({conditions: [{type: 'RoutesReady', status: 'True'}]}), {kind: 'accepted'});
	t.deepEqual(knative.problems(model, undefined, around), [], 'its absence is the target’s');
});

test('it is served where Knative Serving is', async (t) => {
	const cluster = memoryCluster();
	cluster.versions = [];
	t.is(await knative.parts(cluster, model), undefined);
	cluster.versions = ['v1'];
	t.like(await knative.parts(cluster, model), [{names: ['podinfo']}]);
});

test('metrics know the sides by the revisions that have users', async (t) => {
	const measured = async (cluster: MemoryCluster) => {
		const {target, primary: base} = (await knative.measured?.(cluster, model)) ?? model;
		return [target.name, base.name];
	};
	t.deepEqual(await measured(withTraffic(half, {latest: 'podinfo-00003'})), ['podinfo-00002', primary]);
	t.deepEqual(await measured(withTraffic([pinned(primary, 100)])), ['podinfo-00002', primary]);
	t.deepEqual(await measured(memoryCluster()), ['podinfo', 'podinfo-primary']);
});

test('whatever the traffic was, what is written is what is read, and no user is sent to a name that comes later', async (t) => {
	const traffics = [
		undefined,
		latest,
		half,
		[pinned('podinfo-00009', 100)],
		[{latestRevision: true, tag: 'x', percent: 3}],
	];
	const property = asyncProperty(constantFrom(...traffics), integer({min: 0, max: 100}), async (traffic, weight) => {
		const cluster = withTraffic(traffic);
		const {resourceVersion: _, ...route} = await knative.write(cluster, model, {canary: weight}, options);
		t.deepEqual(route, {primary: 100 - weight, canary: weight});
		const entries = trafficIn(cluster) as readonly Entry[];
		t.false(entries.some(({latestRevision, percent = 0}) => latestRevision === true && percent > 0));
		t.is(
			entries.reduce((sum, {percent = 0}) => sum + percent, 0),
			100,
		);
	});
	await assert(property, {numRuns: 100});
});
