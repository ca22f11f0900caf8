import test from 'ava';
import {startPrometheusServer} from '../../../sandbox/world/prometheus/server.ts';
import {scrapeInterval} from '../../../sandbox/world/world.ts';
import {startScene, type Scene} from './scene.ts';

/** podinfo and podinfo-canary as in the walk-through. */
const walkThrough = (scene: Scene, annotations: Readonly<Record<string, string>> = {}, canaryReplicas = 2): void => {
	scene.deploy('podinfo', {replicas: 2});
	scene.deploy('podinfo-canary', {replicas: canaryReplicas, annotations});
	scene.expose('podinfo');
	scene.expose('podinfo-canary');
};

const requestsTo = ({world}: Scene, workload: string): number =>
	world.requests().get(`test/${workload}`)?.requests ?? 0;

const ratio = (workload: string, interval = '1m', tail = ''): string => {
	const selector = `reporter="destination",destination_workload_namespace=~"test",destination_workload=~"${workload}"`;
	return (
		`sum(rate(istio_requests_total{${selector},response_code!~"5.*"}[${interval}])) / ` +
		`sum(rate(istio_requests_total{${selector}}[${interval}]))${tail}`
	);
};

const latency = (workload: string, metric: string, rate = 'rate'): string =>
	`histogram_quantile(0.99, sum(${rate}(${metric}_bucket{reporter="destination",` +
	`destination_workload=~"${workload}",destination_workload_namespace=~"test"}[1m])) by (le))`;

test('traffic splits by weights within one request', async (t) => {
	const scene = startScene();
	walkThrough(scene);
	await scene.clock.advance(2000);
	for (const weight of [5, 33, 50, 100]) {
		const before = [requestsTo(scene, 'podinfo'), requestsTo(scene, 'podinfo-canary')] as const;
		scene.route('podinfo', {podinfo: 100 - weight, 'podinfo-canary': weight});
		await scene.clock.advance(10_000);
		t.true(Math.abs(requestsTo(scene, 'podinfo') - before[0] - 200 * (1 - weight / 100)) <= 1);
		t.true(Math.abs(requestsTo(scene, 'podinfo-canary') - before[1] - (200 * weight) / 100) <= 1);
	}

	t.is(scene.world.dropped(), 0);
});

test('requests that find nobody are counted as dropped, with 503 against unknown', async (t) => {
	const scene = startScene();
	walkThrough(scene, {}, 0);
	await scene.clock.advance(2000);
	scene.route('podinfo', {podinfo: 50, 'podinfo-canary': 50});
	await scene.clock.advance(10_000);
	t.is(scene.world.dropped(), 100);
	const codes = scene.queryAll('istio_requests_total{destination_workload="unknown"}');
	t.is(codes.length, 1);
	t.is(codes[0]?.metric['response_code'], '503');
	t.is(codes[0]?.metric['destination_service_name'], 'podinfo-canary');
});

test('a rollout under traffic loses no request', async (t) => {
	const scene = startScene();
	walkThrough(scene);
	await scene.clock.advance(2000);
	scene.route('podinfo', {podinfo: 100});
	scene.deploy('podinfo', {replicas: 2, image: 'podinfo:2'});
	await scene.clock.advance(10_000);
	t.is(scene.world.dropped(), 0);
	t.is(requestsTo(scene, 'podinfo'), 200);
});

test('what was due before a route changed still went the old way', async (t) => {
	const scene = startScene();
	walkThrough(scene);
	scene.route('podinfo', {podinfo: 100, 'podinfo-canary': 0});
	await scene.clock.advance(2100);
	const lost = scene.world.dropped();
	scene.route('podinfo', {podinfo: 0, 'podinfo-canary': 100});
	t.is(requestsTo(scene, 'podinfo') + lost, 42);
	t.is(requestsTo(scene, 'podinfo-canary'), 0);
});

