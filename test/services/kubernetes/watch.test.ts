import test from 'ava';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {deployments} from '../../../services/kubernetes/resources.ts';
import {FRESH_MS, IDLE_MS} from '../../../services/kubernetes/watch.ts';
import {startHarness, until, type Harness} from './harness.ts';
import {answerWith, deployment, event, refuse, reset, type Seen} from './unruly-server.ts';

const all = {keep: () => true};

const names = (objects: readonly KubeObject[]): string[] => objects.map(({metadata}) => metadata.name);
const of = (harness: Harness, kind: Seen['kind']): Seen[] => harness.server.seen.filter((seen) => seen.kind === kind);

const open = async (harness: Harness, onChange: () => void = () => {}) => {
	const following = harness.cluster.follow(deployments, 'test', all, onChange);
	await until(() => harness.server.openWatches() === 1);
	await following.synced;
	return following;
};

const withHarness = async (run: (harness: Harness) => Promise<void>): Promise<void> => {
	const harness = await startHarness();
	try {
		await run(harness);
	} finally {
		await harness.close();
	}
};

test('lists in pages without a resourceVersion, then watches with bookmarks from the list', (t) =>
	withHarness(async (harness) => {
		const {server} = harness;
		const page = (name: string, next: string) => ({
			kind: 'DeploymentList',
			apiVersion: 'apps/v1',
			metadata: {resourceVersion: '100', continue: next},
			items: [{...deployment(name, 50), kind: undefined, apiVersion: undefined}],
		});
		server.once('list', answerWith(200, page('b', 'more')));
		server.once('list', answerWith(200, page('a', '')));
		const following = await open(harness);
		t.deepEqual(names(following.objects()), ['a', 'b']);
		t.is(following.objects()[0]?.kind, 'Deployment');
		t.is(following.objects()[0]?.metadata['managedFields'], undefined);
		const [first, second] = of(harness, 'list');
		t.is(first?.url.searchParams.get('limit'), '100');
		t.false(first?.url.searchParams.has('resourceVersion'));
		t.is(second?.url.searchParams.get('continue'), 'more');
		const [watch] = of(harness, 'watch');
		t.is(watch?.url.searchParams.get('resourceVersion'), '100');
		t.is(watch?.url.searchParams.get('allowWatchBookmarks'), 'true');
		const seconds = Number(watch?.url.searchParams.get('timeoutSeconds'));
		t.true(seconds >= 300 && seconds < 600);
		following.close();
		await until(() => server.openWatches() === 0);
	}));

test('duplicates and old events change nothing; a version has any length', (t) =>
	withHarness(async (harness) => {
		const {server} = harness;
		server.objects.set('a', deployment('a', 90));
		let changes = 0;
		const following = await open(harness, () => {
			changes += 1;
		});
		const long = '123456789012345678901234567890';
		const modified = deployment('a', 0);
		modified.metadata.resourceVersion = long;
		server.send(event('MODIFIED', deployment('a', 101)), event('MODIFIED', modified));
		await until(() => following.objects()[0]?.metadata.resourceVersion === long);
		const before = changes;
		server.send(
			event('MODIFIED', modified),
			event('MODIFIED', deployment('a', 101)),
			event('DELETED', deployment('a', 95)),
			event(
				'ADDED',
				deployment('last', 0, {metadata: {...modified.metadata, name: 'last', resourceVersion: `${long}9`}}),
			),
		);
		await until(() => following.objects().length === 2);
		t.is(following.objects()[0]?.metadata.resourceVersion, long);
		t.is(changes, before + 1);
	}));

test('delete and recreate seen as one update is another object; an event of the former one does not harm it', (t) =>
	withHarness(async (harness) => {
		const {server} = harness;
		server.objects.set('a', deployment('a', 90));
		const following = await open(harness);
		const again = deployment('a', 110);
		again.metadata.uid = 'uid-second';
		server.send(event('MODIFIED', again), event('DELETED', deployment('a', 105)));
		server.send(event('ADDED', deployment('z', 111)));
		await until(() => following.objects().length === 2);
		t.is(following.objects()[0]?.metadata.uid, 'uid-second');
	}));

