import {createServer, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import test from 'ava';
import {createVirtualClock, type VirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor, HttpError, type Door, type Transport} from '../../../services/http/door.ts';
import {silentLog} from '../../../services/log.ts';
import {until} from '../kubernetes/harness.ts';

type Stage = {
	readonly door: Door;
	readonly clock: VirtualClock;
	readonly url: string;
	readonly responses: ServerResponse[];
	readonly sockets: Set<unknown>;
};

const withServer = async (
	answer: (response: ServerResponse, path: string) => void,
	run: (stage: Stage) => Promise<void>,
): Promise<void> => {
	const clock = createVirtualClock();
	const responses: ServerResponse[] = [];
	const sockets = new Set<unknown>();
	const server: Server = createServer((request, response) => {
		request.resume();
		sockets.add(request.socket);
		responses.push(response);
		answer(response, request.url ?? '');
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const door = createDoor({clock, log: silentLog, connections: 4});
	try {
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		await run({door, clock, url, responses, sockets});
	} finally {
		await door.close();
		server.closeAllConnections();
		server.close();
	}
};

const kindOf = async (promise: Promise<unknown>): Promise<string> => {
	const error: unknown = await promise.then(
		() => new Error('it was answered'),
		(caught: unknown) => caught,
	);
	return error instanceof HttpError ? error.kind : String(error);
};

const never = (): void => {};

test('an answer is an answer, whatever its status, and no redirect is followed', (t) =>
	withServer(
		(response) => {
			response.writeHead(302, {location: 'http://169.254.169.254/', 'X-Twice': ['a', 'b']}).end('grüße');
		},
		async ({door, url, clock}) => {
			const answer = await door.request({url: `${url}/x?y=1`, method: 'POST', body: '{}'});
			t.like(answer, {status: 302, body: 'grüße'});
			t.is(answer.headers['x-twice'], 'a, b');
			t.is(clock.pending(), 0);
		},
	));

test('silence before the headers, and after them, ends by our own clock', (t) =>
	withServer(
		(response, path) => {
			if (path === '/body') {
				response.writeHead(200).flushHeaders();
				response.write('half');
			}
		},
		async ({door, url, clock, responses}) => {
			for (const path of ['/nothing', '/body']) {
				const before = responses.length;
				const result = kindOf(door.request({url: url + path, timeoutMs: 5000}));
				await until(() => responses.length > before);
				await clock.advance(4999);
				await clock.advance(1);
				t.is(await result, 'timed out');
			}

			t.is(clock.pending(), 0);
		},
	));

test('a body over its limit is too large, a compressed one malformed, a broken one a reset', (t) =>
	withServer(
		(response, path) => {
			if (path === '/large') {
				response.end('x'.repeat(2000));
			} else if (path === '/gzip') {
				response.writeHead(200, {'content-encoding': 'gzip'}).end('xx');
			} else {
				response.writeHead(200, {'content-length': '100'});
				response.write('half', () => response.socket?.resetAndDestroy());
			}
		},
		async ({door, url}) => {
			t.is(await kindOf(door.request({url: `${url}/large`, maxBytes: 1999})), 'too large');
			t.is((await door.request({url: `${url}/large`, maxBytes: 2000})).body.length, 2000);
			t.is(await kindOf(door.request({url: `${url}/gzip`})), 'malformed');
			t.is(await kindOf(door.request({url: `${url}/broken`})), 'reset');
		},
	));

test('nobody listening is refused; a caller who gives up is aborted', (t) =>
	withServer(never, async ({door, url, responses}) => {
		const giveUp = new AbortController();
		const result = kindOf(door.request({url, signal: giveUp.signal}));
		await until(() => responses.length === 1);
		giveUp.abort();
		t.is(await result, 'aborted');
		t.is(await kindOf(door.request({url, signal: giveUp.signal})), 'aborted');
		t.is(responses.length, 1);
		t.is(await kindOf(door.request({url: 'http://127.0.0.1:1/'})), 'refused');
	}));

test('connections are capped, and streams do not count', (t) =>
	withServer(
		(response, path) => {
			if (path === '/stream') {
				response.writeHead(200).flushHeaders();
			}
		},
		async ({door, url, responses, sockets}) => {
			for (let time = 0; time < 6; time += 1) {
				await door.stream({url: `${url}/stream`, idleMs: 1000});
			}

			const asked = Array.from({length: 20}, () => door.request({url: `${url}/short`}));
			await until(() => responses.length === 10);
			for (let answered = 6; answered < 26; answered += 1) {
				await until(() => responses.length > answered);
				responses[answered]?.end('ok');
			}

			t.is((await Promise.all(asked)).length, 20);
			t.true(sockets.size <= 10, String(sockets.size));
		},
	));

test('a stream gives whole lines however they are cut, and ends in silence by the clock', (t) =>
	withServer(
		(response) => {
			response.writeHead(200).flushHeaders();
		},
		async ({door, url, clock, responses}) => {
			const stream = await door.stream({url, idleMs: 3000});
			const lines: string[] = [];
			const reading = kindOf(
				(async () => {
					for await (const batch of stream.lines) {
						lines.push(...batch);
					}
				})(),
			);
			const bytes = Buffer.from('🐦ä\r\n\n\nzwei\n');
			for (const byte of bytes) {
				responses[0]?.write(Buffer.of(byte));
				await new Promise((resolve) => {
					setImmediate(resolve);
				});
			}

			await until(() => lines.length === 2);
			t.deepEqual(lines, ['🐦ä', 'zwei']);
			await clock.advance(2999);
			await clock.advance(1);
			t.is(await reading, 'timed out');
			t.is(clock.pending(), 0);
		},
	));

test('a stream with an endless line, an unfinished one or another status', (t) =>
	withServer(
		(response, path) => {
			if (path === '/refused') {
				response.writeHead(410).end('gone');
			} else if (path === '/half') {
				response.end('whole\nhalf');
			} else {
				response.write('x'.repeat(100));
			}
		},
		async ({door, url, responses}) => {
			const read = async (path: string): Promise<string[]> => {
				const lines: string[] = [];
				const stream = await door.stream({url: url + path, idleMs: 1000, maxLine: 50});
				for await (const batch of stream.lines) {
					lines.push(...batch);
				}

				return [String(stream.status), stream.body, ...lines];
			};

			t.deepEqual(await read('/refused'), ['410', 'gone']);
			t.is(await kindOf(read('/half')), 'malformed');
			t.is(await kindOf(read('/endless')), 'too large');
			await until(() => responses[2]?.destroyed === true);
		},
	));

test('an in-process transport is held to the same limits', async (t) => {
	const clock = createVirtualClock();
	const asked: string[] = [];
	const transport: Transport = {
		send({method, url, streaming}) {
			asked.push(`${method} ${url.pathname}${url.search} ${streaming}`);
			const chunks = (async function* () {
				yield Buffer.from('{"a":1}\n');
				await new Promise(() => {});
			})();
			return Promise.resolve({status: 200, headers: {}, chunks});
		},
		close: () => Promise.resolve(),
	};
	const door = createDoor({clock, log: silentLog, transport});
	const result = kindOf(door.request({url: 'http://world/x?q=1', timeoutMs: 10}));
	await clock.advance(10);
	t.is(await result, 'timed out');
	const stream = await door.stream({url: 'http://world/y', idleMs: 20});
	for await (const lines of stream.lines) {
		t.deepEqual(lines, ['{"a":1}']);
		break;
	}

	t.deepEqual(asked, ['GET /x?q=1 false', 'GET /y true']);
	t.is(clock.pending(), 0);
});
