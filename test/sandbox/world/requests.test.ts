import test from 'ava';
import {incomingOf, Unreachable} from '../../../sandbox/world/calls.ts';
import {arrives, ask, fromTester, GATEWAY, istio, json, versionsOf, walkThrough} from './asking.ts';

test('a Service answers by all its names, from the gateway and from pods', async (t) => {
	const scene = await walkThrough();
	for (const host of ['podinfo-canary.test', 'podinfo-canary.test:9898', 'podinfo-canary.test.svc.cluster.local']) {
		const answer = await ask(scene, `http://${host}/version`);
		t.is(answer.status, 200);
		t.deepEqual(json(answer), {commit: 'unknown', version: '1.2.0'});
	}

	t.is(json(await fromTester(scene, 'http://podinfo-canary:9898/version'))['version'], '1.2.0');
	t.is(json(await fromTester(scene, 'podinfo-canary.test:9898/version'))['version'], '1.2.0');
});

test('the pods of a Service answer in turn, each by its name', async (t) => {
	const scene = await walkThrough();
	const names = new Set<unknown>();
	for (const _ of [1, 2]) names.add(json(await fromTester(scene, 'http://podinfo:9898/'))['hostname']);
	t.deepEqual(names, new Set<unknown>(scene.readyPods('podinfo').map(({metadata}) => metadata.name)));
});

test('a pod answers as podinfo does', async (t) => {
	const scene = await walkThrough();
	const url = 'http://podinfo.test';
	t.is((await ask(scene, `${url}/status/418`)).status, 418);
	t.deepEqual(json(await ask(scene, `${url}/status/500`)), {status: 500});
	t.deepEqual(json(await ask(scene, `${url}/healthz`)), {status: 'OK'});
	t.deepEqual(json(await ask(scene, `${url}/headers`, {headers: {'x-one': '1'}})), {'X-One': ['1']});
	t.is((await ask(scene, `${url}/nowhere`)).status, 404);
	t.is((await ask(scene, `${url}/version`, {method: 'DELETE'})).status, 405);
	const begun = scene.clock.now();
	t.deepEqual(json(await ask(scene, `${url}/delay/2`)), {delay: 2});
	t.true(scene.clock.now() - begun >= 2000 && scene.clock.now() - begun < 2100);
	const late = await ask(scene, `${url}/delay/31`);
	t.is(late.status, 503);
	t.regex(late.body, /connection termination/);
});

test('an unknown host is answered with 404 and the hosts that there are', async (t) => {
	const scene = await walkThrough();
	scene.put('virtualServices', istio('out', {hosts: ['app.example.com'], gateways: ['public'], http: []}));
	const answer = await ask(scene, 'http://nope.example.com/');
	t.is(answer.status, 404);
	t.regex(answer.body, /"nope\.example\.com"/);
	for (const host of ['app.example.com', 'podinfo-canary.test']) t.true(answer.body.includes(`  ${host}\n`));
});

test('without a ready pod the answer is 503, in the words of Envoy, and counted', async (t) => {
	const scene = await walkThrough({'sandbox.aviary.dev/never-ready': 'true'});
	const answer = await ask(scene, 'http://podinfo-canary.test/');
	t.is(answer.status, 503);
	t.is(answer.body, 'no healthy upstream');
	t.is(scene.world.dropped(), 1);
	// The pod itself can be asked from within.
	const [pod] = scene.pods('podinfo-canary');
	const call = {namespace: 'test', pod: pod?.metadata.name ?? '', url: 'http://localhost:9898/version'};
	t.is((await arrives(scene, scene.world.fetchInWorld(call))).status, 200);
});

test('weights hold over many requests', async (t) => {
	const scene = await walkThrough();
	scene.route('podinfo', {podinfo: 90, 'podinfo-canary': 10});
	const versions = await versionsOf(scene, 'http://podinfo.test/version', 1000);
	// Five standard deviations of a binomial distribution, √(1000 · 0.1 · 0.9) = 9.5; the chance is seeded.
	t.true(Math.abs((versions.get('1.2.0') ?? 0) - 100) < 48);
	t.is((versions.get('1.1.1') ?? 0) + (versions.get('1.2.0') ?? 0), 1000);
	scene.route('podinfo', {podinfo: 100, 'podinfo-canary': 0});
	t.deepEqual([...(await versionsOf(scene, 'http://podinfo.test/version', 100)).keys()], ['1.1.1']);
});

test("the canary's own host goes past the VirtualService", async (t) => {
	const scene = await walkThrough();
	scene.route('podinfo', {podinfo: 100, 'podinfo-canary': 0});
	t.is((await fromTester(scene, 'http://podinfo-canary:9898/status/500')).status, 500);
	t.deepEqual(scene.world.requests().get('test/podinfo-canary'), {requests: 1, errors: 1});
	await scene.clock.advance(5000);
	const errors = scene.queryAll('istio_requests_total{response_code="500"}');
	t.is(errors.length, 1);
	t.like(errors[0]?.metric, {
		reporter: 'destination',
		source_workload: 'tester',
		destination_workload: 'podinfo-canary',
		destination_workload_namespace: 'test',
		destination_service_name: 'podinfo-canary',
	});
});

