// What controllers keep asking of Kubernetes objects.
import type {KubeObject, OwnerReference} from '../../services/kubernetes/cluster.ts';
import {timestamp} from '../../services/clock.ts';

export {isEqual} from '../api/json.ts';
export {timestamp} from '../../services/clock.ts';

export type Labels = Readonly<Record<string, string>>;

export type LabelSelector = {
	readonly matchLabels?: Labels;
	readonly matchExpressions?: ReadonlyArray<{
		readonly key: string;
		readonly operator: string;
		readonly values?: readonly string[];
	}>;
};

export type Container = {
	readonly name: string;
	readonly image?: string;
	readonly ports?: ReadonlyArray<{readonly name?: string; readonly containerPort: number}>;
};

export type PodTemplate = {
	readonly metadata?: {readonly labels?: Labels; readonly annotations?: Labels};
	readonly spec?: {readonly containers?: readonly Container[]} & Readonly<Record<string, unknown>>;
};

export type Condition = {
	readonly type: string;
	readonly status: string;
	readonly reason?: string;
	readonly message?: string;
	readonly lastUpdateTime?: string;
	readonly lastTransitionTime?: string;
};

/** The object's spec as its kind has it. The store has validated it; all that is optional is optional in `Spec`. */
export const specOf = <Spec>(object: KubeObject): Readonly<Spec> => (object.spec ?? {}) as Spec;

/** The object's status as its controller wrote it, or empty. */
export const statusOf = <Status>(object: KubeObject): Partial<Status> => (object.status ?? {}) as Partial<Status>;

/** `namespace/name`, by which the queues and caches know an object. */
export const nameOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** True when the labels satisfy a service's plain selector; an empty one selects nothing. */
export const isSelected = (selector: Labels, labels: Labels): boolean => {
	let isAsking = false;
	// In place, for every pod's change is held against every service.
	for (const name in selector) {
		if (labels[name] !== selector[name]) return false;
		isAsking = true;
	}

	return isAsking;
};

/** True when the labels satisfy a whole label selector. */
export const isMatch = (selector: LabelSelector, labels: Labels): boolean =>
	Object.entries(selector.matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
	(selector.matchExpressions ?? []).every(({key, operator, values = []}) => {
		const label = labels[key];
		if (operator === 'Exists') return label !== undefined;
		if (operator === 'DoesNotExist') return label === undefined;
		const isIn = label !== undefined && values.includes(label);
		return operator === 'In' ? isIn : !isIn;
	});

/** The reference that makes `owner` the controller of an object. */
export const controllerReference = (owner: KubeObject): OwnerReference => ({
	apiVersion: owner.apiVersion,
	kind: owner.kind,
	name: owner.metadata.name,
	uid: owner.metadata.uid ?? '',
	controller: true,
	blockOwnerDeletion: true,
});

/** The owner that controls the object. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
	object.metadata.ownerReferences?.find(({controller}) => controller === true);

export const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
	statusOf<{conditions: readonly Condition[]}>(object).conditions?.find((condition) => condition.type === type);

/** True while the pod is ready and not on its way out. */
export const isReady = (pod: KubeObject): boolean =>
	pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True';

/** The conditions with one of them set; its transition time moves only when its status does. */
export const withCondition = (
	conditions: readonly Condition[],
	next: Omit<Condition, 'lastTransitionTime'>,
	now: number,
): readonly Condition[] => {
	const known = conditions.find(({type}) => type === next.type);
	const isSame = known !== undefined && known.status === next.status;
	const lastTransitionTime = (isSame ? known.lastTransitionTime : undefined) ?? timestamp(now);
	const set: Condition = {...next, lastTransitionTime};
	if (known === undefined) return [...conditions, set];
	return conditions.map((condition) => (condition === known ? set : condition));
};

/** Drops the fields that are zero, as Go's `omitempty` does in a status. */
export const omitZeros = (value: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(Object.entries(value).filter(([, field]) => field !== 0 && field !== undefined));
