import test from 'ava';
import type {ExecutionContext} from 'ava';
import {openPage, openPageIfPossible, type PageOptions} from '../../../actors/views/page.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor} from '../../../services/http/door.ts';
import {createApi} from '../../../services/kubernetes/api.ts';
import {openConnection} from '../../../services/kubernetes/connection.ts';
import {createCluster} from '../../../services/kubernetes/live-cluster.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {listen} from '../../services/web/listening.ts';
import {ask} from '../../services/web/site.ts';

const optionsOf = (port: number): PageOptions => {
	const clock = createVirtualClock();
	const random = seededRandom(1);
	const transport = {send: () => Promise.reject(new Error('nobody is there')), close: () => Promise.resolve()};
	const door = createDoor({clock, log: silentLog, transport});
	const connection = openConnection('http://api');
	const api = createApi({connection, door, clock, random, log: silentLog});
	const config = {port, address: '127.0.0.1', auth: 'open'} as const;
	const metricsServer = 'http://prometheus';
	return {config, connection, door, api, metricsServer, clock, random, log: silentLog, version: '0', speed: 1};
};

const open = async (t: ExecutionContext) => {
	const options = optionsOf(0);
	const page = await openPage(options);
	t.teardown(() => page.close());
	return {page, cluster: createCluster(options), port: Number(new URL(page.url).port)};
};

test('a replica that does not lead says so, instead of an empty list; it can still give a command', async (t) => {
	const {page, cluster, port} = await open(t);
	for (const url of [
		'canaries',
		'canaries/test/podinfo',
		'canaries/test/podinfo/explain',
		'canaries/test/podinfo/diff',
		'stream',
	]) {
		const {status, headers, body} = await ask(port, `/api/v1/${url}`);
		t.is(status, 503, url);
		t.is((JSON.parse(body) as {code: string}).code, 'following');
		t.is(headers['retry-after'], '1');
		t.is(headers.connection, 'close');
	}

	t.is((await ask(port, '/api/v1/chart')).status, 200);
	t.like(JSON.parse((await ask(port, '/api/v1/about')).body), {leading: false});
	page.leads(cluster);
	t.deepEqual(JSON.parse((await ask(port, '/api/v1/canaries')).body), {items: []});
});

test('a replica that does not lead tells who does, and the way there, unless the Lease holds no name of a pod', async (t) => {
	let leader = 'aviary-6d5f7-x2x4q';
	const options = optionsOf(0);
	const connection = openConnection('http://api', 'aviary-system');
	const page = await openPage({...options, connection, leader: () => leader});
	t.teardown(() => page.close());
	const port = Number(new URL(page.url).port);
	const told = async () => JSON.parse((await ask(port, '/api/v1/canaries')).body) as {message: string; remedy: string};
	t.like(await told(), {
		message: 'another replica looks after the Canaries: aviary-6d5f7-x2x4q',
		remedy: `ask again: the Service may take you to it; or go there by kubectl -n aviary-system port-forward pod/aviary-6d5f7-x2x4q ${port}`,
	});
	for (const strange of ['', 'x; rm -rf $HOME', 'Laptop of Ann']) {
		leader = strange;
		t.like(await told(), {
			message: 'another replica looks after the Canaries',
			remedy: 'ask again: the Service may take you to it',
		});
	}
});

test('who follows the stream of a replica that leads no longer is sent away', async (t) => {
	const {page, cluster, port} = await open(t);
	page.leads(cluster);
	const client = await listen(port, '/api/v1/stream?namespace=test');
	client.read();
	await client.count(1);
	page.leads(undefined);
	const messages = await client.over();
	t.deepEqual(
		messages.map(({event}) => event),
		['reset', 'bye'],
	);
	t.like(messages[1]?.data, {retry: 'later'});
});

test('a port that is taken costs the page, and nothing else', async (t) => {
	const {port} = await open(t);
	const errors: string[] = [];
	const log = {...silentLog, error: (message: string) => errors.push(message)};
	t.is(await openPageIfPossible({...optionsOf(port), log}), undefined);
	t.regex(errors.join(), /choose another port by --ui-port/);
});
