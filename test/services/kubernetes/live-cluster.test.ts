import test from 'ava';
import {ApiError, type Changed, type KubeObject} from '../../../services/kubernetes/cluster.ts';
import {deployments} from '../../../services/kubernetes/resources.ts';
import {calm, startHarness, until, type Harness} from './harness.ts';
import {answerWith, deployment, event, refuse, type Answer, hang} from './unruly-server.ts';

const withHarness = async (run: (harness: Harness) => Promise<void>): Promise<void> => {
	const harness = await startHarness();
	try {
		await run(harness);
	} finally {
		await harness.close();
	}
};

const versionOf = (objects: readonly KubeObject[]) => objects[0]?.metadata.resourceVersion;
const route = {lane: 'route'} as const;

const patchAnswer = (version: number, more: Record<string, unknown> = {}): Answer =>
	answerWith(200, deployment('a', version, more));

test('one watch serves all followers of a namespace; names wanted later cost one GET each, unknown ones too', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		server.objects.set('b', deployment('b', 91));
		const first = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await first.synced;
		await until(() => server.openWatches() === 1);
		t.is(server.count('get'), 0);
		const second = cluster.follow(deployments, 'test', {name: 'b'}, () => {});
		t.deepEqual(second.objects(), []);
		await second.synced;
		t.is(versionOf(second.objects()), '91');
		const third = cluster.follow(deployments, 'test', {name: 'nobody'}, () => {});
		await third.synced;
		t.deepEqual(third.objects(), []);
		const again = cluster.follow(deployments, 'test', {name: 'b'}, () => {});
		await again.synced;
		t.is(server.count('get'), 2);
		t.is(server.count('watch'), 1);
		server.send(event('ADDED', deployment('nobody', 120)));
		await until(() => third.objects().length === 1);
		for (const one of [first, second, third]) {
			one.close();
		}

		await calm();
		t.is(server.openWatches(), 1);
		again.close();
		await until(() => server.openWatches() === 0);
		const anew = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await anew.synced;
		t.is(server.count('list'), 2);
	}));

test('a test to keep that comes late gets a new list; each follower sees and hears of its own only', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		server.objects.set('big', deployment('big', 91, {spec: {replicas: 9}}));
		let named = 0;
		const first = cluster.follow(deployments, 'test', {name: 'a'}, () => {
			named += 1;
		});
		await first.synced;
		await until(() => server.openWatches() === 1);
		const isBig = (object: KubeObject): boolean => Number(object.spec?.['replicas']) > 5;
		const kept = cluster.follow(deployments, 'test', {keep: isBig}, () => {});
		await kept.synced;
		t.is(server.count('list'), 2);
		t.is(versionOf(kept.objects()), '91');
		await until(() => server.openWatches() === 1 && server.count('watch') === 2);
		const before = named;
		server.send(event('MODIFIED', deployment('big', 130, {spec: {replicas: 1}})));
		await until(() => kept.objects().length === 0);
		server.send(event('MODIFIED', deployment('big', 131, {spec: {replicas: 7}})));
		await until(() => kept.objects().length === 1);
		t.is(named, before);
	}));

test('a follower is told which objects have changed, and finds each of them without a look at the others', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		server.objects.set('b', deployment('b', 91));
		const told: Changed[] = [];
		const all = cluster.follow(deployments, 'test', {keep: () => true}, (changed) => told.push(changed));
		t.is(all.object('test/a'), undefined, 'nothing is known yet');
		await all.synced;
		await until(() => told.length === 1 && server.openWatches() === 1);
		t.is(told[0], undefined, 'anything may be new at first');
		server.send(event('MODIFIED', deployment('b', 130)));
		await until(() => told.length === 2);
		t.deepEqual([...(told[1] ?? [])], ['test/b']);
		t.is(all.object('test/b')?.metadata.resourceVersion, '130');
		server.send(event('DELETED', deployment('a', 131)));
		await until(() => told.length === 3);
		t.deepEqual([...(told[2] ?? [])], ['test/a']);
		t.is(all.object('test/a'), undefined);
		const named = cluster.follow(deployments, 'test', {name: 'b'}, () => {});
		await named.synced;
		t.is(named.object('test/b'), all.object('test/b'));
		t.is(named.object('test/a'), undefined);
		named.close();
		t.is(named.object('test/b'), undefined, 'who has left sees nothing');
	}));

