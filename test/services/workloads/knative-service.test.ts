import test from 'ava';
import type {World} from '../../../api/model.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {knativeRouter as router} from '../../../services/providers/knative/router.ts';
import {ensureApexService, ensureBackingServices} from '../../../services/workloads/generated-services.ts';
import {knativeWorkloads as workloads} from '../../../services/workloads/knative-service.ts';
import {workloadsOf} from '../../../services/workloads/index.ts';
import {openSurvey} from '../../../services/survey/open-survey.ts';
import {keepPromotedTemplate, readPromotedTemplate, takeBack} from '../../../services/workloads/promoted-template.ts';
import {Superseded} from '../../../services/workloads/workload.ts';
import {PRIMARY_REVISION, knativeModel as model, knativeRevision, knativeService, pinned} from './knative.ts';
import {memoryCluster, type MemoryCluster} from './memory-cluster.ts';

const options = {lane: 'route'} as const;
const primaryIn = (cluster: MemoryCluster): string | undefined =>
	cluster.get('services', 'podinfo')?.metadata.annotations?.[PRIMARY_REVISION];

/** The facts of a side whose Revision is so. */
const sideOf = (ready?: Record<string, unknown>, more: Record<string, unknown> = {}) => {
	const revision = {...knativeRevision('podinfo-00002', ready), ...more};
	const {target} = workloads.sides?.of(knativeService(), [revision]) ?? {};
	if (target === undefined) throw new Error('no target');
	return workloads.read(target);
};

const revisionOf = (name: string): string => workloads.read(knativeService({latest: name})).revision;

test('only a Service of Knative’s is one', (t) => {
	t.is(workloadsOf(model.target), workloads);
	t.is(workloadsOf({...model.target, apiVersion: 'v1'}), undefined);
});

test('a revision is ready when its own condition says so', (t) => {
	t.like(sideOf({status: 'True'}), {replicas: 1, observed: true, total: 1, updated: 1, available: 1, ready: 1});
	t.is(sideOf({status: 'True'}).trouble, undefined);
	t.like(sideOf({status: 'Unknown', reason: 'Deploying'}), {
		updated: 0,
		available: 0,
		ready: 1,
		trouble: 'Ready is Unknown: Deploying',
	});
	t.like(sideOf({status: 'False', reason: 'ContainerMissing', message: 'no such image'}), {
		updated: 1,
		available: 0,
		ready: 0,
		deadlineExceeded: false,
		trouble: 'Ready is False: ContainerMissing: no such image',
	});
	t.true(sideOf({status: 'False', reason: 'ProgressDeadlineExceeded'}).deadlineExceeded);
	t.like(sideOf(), {observed: true, updated: 0, ready: 0});
	t.false(sideOf({status: 'True'}, {status: {}}).observed);
	const deleted = {...knativeRevision('podinfo-00002').metadata, deletionTimestamp: '2026-01-01T00:00:00Z'};
	t.is(sideOf({status: 'True'}, {metadata: deleted}).ready, 0);
});

test('a Service that was made anew has other revisions, whatever their names', (t) => {
	const anew = knativeService();
	anew.metadata.uid = 'another';
	t.not(workloads.read(anew).revision, workloads.read(knativeService()).revision);
	t.regex(workloads.read(anew).revision, /^[0-9a-f]{32}$/);
});