test('410 as an ERROR event or by HTTP lists anew, at once and once', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = await open(harness);
		server.version = 200;
		server.objects.set('new', deployment('new', 190));
		server.send(event('ERROR', {kind: 'Status', code: 410, reason: 'Expired', message: 'too old'}));
		await until(() => following.objects().length === 1);
		t.is(server.count('list'), 2);
		t.is(clock.monotonic(), 0);
		await until(() => server.openWatches() === 1);
		server.once('watch', refuse(410, 'Gone'));
		server.endWatches('reset');
		await until(() => server.count('list') === 3, clock);
		await until(() => server.openWatches() === 1, clock);
		t.is(of(harness, 'watch').at(-1)?.url.searchParams.get('resourceVersion'), '200');
	}));

test('a server that always says 410 is asked with growing pauses', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		for (let time = 0; time < 20; time += 1) {
			server.once('watch', refuse(410, 'Gone'));
		}

		const following = harness.cluster.follow(deployments, 'test', all, () => {});
		await until(() => server.count('watch') === 8, clock, 50);
		const at = of(harness, 'watch').map((seen) => seen.at);
		t.true((at[7] ?? 0) - (at[6] ?? 0) >= 4000, String(at));
		following.close();
	}));

test('a clean end after a long life goes on at once; a short life is made to wait, ever longer', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		await open(harness);
		await clock.advance(30_000);
		const at = clock.monotonic();
		server.endWatches('properly');
		await until(() => server.count('watch') === 2);
		t.is(of(harness, 'watch')[1]?.at, at);
		t.is(server.count('list'), 1);
		for (let time = 3; time < 10; time += 1) {
			await until(() => server.openWatches() === 1, clock, 50);
			server.endWatches('properly');
			await until(() => server.count('watch') === time, clock, 50);
		}

		const times = of(harness, 'watch').map((seen) => seen.at);
		t.true((times[8] ?? 0) - (times[7] ?? 0) > 4000, String(times));
		t.is(server.count('list'), 1);
	}));

test('429 waits as long as it is told, reset and 500 a little; the watch goes on from where it was', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = await open(harness);
		server.send(event('ADDED', deployment('a', 140)));
		await until(() => following.objects().length === 1);
		server.once('watch', refuse(429, 'TooManyRequests', {'retry-after': '17'}));
		server.once('watch', reset);
		server.once('watch', refuse(500, 'InternalError'));
		server.endWatches('reset');
		await until(() => server.count('watch') === 5, clock, 50);
		const watches = of(harness, 'watch');
		t.true((watches[2]?.at ?? 0) - (watches[1]?.at ?? 0) >= 17_000);
		t.deepEqual(
			watches.slice(1).map((seen) => seen.url.searchParams.get('resourceVersion')),
			['140', '140', '140', '140'],
		);
		t.is(server.count('list'), 1);
	}));

test('an open but silent connection is given up after the idle limit; a bookmark is a sign of life', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = await open(harness);
		await clock.advance(IDLE_MS - 1000);
		t.is(server.count('watch'), 1);
		server.send(event('BOOKMARK', {kind: 'Deployment', metadata: {resourceVersion: '150'}}));
		server.send(event('ADDED', deployment('seen', 151)));
		await until(() => following.objects().length === 1);
		await clock.advance(IDLE_MS - 1000);
		t.is(server.count('watch'), 1);
		await clock.advance(1000);
		await until(() => server.count('watch') === 2);
		t.is(of(harness, 'watch')[1]?.url.searchParams.get('resourceVersion'), '151');
		t.is(server.count('list'), 1);
		t.true(following.isFresh());
	}));

test('it is not fresh any more when the server is gone for long, and says so; it is again when it is back', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		let changes = 0;
		const following = await open(harness, () => {
			changes += 1;
		});
		for (let time = 0; time < 40; time += 1) {
			server.once('watch', refuse(503, 'ServiceUnavailable'));
		}

		server.endWatches('reset');
		await until(() => clock.monotonic() >= FRESH_MS - 1000, clock, 500);
		t.true(following.isFresh());
		const before = changes;
		await until(() => changes > before, clock, 500);
		t.false(following.isFresh());
		await until(() => server.openWatches() === 1, clock, 2000);
		t.true(following.isFresh());
		t.true(changes >= before + 2);
	}));
