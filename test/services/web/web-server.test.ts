import test from 'ava';
import {Refusal} from '../../../services/web/refusal.ts';
import type {Route} from '../../../services/web/routes.ts';
import {site} from './site.ts';

const echo: Route = {
	method: 'GET',
	path: 'api/v1/things/{namespace}/{name}',
	access: 'public',
	answer: ({params, query}) => ({json: {...params, kind: query.get('kind')}}),
};
const act: Route = {
	method: 'POST',
	path: 'api/v1/things/{name}',
	access: 'caller',
	answer: ({body, token}) => ({status: 201, json: {body, token}}),
};
const lasting: Route = {
	method: 'GET',
	path: 'api/v1/chart',
	access: 'public',
	answer: () => ({json: {version: 1}, isLasting: true}),
};
const routes = [echo, act, lasting];
const json = {'content-type': 'application/json', authorization: 'Bearer abc'};
const codeOf = (body: string): unknown => (JSON.parse(body) as {code: unknown}).code;

for (const host of [
	'localhost:8090',
	'127.0.0.1:1234',
	'[::1]:8090',
	'10.1.2.3:8090',
	'aviary.aviary-system.svc:8090',
	'aviary.aviary-system.svc.cluster.local',
	'AVIARY.example.com',
	'aviary.example.com.',
	'a.pages.example.org',
]) {
	test(`Host ${host} is ours`, async (t) => {
		const {ask} = await site(t, {routes});
		t.is((await ask('/api/v1/chart', {headers: {host}})).status, 200);
	});
}

for (const host of [
	'evil.example',
	'localhost.evil.example',
	'127.0.0.1.evil.example',
	'aviary.example.com.evil.example',
	'pages.example.org.evil.example',
	'aviary.example.com@evil.example',
	'evil.example/localhost',
	'aviary.aviary-system.svc.evil.example',
]) {
	test(`Host ${JSON.stringify(host)} is refused, whatever is asked for`, async (t) => {
		const {ask} = await site(t, {routes, files: {'index.html': 'hello'}});
		for (const url of ['/api/v1/chart', '/', '/api/v1/none']) {
			const {status, body} = await ask(url, {headers: {host}});
			t.is(status, 421);
			t.is(codeOf(body), 'wrong-host');
		}
	});
}

test('a POST from a page of another site is refused; from our own page, and from a program, it is taken', async (t) => {
	const {ask, port} = await site(t, {routes});
	const host = `127.0.0.1:${port}`;
	const post = async (headers: Record<string, string>) =>
		(await ask('/api/v1/things/a', {method: 'POST', headers: {...json, host, ...headers}, body: '{}'})).status;
	t.is(await post({}), 201);
	t.is(await post({origin: `http://${host}`}), 201);
	t.is(await post({origin: `http://${host}`, 'sec-fetch-site': 'same-origin'}), 201);
	t.is(await post({origin: 'http://evil.example'}), 403);
	t.is(await post({origin: `http://${host}.evil.example`}), 403);
	t.is(await post({origin: 'http://127.0.0.1'}), 403);
	t.is(await post({origin: 'null'}), 403);
	t.is(await post({'sec-fetch-site': 'cross-site'}), 403);
	t.is(await post({'sec-fetch-site': 'same-site'}), 403);
});

test('acting needs a token of the caller’s own, JSON, and a body of bounded size', async (t) => {
	const {ask} = await site(t, {routes});
	const post = (headers: Record<string, string>, body = '{}') =>
		ask('/api/v1/things/a', {method: 'POST', headers, body});
	const without = await post({'content-type': 'application/json'});
	t.is(without.status, 401);
	t.is(without.headers['www-authenticate'], 'Bearer');
	t.is((await post({...json, authorization: 'Basic abc'})).status, 401);
	t.is((await post({...json, authorization: 'Bearer a b'})).status, 401);
	t.is((await post({...json, 'content-type': 'text/plain'})).status, 415);
	t.is((await post(json, '{')).status, 400);
	t.is((await post(json, `"${'x'.repeat(20_000)}"`)).status, 413);
	t.deepEqual(JSON.parse((await post(json, '{"a":1}')).body), {body: {a: 1}, token: 'abc'});
});

test('nothing is changed by a GET, and a method that a path does not have is named', async (t) => {
	const {ask} = await site(t, {routes});
	const got = await ask('/api/v1/things/a', {headers: json});
	t.is(got.status, 405);
	t.is(got.headers.allow, 'POST');
	t.is((await ask('/api/v1/chart', {method: 'DELETE'})).status, 405);
	t.is((await ask('/nothing', {method: 'POST'})).status, 405);
});

