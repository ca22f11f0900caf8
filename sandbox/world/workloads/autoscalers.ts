// The horizontal pod autoscaler without metrics: it keeps its target within its bounds, and stands by at zero.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Informer} from '../informer.ts';
import {autoscalersKey, deploymentsKey, statefulSetsKey} from '../keys.ts';
import {isEqual, nameOf, specOf, statusOf, timestamp, withCondition, type Condition} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import type {ControllerParts} from './parts.ts';

const BY = 'horizontal-pod-autoscaler';

/** The kinds with replicas that an autoscaler may name. */
const scalable = {Deployment: deploymentsKey, StatefulSet: statefulSetsKey};

type AutoscalerSpec = {
	readonly scaleTargetRef?: {readonly kind?: string; readonly name?: string};
	readonly minReplicas?: number;
	readonly maxReplicas?: number;
};

type AutoscalerStatus = {
	readonly currentReplicas: number;
	readonly desiredReplicas: number;
	readonly lastScaleTime: string;
	readonly conditions: readonly Condition[];
};

const conditionsFor = (
	known: readonly Condition[],
	replicas: number,
	desired: number,
	now: number,
): readonly Condition[] => {
	const set = (from: readonly Condition[], type: string, isTrue: boolean, reason: string, message: string) =>
		withCondition(from, {type, status: isTrue ? 'True' : 'False', reason, message}, now);
	const able = set(
		known,
		'AbleToScale',
		true,
		'SucceededGetScale',
		"the HPA controller was able to get the target's current scale",
	);
	if (replicas === 0) {
		const why = 'scaling is disabled since the replica count of the target is zero';
		return set(able, 'ScalingActive', false, 'ScalingDisabled', why);
	}

	const valid = 'the HPA was able to successfully calculate a replica count';
	const active = set(able, 'ScalingActive', true, 'ValidMetricFound', valid);
	if (replicas === desired) {
		const fine = 'the desired count is within the acceptable range';
		return set(active, 'ScalingLimited', false, 'DesiredWithinRange', fine);
	}

	const reason = replicas < desired ? 'TooFewReplicas' : 'TooManyReplicas';
	const bound = replicas < desired ? 'less than the minimum' : 'more than the maximum';
	return set(active, 'ScalingLimited', true, reason, `the desired replica count is ${bound} replica count`);
};

/** Starts the controller; it works whenever an autoscaler or its target changes. */
export const startAutoscalers = (
	parts: ControllerParts,
	autoscalers: Informer,
	targets: Readonly<Record<keyof typeof scalable, Informer>>,
): (() => void) => {
	const {store, clock, log} = parts;
	const targetOf = (autoscaler: KubeObject): KubeObject | undefined => {
		const {kind, name} = specOf<AutoscalerSpec>(autoscaler).scaleTargetRef ?? {};
		if (kind !== 'Deployment' && kind !== 'StatefulSet') return undefined;
		return targets[kind].get(`${autoscaler.metadata.namespace ?? ''}/${name ?? ''}`);
	};

	const scaleTo = ({kind, metadata: {namespace, name}}: KubeObject, replicas: number, from: number): void => {
		const operations = [
			{op: 'test', path: '/spec/replicas', value: from},
			{op: 'replace', path: '/spec/replicas', value: replicas},
		] as const;
		store.patch(kind === 'StatefulSet' ? scalable.StatefulSet : scalable.Deployment, namespace, name, operations, BY);
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const autoscaler = autoscalers.get(name);
			const target = autoscaler && targetOf(autoscaler);
			if (autoscaler === undefined || target === undefined) return;
			const {minReplicas = 1, maxReplicas = minReplicas} = specOf<AutoscalerSpec>(autoscaler);
			const {replicas = 1} = specOf<{readonly replicas?: number}>(target);
			const desired = replicas === 0 ? 0 : Math.min(Math.max(replicas, minReplicas), maxReplicas);
			if (desired !== replicas) scaleTo(target, desired, replicas);
			const before = statusOf<AutoscalerStatus>(autoscaler);
			const now = clock.now();
			const scaled = desired === replicas ? before.lastScaleTime : timestamp(now);
			const status = {
				...before,
				currentReplicas: statusOf<{replicas: number}>(target).replicas ?? 0,
				desiredReplicas: desired,
				...(scaled !== undefined && {lastScaleTime: scaled}),
				conditions: conditionsFor(before.conditions ?? [], replicas, desired, now),
			};
			if (!isEqual(status, autoscaler.status)) {
				store.update(autoscalersKey, {...autoscaler, status}, BY, 'status');
			}
		},
	});

	autoscalers.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	const onTarget = (object: KubeObject): void => {
		for (const autoscaler of autoscalers.inNamespace(object.metadata.namespace ?? '')) {
			if (specOf<AutoscalerSpec>(autoscaler).scaleTargetRef?.name === object.metadata.name)
				queue.add(nameOf(autoscaler));
		}
	};
	for (const informer of Object.values(targets)) informer.onEvent(({object}) => onTarget(object));
	for (const autoscaler of autoscalers.all()) queue.add(nameOf(autoscaler));
	return () => queue.stop();
};
