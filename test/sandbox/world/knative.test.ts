// Knative as the sandbox plays it: revisions of templates, and users where `spec.traffic` sends them.
import test from 'ava';
import {at} from '../../../api/reading.ts';
import {knativeDefinitions} from '../../../sandbox/crds/knative.ts';
import {deploymentsKey, knativeRevisionsKey, knativeServicesKey} from '../../../sandbox/world/keys.ts';
import {knativePodinfo} from '../../releases/knative.ts';
import {startScene, type Scene} from './scene.ts';

const BY = 'the test';
const ksvc = ({store}: Scene) => store.get(knativeServicesKey, 'test', 'podinfo');
const statusOf = (scene: Scene) => ksvc(scene)?.status ?? {};
const replicasOf = ({store}: Scene, revision: string): unknown =>
	at(store.get(deploymentsKey, 'test', `${revision}-deployment`), 'spec', 'replicas');

/** Brings the Service to a version and a traffic, and lets some time pass. */
const apply = async (scene: Scene, tag: string, traffic?: readonly object[], behaviour = {}, ms = 5000) => {
	const wanted = knativePodinfo('test', {tag, behaviour});
	const present = ksvc(scene);
	const spec = {...wanted.spec, ...(traffic && {traffic})};
	if (present === undefined) scene.store.create(knativeServicesKey, {...wanted, spec}, BY);
	else scene.store.update(knativeServicesKey, {...present, spec}, BY);
	await scene.clock.advance(ms);
};

const start = (): Scene => {
	const scene = startScene();
	const definitionsKey = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};
	for (const definition of knativeDefinitions) scene.store.create(definitionsKey, definition, BY);
	return scene;
};

test('each template is a revision, and traffic alone makes none', async (t) => {
	const scene = start();
	await apply(scene, '1');
	t.like(statusOf(scene), {
		latestCreatedRevisionName: 'podinfo-00001',
		latestReadyRevisionName: 'podinfo-00001',
		observedGeneration: 1,
		traffic: [{revisionName: 'podinfo-00001', latestRevision: true, percent: 100}],
	});
	await apply(scene, '1', [{revisionName: 'podinfo-00001', percent: 100}]);
	t.is(statusOf(scene)['latestCreatedRevisionName'], 'podinfo-00001');
	await apply(scene, '2', [{revisionName: 'podinfo-00001', percent: 100}]);
	t.is(statusOf(scene)['latestReadyRevisionName'], 'podinfo-00002');
	t.is(scene.store.list(knativeRevisionsKey, {namespace: 'test'}).items.length, 2);
	scene.world.stop();
});

test('users are shared out by name, and what nobody is sent to has no pods', async (t) => {
	const scene = start();
	await apply(scene, '1');
	const both = [
		{revisionName: 'podinfo-00001', percent: 75},
		{revisionName: 'podinfo-00002', percent: 25},
	];
	await apply(scene, '2', both, {'error-rate': '1'}, 120_000);
	const rateOf = (more: string): number =>
		scene.query(`sum(rate(envoy_cluster_upstream_rq{${more}}[1m]))`) ?? Number.NaN;
	const [one, two] = ['1', '2'].map((count) => rateOf(`envoy_cluster_name="test/podinfo-0000${count}"`));
	t.true(Math.abs((one ?? 0) / (two ?? 1) - 3) < 0.2, `${one} and ${two}`);
	t.is(rateOf('envoy_cluster_name="test/podinfo-00002",envoy_response_code!~"5.*"') || 0, 0);
	const slow = 'envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="test/podinfo-00001"}';
	t.true((scene.query(`histogram_quantile(0.99, sum(rate(${slow}[1m])) by (le))`) ?? 0) > 0);
	await apply(scene, '2', [{revisionName: 'podinfo-00002', percent: 100}]);
	t.deepEqual([replicasOf(scene, 'podinfo-00001'), replicasOf(scene, 'podinfo-00002')], [0, 1]);
	scene.world.stop();
});

test('users stay where they are while a revision that is named is not ready', async (t) => {
	const scene = start();
	await apply(scene, '1');
	const next = [{revisionName: 'podinfo-00002', percent: 100}];
	await apply(scene, '2', next, {'never-ready': 'true'});
	t.like(statusOf(scene), {
		latestReadyRevisionName: 'podinfo-00001',
		traffic: [{revisionName: 'podinfo-00001', percent: 100}],
		conditions: [
			{type: 'ConfigurationsReady', status: 'Unknown'},
			{type: 'Ready', status: 'Unknown'},
			{type: 'RoutesReady', status: 'False', reason: 'RevisionMissing'},
		],
	});
	t.is(replicasOf(scene, 'podinfo-00001'), 1);
	scene.world.stop();
});