test('a listener that throws is told of everything the next time', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		const told: Changed[] = [];
		const all = cluster.follow(deployments, 'test', {keep: () => true}, (changed) => {
			told.push(changed);
			if (told.length === 2) throw new Error('not taken in');
		});
		await all.synced;
		await until(() => told.length === 1 && server.openWatches() === 1);
		for (const [index, version] of [130, 131, 132].entries()) {
			server.send(event('MODIFIED', deployment('a', version)));
			await until(() => told.length === index + 2);
		}

		t.deepEqual(
			told.map((changed) => changed && [...changed]),
			[undefined, ['test/a'], undefined, ['test/a']],
		);
	}));

test('a version that changes the status alone keeps the spec, so that what follows from it is reckoned once', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90, {spec: {replicas: 1}}));
		const followed = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await followed.synced;
		await until(() => server.openWatches() === 1);
		const spec = followed.objects()[0]?.spec;
		server.send(event('MODIFIED', deployment('a', 130, {spec: {replicas: 1}, status: {replicas: 1}})));
		await until(() => versionOf(followed.objects()) === '130');
		t.is(followed.objects()[0]?.spec, spec);
		server.send(event('MODIFIED', deployment('a', 131, {spec: {replicas: 2}, status: {replicas: 1}})));
		await until(() => versionOf(followed.objects()) === '131');
		t.deepEqual(followed.objects()[0]?.spec, {replicas: 2});
	}));

test('the answer to an own write is seen at once and no older event takes it back', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		let changes = 0;
		const following = cluster.follow(deployments, 'test', {name: 'a'}, () => {
			changes += 1;
		});
		await following.synced;
		await until(() => server.openWatches() === 1);
		server.once('write', patchAnswer(150));
		const operations = [{op: 'replace', path: '/spec/replicas', value: 3}] as const;
		const answer = await cluster.patch(deployments, 'test', 'a', operations, route);
		t.is(answer.metadata['managedFields'], undefined);
		t.is(versionOf(following.objects()), '150');
		const write = server.seen.at(-1);
		t.is(write?.headers['content-type'], 'application/json-patch+json');
		t.deepEqual(JSON.parse(write?.body ?? ''), operations);
		const before = changes;
		server.send(event('MODIFIED', deployment('a', 140)), event('MODIFIED', deployment('a', 150)));
		await calm();
		t.is(versionOf(following.objects()), '150');
		t.is(changes, before);
		// A list as of before our write (its memory of 145) does not undo it either.
		server.version = 151;
		server.objects.set('a', deployment('a', 90));
		server.send(event('ERROR', {kind: 'Status', code: 410}));
		await until(() => server.count('list') === 2 && server.openWatches() === 1);
		t.is(versionOf(following.objects()), '150');
	}));

test('a write without an answer is given up after ten seconds, for the next one waits behind it', (t) =>
	withHarness(async ({server, cluster, clock}) => {
		server.once('write', hang);
		const given = cluster.patch(deployments, 'test', 'a', [], {lane: 'rollback'}).then(
			() => undefined,
			(error: unknown) => error,
		);
		await until(() => server.count('write') === 1);
		await clock.advance(10_000);
		t.like(await given, {code: 0, outcome: 'unknown'});
	}));

test('a scale shows its replicas at once, under the old version, and no event from before it undoes them', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		const following = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await following.synced;
		await until(() => server.openWatches() === 1);
		const metadata = {name: 'a', namespace: 'test', uid: 'uid-a', resourceVersion: '160'};
		server.once('write', answerWith(200, {apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: {replicas: 0}}));
		await cluster.patch(deployments, 'test', 'a', [], {lane: 'route', subresource: 'scale'});
		t.true(server.seen.at(-1)?.url.pathname.endsWith('/deployments/a/scale'));
		t.is(following.objects()[0]?.spec?.['replicas'], 0);
		t.is(versionOf(following.objects()), '90');
		server.send(event('MODIFIED', deployment('a', 155)));
		await calm();
		t.is(following.objects()[0]?.spec?.['replicas'], 0);
		server.send(event('MODIFIED', deployment('a', 160, {spec: {replicas: 0}})));
		await until(() => versionOf(following.objects()) === '160');
	}));

