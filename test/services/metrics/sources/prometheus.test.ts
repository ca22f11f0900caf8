import test from 'ava';
import type {Endpoint} from '../../../../services/metrics/source.ts';
import {prometheus} from '../../../../services/metrics/sources/prometheus.ts';
import {askOverSocket, NOW} from './stage.ts';

const scalar = '{"status":"success","data":{"resultType":"scalar","result":[1700000000,"7"]}}';

const sentTo = async (endpoint: Endpoint) => {
	const sent: unknown[] = [];
	await prometheus.ask('up == 1', endpoint, {now: 0, intervalMs: 60_000}, async (request) => {
		sent.push(request);
		return {status: 200, body: '{}'};
	});
	return sent;
};

test('it is asked with the headers and as the user that an endpoint names', async (t) => {
	const url = 'http://prom:9090/api/v1/query?query=up%20%3D%3D%201';
	t.deepEqual(await sentTo({address: 'http://prom:9090/', headers: {'x-scope-orgid': 'shop'}}), [
		{url, headers: {'x-scope-orgid': 'shop'}},
	]);
	const credentials = {username: 'ada', password: 'lövelace'};
	const basic = `Basic ${Buffer.from('ada:lövelace').toString('base64')}`;
	t.deepEqual(await sentTo({address: 'http://prom:9090', credentials}), [{url, headers: {authorization: basic}}]);
	t.deepEqual(await sentTo({address: 'http://prom:9090', credentials: {...credentials, token: 't'}}), [
		{url, headers: {authorization: 'Bearer t'}},
	]);
});

test('what is no address is not asked', async (t) => {
	t.deepEqual(await sentTo({address: 'prom:9090'}), []);
});

test('a query that no such server takes is told why', (t) => {
	for (const [query, flaw] of [
		['', 'is empty'],
		['sum(rate(requests[1m])', 'lacks a ) at its end'],
		['sum(rate(requests[]))', 'has a range without a duration'],
		['sum(up))', 'has a ) that nothing opens'],
		['sum(up]', 'has a ] that nothing opens'],
		['up{pod=~"podinfo}', 'has a " that nothing closes'],
		['sum by (pod) (rate(x{a=~"[a-z](",b=\'{\',c=`(`}[5m:1m]))', undefined],
		['WITH (f = {a="b"}) rate(x{f})', undefined],
	] as const) {
		t.is(prometheus.flawOf(query), flaw, query);
	}
});

test('a query comes to stand on one line without its comments', (t) => {
	t.is(prometheus.prepare('sum(\n  up{a="#"} # not 1\n)'), 'sum( up{a="#"} )');
});

test('it answers over a socket what it is asked', async (t) => {
	const asked = {source: 'prometheus', query: 'up{a="b c"}', endpoint: {credentials: {token: 't'}}};
	const {answer, received} = await askOverSocket(t, asked, scalar);
	t.deepEqual(answer, {kind: 'value', value: 7, at: NOW});
	t.is(received[0]?.path, '/api/v1/query?query=up%7Ba%3D%22b%20c%22%7D');
	t.is(received[0]?.headers.authorization, 'Bearer t');
	const refused = await askOverSocket(t, asked, {status: 403, body: 'go away'});
	t.deepEqual(refused.answer, {kind: 'provider failed', text: 'HTTP status 403'});
});
