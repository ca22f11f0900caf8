import {connect} from 'node:net';
import test from 'ava';
import {silentLog} from '../../../services/log.ts';
import {startTelemetryServer} from '../../../services/telemetry/http-server.ts';
import {createMetrics} from '../../../services/telemetry/metrics.ts';

const canary = {name: 'podinfo-canary', namespace: 'test'};
const facts = {
	...canary,
	target: 'podinfo',
	state: 'progressing',
	phase: 'Progressing',
	weights: {'podinfo-primary': 90, podinfo: 10},
	failedChecks: 2,
};

const lines = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
	(await metrics.render()).text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('our series and the peer\u2019s', async (t) => {
	const metrics = createMetrics();
	metrics.daemonStarted({version: '0.1.0', meshProvider: 'istio'});
	metrics.leadershipChanged(true);
	metrics.observeCanary(facts);
	metrics.observeMetric(canary, 'request-success-rate', 99.5);
	metrics.observeCheck(canary, 'passed');
	metrics.observeAnalysis(canary, 0.3);
	metrics.observeRun(canary, {succeeded: true, strategy: 'canary', status: 'completed'});
	metrics.observeRun(canary, {succeeded: false, strategy: 'blue-green', status: 'skipped'});
	metrics.actorRestarted();
	metrics.apiAnswered({verb: 'patch', resource: 'canaries.flagger.app', code: 200, seconds: 0.02});
	metrics.watchRestarted({resource: 'canaries.flagger.app', reason: 'expired'});
	metrics.eventMissed({resource: 'deployments.apps'});
	metrics.queryAnswered({source: 'prometheus', outcome: 'no data', seconds: 0.3});
	metrics.eventSettled('counted');
	metrics.leadershipChanged(true);
	metrics.readLevels({
		cacheSizes: () => new Map([['pods', 7]]),
		load: () => ({running: 2, byLane: {rollback: 0, route: 3}}),
	});
	const text = await lines(metrics);
	for (const line of [
		'aviary_canary_state{name="podinfo-canary",namespace="test",state="progressing"} 1',
		'aviary_canary_weight{name="podinfo-canary",namespace="test",workload="podinfo",role="canary"} 10',
		'aviary_canary_weight{name="podinfo-canary",namespace="test",workload="podinfo-primary",role="primary"} 90',
		'aviary_canary_failed_checks{name="podinfo-canary",namespace="test"} 2',
		'aviary_leader 1',
		'aviary_actor_restarts_total 1',
		'aviary_kubernetes_requests_total{verb="patch",resource="canaries.flagger.app",code="200"} 1',
		'aviary_kubernetes_request_duration_seconds_bucket{le="0.025",verb="patch",resource="canaries.flagger.app"} 1',
		'aviary_watch_restarts_total{resource="canaries.flagger.app",reason="expired"} 1',
		'aviary_missed_events_total{resource="deployments.apps"} 1',
		'aviary_metric_queries_total{provider="prometheus",outcome="no data"} 1',
		'aviary_metric_query_duration_seconds_sum{provider="prometheus"} 0.3',
		'aviary_events_total{outcome="counted"} 1',
		'aviary_leader 1',
		'aviary_cache_objects{resource="pods"} 7',
		'aviary_write_queue_depth{lane="route"} 3',
		'aviary_writes_in_flight 2',
		'aviary_checks_total{name="podinfo-canary",namespace="test",outcome="passed"} 1',
		'flagger_info{version="0.1.0",mesh_provider="istio"} 1',
		'flagger_canary_total{namespace="test"} 1',
		'flagger_canary_status{name="podinfo",namespace="test"} 0',
		'flagger_canary_weight{workload="podinfo-primary",namespace="test"} 90',
		'flagger_canary_metric_analysis{name="podinfo",namespace="test",metric="request-success-rate"} 99.5',
		'flagger_canary_duration_seconds_bucket{le="0.5",name="podinfo",namespace="test"} 1',
		'flagger_canary_duration_seconds_sum{name="podinfo",namespace="test"} 0.3',
	]) {
		t.true(text.includes(line), line);
	}

	const run = 'name="podinfo",namespace="test",deployment_strategy=';
	t.true(text.includes(`flagger_canary_successes_total{${run}"canary",analysis_status="completed"} 1`));
	t.true(text.includes(`flagger_canary_failures_total{${run}"blue-green",analysis_status="completed"} 1`));
});