test('the survey tells both sides of the one Service, and follows nothing else', async (t) => {
	const cluster = memoryCluster();
	cluster.versions = ['v1'];
	const traffic = [pinned('podinfo-00001', 75), pinned('podinfo-00002', 25)];
	cluster.put('services', knativeService({primary: 'podinfo-00001', traffic}));
	cluster.put('revisions', knativeRevision('podinfo-00001', {status: 'True'}));
	cluster.put('revisions', knativeRevision('podinfo-00002', {status: 'Unknown'}));
	const other = knativeRevision('other-00001', {status: 'False'});
	other.metadata.labels = {'serving.knative.dev/service': 'other'};
	cluster.put('revisions', other);
	const clock = createVirtualClock();
	const worlds: World[] = [];
	const survey = openSurvey({cluster, clock, model, workloads, router, onWorld: (world) => worlds.push(world)});
	survey.setRunning(true);
	await clock.advance(1);
	t.deepEqual(cluster.watched(), ['revisions', 'services', 'services']);
	t.like(worlds.at(-1), {
		target: {revision: revisionOf('podinfo-00002'), available: 0},
		primary: {revision: revisionOf('podinfo-00001'), promoted: revisionOf('podinfo-00001'), available: 1},
		primaryRunsTarget: false,
		route: {primary: 75, canary: 25},
		problems: [],
	});

	cluster.put('revisions', knativeRevision('podinfo-00002', {status: 'True'}));
	await clock.advance(1);
	t.is(worlds.at(-1)?.target?.available, 1);
	cluster.put('services', knativeService({latest: ''}));
	await clock.advance(1);
	t.is(worlds.at(-1)?.primary, undefined);
	t.deepEqual(
		worlds.at(-1)?.problems.map(({text}) => text),
		['Knative has made no revision of service podinfo.test yet'],
	);
	survey.close();
});

test('nothing is scaled, and no Service is made', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService());
	t.is((await workloads.scale(cluster, model, 0)).replicas, 1);
	await workloads.scale(cluster, model, 3);
	await ensureBackingServices(cluster, model, options);
	await ensureApexService(cluster, model, options);
	t.deepEqual(cluster.calls, []);
	await t.throwsAsync(workloads.scale(cluster, model, 0, {expecting: {uid: 'other'}}), {message: /uid ksvc now/});
	await t.throwsAsync(workloads.scale(memoryCluster(), model, 0), {message: /not found/});
});

test('the primary is the revision that most users are on, not one that is not ready yet', async (t) => {
	const cluster = memoryCluster();
	const traffic = [
		{revisionName: 'podinfo-00000', percent: 10},
		{revisionName: 'podinfo-00001', percent: 90},
		{revisionName: 'podinfo-00002', tag: 'next'},
	];
	cluster.put('services', knativeService({status: {traffic}}));
	t.is((await workloads.ensurePrimary(cluster, model, options)).promoted, revisionOf('podinfo-00001'));
	t.is(primaryIn(cluster), 'podinfo-00001');
	const {length} = cluster.calls;
	await workloads.ensurePrimary(cluster, model, options);
	t.is(cluster.calls.length, length, 'nothing is lacking any more');

	cluster.put('services', knativeService({status: {latestReadyRevisionName: 'podinfo-00001'}}));
	await workloads.ensurePrimary(cluster, model, options);
	t.is(primaryIn(cluster), 'podinfo-00001');
	cluster.put('services', knativeService());
	await workloads.ensurePrimary(cluster, model, options);
	t.is(primaryIn(cluster), 'podinfo-00002');
	cluster.put('services', knativeService({latest: ''}));
	const error = await t.throwsAsync(workloads.ensurePrimary(cluster, model, options), {instanceOf: ApiError});
	t.is(error.code, 409, 'it is tried again');
});

test('a primary that the peer has named stays', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService({primary: 'podinfo-00001'}));
	t.is((await workloads.ensurePrimary(cluster, model, options)).promoted, revisionOf('podinfo-00001'));
	t.deepEqual(cluster.calls, []);
});

test('a name that another writer gave meanwhile is not overwritten', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService());
	cluster.putUnseen('services', knativeService({primary: 'podinfo-00001'}));
	await workloads.ensurePrimary(cluster, model, options);
	t.is(primaryIn(cluster), 'podinfo-00001');
});