test('proxies may lag behind the routes', async (t) => {
	const scene = startScene({proxyDelayMs: 3000});
	walkThrough(scene);
	scene.route('podinfo', {podinfo: 100});
	await scene.clock.advance(13_000);
	t.is(requestsTo(scene, 'podinfo'), 200);
	scene.route('podinfo', {'podinfo-canary': 100});
	await scene.clock.advance(10_000);
	t.is(requestsTo(scene, 'podinfo'), 260);
	t.is(requestsTo(scene, 'podinfo-canary'), 140);
});

test('subsets, full names, mirrors and delegates are followed', async (t) => {
	const scene = startScene();
	scene.deploy('one', {labels: {tier: 'web', version: 'v1'}});
	scene.deploy('two', {labels: {tier: 'web', version: 'v2'}});
	scene.expose('web', {tier: 'web'});
	scene.expose('two');
	const istio = (kind: string, name: string, spec: Record<string, unknown>) => ({
		apiVersion: 'networking.istio.io/v1beta1',
		kind,
		metadata: {name},
		spec,
	});
	const subsets = ['v1', 'v2'].map((version) => ({name: version, labels: {version}}));
	scene.put('destinationRules', istio('DestinationRule', 'web', {host: 'web', subsets}));
	const host = 'web.test.svc.cluster.local';
	const route = [
		{destination: {host, subset: 'v1'}, weight: 75},
		{destination: {host, subset: 'v2'}, weight: 25},
	];
	const debugging = {headers: {'x-debug': {exact: '1'}}};
	scene.put('virtualServices', istio('VirtualService', 'web', {http: [{match: [debugging], route: []}, {route}]}));
	await scene.clock.advance(2000);
	const root = {hosts: ['web.example.com'], http: [{delegate: {name: 'web', namespace: 'test'}}]};
	scene.put('virtualServices', istio('VirtualService', 'root', root));
	await scene.clock.advance(10_000);
	t.is(requestsTo(scene, 'one'), 150);
	t.is(requestsTo(scene, 'two'), 50);
	const mirror = {hosts: ['web'], http: [{route: [route[0]], mirror: {host: 'two'}, mirrorPercentage: {value: 50}}]};
	scene.put('virtualServices', istio('VirtualService', 'root', {}));
	scene.put('virtualServices', istio('VirtualService', 'web', mirror));
	await scene.clock.advance(10_000);
	t.is(requestsTo(scene, 'one'), 350);
	t.is(requestsTo(scene, 'two'), 150);
	t.is(scene.world.dropped(), 0);
});

test("error-rate shows in the walk-through's success rate", async (t) => {
	const scene = startScene();
	walkThrough(scene, {'sandbox.aviary.dev/error-rate': '0.4'});
	scene.route('podinfo', {podinfo: 50, 'podinfo-canary': 50});
	await scene.clock.advance(90_000);
	t.true(Math.abs((scene.query(ratio('podinfo-canary')) ?? 0) - 0.6) < 0.01);
	t.true(Math.abs((scene.query(ratio('podinfo-canary', '1m', ' * 100')) ?? 0) - 60) < 1);
	t.is(scene.query(ratio('podinfo', '1m', ' * 100')), 100);
	const {requests = 0, errors = 0} = scene.world.requests().get('test/podinfo-canary') ?? {};
	t.true(Math.abs(errors - requests * 0.4) <= 2);
});

test('at speed 60 the windows are a sixtieth, and the numbers the same', async (t) => {
	const scene = startScene({speed: 60});
	walkThrough(scene, {'sandbox.aviary.dev/error-rate': '0.1', 'sandbox.aviary.dev/latency-ms': '2500'});
	scene.route('podinfo', {podinfo: 50, 'podinfo-canary': 50});
	await scene.clock.advance(2000);
	t.true(scrapeInterval(60) <= 200);
	t.true(Math.abs((scene.query(ratio('podinfo-canary', '1000ms', ' * 100')) ?? 0) - 90) < 1);
	const perSecond = scene.query('sum(rate(istio_requests_total{destination_workload="podinfo"}[1000ms]))') ?? 0;
	t.true(Math.abs(perSecond - 600) < 10);
	const scrapes = scene.query('count_over_time(istio_requests_total{destination_workload="podinfo"}[1000ms])') ?? 0;
	t.true(scrapes >= 4);
});

