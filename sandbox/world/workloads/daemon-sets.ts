// The DaemonSet controller: one pod of the template on each node that its selector fits, rolled over node by node.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {nameSuffix} from '../../api/metadata.ts';
import type {Informer} from '../informer.ts';
import {daemonSetsKey, podsKey} from '../keys.ts';
import {nodes} from '../nodes.ts';
import {
	controllerOf,
	isEqual,
	isReady,
	isSelected,
	nameOf,
	omitZeros,
	specOf,
	type Labels,
	type PodTemplate,
} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import {availabilityOf, isActive, podOf, type ReadySince} from './made-pods.ts';
import type {ControllerParts} from './parts.ts';
import {templateHash} from './revisions.ts';
import {limitsOf} from './rollout.ts';

const BY = 'daemonset-controller';
const HASH = 'controller-revision-hash';

type Spec = {
	readonly minReadySeconds?: number;
	readonly template?: PodTemplate;
	readonly updateStrategy?: {
		readonly type?: string;
		readonly rollingUpdate?: {readonly maxSurge?: number | string; readonly maxUnavailable?: number | string};
	};
};

export type DaemonSetSources = {
	readonly daemonSets: Informer;
	readonly pods: Informer;
	readonly readySince: ReadySince;
};

const fits = (daemonSet: KubeObject, labels: Labels): boolean => {
	const selector = (specOf<Spec>(daemonSet).template?.spec?.['nodeSelector'] ?? {}) as Labels;
	return Object.keys(selector).length === 0 || isSelected(selector, labels);
};

const hashOf = (daemonSet: KubeObject): string => templateHash(specOf<Spec>(daemonSet).template ?? {});

const isOn =
	(node: string) =>
	(pod: KubeObject): boolean =>
		specOf<{nodeName?: string}>(pod).nodeName === node;

/** One pass over the nodes: pods that lack are made, pods out of place removed, old ones as far as may be missing. */
const place = ({store, random}: ControllerParts, daemonSet: KubeObject, active: readonly KubeObject[]): void => {
	const remove = ({metadata}: KubeObject): void => {
		store.remove(podsKey, metadata.namespace, metadata.name, BY);
	};

	const hash = hashOf(daemonSet);
	const fitting = nodes.filter(({labels}) => fits(daemonSet, labels));
	const {type, rollingUpdate = {}} = specOf<Spec>(daemonSet).updateStrategy ?? {};
	const {maxSurge = 0, maxUnavailable = 1} = rollingUpdate;
	const limits = limitsOf(fitting.length, {maxSurge, maxUnavailable});
	let missing = fitting.filter(({name}) => !active.some((pod) => isOn(name)(pod) && isReady(pod))).length;
	let surging = fitting.filter(({name}) => active.filter((pod) => isOn(name)(pod)).length > 1).length;
	for (const pod of active) if (!fitting.some(({name}) => isOn(name)(pod))) remove(pod);
	for (const {name: node} of fitting) {
		const here = active.filter((pod) => isOn(node)(pod));
		const fresh = here.filter(({metadata}) => metadata.labels?.[HASH] === hash);
		const old = here.filter((pod) => !fresh.includes(pod));
		const isRolling = old.length > 0 && type !== 'OnDelete';
		const maySurge = isRolling && fresh.length === 0 && surging < limits.maxSurge;
		if (here.length === 0 || maySurge) {
			surging += here.length;
			const name = `${daemonSet.metadata.name}-${nameSuffix(random)}`;
			store.create(podsKey, podOf(daemonSet, {name, labels: {[HASH]: hash}, node}), BY);
		} else if (isRolling && limits.maxSurge > 0) {
			if (fresh.some((pod) => isReady(pod))) for (const pod of old) remove(pod);
		} else if (isRolling) {
			const isServing = old.some((pod) => isReady(pod));
			if (isServing && missing >= limits.maxUnavailable) continue;
			missing += isServing ? 1 : 0;
			for (const pod of old) remove(pod);
		}
	}
};

/** Starts the controller; it works whenever a DaemonSet or one of its pods changes. */
export const startDaemonSets = (parts: ControllerParts, sources: DaemonSetSources): (() => void) => {
	const {store, clock, speed, log} = parts;
	const {daemonSets, pods, readySince} = sources;
	const writeStatus = (daemonSet: KubeObject, active: readonly KubeObject[]): number | undefined => {
		const hash = hashOf(daemonSet);
		const fitting = nodes.filter(({labels}) => fits(daemonSet, labels));
		// One a node, the oldest, as the real controller counts while it surges.
		const counted = fitting.flatMap(({name}) => active.find((pod) => isOn(name)(pod)) ?? []);
		const forMs = ((specOf<Spec>(daemonSet).minReadySeconds ?? 0) * 1000) / speed;
		const {ready, available, againMs} = availabilityOf(counted, {readySince, forMs, now: clock.now()});
		const status = {
			currentNumberScheduled: counted.length,
			desiredNumberScheduled: fitting.length,
			numberMisscheduled: active.filter((pod) => !fitting.some(({name}) => isOn(name)(pod))).length,
			numberReady: ready,
			...omitZeros({
				numberAvailable: available,
				numberUnavailable: fitting.length - available,
				updatedNumberScheduled: counted.filter(({metadata}) => metadata.labels?.[HASH] === hash).length,
				observedGeneration: daemonSet.metadata.generation ?? 0,
			}),
		};
		if (!isEqual(status, daemonSet.status)) store.update(daemonSetsKey, {...daemonSet, status}, BY, 'status');
		return againMs;
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const daemonSet = daemonSets.get(name);
			if (daemonSet === undefined) return;
			const owned = (): readonly KubeObject[] =>
				pods.ownedBy(daemonSet.metadata.uid ?? '').filter((pod) => isActive(pod));
			if (daemonSet.metadata.deletionTimestamp === undefined) place(parts, daemonSet, owned());
			const again = writeStatus(daemonSet, owned());
			if (again !== undefined) queue.addAfter(name, again);
		},
	});

	daemonSets.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	pods.onEvent(({object}) => {
		const owner = controllerOf(object);
		if (owner?.kind === 'DaemonSet') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
	});
	for (const daemonSet of daemonSets.all()) queue.add(nameOf(daemonSet));
	return () => queue.stop();
};
