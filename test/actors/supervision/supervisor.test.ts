import test from 'ava';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {keys} from '../../simulation/keys.ts';
import {weightOf} from '../../simulation/canary-weight.ts';
import {statusAnswer} from '../../simulation/mortal.ts';
import {releaseIn, stage} from '../stage.ts';

const bugIn = (namespace: string, times = Infinity) => {
	let left = times;
	return (model: CanaryModel): void => {
		if (model.namespace !== namespace || left-- <= 0) return;
		throw new TypeError('a planted bug');
	};
};

const canaryWeight = (route: KubeObject | undefined): number => weightOf(route, 'podinfo-canary');

test('an actor that crashes is started again with back-off, takes its run up, and nobody else notices', async (t) => {
	const {seconds, states, starts, status} = await stage(t, {namespaces: ['test', 'other'], onCheck: bugIn('test', 1)});
	await seconds(1200);
	t.is(starts('test'), 2);
	t.is(starts('other'), 1);
	t.is(status('test')['phase'], 'Succeeded');
	t.is(status('other')['phase'], 'Succeeded');
	const mine = states.filter(({canary}) => canary === 'podinfo.test');
	const again = mine.findLastIndex(({from}) => from === '');
	const pauseMs = (mine[again]?.at ?? 0) - (mine[again - 1]?.at ?? 0);
	t.true(pauseMs >= 1000, `${pauseMs} ms since the last sign of life`);
});

test('after three restarts users go back to the primary, which is said, and a change of the Canary starts it anew', async (t) => {
	let isMended = false;
	const planted = bugIn('test');
	const {seconds, starts, status, events, get, embedded} = await stage(t, {
		namespaces: ['test', 'other'],
		onCheck(model) {
			if (!isMended) planted(model);
		},
	});
	await seconds(1800);
	t.is(starts('test'), 4, 'a start, three restarts, and no more');
	t.is(canaryWeight(get('virtualservices', 'podinfo', 'test')), 0);
	t.true(events('test').some((text) => /crashed repeatedly \(a planted bug\); traffic goes to the primary/.test(text)));
	t.regex(String(status('test')['waitingFor']), /a change of the Canary, after its actor crashed repeatedly/);
	t.regex(String(status('test')['reason']), /a planted bug/);
	t.is(status('other')['phase'], 'Succeeded');
	t.is(starts('other'), 1);
	isMended = true;
	const canary = get('canaries', 'podinfo', 'test');
	const spec = {...canary?.spec, progressDeadlineSeconds: 900};
	if (canary) embedded.store.update(keys.canaries, {...canary, spec}, 'user');
	await seconds(1800);
	t.is(status('test')['phase'], 'Succeeded');
});

test('users are given back to the primary although the API server fails at first', async (t) => {
	let failures = 0;
	let isSheltering = false;
	const {seconds, get, events} = await stage(t, {
		namespaces: ['test'],
		onCheck: bugIn('test'),
		async intercept(request, next) {
			isSheltering ||= request.body?.includes('crashed repeatedly') === true;
			const isRoute = request.method === 'PATCH' && request.url.pathname.includes('/virtualservices/');
			if (!isSheltering || !isRoute || failures >= 6) return next();
			failures += 1;
			return statusAnswer(500, 'InternalError', 'etcd is away');
		},
	});
	await seconds(1800);
	t.is(failures, 6);
	t.true(events('test').some((text) => text.includes('crashed repeatedly')));
	t.is(canaryWeight(get('virtualservices', 'podinfo', 'test')), 0);
});

test('a Canary that comes later gets its actor, one that goes loses it, and its users go back to the primary', async (t) => {
	const {seconds, supervisor, embedded, get, starts} = await stage(t, {namespaces: ['test']});
	await supervisor.ready;
	t.deepEqual(supervisor.keys(), ['test/podinfo']);
	embedded.apply(await releaseIn('other'));
	await seconds(30);
	t.deepEqual(supervisor.keys(), ['test/podinfo', 'other/podinfo']);
	t.is(starts('other'), 1);
	t.is(canaryWeight(get('virtualservices', 'podinfo', 'test')), 5);
	embedded.store.remove(keys.canaries, 'test', 'podinfo', 'user');
	await seconds(10);
	t.deepEqual(supervisor.keys(), ['other/podinfo']);
	t.is(canaryWeight(get('virtualservices', 'podinfo', 'test')), 0);
	await seconds(1200);
	t.is(get('canaries', 'podinfo', 'other')?.status?.['phase'], 'Succeeded');
});

test('a change of the spec reaches the actor that lives', async (t) => {
	const {seconds, embedded, get, starts, status} = await stage(t, {namespaces: ['test']});
	await seconds(30);
	const canary = get('canaries', 'podinfo', 'test');
	const analysis = {...(canary?.spec?.['canaryAnalysis'] as object), maxWeight: 10};
	if (canary)
		embedded.store.update(keys.canaries, {...canary, spec: {...canary.spec, canaryAnalysis: analysis}}, 'user');
	await seconds(240);
	t.is(status('test')['phase'], 'Succeeded');
	t.is(starts('test'), 1);
});

test('a Canary deleted and created again in one moment is another one, with an actor of its own', async (t) => {
	const {seconds, embedded, starts, get, status} = await stage(t, {namespaces: ['test']});
	await seconds(30);
	const former = get('canaries', 'podinfo', 'test');
	embedded.store.remove(keys.canaries, 'test', 'podinfo', 'user');
	embedded.apply(await releaseIn('test'));
	const present = get('canaries', 'podinfo', 'test');
	t.not(present?.metadata.uid, former?.metadata.uid);
	await seconds(1200);
	t.is(starts('test'), 2);
	t.is(status('test')['phase'], 'Succeeded');
});

test('stop waits until what was announced is posted', async (t) => {
	const {promise, resolve} = Promise.withResolvers<void>();
	let isHeld = false;
	const {seconds, stop, events} = await stage(t, {
		namespaces: ['test'],
		async intercept(request, next) {
			if (request.method === 'POST' && request.url.pathname.endsWith('/events') && request.body?.includes('Advance')) {
				isHeld = true;
				await promise;
			}

			return next();
		},
	});
	await seconds(10);
	t.true(isHeld);
	let isStopped = false;
	const stopping = stop().then(() => (isStopped = true));
	await seconds(0.1);
	t.false(isStopped);
	resolve();
	t.true(await stopping);
	t.true(events('test').includes('Advance podinfo.test canary weight 5'));
});

test('a Canary that changes is read anew, and none of the others', async (t) => {
	const read: string[] = [];
	const {seconds, get, embedded} = await stage(t, {
		namespaces: ['test', 'other'],
		onRead({metadata}) {
			read.push(metadata.namespace ?? '');
		},
	});
	await seconds(1200);
	read.length = 0;
	const canary = get('canaries', 'podinfo', 'test');
	if (canary)
		embedded.store.update(keys.canaries, {...canary, spec: {...canary.spec, progressDeadlineSeconds: 900}}, 'user');
	await seconds(10);
	t.true(read.includes('test'));
	t.false(read.includes('other'), 'a thousand Canaries would be read a thousand times a second');
});
