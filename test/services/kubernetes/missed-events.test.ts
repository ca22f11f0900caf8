import test from 'ava';
import {deployments} from '../../../services/kubernetes/resources.ts';
import {calm, startHarness, until, type Harness} from './harness.ts';
import {answerWith, deployment, event, refuse, type Answer} from './unruly-server.ts';

/** Followed: `a` in version 90; what follows is told by nobody unless the test sends it. */
const withFollower = async (
	run: (harness: Harness & {version: (name?: string) => string | undefined; told: () => number}) => Promise<void>,
): Promise<void> => {
	const harness = await startHarness();
	try {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		let told = 0;
		const following = cluster.follow(deployments, 'test', {name: 'a'}, () => {
			told += 1;
		});
		await following.synced;
		await until(() => server.openWatches() === 1);
		await run({
			...harness,
			version: () => following.objects()[0]?.metadata.resourceVersion,
			told: () => told,
		});
	} finally {
		await harness.close();
	}
};

/** The look under way, in virtual time. */
const lookAt = async ({cluster, clock}: Harness, name = 'a'): Promise<boolean> => {
	let isOver = false;
	const looking = cluster.lookAgain(deployments, 'test', name).finally(() => {
		isOver = true;
	});
	// It is awaited once time has passed.
	looking.catch(() => {});
	await until(() => isOver, clock, 100);
	return looking;
};

test('a change that the watch left out is found, told, counted and logged, and its event changes nothing later', (t) =>
	withFollower(async (harness) => {
		const {server, log, missed, version, told} = harness;
		const before = told();
		server.objects.set('a', deployment('a', 120));
		t.true(await lookAt(harness));
		t.is(version(), '120');
		t.deepEqual(missed, ['deployments.apps']);
		const complaint = log.entries.find(({level}) => level === 'warn');
		t.deepEqual(complaint?.fields, {resource: 'deployments.apps', object: 'a.test', held: '90', found: '120'});
		await calm();
		t.is(told(), before + 1);
		server.send(event('MODIFIED', deployment('a', 110)), event('MODIFIED', deployment('a', 120)));
		await calm();
		t.is(version(), '120');
		t.is(told(), before + 1);
		t.false(await lookAt(harness));
	}));

test('an event that is only late is no missed one', (t) =>
	withFollower(async (harness) => {
		const {server, cluster, clock, missed, version} = harness;
		server.objects.set('a', deployment('a', 120));
		const looking = cluster.lookAgain(deployments, 'test', 'a');
		await until(() => server.count('get') === 1);
		await calm();
		await clock.advance(900);
		t.is(version(), '90', 'nothing is taken before a second has passed');
		server.send(event('MODIFIED', deployment('a', 120)));
		await until(() => version() === '120');
		await clock.advance(200);
		t.false(await looking);
		t.deepEqual(missed, []);
	}));

test('an end that the watch left out is found; its successor is not taken for it', (t) =>
	withFollower(async (harness) => {
		const {server, version, missed} = harness;
		server.objects.delete('a');
		t.true(await lookAt(harness));
		t.is(version(), undefined);
		server.send(event('MODIFIED', deployment('a', 115)));
		await calm();
		t.is(version(), undefined, 'the dead do not come back');
		const successor = deployment('a', 130);
		successor.metadata.uid = 'another';
		server.objects.set('a', successor);
		t.true(await lookAt(harness));
		t.is(version(), '130');
		t.is(missed.length, 2);
	}));

test('what is already known better is not replaced by an older answer', (t) =>
	withFollower(async (harness) => {
		const {server, version, missed} = harness;
		const answerLater: (...of: Parameters<Answer>) => Promise<void> = async (...of) => {
			await until(() => version() === '140');
			answerWith(200, deployment('a', 120))(...of);
		};
		server.once('get', (response, seen) => {
			server.send(event('MODIFIED', deployment('a', 140)));
			void answerLater(response, seen);
		});
		t.false(await lookAt(harness));
		t.is(version(), '140');
		t.deepEqual(missed, []);
	}));

test('what nobody follows is not asked for, and one that cannot be read is asked for once', (t) =>
	withFollower(async (harness) => {
		const {server, cluster, version} = harness;
		t.false(await cluster.lookAgain(deployments, 'elsewhere', 'a'));
		t.is(server.count('get'), 0);
		server.once('get', refuse(503, 'ServiceUnavailable', {'retry-after': '1'}));
		await t.throwsAsync(lookAt(harness), {message: /ServiceUnavailable/});
		t.is(server.count('get'), 1);
		t.is(version(), '90');
	}));
