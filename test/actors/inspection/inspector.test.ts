// What Stately's inspector is told of a release: messages as @statelyai/inspect 0.7 has them (its index.d.mts), by a
// real WebSocket, from a reader who comes late.
import {once} from 'node:events';
import {createServer, type AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {createActor, setup, type InspectionEvent} from 'xstate';
import {WebSocket} from 'ws';
import {startInspector, startInspectorIfPossible} from '../../../actors/inspection/inspector.ts';
import {wallClock} from '../../../services/clock.ts';
import {silentLog} from '../../../services/log.ts';
import {stage} from '../stage.ts';

type Message = {
	readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
	readonly sessionId: string;
	readonly rootId: string;
	readonly createdAt: string;
	readonly _version: string;
	readonly name?: string;
	readonly parentId?: string;
	readonly definition?: string;
	readonly sourceId?: string;
	readonly event?: {readonly type: string};
	readonly snapshot?: {readonly status: string; readonly value?: unknown; readonly context?: unknown};
};

const config = {address: '127.0.0.1', port: 0};

const anEvent = (type: string): InspectionEvent => {
	const actorRef = {sessionId: 'x:1', id: 'x:1', getSnapshot: () => ({status: 'active'})};
	return {type: '@xstate.event', rootId: 'x:1', actorRef, event: {type}} as unknown as InspectionEvent;
};

const join = async (t: ExecutionContext, url: string) => {
	const messages: Message[] = [];
	const socket = new WebSocket(url.replace('http', 'ws'));
	t.teardown(() => socket.terminate());
	socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
	await once(socket, 'open');
	return {
		messages,
		/** Waits for a message. */
		until: async (isIt: (message: Message) => boolean): Promise<Message> => {
			for (;;) {
				const found = messages.find(isIt);
				if (found !== undefined) return found;
				await once(socket, 'message');
			}
		},
	};
};

test('a late reader is told of every actor of a release as it is, then of each event and what it led to', async (t) => {
	const inspector = await startInspector({config, clock: wallClock, log: silentLog});
	t.teardown(() => inspector.close());
	const {seconds, status, stop} = await stage(t, {namespaces: ['test'], inspector});
	await seconds(100);
	const before = String(status('test')['state']);
	const {messages, until} = await join(t, inspector.url);
	const chart = await until(({type, name}) => type === '@xstate.actor' && name === 'canary of podinfo.test');
	t.is(Object.keys(chart.snapshot?.value ?? {})[0], before);
	const definition = JSON.parse(chart.definition ?? '') as {id: string; states: object};
	t.is(definition.id, 'canary');
	t.deepEqual(Object.keys(definition.states), [
		'initialized',
		'progressing',
		'halted',
		'promoting',
		'finished',
		'failed',
	]);
	const child = await until(({type, parentId}) => type === '@xstate.actor' && parentId === chart.sessionId);
	t.is(child.rootId, chart.sessionId);

	await seconds(1200);
	t.is(status('test')['state'], 'finished');
	const end = await until(
		({type, sessionId, snapshot}) =>
			type === '@xstate.snapshot' &&
			sessionId === chart.sessionId &&
			Object.hasOwn((snapshot?.value ?? {}) as object, 'finished'),
	);
	t.is(end.snapshot?.status, 'active');
	t.true(messages.some(({type, event}) => type === '@xstate.event' && event?.type === 'check judged'));
	for (const {_version, sessionId, createdAt, rootId, type} of messages) {
		t.regex(_version, /^\d+\.\d+\.\d+$/);
		t.regex(`${sessionId} ${rootId}`, /^x:\d+ x:\d+$/);
		t.true(Number(createdAt) > 0);
		t.true(['@xstate.actor', '@xstate.event', '@xstate.snapshot'].includes(type));
	}

	const known = new Set<string>();
	for (const {type, sessionId} of messages) {
		if (type === '@xstate.actor') known.add(sessionId);
		else t.true(known.has(sessionId), `${sessionId} is told of before it is introduced`);
	}

	await stop();
	await until(({sessionId, snapshot}) => sessionId === chart.sessionId && snapshot?.status === 'stopped');
	const late = await join(t, inspector.url);
	inspector.of('marker')(anEvent('marker'));
	await late.until(({event}) => event?.type === 'marker');
	t.is(late.messages.length, 1, 'nobody is left');
});

test('of an actor that has crashed nothing is left, neither itself nor what it had begun', async (t) => {
	const inspector = await startInspector({config, clock: wallClock, log: silentLog});
	t.teardown(() => inspector.close());
	let isSound = false;
	const {seconds, starts} = await stage(t, {
		namespaces: ['test'],
		inspector,
		onCheck() {
			if (isSound) return;
			isSound = true;
			throw new TypeError('a planted bug');
		},
	});
	await seconds(600);
	t.is(starts('test'), 2);
	// A guard that throws ends an actor without a last word.
	const guards = {
		broken(): boolean {
			throw new Error('a bug');
		},
	};
	const machine = setup({guards}).createMachine({id: 'judge', on: {go: {guard: 'broken', actions: []}}});
	const broken = createActor(machine, {inspect: inspector.of('podinfo.test')});
	broken.subscribe({error() {}});
	broken.start().send({type: 'go'});
	t.is(broken.getSnapshot().status, 'error');
	const {messages, until} = await join(t, inspector.url);
	inspector.of('marker')(anEvent('marker'));
	await until(({event}) => event?.type === 'marker');
	const names = messages.filter(({type}) => type === '@xstate.actor').map(({name}) => name);
	t.deepEqual(
		names
			.filter((name = '') => /^(?:custody|life|canary|judge|world) /.test(name))
			.toSorted((a = '', b = '') => a.localeCompare(b)),
		['canary', 'custody', 'judge', 'life', 'world'].map((name) => `${name} of podinfo.test`),
	);
});

test('what the inspection fails at, no actor notices', async (t) => {
	const inspector = await startInspector({config, clock: wallClock, log: silentLog});
	t.teardown(() => inspector.close());
	const {messages, until} = await join(t, inspector.url);
	const tell = inspector.of('podinfo.test');
	const spoiled = {
		get broken() {
			throw new Error('no');
		},
		type: 'spoiled',
	};
	t.notThrows(() => tell({...anEvent(''), event: spoiled} as unknown as InspectionEvent));
	t.notThrows(() => tell(anEvent('sound')));
	await until((message) => message.event?.type === 'sound');
	t.is(messages.length, 1);
});

test('a port that is taken is said, and the daemon goes on without', async (t) => {
	const other = createServer().listen(0, '127.0.0.1');
	await once(other, 'listening');
	t.teardown(() => other.close());
	const {port} = other.address() as AddressInfo;
	const said: string[] = [];
	const log = {...silentLog, error: (message: string) => said.push(message)};
	const inspector = await startInspectorIfPossible({config: {address: '127.0.0.1', port}, clock: wallClock, log});
	t.is(inspector, undefined);
	t.regex(said.join('\n'), /choose another port by --inspect/);
});
