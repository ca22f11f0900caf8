// The ReplicaSet controller: as many pods of the template as wanted.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {nameSuffix} from '../../api/metadata.ts';
import type {Informer} from '../informer.ts';
import {podsKey, replicaSetsKey} from '../keys.ts';
import {controllerOf, isEqual, isReady, nameOf, omitZeros, specOf} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import {availabilityOf, isActive, podOf, type ReadySince} from './made-pods.ts';
import type {ControllerParts} from './parts.ts';

const BY = 'replicaset-controller';

type ReplicaSetSpec = {
	readonly replicas?: number;
	readonly minReadySeconds?: number;
};

export type ReplicaSetSources = {
	readonly replicaSets: Informer;
	readonly pods: Informer;
	readonly readySince: ReadySince;
};

/** Which pods go first: those not ready, then the youngest, as the real controller ranks them. */
const byWorth = (pods: readonly KubeObject[]): readonly KubeObject[] => {
	const ranked = pods.map((pod, index) => ({pod, index, ready: isReady(pod) ? 1 : 0}));
	ranked.sort((left, right) => left.ready - right.ready || right.index - left.index);
	return ranked.map(({pod}) => pod);
};

/** Starts the controller; it works whenever a ReplicaSet or one of its pods changes. */
export const startReplicaSets = (parts: ControllerParts, sources: ReplicaSetSources): (() => void) => {
	const {store, clock, random, speed, log} = parts;
	const {replicaSets, pods, readySince} = sources;

	const scale = (replicaSet: KubeObject, active: readonly KubeObject[], wanted: number): void => {
		for (let count = active.length; count < wanted; count++) {
			store.create(podsKey, podOf(replicaSet, {name: `${replicaSet.metadata.name}-${nameSuffix(random)}`}), BY);
		}

		for (const {metadata} of byWorth(active).slice(0, Math.max(0, active.length - wanted))) {
			store.remove(podsKey, metadata.namespace, metadata.name, BY);
		}
	};

	/** Writes the counts; answers after how long the next pod has been ready for long enough. */
	const writeStatus = (replicaSet: KubeObject, active: readonly KubeObject[]): number | undefined => {
		const {minReadySeconds = 0} = specOf<ReplicaSetSpec>(replicaSet);
		const forMs = (minReadySeconds * 1000) / speed;
		const {ready, available, againMs} = availabilityOf(active, {readySince, forMs, now: clock.now()});
		const counts = omitZeros({
			fullyLabeledReplicas: active.length,
			readyReplicas: ready,
			availableReplicas: available,
			observedGeneration: replicaSet.metadata.generation ?? 0,
		});
		const status = {replicas: active.length, ...counts};
		if (!isEqual(status, replicaSet.status)) store.update(replicaSetsKey, {...replicaSet, status}, BY, 'status');
		return againMs;
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const replicaSet = replicaSets.get(name);
			if (replicaSet === undefined) return;
			const owned = (): readonly KubeObject[] =>
				pods.ownedBy(replicaSet.metadata.uid ?? '').filter((pod) => isActive(pod));
			const isLeaving = replicaSet.metadata.deletionTimestamp !== undefined;
			if (!isLeaving) scale(replicaSet, owned(), specOf<ReplicaSetSpec>(replicaSet).replicas ?? 1);
			const again = writeStatus(replicaSet, owned());
			if (again !== undefined) queue.addAfter(name, again);
		},
	});

	replicaSets.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	pods.onEvent(({object}) => {
		const owner = controllerOf(object);
		if (owner?.kind === 'ReplicaSet') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
	});
	for (const replicaSet of replicaSets.all()) queue.add(nameOf(replicaSet));
	return () => queue.stop();
};
