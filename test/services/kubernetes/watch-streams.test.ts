import test from 'ava';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {deployments, pods} from '../../../services/kubernetes/resources.ts';
import {startHarness, until, type Harness} from './harness.ts';
import {answerWith, deployment, event, refuse, type Seen} from './unruly-server.ts';

const all = {keep: () => true};

const names = (objects: readonly KubeObject[]): string[] => objects.map(({metadata}) => metadata.name);
const versions = (objects: readonly KubeObject[]) =>
	objects.map(({metadata}) => `${metadata.name}@${metadata.resourceVersion}`);

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

test('UTF-8 split between chunks, blank lines and two events in one chunk are read as they were meant', (t) =>
	withHarness(async (harness) => {
		const {server} = harness;
		const following = await open(harness);
		const text = `\n${JSON.stringify(event('ADDED', deployment('ä', 101, {note: '🐦 grüße'})))}\n`;
		const bytes = Buffer.from(text + `${JSON.stringify(event('ADDED', deployment('b', 102)))}\n`);
		for (let at = 0; at < bytes.length; at += 3) {
			server.raw(bytes.subarray(at, at + 3));
			await new Promise((resolve) => {
				setImmediate(resolve);
			});
		}

		await until(() => following.objects().length === 2);
		t.is(following.objects().find((one) => one.metadata.name === 'ä')?.['note'], '🐦 grüße');
	}));

test('a garbage line loses nothing: the stream is resumed before it, and listed after three', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = await open(harness);
		server.send(event('ADDED', deployment('a', 101)));
		await until(() => following.objects().length === 1);
		server.version = 102;
		for (let time = 2; time <= 4; time += 1) {
			server.raw('{"type":"MODIFIED","object":{"kin\n');
			await until(() => server.count('watch') === time, clock);
			await until(() => server.openWatches() === 1, clock);
		}

		const asked = of(harness, 'watch').map((seen) => seen.url.searchParams.get('resourceVersion'));
		t.deepEqual(asked.slice(0, 3), ['100', '101', '101']);
		t.is(server.count('list'), 2);
	}));

test('a list older than what was seen is not believed', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = await open(harness);
		server.send(event('ADDED', deployment('a', 300)));
		await until(() => following.objects().length === 1);
		server.version = 250;
		server.send(event('ERROR', {kind: 'Status', code: 410, reason: 'Expired', message: 'too old'}));
		await until(() => server.count('list') >= 3, clock);
		t.deepEqual(versions(following.objects()), ['a@300']);
		server.version = 400;
		await until(() => following.objects().length === 0, clock);
		t.pass();
	}));

test('foreign namespaces and kinds are left out; what throws in a listener is only logged', (t) =>
	withHarness(async (harness) => {
		const {server, log} = harness;
		const following = await open(harness, () => {
			throw new Error('a listener with a bug');
		});
		const foreign = deployment('foreign', 101);
		foreign.metadata.namespace = 'elsewhere';
		server.send(event('ADDED', foreign), event('ADDED', {...deployment('x', 102), kind: 'Pod'}));
		server.send(event('ADDED', deployment('a', 103)));
		await until(() => following.objects().length === 1);
		server.send(event('MODIFIED', deployment('a', 104)));
		await until(() => versions(following.objects())[0] === 'a@104');
		t.true(log.entries.some(({message}) => message === 'a listener to changes threw'));
		t.is(server.count('watch'), 1);
	}));

test('a watch closed while it lists never opens', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		let release = (): void => {};
		server.once('list', (response, seen) => {
			release = () => {
				answerWith(200, {kind: 'List', metadata: {resourceVersion: '1'}, items: []})(response, seen);
			};
		});
		const following = harness.cluster.follow(deployments, 'test', all, () => {});
		await until(() => server.count('list') === 1);
		following.close();
		await t.throwsAsync(following.synced, {message: /closed/});
		release();
		await clock.advance(60_000);
		t.is(server.count('watch'), 0);
	}));

const pod = (name: string, version: number): KubeObject => ({
	...deployment(name, version),
	apiVersion: 'v1',
	kind: 'Pod',
});

test('pods by selector come without a list; the marked bookmark says when all are known', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		const following = harness.cluster.follow(pods, 'test', {labels: {app: 'podinfo', tier: 'x'}}, () => {});
		await until(() => server.openWatches() === 1);
		const params = of(harness, 'watch')[0]?.url.searchParams;
		t.is(params?.get('labelSelector'), 'app=podinfo,tier=x');
		t.is(params?.get('sendInitialEvents'), 'true');
		t.is(params?.get('resourceVersionMatch'), 'NotOlderThan');
		server.send(event('ADDED', pod('b', 70)), event('ADDED', pod('a', 60)));
		const annotations = {'k8s.io/initial-events-end': 'true'};
		server.send(event('BOOKMARK', {kind: 'Pod', metadata: {resourceVersion: '120', annotations}}));
		await following.synced;
		t.is(clock.monotonic(), 0);
		t.deepEqual(versions(following.objects()), ['a@60', 'b@70']);
		server.send(event('DELETED', pod('a', 121)));
		await until(() => following.objects().length === 1);
		await clock.advance(20_000);
		server.endWatches('properly');
		await until(() => server.count('watch') === 2);
		t.is(of(harness, 'watch')[1]?.url.searchParams.get('resourceVersion'), '121');
		t.is(server.count('list'), 0);
	}));

test('a server without initial events is asked without them, and quiet says when all are known', (t) =>
	withHarness(async (harness) => {
		const {server, clock} = harness;
		server.once('watch', refuse(422, 'Invalid'));
		const following = harness.cluster.follow(pods, 'test', {labels: {app: 'podinfo'}}, () => {});
		await until(() => server.openWatches() === 1);
		t.false(of(harness, 'watch')[1]?.url.searchParams.has('sendInitialEvents'));
		server.send(event('ADDED', pod('b', 70)), event('ADDED', pod('a', 60)));
		await until(() => following.isFresh(), clock, 100);
		await following.synced;
		t.deepEqual(names(following.objects()), ['a', 'b']);
		t.is(server.count('list'), 0);
	}));
