// The StatefulSet controller: pods by their ordinals, made in order and rolled over from the last to the first.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Informer} from '../informer.ts';
import {podsKey, statefulSetsKey} from '../keys.ts';
import {controllerOf, isEqual, isReady, nameOf, specOf, statusOf, type PodTemplate} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import {availabilityOf, podOf, type ReadySince} from './made-pods.ts';
import type {ControllerParts} from './parts.ts';
import {templateHash} from './revisions.ts';

const BY = 'statefulset-controller';
const HASH = 'controller-revision-hash';
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

type Spec = {
	readonly replicas?: number;
	readonly minReadySeconds?: number;
	readonly podManagementPolicy?: string;
	readonly template?: PodTemplate;
	readonly updateStrategy?: {readonly type?: string; readonly rollingUpdate?: {readonly partition?: number}};
};

type Status = {readonly currentRevision: string; readonly updateRevision: string};

export type StatefulSetSources = {
	readonly statefulSets: Informer;
	readonly pods: Informer;
	readonly readySince: ReadySince;
};

const ordinalOf = ({metadata}: KubeObject): number => Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));

const revisionNameOf = (statefulSet: KubeObject): string =>
	`${statefulSet.metadata.name}-${templateHash(specOf<Spec>(statefulSet).template ?? {})}`;

const isLeaving = ({metadata}: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** One pass. In order means: a pod that is not ready, or still leaving, holds up all others. */
const place = ({store}: ControllerParts, statefulSet: KubeObject, owned: ReadonlyMap<number, KubeObject>): void => {
	const create = (statefulSet: KubeObject, ordinal: number): void => {
		const name = `${statefulSet.metadata.name}-${ordinal}`;
		const labels = {[HASH]: revisionNameOf(statefulSet), [POD_NAME]: name, [POD_INDEX]: String(ordinal)};
		store.create(podsKey, podOf(statefulSet, {name, labels}), BY);
	};

	const remove = ({metadata}: KubeObject): void => {
		store.remove(podsKey, metadata.namespace, metadata.name, BY);
	};

	const {replicas = 1, podManagementPolicy, updateStrategy = {}} = specOf<Spec>(statefulSet);
	const isOrdered = podManagementPolicy !== 'Parallel';
	for (let ordinal = 0; ordinal < replicas; ordinal++) {
		const pod = owned.get(ordinal);
		if (pod === undefined) create(statefulSet, ordinal);
		if (isOrdered && (pod === undefined || !isReady(pod))) return;
	}

	const surplus = [...owned].filter(([ordinal]) => ordinal >= replicas).sort(([a], [b]) => b - a);
	for (const [, pod] of surplus) {
		if (!isLeaving(pod)) remove(pod);
		if (isOrdered) return;
	}

	if (updateStrategy.type === 'OnDelete') return;
	const revision = revisionNameOf(statefulSet);
	for (let ordinal = replicas - 1; ordinal >= (updateStrategy.rollingUpdate?.partition ?? 0); ordinal--) {
		const pod = owned.get(ordinal);
		if (pod === undefined || isLeaving(pod)) return;
		if (pod.metadata.labels?.[HASH] !== revision) remove(pod);
		else if (isReady(pod)) continue;
		return;
	}
};

/** Starts the controller; it works whenever a StatefulSet or one of its pods changes. */
export const startStatefulSets = (parts: ControllerParts, sources: StatefulSetSources): (() => void) => {
	const {store, clock, speed, log} = parts;
	const {statefulSets, pods, readySince} = sources;

	const writeStatus = (statefulSet: KubeObject, all: readonly KubeObject[]): number | undefined => {
		const staying = all.filter((pod) => !isLeaving(pod));
		const updateRevision = revisionNameOf(statefulSet);
		const {replicas: wanted = 1, minReadySeconds = 0} = specOf<Spec>(statefulSet);
		const forMs = (minReadySeconds * 1000) / speed;
		const {ready, available, againMs} = availabilityOf(staying, {readySince, forMs, now: clock.now()});
		const updated = staying.filter(({metadata}) => metadata.labels?.[HASH] === updateRevision).length;
		const isDone = updated === wanted && ready === wanted && all.length === wanted;
		const before = statusOf<Status>(statefulSet).currentRevision ?? updateRevision;
		const currentRevision = isDone ? updateRevision : before;
		const status = {
			replicas: all.length,
			readyReplicas: ready,
			currentReplicas: staying.filter(({metadata}) => metadata.labels?.[HASH] === currentRevision).length,
			updatedReplicas: updated,
			availableReplicas: available,
			currentRevision,
			updateRevision,
			collisionCount: 0,
			observedGeneration: statefulSet.metadata.generation ?? 0,
		};
		if (!isEqual(status, statefulSet.status)) store.update(statefulSetsKey, {...statefulSet, status}, BY, 'status');
		return againMs;
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const statefulSet = statefulSets.get(name);
			if (statefulSet === undefined) return;
			const owned = (): readonly KubeObject[] => pods.ownedBy(statefulSet.metadata.uid ?? '');
			if (!isLeaving(statefulSet)) place(parts, statefulSet, new Map(owned().map((pod) => [ordinalOf(pod), pod])));
			const again = writeStatus(statefulSet, owned());
			if (again !== undefined) queue.addAfter(name, again);
		},
	});

	statefulSets.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	pods.onEvent(({object}) => {
		const owner = controllerOf(object);
		if (owner?.kind === 'StatefulSet') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
	});
	for (const statefulSet of statefulSets.all()) queue.add(nameOf(statefulSet));
	return () => queue.stop();
};