test('new facts replace the old ones; the phases have the peer\u2019s numbers', async (t) => {
	const metrics = createMetrics();
	metrics.observeCanary(facts);
	metrics.observeCanary({...facts, state: 'failed', phase: 'Failed', weights: {'podinfo-primary': 100}});
	const text = await lines(metrics);
	t.is(text.filter((line) => line.startsWith('aviary_canary_state')).length, 1);
	t.is(text.filter((line) => line.startsWith('flagger_canary_weight')).length, 1);
	t.true(text.includes('flagger_canary_status{name="podinfo",namespace="test"} 2'));
	metrics.observeCanary({...facts, phase: 'Waiting'});
	t.true((await lines(metrics)).includes('flagger_canary_status{name="podinfo",namespace="test"} 1'));
});

test('a level that is no more leaves with the next scrape', async (t) => {
	const metrics = createMetrics();
	const load = () => ({running: 0, byLane: {}});
	metrics.readLevels({load, cacheSizes: () => new Map([['pods', 7]])});
	t.true((await lines(metrics)).includes('aviary_cache_objects{resource="pods"} 7'));
	metrics.readLevels({load, cacheSizes: () => new Map([['services', 1]])});
	t.deepEqual(
		(await lines(metrics)).filter((line) => line.startsWith('aviary_cache_objects')),
		['aviary_cache_objects{resource="services"} 1'],
	);
});

test('a forgotten canary leaves nothing, not even a total of its namespace, whatever is told of it late', async (t) => {
	const metrics = createMetrics();
	metrics.observeCanary(facts);
	metrics.observeCanary({...facts, target: 'podinfo-two'});
	metrics.observeMetric(canary, 'latency', 0.2);
	metrics.observeCheck(canary, 'failed');
	metrics.observeAnalysis(canary, 1);
	metrics.observeRun(canary, {succeeded: true, strategy: 'canary', status: 'skipped'});
	metrics.forgetCanary(canary);
	metrics.forgetCanary(canary);
	metrics.observeMetric(canary, 'latency', 0.2);
	metrics.observeCheck(canary, 'failed');
	metrics.observeAnalysis(canary, 1);
	metrics.observeRun(canary, {succeeded: false, strategy: 'canary', status: 'completed'});
	t.deepEqual(
		(await lines(metrics)).filter((line) => line.includes('test')),
		[],
	);
	metrics.observeCanary(facts);
	t.true((await lines(metrics)).includes('flagger_canary_total{namespace="test"} 1'));
});

test('the port answers what machines ask, and closes with a client hanging on it', async (t) => {
	let ready = false;
	const metrics = createMetrics();
	metrics.actorRestarted();
	const server = await startTelemetryServer({port: 0, metrics, log: silentLog, isReady: () => ready});
	const base = `http://127.0.0.1:${server.port}`;
	const scraped = await fetch(`${base}/metrics?x=1`);
	t.true(scraped.headers.get('content-type')?.startsWith('text/plain'));
	t.true((await scraped.text()).includes('aviary_actor_restarts_total 1'));
	t.is((await fetch(`${base}/healthz`)).status, 200);
	t.is((await fetch(`${base}/readyz`)).status, 503);
	ready = true;
	t.is((await fetch(`${base}/readyz`, {method: 'HEAD'})).status, 200);
	t.is((await fetch(`${base}/metrics`, {method: 'POST', body: 'x'})).status, 405);
	t.is((await fetch(`${base}/../etc/passwd`)).status, 404);
	await t.throwsAsync(startTelemetryServer({port: server.port, metrics, log: silentLog}));
	const hanging = connect(server.port, '127.0.0.1');
	await new Promise((resolve) => {
		hanging.once('connect', resolve);
	});
	hanging.on('error', () => {});
	hanging.write('GET /metrics HTTP/1.1\r\n');
	await server.close();
	await t.throwsAsync(fetch(`${base}/healthz`));
});
