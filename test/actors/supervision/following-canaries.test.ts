import test from 'ava';
import {followCanaries} from '../../../actors/supervision/following-canaries.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Cluster, Following} from '../../../services/kubernetes/cluster.ts';
import {silentLog} from '../../../services/log.ts';

const MINUTE_MS = 60_000;

/** A cluster whose answers about the group of Rollouts are `served`; an error is a failed discovery. */
const stage = (served: () => readonly string[] | Error, namespaces?: readonly string[]) => {
	const clock = createVirtualClock();
	const followed: string[] = [];
	const closed: string[] = [];
	let asked = 0;
	const cluster = {
		follow({plural}: {plural: string}, namespace: string | undefined): Following {
			const name = `${plural} in ${namespace ?? 'all'}`;
			followed.push(name);
			return {
				synced: Promise.resolve(),
				objects: () => [],
				object: () => undefined,
				isFresh: () => true,
				close: () => closed.push(name),
			};
		},
		async servedVersions() {
			asked += 1;
			const answer = served();
			if (answer instanceof Error) throw answer;
			return answer;
		},
	} as unknown as Cluster;
	const shown: Following[] = [];
	const canaries = followCanaries({
		cluster,
		clock,
		log: silentLog,
		namespaces,
		onChange: (home) => shown.push(home),
	});
	return {clock, canaries, followed, closed, shown, asked: () => asked};
};

test('where there are no Rollouts they are asked after every five minutes, and followed once they are there', async (t) => {
	let versions: readonly string[] = [];
	const {clock, canaries, followed, shown, asked} = stage(() => versions);
	await canaries.ready;
	await clock.advance(MINUTE_MS);
	t.deepEqual(followed, ['canaries in all']);
	t.is(shown.length, 1);
	await clock.advance(59 * MINUTE_MS);
	t.is(asked(), 13, 'a first time, and twelve in an hour');
	versions = ['v2'];
	await clock.advance(5 * MINUTE_MS);
	t.is(followed.length, 1, 'a version that is not ours');
	versions = ['v1beta1'];
	await clock.advance(5 * MINUTE_MS);
	t.deepEqual(followed, ['canaries in all', 'rollouts in all']);
	t.is(shown.length, 2);
	const before = asked();
	await clock.advance(60 * MINUTE_MS);
	t.is(asked(), before, 'what is followed is not asked after');
});

test('a failed discovery holds nobody up, and is repeated soon', async (t) => {
	let isDown = true;
	const {clock, canaries, followed} = stage(() => (isDown ? new Error('no answer') : ['v1beta1']), ['test', 'shop']);
	await canaries.ready;
	await clock.advance(MINUTE_MS);
	t.deepEqual(followed, ['canaries in test', 'canaries in shop']);
	isDown = false;
	await clock.advance(10_000);
	t.deepEqual(followed.slice(2), ['rollouts in test', 'rollouts in shop']);
});

test('closed, it follows nothing any more, and asks nothing', async (t) => {
	const {clock, canaries, closed, asked} = stage(() => []);
	await canaries.ready;
	canaries.close();
	await clock.advance(60 * MINUTE_MS);
	t.deepEqual(closed, ['canaries in all']);
	t.is(asked(), 1);
});
