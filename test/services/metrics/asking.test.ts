import test from 'ava';
import type {Door} from '../../../services/http/door.ts';
import {HttpError} from '../../../services/http/errors.ts';
import {askedOnce, createAsk, type Asked} from '../../../services/metrics/asking.ts';

const now = 1_700_000_000_000;
const clock = {now: () => now};
const one = {headers: {}, status: 200, body: '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}'};
const asked: Asked = {source: 'prometheus', query: 'up', endpoint: {address: 'http://prom'}, intervalMs: 60_000};

test("identical queries in flight are asked once, and one asker's leaving does not end the other's", async (t) => {
	const {promise, resolve} = Promise.withResolvers<typeof one>();
	let requests = 0;
	const request: Door['request'] = async ({signal}) => {
		requests++;
		signal?.addEventListener('abort', () => t.fail());
		return promise;
	};
	const ask = askedOnce(createAsk({request}, clock));
	const leaving = new AbortController();
	const first = ask(asked, leaving.signal);
	const second = ask(asked);
	leaving.abort(new Error('left'));
	await t.throwsAsync(first, {message: 'left'});
	resolve(one);
	t.like(await second, {kind: 'value', value: 1});
	t.is(requests, 1);
});

test('what differs in who asks, whom, what or over how long is another question', async (t) => {
	const {address} = asked.endpoint;
	for (const other of [
		{...asked, query: 'down'},
		{...asked, intervalMs: 30_000},
		{...asked, endpoint: {address: 'http://other'}},
		{...asked, endpoint: {address, credentials: {token: 'b'}}},
		{...asked, endpoint: {address, headers: {'x-scope-orgid': 'b'}}},
		{...asked, endpoint: {address, tls: {rejectUnauthorized: false}}},
		{...asked, endpoint: {address, region: 'eu-west-1'}},
	]) {
		let requests = 0;
		const request: Door['request'] = async () => {
			requests++;
			return one;
		};
		const ask = askedOnce(createAsk({request}, clock));
		await Promise.all([ask(asked), ask(other), ask(structuredClone(other))]);
		t.is(requests, 2, JSON.stringify(other));
	}
});

test('two Canaries with other credentials never share an answer', async (t) => {
	const request: Door['request'] = async ({headers}) =>
		headers?.['authorization'] === 'Bearer good' ? one : {headers: {}, status: 403, body: 'go away'};
	const ask = askedOnce(createAsk({request}, clock));
	const as = (token: string) => ask({...asked, endpoint: {...asked.endpoint, credentials: {token}}});
	const [good, bad] = await Promise.all([as('good'), as('bad')]);
	t.like(good, {kind: 'value', value: 1});
	t.deepEqual(bad, {kind: 'provider failed', text: 'HTTP status 403'});
});

test('every request is bounded, and what goes wrong on the way is an answer', async (t) => {
	const request: Door['request'] = async ({timeoutMs, maxBytes}) => {
		t.deepEqual([timeoutMs, maxBytes], [5000, 1024 * 1024]);
		throw new HttpError('timed out', 'late');
	};
	t.deepEqual(await createAsk({request}, clock)(asked), {kind: 'timed out', afterMs: 5000});
	const refusing: Door['request'] = () => Promise.reject(new HttpError('refused', 'http://prom: connection refused'));
	t.deepEqual(await createAsk({request: refusing}, clock)(asked), {
		kind: 'provider failed',
		text: 'http://prom: connection refused',
	});
});
