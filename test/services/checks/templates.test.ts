import test from 'ava';
import type {CanaryModel, Metric} from '../../../api/model.ts';
import {runChecks} from '../../../services/checks/checks.ts';
import {createTemplateInquiry} from '../../../services/checks/templates.ts';
import type {Asked} from '../../../services/metrics/asking.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {metric, named, secret, template} from '../metrics/templates.ts';
import {memoryCluster} from '../workloads/memory-cluster.ts';
import {managedModel} from '../workloads/podinfo.ts';

const clock = {now: () => 1000};

const stage = (metrics: readonly Metric[] = [metric]) => {
	const cluster = memoryCluster();
	const asked: Asked[] = [];
	const model: CanaryModel = {...managedModel, analysis: {...managedModel.analysis, metrics}};
	const check = () =>
		runChecks(model, {
			async ask(one) {
				asked.push(one);
				return {kind: 'value', value: 3};
			},
			templateInquiry: createTemplateInquiry({cluster, clock: createVirtualClock()}),
			questions: undefined,
			metricsServer: 'http://daemon',
			clock,
		});
	return {cluster, asked, check};
};

test('a metric asks what its template says, of whom it says, with its own variables', async (t) => {
	const {cluster, asked, check} = stage([{...metric, variables: {team: 'web'}}]);
	const provider = {headers: {'X-Scope-OrgID': ['shop', 'web']}, region: 'eu', insecureSkipVerify: true};
	cluster.put('metrictemplates', template(provider, 'sum(\n  q{app="{{ target }}", team="{{ variables.team }}"}\n)'));
	t.like(await check(), {outcome: 'passed', evidence: [{kind: 'passed', metric: 'queue', value: 3}]});
	t.deepEqual(asked, [
		{
			source: 'prometheus',
			query: 'sum( q{app="podinfo", team="web"} )',
			endpoint: {
				address: 'http://prom:9090',
				headers: {'x-scope-orgid': 'shop, web'},
				region: 'eu',
				tls: {rejectUnauthorized: false},
			},
			intervalMs: 60_000,
		},
	]);
	t.deepEqual(cluster.calls, [], 'the template is that of the watch');
	t.deepEqual(cluster.watched(), [], 'and no watch is left open');
});

test('credentials are those that the Secret holds in this round', async (t) => {
	const {cluster, asked, check} = stage();
	cluster.put('metrictemplates', template(named));
	cluster.put('secrets', secret({token: 'old\n'}));
	await check();
	cluster.put('secrets', secret({token: 'new'}));
	await check();
	t.deepEqual(
		asked.map(({endpoint}) => endpoint.credentials),
		[{token: 'old'}, {token: 'new'}],
	);
	t.deepEqual(cluster.calls, ['GET secrets keys', 'GET secrets keys']);
});

test('what cannot be asked says nothing, and why', async (t) => {
	const {cluster, asked, check} = stage();
	const says = async (text: string): Promise<void> => {
		t.like(await check(), {outcome: 'unknown', text: `the query of metric queue failed: ${text}`});
	};
	await says('MetricTemplate queue.test not found');
	cluster.put('metrictemplates', template(named));
	await says('Secret keys.test not found');
	cluster.put('secrets', secret({username: 'ada'}));
	await says('Secret keys.test has no token');
	cluster.put('metrictemplates', template({type: 'keptn'}));
	await says('nobody here speaks keptn');
	t.deepEqual(asked, []);
});

test('both sides of a comparison are asked by the template', async (t) => {
	const {cluster, asked, check} = stage([{...metric, against: {by: 'ratio', tolerance: 1, worse: 'higher'}}]);
	cluster.put('metrictemplates', template({}));
	t.is((await check()).outcome, 'passed');
	t.deepEqual(
		asked.map(({query}) => query),
		['max(queue{app="podinfo"})', 'max(queue{app="podinfo-primary"})'],
	);
	cluster.put('metrictemplates', template({}, 'max(queue)'));
	t.like(await check(), {outcome: 'unknown', evidence: [{kind: 'not understood'}]});
	t.is(asked.length, 2);
});
