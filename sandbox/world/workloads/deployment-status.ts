// What the deployment controller says of a deployment: counts and conditions, word for word.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {conditionOf, omitZeros, specOf, statusOf, timestamp, withCondition, type Condition} from '../objects.ts';

export type DeploymentStatus = {
	readonly observedGeneration: number;
	readonly replicas: number;
	readonly updatedReplicas: number;
	readonly readyReplicas: number;
	readonly availableReplicas: number;
	readonly unavailableReplicas: number;
	readonly conditions: readonly Condition[];
	readonly collisionCount?: number;
};

export type ReplicaSetStatus = {
	readonly replicas: number;
	readonly readyReplicas: number;
	readonly availableReplicas: number;
};

const total = (replicaSets: readonly KubeObject[], field: keyof ReplicaSetStatus): number =>
	replicaSets.reduce((sum, each) => sum + (statusOf<ReplicaSetStatus>(each)[field] ?? 0), 0);

export type Facts = {
	readonly deployment: KubeObject;
	readonly current: KubeObject | undefined;
	readonly all: readonly KubeObject[];
	readonly maxUnavailable: number;
	readonly now: number;
	/** Set when this pass made or found the current ReplicaSet. */
	readonly began: {readonly reason: string; readonly message: string} | undefined;
	/** When the rollout last moved, in ms: the condition's own time is in whole seconds, too coarse at speed. */
	readonly progressedAt: number;
	/** Undefined when the deployment has no deadline. */
	readonly deadlineMs: number | undefined;
};

type Counts = Omit<DeploymentStatus, 'conditions' | 'collisionCount'>;

const countsOf = ({deployment, current, all}: Facts): Counts => {
	const wanted = all.reduce((sum, each) => sum + (specOf<{replicas?: number}>(each).replicas ?? 0), 0);
	const available = total(all, 'availableReplicas');
	return {
		observedGeneration: deployment.metadata.generation ?? 0,
		replicas: total(all, 'replicas'),
		updatedReplicas: total(current === undefined ? [] : [current], 'replicas'),
		readyReplicas: total(all, 'readyReplicas'),
		availableReplicas: available,
		unavailableReplicas: Math.max(0, wanted - available),
	};
};

/** True when every replica is of the current template and available. */
const isComplete = (desired: number, counts: Counts): boolean =>
	counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired;

/** True when something got better since the last status. */
const isMoving = (deployment: KubeObject, counts: Counts): boolean => {
	const before = statusOf<DeploymentStatus>(deployment);
	const old = counts.replicas - counts.updatedReplicas;
	return (
		counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
		old < (before.replicas ?? 0) - (before.updatedReplicas ?? 0) ||
		counts.readyReplicas > (before.readyReplicas ?? 0) ||
		counts.availableReplicas > (before.availableReplicas ?? 0)
	);
};

const progressOf = (
	facts: Facts,
	desired: number,
	counts: Counts,
): Omit<Condition, 'lastTransitionTime'> | undefined => {
	const {deployment, current, began, now, progressedAt, deadlineMs} = facts;
	const known = conditionOf(deployment, 'Progressing');
	const subject = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
	const made = (status: string, reason: string, message: string) => ({
		type: 'Progressing',
		status,
		reason,
		message,
		lastUpdateTime: timestamp(now),
	});
	if (deadlineMs === undefined) return undefined;
	// What was complete stays so when pods fail later: only a new template starts a new progress.
	const wasComplete = known?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas;
	if (wasComplete && began === undefined) return known;
	if (isComplete(desired, counts)) {
		return made('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
	}

	if (began !== undefined) return made('True', began.reason, began.message);
	if (isMoving(deployment, counts)) return made('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
	const isLate = known !== undefined && now >= progressedAt + deadlineMs;
	if (!isLate || known.reason === 'NewReplicaSetAvailable') return known;
	if (known.reason === 'ProgressDeadlineExceeded') return known;
	return made('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`);
};

/** The status to write, equal to the stored one when nothing is new; and whether the rollout moved on. */
export const deploymentStatus = (
	facts: Facts,
): {readonly status: Record<string, unknown>; readonly hasMoved: boolean} => {
	const {deployment, now, maxUnavailable} = facts;
	const desired = specOf<{replicas?: number}>(deployment).replicas ?? 1;
	const counts = countsOf(facts);
	const isAvailable = counts.availableReplicas >= desired - maxUnavailable;
	const known = conditionOf(deployment, 'Available');
	const isNews = known?.status !== (isAvailable ? 'True' : 'False');
	const lastUpdateTime = (isNews ? undefined : known?.lastUpdateTime) ?? timestamp(now);
	const availability = {
		type: 'Available',
		status: isAvailable ? 'True' : 'False',
		reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
		message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
		lastUpdateTime,
	};
	const before = statusOf<DeploymentStatus>(deployment).conditions ?? [];
	const conditions = withCondition(before, availability, now);
	const progress = progressOf(facts, desired, counts);
	const hasMoved = progress !== undefined && progress !== conditionOf(deployment, 'Progressing');
	const others = conditions.filter(({type}) => type !== 'Progressing');
	const all = progress === undefined ? others : withCondition(conditions, progress, now);
	return {status: {...omitZeros(counts), conditions: all}, hasMoved};
};