test('names are decoded once, and come back as text in JSON that no browser takes for a page', async (t) => {
	const {ask} = await site(t, {routes});
	const hostile = '<img src=x onerror=alert(1)>/..%2f\u2028"';
	const {headers, body} = await ask(
		`/api/v1/things/${encodeURIComponent(hostile)}/${encodeURIComponent('../a')}?kind=%3Cb%3E`,
	);
	t.deepEqual(JSON.parse(body), {namespace: hostile, name: '../a', kind: '<b>'});
	t.is(headers['content-type'], 'application/json; charset=utf-8');
	t.is(headers['x-content-type-options'], 'nosniff');
	t.is((await ask('/api/v1/things/%zz/a')).status, 400);
});

test('every answer forbids inline scripts, frames around it, and other sites', async (t) => {
	const {ask} = await site(t, {routes, files: {'index.html': '<!doctype html>'}});
	for (const url of ['/', '/api/v1/chart', '/none']) {
		const {headers} = await ask(url);
		const policy = String(headers['content-security-policy']);
		t.true(policy.includes("default-src 'self'"), policy);
		t.true(policy.includes("frame-ancestors 'none'"), policy);
		t.notRegex(policy, /unsafe|\*|data:/);
		t.is(headers['referrer-policy'], 'no-referrer');
	}
});

test('files come from their folder only, with type and tag; what has a digest in its name is kept for good', async (t) => {
	const files = {'index.html': '<p>page', 'assets/app-1a2B3c4D.js': 'let a', 'style.css': 'p{}'};
	const {ask} = await site(t, {files});
	const page = await ask('/');
	t.is(page.body, '<p>page');
	t.is(page.headers['content-type'], 'text/html; charset=utf-8');
	t.is(page.headers['cache-control'], 'no-cache');
	const again = await ask('/', {headers: {'if-none-match': String(page.headers.etag)}});
	t.deepEqual([again.status, again.body], [304, '']);
	const script = await ask('/assets/app-1a2B3c4D.js');
	t.is(script.headers['content-type'], 'text/javascript; charset=utf-8');
	t.regex(String(script.headers['cache-control']), /immutable/);
	t.is((await ask('/style.css', {method: 'HEAD'})).headers['content-length'], '3');
	for (const url of ['/../package.json', '/..%2f..%2fetc/passwd', '/assets', '/%00', '//etc/passwd']) {
		t.is((await ask(url)).status, 404, url);
	}
});

test('without the page’s files the rest works, and says how to get them', async (t) => {
	const {ask} = await site(t, {routes});
	const {status, body} = await ask('/');
	t.is(status, 404);
	t.regex(body, /build/);
	t.is((await ask('/api/v1/chart')).status, 200);
});

test('it works with and without its prefix, and sends the bare prefix to where relative addresses hold', async (t) => {
	const {ask} = await site(t, {routes, basePath: '/aviary', files: {'index.html': 'page'}});
	t.is((await ask('/aviary/api/v1/chart')).status, 200);
	t.is((await ask('/api/v1/chart')).status, 200);
	t.is((await ask('/aviary/')).body, 'page');
	const bare = await ask('/aviary');
	t.deepEqual([bare.status, bare.headers.location], [308, '/aviary/']);
	t.is((await ask('/aviaryx/api/v1/chart')).status, 404);
});

test('a lasting answer has a tag, others are not kept', async (t) => {
	const {ask} = await site(t, {routes});
	const {headers} = await ask('/api/v1/chart');
	t.is((await ask('/api/v1/chart', {headers: {'if-none-match': String(headers.etag)}})).status, 304);
	t.is((await ask('/api/v1/things/a/b')).headers['cache-control'], 'no-store');
});

test('a refusal has code, message and remedy; a bug says nothing of what is inside', async (t) => {
	const failing: Route = {
		method: 'GET',
		path: 'bug',
		access: 'public',
		answer() {
			throw new TypeError('the password is secret');
		},
	};
	const refusing: Route = {
		method: 'GET',
		path: 'no',
		access: 'public',
		answer() {
			throw new Refusal('following', 'not here', 'elsewhere', {'retry-after': '1'});
		},
	};
	const {ask} = await site(t, {routes: [failing, refusing]});
	const bug = await ask('/bug');
	t.is(bug.status, 500);
	t.notRegex(bug.body, /secret/);
	const no = await ask('/no');
	t.is(no.headers['retry-after'], '1');
	t.deepEqual(JSON.parse(no.body), {code: 'following', message: 'not here', remedy: 'elsewhere'});
});
