import {request as httpRequest, type IncomingHttpHeaders} from 'node:http';
import {connect} from 'node:net';
import test from 'ava';
import {startGateway} from '../../../sandbox/gateway/server.ts';
import type {WorldAnswer} from '../../../sandbox/world/requests.ts';
import type {Incoming} from '../../../sandbox/world/routing/route.ts';
import {silentLog, type Log} from '../../../services/log.ts';
import {startScene} from '../world/scene.ts';

type Answered = {readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string};

type Sent = {
	readonly method?: string;
	readonly headers?: Record<string, string>;
	readonly body?: string;
	path?: string;
};

/** As `fetch` does it, but with a Host header of one's own. */
const send = (url: string, {method = 'GET', headers = {}, body, path = '/'}: Sent): Promise<Answered> => {
	const {promise, resolve, reject} = Promise.withResolvers<Answered>();
	const request = httpRequest(url, {method, headers, path, agent: false}, (response) => {
		const chunks: Buffer[] = [];
		response.on('data', (chunk: Buffer) => chunks.push(chunk));
		response.on('end', () => {
			resolve({
				status: response.statusCode ?? 0,
				headers: response.headers,
				body: Buffer.concat(chunks).toString('utf8'),
			});
		});
	});
	request.on('error', reject);
	request.end(body);
	return promise;
};

const answer = (facts: Partial<WorldAnswer> = {}): WorldAnswer => ({
	status: 200,
	headers: {},
	body: '',
	latencyMs: 0,
	...facts,
});

/** A world that answers with what it was asked. */
const mirror = async (incoming: Incoming): Promise<WorldAnswer> => answer({body: JSON.stringify(incoming)});

test('the Host header names the pods, and the clock says when they have answered', async (t) => {
	const scene = startScene({rps: 0});
	scene.deploy('podinfo', {image: 'quay.io/stefanprodan/podinfo:1.1.1'});
	scene.expose('podinfo');
	await scene.clock.advance(2000);
	const gateway = await startGateway({world: scene.world, log: silentLog});
	const running = new AbortController();
	const ticking = (async () => {
		while (!running.signal.aborted) await scene.clock.advance(5);
	})();
	const get = (host: string, path: string): Promise<Answered> => send(gateway.url, {headers: {host}, path});
	const version = await get('podinfo.test:9898', '/version');
	t.is(version.status, 200);
	t.is(version.headers['content-type'], 'application/json; charset=utf-8');
	t.is(version.headers['server'], 'istio-envoy');
	t.like(JSON.parse(version.body), {version: '1.1.1'});
	t.is((await get('podinfo.test.svc.cluster.local', '/status/204')).status, 204);
	const begun = scene.clock.now();
	await get('podinfo.test', '/delay/1');
	t.true(scene.clock.now() - begun >= 1000);
	const unknown = await get('nope', '/');
	t.is(unknown.status, 404);
	t.regex(unknown.body, /Hosts:\n {2}podinfo\.test\n/);
	running.abort();
	await ticking;
	await gateway.close();
});

test('method, path, query and headers arrive; a whole URL names its host, as proxies get it', async (t) => {
	const gateway = await startGateway({world: {request: mirror}, log: silentLog});
	const headers = {host: 'app.example.com:80', 'X-Canary': 'always', connection: 'close'};
	const said = await send(gateway.url, {method: 'POST', headers, body: 'text', path: '/a?b=c'});
	t.deepEqual(JSON.parse(said.body), {
		source: {kind: 'gateway'},
		method: 'POST',
		host: 'app.example.com',
		path: '/a',
		query: 'b=c',
		headers: {host: 'app.example.com:80', 'x-canary': 'always'},
	});
	const proxied = await send(gateway.url, {path: 'http://podinfo-canary.test:9898/status/500'});
	t.like(JSON.parse(proxied.body), {host: 'podinfo-canary.test', path: '/status/500'});
	t.is((await send(gateway.url, {method: 'HEAD'})).body, '');
	await gateway.close();
});

test('what is too large or no request is refused', async (t) => {
	const gateway = await startGateway({world: {request: mirror}, log: silentLog});
	const large = await send(gateway.url, {method: 'POST', body: 'x'.repeat(1_048_577)});
	t.is(large.status, 413);
	t.is((await send(gateway.url, {headers: {'x-large': 'x'.repeat(20_000)}})).status, 431);
	t.is((await send(gateway.url, {method: 'OPTIONS', path: '*'})).status, 400);
	t.is((await send(gateway.url, {})).status, 200);
	await gateway.close();
});

test('an answer that cannot be written is an error that is logged', async (t) => {
	const warnings: string[] = [];
	const log: Log = {...silentLog, warn: (message) => warnings.push(message)};
	const request = async (): Promise<WorldAnswer> => answer({headers: {'set-cookie': 'line\nbreak'}});
	const gateway = await startGateway({world: {request}, log});
	t.is((await send(gateway.url, {})).status, 500);
	t.is(warnings.length, 1);
	await gateway.close();
});

test('a caller that goes away is not waited for', async (t) => {
	const asked = Promise.withResolvers<AbortSignal>();
	const request = (_: Incoming, signal?: AbortSignal): Promise<WorldAnswer> =>
		new Promise((_resolve, reject) => {
			if (signal === undefined) return;
			signal.addEventListener('abort', () => reject(signal.reason as Error));
			asked.resolve(signal);
		});
	const gateway = await startGateway({world: {request}, log: silentLog});
	const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
	socket.write('GET / HTTP/1.1\r\nHost: podinfo.test\r\n\r\n');
	const signal = await asked.promise;
	const gone = new Promise((resolve) => {
		signal.addEventListener('abort', resolve);
	});
	socket.destroy();
	await gone;
	t.true(signal.aborted);
	await gateway.close();
});
