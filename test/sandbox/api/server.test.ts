import {request} from 'node:http';
import test from 'ava';
import {silentLog} from '../../../services/log.ts';
import {startApiServer} from '../../../sandbox/api/server.ts';
import {configMap, keys, world} from './world.ts';

const path = '/api/v1/namespaces/test/configmaps';

test('a watch over the socket has its headers at once and its events as they come', async (t) => {
	const {store} = world();
	const server = await startApiServer({store, log: silentLog});
	t.teardown(() => server.close());
	const response = await fetch(`${server.url}${path}?watch=true`);
	t.is(response.status, 200);
	store.create(keys.configMaps, configMap('one'), 'test');
	const reader = response.body?.getReader();
	const chunk = await reader?.read();
	const event = JSON.parse(Buffer.from(chunk?.value ?? []).toString('utf8')) as {type: string; object: object};
	t.like(event, {type: 'ADDED', object: {metadata: {name: 'one'}}});
	await reader?.cancel();
});

test('a caller from another site, or by another name, is refused', async (t) => {
	const {store} = world();
	const server = await startApiServer({store, log: silentLog});
	t.teardown(() => server.close());
	const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
		new Promise((resolve, reject) => {
			const sent = request(`${server.url}${path}`, {headers}, (response) => {
				response.resume();
				resolve(response.statusCode);
			});
			sent.on('error', reject);
			sent.end();
		});
	t.is(await statusWith({}), 200);
	t.is(await statusWith({host: 'evil.example'}), 403);
	t.is(await statusWith({origin: 'https://evil.example'}), 403);
	t.is(await statusWith({origin: 'http://localhost:3000'}), 200);
});

test('an answer that was refused as too large is still an answer', async (t) => {
	const {store} = world();
	const server = await startApiServer({store, log: silentLog});
	t.teardown(() => server.close());
	const body = JSON.stringify(configMap('one', {}, {key: 'x'.repeat(4_000_000)}));
	t.is((await fetch(`${server.url}${path}`, {method: 'POST', body})).status, 413);
});
