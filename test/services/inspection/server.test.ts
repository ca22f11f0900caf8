// Who may look on, and how much is kept for whoever reads slowly. With real sockets, for that is what it is about.
import {on, once} from 'node:events';
import {request, type IncomingMessage} from 'node:http';
import {connect} from 'node:net';
import {Script} from 'node:vm';
import test, {type ExecutionContext} from 'ava';
import {WebSocket, type ClientOptions} from 'ws';
import {startInspectionServer, type InspectionServerOptions} from '../../../services/inspection/server.ts';
import {silentLog} from '../../../services/log.ts';

const setUp = async (t: ExecutionContext, options: Partial<InspectionServerOptions> = {}) => {
	const server = await startInspectionServer({
		address: '127.0.0.1',
		port: 0,
		ids: () => [],
		describe: () => undefined,
		log: silentLog,
		...options,
	});
	t.teardown(() => server.close());
	const {port} = new URL(server.url);
	const open = (from: ClientOptions = {}): WebSocket => {
		const socket = new WebSocket(`ws://127.0.0.1:${port}/`, from);
		t.teardown(() => socket.terminate());
		return socket;
	};
	return {server, port: Number(port), open};
};

/** Resolves to the status of a handshake: 101 when it is let in. */
const statusOf = async (socket: WebSocket): Promise<number> =>
	new Promise((resolve) => {
		socket.on('error', () => {});
		socket.once('open', () => resolve(101));
		socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0));
	});

/** The first messages of a socket. */
const heard = async (socket: WebSocket, count: number): Promise<readonly string[]> => {
	const messages: string[] = [];
	for await (const [data] of on(socket, 'message') as AsyncIterable<[Buffer]>) {
		messages.push(data.toString());
		if (messages.length === count) break;
	}

	return messages;
};

test('its own page and programs are let in; a page of another site is not, by whatever name', async (t) => {
	const {open, port} = await setUp(t);
	t.is(await statusOf(open()), 101);
	t.is(await statusOf(open({origin: `http://127.0.0.1:${port}`})), 101);
	t.is(await statusOf(open({origin: `http://localhost:${port}`, headers: {host: `localhost:${port}`}})), 101);
	t.is(await statusOf(open({origin: 'https://stately.ai'})), 403);
	t.is(await statusOf(open({origin: 'null'})), 403);
	// A name that another site has pointed at this address.
	t.is(await statusOf(open({origin: 'http://evil.example', headers: {host: 'evil.example'}})), 403);
});

const get = async (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') => {
	const asked = request({host: '127.0.0.1', port, path, headers, method}).end();
	const [answer] = (await once(asked, 'response')) as [IncomingMessage];
	const parts: Buffer[] = [];
	for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
	return {status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString()};
};

test('the page may show the inspector and nothing else, runs no script but its own, and goes into no frame', async (t) => {
	const {port} = await setUp(t);
	const page = await get(port, '/');
	t.is(page.status, 200);
	t.regex(page.body, /<iframe /);
	t.notRegex(page.body, /<script>|on\w+=/);
	const policy = String(page.headers['content-security-policy']);
	t.regex(policy, /default-src 'none'; script-src 'self';/);
	t.regex(policy, /frame-src https:\/\/stately\.ai;/);
	t.regex(policy, /frame-ancestors 'none'/);
	const script = await get(port, '/bridge.js');
	t.regex(String(script.headers['content-type']), /javascript/);
	t.notThrows(() => new Script(script.body));
	t.regex(script.body, /frame\.src = 'https:\/\/stately\.ai\/inspect'/);
	t.regex(script.body, /postMessage\(JSON\.parse\(data\), 'https:\/\/stately\.ai'\)/, 'to that origin alone');
	t.is((await get(port, '/../etc')).status, 404);
	t.is((await get(port, '/', {}, 'POST')).status, 405);
	const rebound = await get(port, '/', {host: 'evil.example'});
	t.is(rebound.status, 403);
	t.regex(rebound.body, /open it by its address/);
});

test('a newcomer is told of those there are, then of what happens; of nobody twice', async (t) => {
	const present = new Map([
		['a', 'a as it is'],
		['b', 'b as it is'],
	]);
	const {server, open} = await setUp(t, {ids: () => [...present.keys(), 'gone'], describe: (id) => present.get(id)});
	t.false(server.hasReaders);
	server.publish('a', 'before anybody looked');
	const [first, second] = [open(), open()];
	const both = Promise.all([heard(first, 3), heard(second, 3)]);
	await Promise.all([once(first, 'open'), once(second, 'open')]);
	t.true(server.hasReaders);
	server.publish('a', 'a moves');
	t.deepEqual(await both, [
		['a as it is', 'b as it is', 'a moves'],
		['a as it is', 'b as it is', 'a moves'],
	]);
});

test('a large world is told as fast as it is taken, and what happens meanwhile to those still untold is not', async (t) => {
	const ids = Array.from({length: 40}, (_, index) => `actor ${index}`);
	let at = 'first';
	const {server, open} = await setUp(t, {
		ids: () => ids,
		describe: (id) => `${id} ${at} ${'x'.repeat(256 * 1024)}`,
	});
	const socket = open();
	const messages = heard(socket, ids.length + 1);
	await once(socket, 'open');
	at = 'later';
	server.publish('actor 39', 'actor 39 moves');
	server.publish('actor 0', 'actor 0 moves');
	const texts = (await messages).map((text) => text.slice(0, 16).trim());
	t.true(texts.includes('actor 0 moves'));
	t.false(texts.includes('actor 39 moves'), 'it is in what is told of it');
	t.true(texts.includes('actor 39 later x') || texts.includes('actor 39 later'), texts.join('; '));
});

test('whoever does not read is cut off, and others are not', async (t) => {
	const {server, open, port} = await setUp(t);
	// A socket that does the handshake by hand and never reads.
	const deaf = connect(port, '127.0.0.1');
	t.teardown(() => deaf.destroy());
	const isGone = once(deaf, 'close');
	deaf.on('error', () => {});
	deaf.write(
		`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
	);
	await once(deaf, 'readable');
	deaf.pause();
	const reader = open();
	await once(reader, 'open');
	const message = 'x'.repeat(1024 * 1024);
	for (let sent = 0; sent < 40; sent += 1) {
		const taken = once(reader, 'message');
		server.publish('a', message);
		await taken;
	}

	deaf.resume();
	await isGone;
	t.is(reader.readyState, WebSocket.OPEN);
});

test('readers are few, and one that talks is shown out', async (t) => {
	const {open} = await setUp(t);
	const readers = Array.from({length: 8}, () => open());
	await Promise.all(readers.map((reader) => once(reader, 'open')));
	t.is(await statusOf(open()), 503);
	readers[0]?.send('x'.repeat(2000));
	await once(readers[0] as WebSocket, 'close');
	t.is(await statusOf(open()), 101);
});