test('a delete takes the object from view, whatever events still come of it; finalizers keep it', (t) =>
	withHarness(async (harness) => {
		const {server, cluster} = harness;
		server.objects.set('a', deployment('a', 90));
		const following = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await following.synced;
		await until(() => server.openWatches() === 1);
		const held = deployment('a', 170);
		held.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
		server.once('write', answerWith(200, held));
		await cluster.remove(deployments, 'test', 'a', 'uid-a', route);
		t.is(versionOf(following.objects()), '170');
		server.once('write', answerWith(200, {kind: 'Status', status: 'Success'}));
		await cluster.remove(deployments, 'test', 'a', 'uid-a', route);
		t.deepEqual(following.objects(), []);
		t.deepEqual(JSON.parse(server.seen.at(-1)?.body ?? '').preconditions, {uid: 'uid-a'});
		server.send(event('MODIFIED', deployment('a', 171)));
		const second = deployment('a', 180);
		second.metadata.uid = 'uid-second';
		server.send(event('DELETED', deployment('a', 172)), event('ADDED', second));
		await until(() => following.objects().length === 1);
		t.is(following.objects()[0]?.metadata.uid, 'uid-second');
		server.once('write', refuse(404, 'NotFound', {}, {details: {name: 'a'}}));
		await cluster.remove(deployments, 'test', 'a', 'uid-second', route);
		t.deepEqual(following.objects(), []);
	}));

test('a read says undefined only for an object that is not there, not for an unknown kind', (t) =>
	withHarness(async ({server, cluster}) => {
		t.is(await cluster.read(deployments, 'test', 'nobody'), undefined);
		server.once('get', answerWith(404, '404 page not found'));
		const error = await t.throwsAsync(cluster.read(deployments, 'test', 'a'), {instanceOf: ApiError});
		t.is(error?.code, 404);
		server.once('get', answerWith(200, {...deployment('a', 1), kind: 'Pod'}));
		const other = await t.throwsAsync(cluster.read(deployments, 'test', 'a'), {instanceOf: ApiError});
		t.is(other?.reason, 'MalformedAnswer');
		t.is(other?.outcome, 'unknown');
	}));

test('a create is posted to the collection and believed if somebody wants it', (t) =>
	withHarness(async ({server, cluster}) => {
		const following = cluster.follow(deployments, 'test', {name: 'a'}, () => {});
		await following.synced;
		server.once('write', answerWith(201, deployment('a', 120)));
		await cluster.create(deployments, deployment('a', 0), {lane: 'report'});
		t.is(server.seen.at(-1)?.method, 'POST');
		t.false('resourceVersion' in (JSON.parse(server.seen.at(-1)?.body ?? '') as KubeObject).metadata);
		t.is(server.seen.at(-1)?.url.pathname, '/apis/apps/v1/namespaces/test/deployments');
		t.is(versionOf(following.objects()), '120');
	}));

test('served versions come preferred first; none for an unknown group; an error is an error', (t) =>
	withHarness(async ({server, cluster}) => {
		const versions = ['v1alpha3', 'v1beta1', 'v1'].map((version) => ({version}));
		server.once('get', answerWith(200, {kind: 'APIGroup', versions, preferredVersion: {version: 'v1'}}));
		t.deepEqual(await cluster.servedVersions('networking.istio.io'), ['v1', 'v1alpha3', 'v1beta1']);
		server.once('get', answerWith(404, '404 page not found'));
		t.deepEqual(await cluster.servedVersions('nobody.io'), []);
		server.once('get', refuse(500, 'InternalError'));
		await t.throwsAsync(cluster.servedVersions('nobody.io'), {instanceOf: ApiError});
	}));

test('who asks for served versions while somebody asks already shares the answer', (t) =>
	withHarness(async ({server, cluster}) => {
		server.once('get', answerWith(200, {kind: 'APIGroup', versions: [{version: 'v1'}]}));
		const answers = await Promise.all([1, 2, 3].map(() => cluster.servedVersions('networking.istio.io')));
		t.deepEqual(answers, [['v1'], ['v1'], ['v1']]);
		t.is(server.seen.filter(({url}) => url.pathname === '/apis/networking.istio.io').length, 1);
		server.once('get', refuse(500, 'InternalError'));
		await t.throwsAsync(cluster.servedVersions('apps'), {instanceOf: ApiError});
		server.once('get', answerWith(200, {kind: 'APIGroup', versions: [{version: 'v1'}]}));
		t.deepEqual(await cluster.servedVersions('apps'), ['v1'], 'an error is not shared with who asks later');
	}));
