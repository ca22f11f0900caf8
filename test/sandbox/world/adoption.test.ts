// A Deployment that was deleted with --cascade=orphan and applied anew takes on what it had.
import test from 'ava';
import {deploymentsKey, replicaSetsKey} from '../../../sandbox/world/keys.ts';
import {startScene} from './scene.ts';

test('the ReplicaSet and the pods stay, and are the new one’s', async (t) => {
	const {clock, deploy, deployment, pods, store, world} = startScene();
	t.teardown(() => world.stop());
	deploy('podinfo', {replicas: 2});
	await clock.advance(3000);
	const names = pods('podinfo').map(({metadata}) => metadata.name);
	store.remove(deploymentsKey, 'test', 'podinfo', 'the test', {propagationPolicy: 'Orphan'});
	await clock.advance(3000);
	const replicaSets = () => store.list(replicaSetsKey, {namespace: 'test'}).items;
	t.is(replicaSets()[0]?.metadata.ownerReferences, undefined);
	deploy('other', {replicas: 1});
	deploy('podinfo', {replicas: 2});
	await clock.advance(3000);
	t.deepEqual(
		pods('podinfo').map(({metadata}) => metadata.name),
		names,
	);
	const {uid} = deployment('podinfo').metadata;
	t.deepEqual(
		replicaSets()
			.filter(({metadata}) => metadata.ownerReferences?.[0]?.uid === uid)
			.map(({metadata}) => metadata.labels?.['app']),
		['podinfo'],
	);
	t.like(deployment('podinfo').status, {replicas: 2, updatedReplicas: 2, availableReplicas: 2});
});
