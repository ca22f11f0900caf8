import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor} from '../../../services/http/door.ts';
import {createApi, type ApiRequest} from '../../../services/kubernetes/api.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {openConnection} from '../../../services/kubernetes/connection.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {startHarness, until, type Harness} from './harness.ts';
import {answerWith, hang, refuse, reset, type Answer} from './unruly-server.ts';

const withHarness = async (run: (harness: Harness) => Promise<void>): Promise<void> => {
	const harness = await startHarness();
	try {
		await run(harness);
	} finally {
		await harness.close();
	}
};

const write: ApiRequest = {
	verb: 'patch',
	resource: 'canaries.flagger.app',
	path: '/apis/flagger.app/v1beta1/namespaces/test/canaries/podinfo',
	about: 'podinfo.test',
	body: [],
	lane: 'status',
};

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
	const error: unknown = await promise.then(
		() => undefined,
		(caught: unknown) => caught,
	);
	if (!(error instanceof ApiError)) {
		throw new TypeError(`no ApiError but ${String(error)}`);
	}

	return error;
};

const cases: readonly (readonly [string, Answer, number, string, 'refused' | 'unknown'])[] = [
	['409', refuse(409, 'Conflict'), 409, 'Conflict', 'refused'],
	['409 of a create', refuse(409, 'AlreadyExists'), 409, 'AlreadyExists', 'refused'],
	['422', refuse(422, 'Invalid'), 422, 'Invalid', 'refused'],
	['404', refuse(404, 'NotFound'), 404, 'NotFound', 'refused'],
	['403', refuse(403, 'Forbidden'), 403, 'Forbidden', 'refused'],
	['400', answerWith(400, 'no JSON at all'), 400, 'BadRequest', 'refused'],
	['413', answerWith(413, ''), 413, 'HTTP413', 'refused'],
	['500', refuse(500, 'InternalError'), 500, 'InternalError', 'unknown'],
	['502', answerWith(502, '<html>'), 502, 'HTTP502', 'unknown'],
	['503 without Retry-After', refuse(503, 'ServiceUnavailable'), 503, 'ServiceUnavailable', 'unknown'],
	['504', refuse(504, 'Timeout'), 504, 'Timeout', 'unknown'],
	['a reset', reset, 0, 'NoAnswer', 'unknown'],
	['200 with half a body', answerWith(200, '{"kind":"Can'), 200, 'MalformedAnswer', 'unknown'],
	['200 with a list', answerWith(200, '[]'), 200, 'MalformedAnswer', 'unknown'],
];

for (const [what, answer, code, reason, outcome] of cases) {
	test(`${what} is ${outcome}, at once`, (t) =>
		withHarness(async ({server, api, clock}) => {
			server.once('write', answer);
			const error = await failure(api.request(write));
			t.like(error, {code, reason, outcome, attempt: 'PATCH canaries.flagger.app podinfo.test'});
			t.is(server.seen.length, 1);
			t.is(clock.monotonic(), 0);
		}));
}

test('429 and 503 with Retry-After are repeated when they say, then with growing pauses', (t) =>
	withHarness(async ({server, api, clock, answers}) => {
		server.once('write', refuse(429, 'TooManyRequests', {'retry-after': '7'}));
		server.once('write', refuse(503, 'ServiceUnavailable', {}, {details: {retryAfterSeconds: 3}}));
		server.once('write', refuse(429, 'TooManyRequests'));
		server.once('write', answerWith(200, {kind: 'Canary'}));
		const result = api.request(write);
		await until(() => answers.length === 4, clock);
		t.deepEqual(await result, {kind: 'Canary'});
		const [a = 0, b = 0, c = 0, d = 0] = server.seen.map((seen) => seen.at);
		t.true(b - a >= 7000 && b - a < 8000);
		t.true(c - b >= 3000 && c - b < 4000);
		t.true(d - c >= 500 && d - c < 1100);
		t.deepEqual(
			answers.map((one) => one.code),
			[429, 503, 429, 200],
		);
	}));

test('a refused connection is tried again until the signal aborts, and then was surely not applied', async (t) => {
	const clock = createVirtualClock();
	const door = createDoor({clock, log: silentLog});
	const closed = await startHarness();
	await closed.close();
	let attempts = 0;
	const onAnswer = (): void => {
		attempts += 1;
	};
	const connection = openConnection(closed.server.url);
	const api = createApi({connection, door, clock, random: seededRandom(1), log: silentLog, onAnswer});
	const giveUp = new AbortController();
	const result = failure(api.request({...write, signal: giveUp.signal}));
	await until(() => attempts === 4, clock);
	t.is(api.load().running, 0);
	await until(() => clock.monotonic() > 0, clock);
	giveUp.abort(new Error('enough'));
	t.is((await result).outcome, 'refused');
	await door.close();
});

test('a time-out and an abort in flight leave the outcome unknown; an abort before leaves it refused', (t) =>
	withHarness(async ({server, api, clock}) => {
		server.once('write', hang);
		const late = failure(api.request({...write, timeoutMs: 4000}));
		await until(() => server.seen.length === 1);
		await clock.advance(4000);
		t.like(await late, {code: 0, outcome: 'unknown'});
		server.once('write', hang);
		const giveUp = new AbortController();
		const given = failure(api.request({...write, signal: giveUp.signal}));
		await until(() => server.seen.length === 2);
		giveUp.abort(new Error('enough'));
		t.like(await given, {outcome: 'unknown'});
		t.like(await failure(api.request({...write, signal: giveUp.signal})), {outcome: 'refused', reason: 'Aborted'});
		t.is(server.seen.length, 2);
	}));

test('a 401 is repeated once with renewed credentials', (t) =>
	withHarness(async ({server, clock}) => {
		let token = 'old';
		const door = createDoor({clock, log: silentLog});
		const connection = {
			...openConnection(server.url),
			credentials: () => Promise.resolve({headers: {authorization: `Bearer ${token}`}, tls: undefined}),
			renew() {
				token = 'new';
			},
		};
		const api = createApi({connection, door, clock, random: seededRandom(1), log: silentLog});
		server.once('write', refuse(401, 'Unauthorized'));
		server.once('write', answerWith(200, {}));
		t.deepEqual(await api.request(write), {});
		t.is(server.seen[1]?.headers.authorization, 'Bearer new');
		server.once('write', refuse(401, 'Unauthorized'));
		server.once('write', refuse(401, 'Unauthorized'));
		t.like(await failure(api.request(write)), {code: 401, outcome: 'refused'});
		await door.close();
	}));