test('a header, a subset and a gateway decide', async (t) => {
	const scene = await walkThrough();
	scene.deploy('web-a', {labels: {tier: 'web', version: 'a'}, image: 'podinfo:a'});
	scene.deploy('web-b', {labels: {tier: 'web', version: 'b'}, image: 'podinfo:b'});
	scene.expose('web', {tier: 'web'});
	await scene.clock.advance(2000);
	const subsets = ['a', 'b'].map((version) => ({name: version, labels: {version}}));
	scene.put('destinationRules', istio('web', {host: 'web', subsets}, 'DestinationRule'));
	const to = (subset: string) => [{destination: {host: 'web', subset, port: {number: 9898}}}];
	const match = [{headers: {'x-canary': {exact: 'always'}}}];
	const hosts = ['app.example.com', 'web'];
	const http = [{match, route: to('b')}, {route: to('a')}];
	scene.put('virtualServices', istio('web', {hosts, gateways: ['public-gateway.istio-system', 'mesh'], http}));
	const app = 'http://app.example.com/version';
	t.is(json(await ask(scene, app))['version'], 'a');
	t.is(json(await ask(scene, app, {headers: {'X-Canary': 'always'}}))['version'], 'b');
	t.is(json(await fromTester(scene, 'http://web:9898/version'))['version'], 'a');
	// What no name in the cluster is, a pod finds behind the gateway; a route for the mesh alone, the gateway does not.
	t.is(json(await fromTester(scene, app))['version'], 'a');
	scene.put('virtualServices', istio('web', {hosts, http}));
	t.is((await ask(scene, app)).status, 404);
	t.is(json(await fromTester(scene, app))['version'], 'a');
	// A port that the Service does not have.
	const elsewhere = [{destination: {host: 'web', port: {number: 80}}}];
	scene.put('virtualServices', istio('web', {hosts, http: [{route: elsewhere}]}));
	t.is((await fromTester(scene, 'http://web:9898/')).status, 503);
});

test('errors, latency and time-outs are the same as for visitors', async (t) => {
	const annotations = {'sandbox.aviary.dev/error-rate': '0.5', 'sandbox.aviary.dev/latency-ms': '1500'};
	const scene = await walkThrough(annotations);
	const codes: number[] = [];
	for (let index = 0; index < 4; index++) codes.push((await ask(scene, 'http://podinfo-canary.test/')).status);
	t.deepEqual(codes, [200, 500, 200, 500]);
	const http = [{timeout: '1s', route: [{destination: {host: 'podinfo-canary'}}]}];
	scene.put('virtualServices', istio('podinfo', {hosts: ['podinfo'], http}));
	const answer = await ask(scene, 'http://podinfo.test/');
	t.is(answer.status, 504);
	t.is(answer.body, 'upstream request timeout');
	t.is(answer.latencyMs, 1000);
});

test('mirrored requests are answered by nobody that anybody hears', async (t) => {
	const scene = await walkThrough();
	const http = [{route: [{destination: {host: 'podinfo'}}], mirror: {host: 'podinfo-canary'}}];
	scene.put('virtualServices', istio('podinfo', {hosts: ['podinfo'], http}));
	t.deepEqual([...(await versionsOf(scene, 'http://podinfo.test/version', 10)).keys()], ['1.1.1']);
	t.is(scene.world.requests().get('test/podinfo-canary')?.requests, 10);
});

test('when time runs faster, a request by hand counts for as many, within two seconds', async (t) => {
	const scene = await walkThrough({}, 60);
	t.is((await fromTester(scene, 'http://podinfo-canary:9898/status/500')).status, 500);
	t.is(scene.world.requests().get('test/podinfo-canary')?.errors, 1);
	await scene.clock.advance(1000);
	t.true(Math.abs((scene.world.requests().get('test/podinfo-canary')?.errors ?? 0) - 30) <= 6);
	await scene.clock.advance(1500);
	t.is(scene.world.requests().get('test/podinfo-canary')?.errors, 60);
	// What is left of it ends with its pod.
	await fromTester(scene, 'http://podinfo-canary:9898/status/500');
	scene.deploy('podinfo-canary', {replicas: 0});
	await scene.clock.advance(3000);
	t.true((scene.world.requests().get('test/podinfo-canary')?.errors ?? 0) < 90);
	t.deepEqual(scene.queryAll('istio_requests_total{destination_workload="podinfo-canary"}'), []);
});

test('where curl gets no answer, its exit code and words are given', async (t) => {
	const scene = await walkThrough();
	const fails = async (url: string): Promise<readonly [number, string]> => {
		const error = await t.throwsAsync<Unreachable>(fromTester(scene, url), {instanceOf: Unreachable});
		return [error.exitCode, error.message];
	};
	t.deepEqual(await fails('http://nope:9898/'), [6, 'Could not resolve host: nope']);
	t.deepEqual(await fails('http://podinfo/'), [7, 'Failed to connect to podinfo port 80: Connection refused']);
	t.deepEqual(await fails('http://localhost:9898/'), [
		7,
		'Failed to connect to localhost port 9898: Connection refused',
	]);
	t.is((await fails('http://')).at(0), 3);
	t.is((await fails('ftp://podinfo/')).at(0), 3);
});

test('without visitors only what is sent by hand is counted', async (t) => {
	const scene = await walkThrough();
	scene.route('podinfo', {podinfo: 100, 'podinfo-canary': 0});
	await scene.clock.advance(60_000);
	t.is(scene.world.rps, 0);
	t.is(scene.world.requests().size, 0);
});

test('requests of a load tool are all counted, however many', async (t) => {
	const scene = await walkThrough({}, 60);
	const request = incomingOf(GATEWAY, {method: 'GET', authority: 'podinfo.test', path: '/', headers: {}});
	await arrives(scene, Promise.all(Array.from({length: 1500}, () => scene.world.request(request))));
	await scene.clock.advance(3000);
	t.is(scene.world.requests().get('test/podinfo')?.requests, 1500 * 60);
});
