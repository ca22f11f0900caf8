import test from 'ava';
import type {Alert} from '../../../api/model.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Door, HttpRequest, HttpResponse} from '../../../services/http/door.ts';
import {HttpError} from '../../../services/http/door.ts';
import type {Cluster, KubeObject} from '../../../services/kubernetes/cluster.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {silentLog} from '../../../services/log.ts';
import {createDeliveries} from '../../../services/notifiers/deliveries.ts';
import type {Notice, Receiver} from '../../../services/notifiers/notifier.ts';
import {seededRandom} from '../../../services/random.ts';
import {failed, succeeded} from './stage.ts';

const alertTo = (name: string, severity: Alert['severity'] = 'info'): Alert => ({
	name,
	severity,
	receiver: {name, namespace: 'test'},
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const providerOf = (name: string, spec: Readonly<Record<string, unknown>>): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'AlertProvider',
	metadata: {name, namespace: 'test'},
	spec,
});

const secretOf = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Secret',
	metadata: {name, namespace: 'test'},
	data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
});

const ok: HttpResponse = {status: 200, headers: {}, body: ''};

const stage = (objects: readonly KubeObject[], ownReceiver?: Receiver) => {
	const clock = createVirtualClock();
	const requests: Array<HttpRequest & {readonly at: number}> = [];
	const results: string[] = [];
	const troubles: string[] = [];
	const world = {answer: (_request: HttpRequest): HttpResponse => ok, objects: [...objects]};
	const door = {
		async request(request: HttpRequest) {
			requests.push({...request, at: clock.monotonic()});
			return world.answer(request);
		},
	} as unknown as Door;
	const read = (async ({kind}, namespace, name) =>
		world.objects.find(
			(object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
		)) as Cluster['read'];
	const deliveries = createDeliveries({
		cluster: {read: (...asked) => read(...asked)},
		through: () => door,
		clock,
		random: seededRandom(1),
		log: silentLog,
		ownReceiver,
		onResult: ({receiver, result}) => results.push(`${receiver}: ${result}`),
	});
	const ended = new AbortController();
	const deliver = (notice: Notice, alerts: readonly Alert[]): Promise<boolean> =>
		deliveries.deliver({notice, alerts, signal: ended.signal, onTrouble: (text) => troubles.push(text)});
	return {clock, requests, results, troubles, world, deliveries, deliver, ended};
};

const chat = providerOf('chat', {type: 'cloudevents', address: 'http://chat.example/hook'});

test('an address and a token come from the Secret, and go to that address', async (t) => {
	const {requests, results, deliver} = stage([
		providerOf('chat', {type: 'cloudevents', secretRef: {name: 'hook'}}),
		secretOf('hook', {address: 'https://chat.example/hook\n', token: 'secret\n'}),
	]);
	t.true(await deliver(failed, [alertTo('chat')]));
	t.is(requests[0]?.url, 'https://chat.example/hook');
	t.is(requests[0]?.headers?.['authorization'], 'Bearer secret');
	t.deepEqual(results, ['cloudevents: sent']);
});

test('an alert hears its own severity and what is worse; a receiver that keeps state hears the end, too', async (t) => {
	const {requests, deliver} = stage([
		chat,
		providerOf('pages', {type: 'alertmanager', address: 'http://alertmanager.example'}),
	]);
	const alerts = [alertTo('chat', 'error'), alertTo('pages', 'error')];
	t.true(await deliver({...failed, severity: 'warn'}, [alertTo('chat', 'error')]));
	t.is(requests.length, 0);
	t.true(await deliver(failed, alerts));
	t.true(await deliver(succeeded, alerts));
	t.deepEqual(
		requests.map(({url}) => url),
		[
			'http://chat.example/hook',
			'http://alertmanager.example/api/v2/alerts',
			'http://alertmanager.example/api/v2/alerts',
		],
	);
});

test('without alerts the daemon’s own receiver is told of everything, and nobody where there is none', async (t) => {
	const own: Receiver = {type: 'slack', address: 'http://slack.example/hook', channel: 'general', username: 'flagger'};
	const {requests, deliver, deliveries} = stage([], own);
	t.true(deliveries.isHeard([]));
	t.true(await deliver(succeeded, []));
	t.is(requests[0]?.url, own.address);
	t.false(stage([]).deliveries.isHeard([]));
});

test('a failure is repeated with the same key, in growing pauses or as the receiver asks, and said once', async (t) => {
	const {clock, requests, results, troubles, world, deliver} = stage([chat]);
	const answers: HttpResponse[] = [
		{...ok, status: 503},
		{...ok, status: 503},
		{...ok, status: 429, headers: {'retry-after': '100'}},
	];
	world.answer = () => answers.shift() ?? ok;
	const told = deliver(failed, [alertTo('chat')]);
	await clock.advance(600_000);
	t.true(await told);
	const gaps = requests.slice(1).map(({at}, index) => at - (requests[index]?.at ?? 0));
	t.is(gaps.length, 3);
	t.true((gaps[0] ?? 0) >= 1000 && (gaps[0] ?? 0) <= 2000, String(gaps[0]));
	t.true((gaps[1] ?? 0) >= 2000 && (gaps[1] ?? 0) <= 4000, String(gaps[1]));
	t.true((gaps[2] ?? 0) >= 100_000 && (gaps[2] ?? 0) < 102_000, String(gaps[2]));
	t.deepEqual([...new Set(requests.map(({headers}) => headers?.['idempotency-key']))], [failed.key]);
	t.deepEqual(results.slice(-2), ['cloudevents: failed', 'cloudevents: sent']);
	t.deepEqual(troubles, [
		'Notification to alert chat failed: chat.example answered 503; it is tried again for an hour',
		'Notification to alert chat failed: chat.example answered 429; it is tried again for an hour',
	]);
});

test('after an hour it is given up, and what waited behind it is told in order', async (t) => {
	const {clock, requests, results, troubles, world, deliver} = stage([chat]);
	let isDown = true;
	world.answer = () => {
		if (isDown) throw new HttpError('refused', 'POST http://chat.example: refused');
		return ok;
	};
	const first = deliver(failed, [alertTo('chat')]);
	const second = deliver(succeeded, [alertTo('chat')]);
	await clock.advance(4_000_000);
	t.false(await first);
	t.is(
		troubles.filter((text) => text.endsWith(`"${failed.text}" is given up`)).length,
		1,
		'the end of it is said, too',
	);
	t.true(results.includes('cloudevents: given up'));
	isDown = false;
	await clock.advance(400_000);
	t.true(await second);
	t.is(requests.at(-1)?.headers?.['idempotency-key'], succeeded.key);
	t.true(requests.length < 60, `${requests.length} attempts`);
});

test('a receiver that is down holds up no other one', async (t) => {
	const {clock, world, requests, deliver, ended} = stage([
		chat,
		providerOf('other', {type: 'cloudevents', address: 'http://other.example'}),
	]);
	world.answer = ({url}) => (url.includes('chat') ? {...ok, status: 500} : ok);
	const both = deliver(failed, [alertTo('chat'), alertTo('other')]);
	const next = deliver(succeeded, [alertTo('chat'), alertTo('other')]);
	await clock.advance(1);
	t.is(requests.filter(({url}) => url.includes('other')).length, 2);
	ended.abort(new Error('the daemon stops'));
	await t.throwsAsync(both);
	await t.throwsAsync(next);
});

test('of more than sixteen that wait the oldest is dropped, and counted', async (t) => {
	const {clock, world, results, deliver} = stage([chat]);
	world.answer = () => ({...ok, status: 500});
	const told = Array.from({length: 18}, (_, index) => deliver({...failed, key: String(index)}, [alertTo('chat')]));
	await clock.advance(1);
	t.deepEqual(
		results.filter((one) => one.endsWith('dropped')),
		['unknown: dropped'],
	);
	t.false(await told[1]);
	world.answer = () => ok;
	await clock.advance(10_000);
	t.is((await Promise.all(told)).filter(Boolean).length, 17);
});

test('what is wrong with a provider is said by name, and a correction counts from the next attempt on', async (t) => {
	const cases: ReadonlyArray<readonly [readonly KubeObject[], string]> = [
		[[], 'AlertProvider chat.test not found'],
		[[providerOf('chat', {type: 'slack'})], 'AlertProvider chat.test has neither spec.secretRef nor an HTTP address'],
		[[providerOf('chat', {type: 'slack', secretRef: {name: 'hook'}})], 'Secret hook.test not found'],
		[
			[providerOf('chat', {type: 'slack', secretRef: {name: 'hook'}}), secretOf('hook', {token: 'x'})],
			'Secret hook.test has no HTTP address under the key address',
		],
		[[providerOf('chat', {type: 'pigeon', address: 'http://a'})], "its AlertProvider's spec.type is pigeon"],
		[[providerOf('chat', {type: 'slack', address: 'http://a', proxy: 'a:1'})], 'spec.proxy of AlertProvider chat.test'],
	];
	for (const [objects, said] of cases) {
		const {clock, world, troubles, deliver} = stage(objects);
		// Also of a notice that the alert would not be sent, so that it is known before it matters.
		const told = deliver(succeeded, [alertTo('chat', 'error')]);
		await clock.advance(1);
		t.true(troubles[0]?.startsWith(`Notification to alert chat failed: ${said}`), troubles[0]);
		world.objects = [chat];
		await clock.advance(10_000);
		t.true(await told, said);
	}
});

test('what the API server refuses is named without what it says', async (t) => {
	const {troubles, clock} = stage([]);
	const refusal = new ApiError({
		code: 403,
		reason: 'Forbidden',
		outcome: 'refused',
		attempt: 'GET x',
		message: 'roles',
	});
	const deliveries = createDeliveries({
		cluster: {read: () => Promise.reject(refusal)},
		through: () => ({}) as Door,
		clock,
		random: seededRandom(1),
		log: silentLog,
	});
	const ended = new AbortController();
	const {signal} = ended;
	const told = deliveries.deliver({
		notice: failed,
		alerts: [alertTo('chat')],
		signal,
		onTrouble: (text) => troubles.push(text),
	});
	await clock.advance(1);
	t.regex(troubles[0] ?? '', /AlertProvider chat\.test cannot be read \(403\)/);
	ended.abort(new Error('over'));
	await t.throwsAsync(told);
});