test('errors may end some time after the pod became ready', async (t) => {
	const scene = startScene();
	walkThrough(scene, {'sandbox.aviary.dev/error-rate': '0.4@30s,0'});
	scene.route('podinfo', {podinfo: 0, 'podinfo-canary': 100});
	await scene.clock.advance(31_000);
	const early = scene.world.requests().get('test/podinfo-canary');
	t.true(Math.abs((early?.errors ?? 0) - 240) <= 4);
	await scene.clock.advance(60_000);
	t.is(scene.world.requests().get('test/podinfo-canary')?.errors, early?.errors);
});

test('the 99th percentile of slow pods exceeds 500 ms in every shape', async (t) => {
	const scene = startScene();
	walkThrough(scene, {'sandbox.aviary.dev/latency-ms': '2500'});
	scene.route('podinfo', {podinfo: 50, 'podinfo-canary': 50});
	await scene.clock.advance(90_000);
	const milliseconds = scene.query(latency('podinfo-canary', 'istio_request_duration_milliseconds')) ?? 0;
	t.true(milliseconds > 500 && milliseconds <= 2500);
	const seconds = scene.query(latency('podinfo-canary', 'istio_request_duration_seconds', 'irate')) ?? 0;
	t.true(seconds > 0.5 && seconds <= 2.5);
	t.true((scene.query(latency('podinfo', 'istio_request_duration_milliseconds')) ?? 500) < 25);
});

test("a workload's series end with its last pod", async (t) => {
	const scene = startScene();
	walkThrough(scene);
	scene.route('podinfo', {podinfo: 50, 'podinfo-canary': 50});
	await scene.clock.advance(30_000);
	scene.route('podinfo', {podinfo: 100, 'podinfo-canary': 0});
	scene.deploy('podinfo-canary', {replicas: 0});
	await scene.clock.advance(6000);
	t.deepEqual(scene.queryAll('istio_requests_total{destination_workload="podinfo-canary"}'), []);
	await scene.clock.advance(60_000);
	t.deepEqual(scene.queryAll(ratio('podinfo-canary')), []);
});

test('two runs of the same world are the same to the last sample', async (t) => {
	const run = async (): Promise<unknown> => {
		const scene = startScene();
		walkThrough(scene, {'sandbox.aviary.dev/error-rate': '0.37'});
		scene.route('podinfo', {podinfo: 33, 'podinfo-canary': 67});
		await scene.clock.advance(40_000);
		const names = scene.pods('podinfo').map(({metadata}) => metadata.name);
		return [names, scene.queryAll('{__name__=~"istio.*"}'), [...scene.world.requests()]];
	};
	t.deepEqual(await run(), await run());
});

test('the socket answers GET and POST', async (t) => {
	const scene = startScene();
	const server = await startPrometheusServer({answer: scene.world.prometheus});
	const healthy = await fetch(`${server.url}/-/healthy`);
	t.is(healthy.status, 200);
	const got = await fetch(`${server.url}/api/v1/query?query=vector(1)&time=1700000000.5`);
	t.deepEqual(await got.json(), {
		status: 'success',
		data: {resultType: 'vector', result: [{metric: {}, value: [1_700_000_000.5, '1']}]},
	});
	const body = new URLSearchParams({query: 'nope('});
	const posted = await fetch(`${server.url}/api/v1/query`, {method: 'POST', body});
	t.is(posted.status, 400);
	t.like(await posted.json(), {status: 'error', errorType: 'bad_data'});
	const flags = await fetch(`${server.url}/api/v1/status/flags`);
	t.like(await flags.json(), {status: 'success'});
	t.is((await fetch(`${server.url}/nowhere`)).status, 404);
	await server.close();
});
