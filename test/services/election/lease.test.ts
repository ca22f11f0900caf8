// What a Lease says, for how long it holds, and a fence that nothing slips through.
import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor, HttpError, type TransportResponse} from '../../../services/http/door.ts';
import {createApi} from '../../../services/kubernetes/api.ts';
import {ApiError, type KubeObject} from '../../../services/kubernetes/cluster.ts';
import {openConnection, type Credentials} from '../../../services/kubernetes/connection.ts';
import {fenced} from '../../../services/election/lease-fence.ts';
import {claimed, defaultTiming, holderOf, mistakeIn, released} from '../../../services/election/lease-record.ts';
import {createLeaseView} from '../../../services/election/lease-view.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const lease = (spec: Record<string, unknown> | undefined, version = 1): KubeObject => ({
	apiVersion: 'coordination.k8s.io/v1',
	kind: 'Lease',
	metadata: {name: 'l', namespace: 'kube-system', resourceVersion: String(version)},
	...(spec !== undefined && {spec}),
});

const T1 = Date.UTC(2026, 0, 1, 10, 0, 0, 123);

test('a new Lease, its renewal, and its change of hands', (t) => {
	const first = claimed(undefined, 'one', defaultTiming, T1);
	t.deepEqual(first, {
		holderIdentity: 'one',
		leaseDurationSeconds: 15,
		acquireTime: '2026-01-01T10:00:00.123000Z',
		renewTime: '2026-01-01T10:00:00.123000Z',
		leaseTransitions: 0,
	});
	const renewed = claimed(lease({...first, strategy: 'kept'}), 'one', defaultTiming, T1 + 2000);
	t.deepEqual(renewed, {...first, strategy: 'kept', renewTime: '2026-01-01T10:00:02.123000Z'});
	const taken = claimed(lease(renewed), 'two', defaultTiming, T1 + 60_000);
	t.like(taken, {holderIdentity: 'two', leaseTransitions: 1, acquireTime: '2026-01-01T10:01:00.123000Z'});
	const free = released(lease(taken), T1 + 61_000);
	t.like(free, {holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 1, strategy: 'kept'});
});

test('whatever others have written, a claim is one that a server takes', (t) => {
	for (const leaseTransitions of [-3, 1.5, 'many', null, undefined]) {
		const spec = {holderIdentity: 7, leaseTransitions, leaseDurationSeconds: 'long'};
		t.is(claimed(lease(spec), 'one', defaultTiming, T1)['leaseTransitions'], 1);
	}

	t.is(holderOf(lease({holderIdentity: {a: 1}})), '');
	t.is(holderOf(lease(undefined)), '');
});

test('times that cannot work are refused by the names of their flags', (t) => {
	t.is(mistakeIn(defaultTiming), undefined);
	t.regex(mistakeIn({...defaultTiming, durationMs: 15_500}) ?? '', /--lease-duration must be whole seconds/);
	t.regex(mistakeIn({...defaultTiming, renewDeadlineMs: 15_000}) ?? '', /--lease-renew-deadline \(15000 ms\)/);
	t.regex(mistakeIn({...defaultTiming, retryPeriodMs: 9000}) ?? '', /--lease-retry-period \(9000 ms\)/);
});

test('validity counts from when a change was seen, in the holder’s own duration, and an old answer is no news', async (t) => {
	const clock = createVirtualClock();
	let changes = 0;
	const view = createLeaseView(clock, 15_000, () => (changes += 1));
	t.false(view.isKnown());
	// A renewTime of long ago: the other's clock is not read.
	const spec = {holderIdentity: 'one', leaseDurationSeconds: 60, renewTime: '2001-01-01T00:00:00.000000Z'};
	view.note(lease(spec, 5));
	t.is(view.heldForMs(), 60_000);
	await clock.advance(20_000);
	view.note(lease({...spec, holderIdentity: ''}, 4));
	t.is(view.heldForMs(), 40_000);
	view.note(lease(spec, 6));
	t.is(view.heldForMs(), 40_000, 'a label was changed: no sign of life of its holder');
	view.note(lease({...spec, renewTime: 'later'}, 7));
	t.is(view.heldForMs(), 60_000);
	view.noteAbsence(8n);
	t.is(view.lease(), undefined);
	t.is(view.heldForMs(), 60_000, 'its holder may be at work');
	await clock.advance(60_000);
	t.is(view.heldForMs(), 0);
	view.note(lease({...spec, holderIdentity: '', leaseDurationSeconds: 1}, 9));
	t.is(view.heldForMs(), 0, 'free at once');
	t.is(changes, 5);
});

const NOTHING: TransportResponse = {status: 200, headers: {}, chunks: (async function* () {})()};

const stage = (credentials?: () => Promise<Credentials>) => {
	const clock = createVirtualClock();
	const sent: string[] = [];
	const answers: Array<() => void> = [];
	const door = createDoor({
		clock,
		log: silentLog,
		transport: {
			send: ({method, url}) =>
				new Promise((resolve) => {
					sent.push(`${method} ${url.pathname}`);
					answers.push(() => {
						resolve({
							...NOTHING,
							chunks: (async function* () {
								yield new TextEncoder().encode('{}');
							})(),
						});
					});
				}),
			async close() {},
		},
	});
	let isOpen = true;
	const connection = {...openConnection('http://api'), ...(credentials !== undefined && {credentials})};
	const fence = {isOpen: () => isOpen};
	const api = createApi({
		connection,
		door: fenced(door, fence),
		clock,
		random: seededRandom(1),
		log: silentLog,
		writesInFlight: 1,
	});
	const write = (path: string) =>
		api.request({verb: 'patch', resource: 'things', path, body: [], lane: 'route'}).then(
			() => 'done',
			(error: unknown) => (error instanceof ApiError ? `${error.reason}, ${error.outcome}` : String(error)),
		);
	return {
		clock,
		sent,
		answers,
		write,
		api,
		door: fenced(door, fence),
		shut: () => {
			isOpen = false;
		},
	};
};

test('a write that waits for its place is not sent when the fence has shut meanwhile', async (t) => {
	const {write, sent, answers, shut, clock, api} = stage();
	const first = write('/one');
	const second = write('/two');
	await clock.advance(0);
	t.deepEqual(sent, ['PATCH /one']);
	shut();
	answers[0]?.();
	t.is(await first, 'done');
	t.is(await second, 'NotLeading, refused');
	t.deepEqual(sent, ['PATCH /one']);
	t.like(api.load(), {running: 0, waiting: 0});
});

test('nor is one that waits for credentials', async (t) => {
	const {promise, resolve} = Promise.withResolvers<Credentials>();
	const {write, sent, shut, clock} = stage(() => promise);
	const written = write('/one');
	await clock.advance(0);
	shut();
	resolve({headers: {}, tls: undefined});
	t.is(await written, 'NotLeading, refused');
	t.deepEqual(sent, []);
});

test('behind a shut fence nothing else leaves either: no read, no watch, no query', async (t) => {
	const {api, door, sent, shut} = stage();
	shut();
	await t.throwsAsync(api.request({verb: 'get', resource: 'things', path: '/a'}), {message: /does not lead any more/});
	await t.throwsAsync(api.stream({verb: 'watch', resource: 'things', path: '/b', idleMs: 1000}), {
		instanceOf: ApiError,
	});
	await t.throwsAsync(door.request({url: 'http://prometheus/api/v1/query'}), {instanceOf: HttpError});
	t.deepEqual(sent, []);
});