test('a promotion is of the analysed revision, or of none', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService({primary: 'podinfo-00001'}));
	const revision = revisionOf('podinfo-00002');
	t.is((await workloads.promote(cluster, model, {...options, revision})).promoted, revision);
	t.is(primaryIn(cluster), 'podinfo-00002');
	const {length} = cluster.calls;
	cluster.put('services', knativeService({latest: 'podinfo-00003', primary: 'podinfo-00002'}));
	await workloads.promote(cluster, model, {...options, revision});
	t.is(cluster.calls.length, length, 'it was promoted before the next one came');

	cluster.put('services', knativeService({latest: 'podinfo-00003', primary: 'podinfo-00001'}));
	const error = await t.throwsAsync(workloads.promote(cluster, model, {...options, revision}), {
		instanceOf: Superseded,
	});
	t.is(error.found, revisionOf('podinfo-00003'));
	t.is(primaryIn(cluster), 'podinfo-00001');
});

test('it is promoted by its name, whatever comes behind the cache', async (t) => {
	const cluster = memoryCluster();
	cluster.put('services', knativeService({primary: 'podinfo-00001'}));
	cluster.putUnseen('services', knativeService({latest: 'podinfo-00003', primary: 'podinfo-00001'}));
	await workloads.promote(cluster, model, {...options, revision: revisionOf('podinfo-00002')});
	t.is(primaryIn(cluster), 'podinfo-00002');
});

test('a promotion is taken back to the revision that was kept', async (t) => {
	const cluster = memoryCluster();
	const before = cluster.put('services', knativeService({primary: 'podinfo-00001'}));
	const promoted = {template: workloads.templateOf(before), revision: revisionOf('podinfo-00001')};
	await keepPromotedTemplate(cluster, model, promoted, options);
	t.deepEqual(await readPromotedTemplate(cluster, model), promoted);
	await workloads.promote(cluster, model, {...options, revision: revisionOf('podinfo-00002')});
	t.is((await takeBack(workloads, cluster, model))?.promoted, revisionOf('podinfo-00001'));
	t.is(primaryIn(cluster), 'podinfo-00001');

	const anew = knativeService({primary: 'podinfo-00002'});
	anew.metadata.uid = 'another';
	cluster.put('services', anew);
	await t.throwsAsync(takeBack(workloads, cluster, model), {instanceOf: ApiError, message: /not found/});
	t.is(primaryIn(cluster), 'podinfo-00002', 'the name is another Service’s');
});

test('a lost annotation comes back as it was kept, while Knative has that revision', async (t) => {
	const cluster = memoryCluster();
	const template = workloads.templateOf(knativeService({primary: 'podinfo-00001'}));
	const promoted = {template, revision: revisionOf('podinfo-00001')};
	cluster.put('services', knativeService({status: {latestReadyRevisionName: 'podinfo-00002'}}));
	cluster.put('revisions', knativeRevision('podinfo-00001', {status: 'True'}));
	await workloads.ensurePrimary(cluster, model, {...options, promoted});
	t.is(primaryIn(cluster), 'podinfo-00001');
	cluster.put('services', knativeService({status: {latestReadyRevisionName: 'podinfo-00002'}}));
	cluster.drop('revisions', 'podinfo-00001');
	await workloads.ensurePrimary(cluster, model, {...options, promoted});
	t.is(primaryIn(cluster), 'podinfo-00002');
});

test('both revisions are compared by what they were made of', (t) => {
	const service = knativeService({primary: 'podinfo-00001'});
	const known = [
		knativeRevision('podinfo-00001', undefined, 'old'),
		knativeRevision('podinfo-00002', undefined, 'new'),
	];
	const compare = (revisions: typeof known) => {
		const {target, primary} = workloads.sides?.of(service, revisions) ?? {};
		if (target === undefined || primary === undefined) throw new Error('a side is missing');
		return workloads.comparison(model, target, primary);
	};
	const metadata = {labels: {app: 'podinfo'}, annotations: {'autoscaling.knative.dev/min-scale': '1'}};
	t.deepEqual(compare(known), {
		before: {metadata, spec: {containers: [{image: 'old'}]}},
		after: {metadata, spec: {containers: [{image: 'new'}]}},
	});
	t.throws(() => compare([]), {instanceOf: RangeError});
});
