import test from 'ava';
import {ask, fromTester, gateway, httpRoute, json, versionsOf, walkThrough} from './asking.ts';
import {startScene} from './scene.ts';

test('an HTTPRoute is followed, accepted, and filled in', async (t) => {
	const scene = await walkThrough();
	scene.put('gateways', gateway('public'));
	const backendRefs = [
		{name: 'podinfo', port: 9898, weight: 3},
		{name: 'podinfo-canary', port: 9898, weight: 1},
	];
	const sticky = {matches: [{headers: [{name: 'x-canary', value: 'always'}]}], backendRefs: [backendRefs[1]]};
	const cookie = {type: 'ResponseHeaderModifier', responseHeaderModifier: {add: [{name: 'set-cookie', value: 'a=b'}]}};
	const rules = [{backendRefs: backendRefs.map((backend) => ({...backend, filters: [cookie]}))}, sticky];
	const spec = {parentRefs: [{name: 'public'}], hostnames: ['*.example.com'], rules};
	scene.put('httpRoutes', httpRoute('podinfo', spec));
	const url = 'http://app.example.com/version';
	const versions = await versionsOf(scene, url, 400);
	t.true(Math.abs((versions.get('1.2.0') ?? 0) - 100) < 44);
	t.is((await ask(scene, url)).headers['set-cookie'], 'a=b');
	t.deepEqual([...(await versionsOf(scene, url, 20, {headers: {'x-canary': 'always'}})).keys()], ['1.2.0']);
	const stored = scene.store.get({group: 'gateway.networking.k8s.io', plural: 'httproutes'}, 'test', 'podinfo');
	t.like(stored?.spec, {rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}]}]});
	const parents = stored?.status?.['parents'] as ReadonlyArray<{conditions: readonly unknown[]}>;
	t.like(parents[0]?.conditions[0], {type: 'Accepted', status: 'True', observedGeneration: 1});
});

test('HTTPRoutes of one host share it, the longest wildcard wins, and a Service may be a parent', async (t) => {
	const scene = await walkThrough();
	scene.put('gateways', gateway('public'));
	const parentRefs = [{name: 'public'}];
	const to = (name: string) => [{name, port: 9898}];
	const canaryOnly = [{matches: [{path: {value: '/version'}}], backendRefs: to('podinfo-canary')}];
	scene.put('httpRoutes', httpRoute('all', {parentRefs, rules: [{backendRefs: to('podinfo')}]}));
	scene.put('httpRoutes', httpRoute('version', {parentRefs, rules: canaryOnly}));
	t.is(json(await ask(scene, 'http://a.example.com/version'))['version'], '1.2.0');
	t.is(json(await ask(scene, 'http://a.example.com/'))['version'], '1.1.1');
	const hostnames = ['*.example.com'];
	scene.put('httpRoutes', httpRoute('wild', {parentRefs, hostnames, rules: [{backendRefs: to('podinfo')}]}));
	t.is(json(await ask(scene, 'http://a.example.com/version'))['version'], '1.1.1');
	const service = {group: '', kind: 'Service', name: 'podinfo'};
	scene.put('httpRoutes', httpRoute('mesh', {parentRefs: [service], rules: [{backendRefs: to('podinfo-canary')}]}));
	t.is(json(await fromTester(scene, 'http://podinfo:9898/version'))['version'], '1.2.0');
});

test("visitors come to an HTTPRoute's hosts, too", async (t) => {
	const scene = startScene();
	scene.deploy('podinfo');
	scene.deploy('podinfo-canary');
	scene.expose('podinfo');
	scene.expose('podinfo-canary');
	scene.put('gateways', gateway('public'));
	await scene.clock.advance(2000);
	const backendRefs = [
		{name: 'podinfo', weight: 70},
		{name: 'podinfo-canary', weight: 30},
	];
	const spec = {parentRefs: [{name: 'public'}], hostnames: ['app.example.com'], rules: [{backendRefs}]};
	scene.put('httpRoutes', httpRoute('podinfo', spec));
	await scene.clock.advance(10_000);
	t.is(scene.world.requests().get('test/podinfo')?.requests, 140);
	t.is(scene.world.requests().get('test/podinfo-canary')?.requests, 60);
	const [canary] = scene.readyPods('podinfo-canary');
	const pod = `kubernetes_namespace="test",kubernetes_pod_name="${canary?.metadata.name ?? ''}",status="200"`;
	// As of the last scrape, which was some seconds ago.
	const istio = scene.query('sum(istio_requests_total{destination_workload="podinfo-canary"})');
	t.true((istio ?? 0) > 0);
	t.is(scene.query(`http_request_duration_seconds_count{${pod}}`), istio);
});

const toBoth = (canaryName: string, weights: readonly [number, number] = [1, 1], port = 9898) => [
	{name: 'podinfo', port: 9898, weight: weights[0]},
	{name: canaryName, port, weight: weights[1]},
];

test('weights that are all 0 answer every user with 500, and weights that come back count at once', async (t) => {
	const scene = startScene();
	scene.deploy('podinfo');
	scene.expose('podinfo');
	scene.put('gateways', gateway('public'));
	await scene.clock.advance(2000);
	const spec = (weights: readonly [number, number]) => ({
		parentRefs: [{name: 'public'}],
		hostnames: ['app.example.com'],
		rules: [{backendRefs: toBoth('podinfo-canary', weights)}],
	});
	scene.put('httpRoutes', httpRoute('podinfo', spec([0, 0])));
	await scene.clock.advance(10_000);
	t.is(scene.world.requests().get('test/podinfo')?.requests, undefined);
	t.is(scene.world.dropped(), 200);
	scene.put('httpRoutes', httpRoute('podinfo', spec([100, 0])));
	const dropped = scene.world.dropped();
	await scene.clock.advance(10_000);
	t.is(scene.world.requests().get('test/podinfo')?.requests, 200);
	t.is(scene.world.dropped(), dropped);
	scene.put('httpRoutes', httpRoute('podinfo', spec([0, 0])));
	t.is((await ask(scene, 'http://app.example.com/')).status, 500);
});

test('the share of a backend that is not there is answered with 500, and that of one without pods with 503', async (t) => {
	const scene = await walkThrough();
	scene.put('gateways', gateway('public'));
	scene.expose('nobody');
	const answers = async (backendRefs: unknown): Promise<unknown> => {
		const spec = {parentRefs: [{name: 'public'}], rules: [{backendRefs}]};
		scene.put('httpRoutes', httpRoute('podinfo', spec));
		return (await ask(scene, 'http://app.example.com/')).status;
	};

	t.is(await answers([{name: 'missing', port: 9898}]), 500);
	t.is(await answers([{name: 'podinfo', port: 1}]), 500);
	t.is(await answers([{name: 'nobody', port: 9898}]), 503);
	t.is(await answers(toBoth('missing', [1, 0])), 200);
});

test('a route that its Gateway refuses is not served, until the Gateway takes it', async (t) => {
	const scene = await walkThrough();
	const spec = {
		parentRefs: [{name: 'public', sectionName: 'web'}],
		hostnames: ['app.example.com'],
		rules: [{backendRefs: [{name: 'podinfo', port: 9898}]}],
	};
	scene.put('httpRoutes', httpRoute('podinfo', spec));
	t.is((await ask(scene, 'http://app.example.com/')).status, 404);
	scene.put('gateways', gateway('public', [{name: 'other', port: 80, protocol: 'HTTP'}]));
	t.is((await ask(scene, 'http://app.example.com/')).status, 404);
	scene.put('gateways', gateway('public'));
	t.is((await ask(scene, 'http://app.example.com/')).status, 200);
});
