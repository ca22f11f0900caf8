import test from 'ava';
import type {World} from '../../../api/model.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {openSurvey} from '../../../services/survey/open-survey.ts';
import {istioRouter as router} from '../../../services/providers/istio/router.ts';
import {deploymentWorkloads as workloads} from '../../../services/workloads/deployment.ts';
import {metric, named, secret, template} from '../metrics/templates.ts';
import {memoryCluster, type MemoryCluster} from '../workloads/memory-cluster.ts';
import {deployment, managedModel} from '../workloads/podinfo.ts';

const model = {...managedModel, analysis: {...managedModel.analysis, metrics: [metric]}};

/** Nothing is ever told of a kind that the operator may not watch. */
const deafTo = (plural: string, cluster: MemoryCluster): MemoryCluster => ({
	...cluster,
	follow(resource, ...rest) {
		const following = cluster.follow(resource, ...rest);
		return resource.plural === plural ? {...following, synced: new Promise(() => {}), objects: () => []} : following;
	},
});

const stage = (cluster = memoryCluster()) => {
	cluster.put('deployments', deployment('podinfo', 'podinfo:1.2.0'));
	const clock = createVirtualClock();
	const worlds: World[] = [];
	const survey = openSurvey({cluster, clock, model, workloads, router, onWorld: (world) => worlds.push(world)});
	const problems = async (): Promise<readonly string[] | undefined> => {
		await clock.advance(1);
		return worlds.at(-1)?.problems.map(({text}) => text);
	};
	return {cluster, clock, survey, worlds, problems};
};

test('a template is followed: what is wrong with it is a problem until it is mended', async (t) => {
	const {cluster, survey, problems} = stage();
	t.deepEqual(await problems(), ['MetricTemplate queue.test not found']);
	cluster.put('metrictemplates', template({address: ''}));
	t.deepEqual(await problems(), ['MetricTemplate queue.test has no spec.provider.address']);
	cluster.put('metrictemplates', template({}));
	t.deepEqual(await problems(), []);
	cluster.drop('metrictemplates', 'queue');
	t.deepEqual(await problems(), ['MetricTemplate queue.test not found']);
	t.false(cluster.calls.some((call) => call.startsWith('GET')));
	survey.close();
	t.deepEqual(cluster.watched(), []);
});

test('the world is not told before the Secrets are known', async (t) => {
	const {cluster, problems, worlds} = stage();
	cluster.put('metrictemplates', template(named));
	cluster.put('secrets', secret({token: 't'}));
	t.deepEqual(await problems(), []);
	t.is(worlds.length, 1);
	t.deepEqual(cluster.calls, ['GET secrets keys']);
});

test('a Secret that lacks something is read again until it is whole, and then at the beginning of a run', async (t) => {
	const {cluster, clock, survey, problems} = stage();
	cluster.put('metrictemplates', template(named));
	t.deepEqual(await problems(), ['Secret keys.test not found']);
	cluster.put('secrets', secret({username: 'ada'}));
	await clock.advance(30_000);
	t.deepEqual(await problems(), ['Secret keys.test has no token, by which MetricTemplate queue.test is asked']);
	cluster.put('secrets', secret({token: 't'}));
	await clock.advance(30_000);
	t.deepEqual(await problems(), []);
	const reads = cluster.calls.length;
	await clock.advance(600_000);
	t.is(cluster.calls.length, reads, 'what is whole is not asked for');
	cluster.drop('secrets', 'keys');
	survey.setRunning(true);
	t.deepEqual(await problems(), ['Secret keys.test not found']);
	survey.close();
	await clock.advance(600_000);
	t.is(cluster.calls.length, reads + 1, 'who is gone asks for nothing');
});

test('another Secret is read when the template names another', async (t) => {
	const {cluster, problems} = stage();
	cluster.put('secrets', secret({token: 't'}));
	cluster.put('metrictemplates', template(named));
	t.deepEqual(await problems(), []);
	cluster.put('metrictemplates', template({secretRef: {name: 'others'}}));
	t.deepEqual(await problems(), ['Secret others.test not found']);
});

test('a template that the operator may not watch keeps nobody waiting: it is said', async (t) => {
	const {clock, worlds, problems} = stage(deafTo('metrictemplates', memoryCluster()));
	await clock.advance(9000);
	t.deepEqual(worlds, []);
	await clock.advance(1000);
	t.deepEqual(await problems(), ['MetricTemplate queue.test is not known, for the operator cannot watch it']);
	t.regex(worlds[0]?.problems[0]?.remedy ?? '', /list and watch metrictemplates\.flagger\.app in namespace test/);
});
