import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {ApiError, type KubeObject, type Operation} from '../../../services/kubernetes/cluster.ts';
import {seededRandom} from '../../../services/random.ts';
import {createEventRecorder, type About} from '../../../services/telemetry/event-recorder.ts';
import {calm, recordingLog} from '../kubernetes/harness.ts';

const about: About = {
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	name: 'podinfo',
	namespace: 'test',
	uid: 'u1',
	component: 'flagger',
};

const failure = (code: number, outcome: 'refused' | 'unknown'): ApiError =>
	new ApiError({code, reason: 'x', outcome, attempt: 'x', message: 'x'});

const stage = (queueMax?: number) => {
	const clock = createVirtualClock();
	const log = recordingLog();
	const posts: KubeObject[] = [];
	const patches: {name: string; operations: readonly Operation[]}[] = [];
	const failures: ApiError[] = [];
	let gate: Promise<void> | undefined;
	const pass = async (): Promise<void> => {
		await gate;
		const error = failures.shift();
		if (error !== undefined) {
			throw error;
		}
	};
	const eventRecorder = createEventRecorder({
		cluster: {
			async create(_resource, object) {
				posts.push(structuredClone(object));
				await pass();
				return object;
			},
			async patch(_resource, _namespace, name, operations) {
				patches.push({name, operations});
				await pass();
				return {} as KubeObject;
			},
		},
		clock,
		random: seededRandom(1),
		log,
		...(queueMax !== undefined && {queueMax}),
	});
	const close = () => {
		const {promise, resolve} = Promise.withResolvers<void>();
		gate = promise;
		return resolve;
	};
	return {eventRecorder, clock, log, posts, patches, failures, close};
};

const normal = (message: string, run?: string) => ({type: 'Normal', message, ...(run !== undefined && {run})}) as const;

test('an event looks as the peer\u2019s does, and names rise within one instant', async (t) => {
	const {eventRecorder, posts} = stage();
	for (let time = 0; time < 20; time += 1) {
		eventRecorder.record(about, normal(`text ${time}`));
	}

	await eventRecorder.flushed(about);
	t.like(posts[0], {
		apiVersion: 'v1',
		kind: 'Event',
		reason: 'Synced',
		message: 'text 0',
		type: 'Normal',
		source: {component: 'flagger'},
		reportingComponent: 'aviary',
		reportingInstance: 'aviary',
		involvedObject: {kind: 'Canary', name: 'podinfo', namespace: 'test', uid: 'u1', apiVersion: about.apiVersion},
		firstTimestamp: '2026-01-01T00:00:00Z',
		count: 1,
	});
	const names = posts.map((post) => post.metadata.name);
	t.deepEqual(names, [...names].sort());
	t.is(new Set(names).size, 20);
	t.regex(names[0] ?? '', /^podinfo\.[\da-f]{16}$/);
	t.deepEqual(
		posts.map((post) => post['message']),
		posts.map((_post, at) => `text ${at}`),
	);
});

test('the same text again raises the count by one PATCH; in another run it is another event', async (t) => {
	const {eventRecorder, posts, patches, clock} = stage();
	eventRecorder.record(about, normal('Halt', 'r1'));
	await eventRecorder.flushed(about);
	await clock.advance(5000);
	eventRecorder.record(about, normal('Halt', 'r1'));
	await eventRecorder.flushed(about);
	t.deepEqual(patches, [
		{
			name: posts[0]?.metadata.name ?? '',
			operations: [
				{op: 'replace', path: '/count', value: 2},
				{op: 'replace', path: '/lastTimestamp', value: '2026-01-01T00:00:05Z'},
			],
		},
	]);
	eventRecorder.record(about, normal('Halt', 'r2'));
	eventRecorder.record({...about, uid: 'u2'}, normal('Halt', 'r2'));
	await eventRecorder.flushed(about);
	t.is(posts.length, 3);
});

test('repetitions that wait become one; an event that is gone is said anew', async (t) => {
	const {eventRecorder, posts, patches, failures, close} = stage();
	const open = close();
	eventRecorder.record(about, normal('Halt'));
	for (let time = 0; time < 50; time += 1) {
		eventRecorder.record(about, normal('Halt'));
	}

	open();
	await eventRecorder.flushed(about);
	t.is(posts.length, 1);
	t.is(patches.length, 1);
	t.is(patches[0]?.operations[0]?.op === 'replace' ? patches[0].operations[0].value : 0, 51);
	failures.push(failure(404, 'refused'));
	eventRecorder.record(about, normal('Halt'));
	await eventRecorder.flushed(about);
	t.is(posts.length, 2);
	t.is(posts[1]?.['count'], 1);
	t.true((posts[1]?.metadata.name ?? '') > (posts[0]?.metadata.name ?? ''));
});

test('a lost answer is repeated under the same name, and "already exists" then is success', async (t) => {
	const {eventRecorder, posts, failures, clock, log} = stage();
	failures.push(failure(504, 'unknown'), failure(409, 'refused'));
	eventRecorder.record(about, normal('a'));
	eventRecorder.record(about, normal('b'));
	const flushed = eventRecorder.flushed(about);
	await clock.advance(2000);
	await flushed;
	t.deepEqual(
		posts.map((post) => post['message']),
		['a', 'a', 'b'],
	);
	t.is(posts[0]?.metadata.name, posts[1]?.metadata.name);
	t.is(log.entries.length, 0);
});

test('a refused event is logged and does not hold up the next; the queue has an end', async (t) => {
	const {eventRecorder, posts, failures, log, close} = stage(3);
	failures.push(failure(422, 'refused'));
	const open = close();
	for (let time = 0; time < 6; time += 1) {
		eventRecorder.record(about, normal(String(time)));
	}

	open();
	await eventRecorder.flushed(about);
	t.deepEqual(
		posts.map((post) => post['message']),
		['0', '3', '4', '5'],
	);
	t.is(log.entries.length, 3);
	eventRecorder.close();
	eventRecorder.record(about, normal('late'));
	await calm();
	t.is(posts.length, 4);
});

test('an API server that knows no roles yet is asked again; a role without events holds nothing up', async (t) => {
	const {eventRecorder, clock, posts, failures} = stage();
	// On a machine that is busy it takes its ten seconds.
	failures.push(...Array.from({length: 5}, () => failure(403, 'refused')));
	eventRecorder.record(about, normal('said in the end'));
	await calm();
	t.is(posts.length, 1);
	await clock.advance(16_000);
	await eventRecorder.flushed(about);
	t.is(posts.length, 6);
	t.is(new Set(posts.map(({metadata}) => metadata.name)).size, 1);
	t.is(failures.length, 0);

	failures.push(...Array.from({length: 8}, () => failure(403, 'refused')));
	eventRecorder.record(about, normal('never said'));
	await calm();
	await clock.advance(16_000);
	await eventRecorder.flushed(about);
	t.is(posts.length, 6 + 6);
	eventRecorder.record(about, normal('neither'));
	await eventRecorder.flushed(about);
	t.is(posts.length, 6 + 6 + 1, 'asked once, without waiting');
});

test('a message is cut at 1024 bytes between characters, and lone surrogates are replaced', async (t) => {
	const {eventRecorder, posts} = stage();
	eventRecorder.record(about, normal(`x${'🐦'.repeat(400)}`));
	eventRecorder.record(about, normal('a\uD800b'));
	await eventRecorder.flushed(about);
	const message = String(posts[0]?.['message']);
	t.is(Buffer.byteLength(message), 1021);
	t.true(message.endsWith('🐦'));
	t.is(posts[1]?.['message'], 'a\uFFFDb');
});
