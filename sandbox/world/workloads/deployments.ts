// The deployment controller: ReplicaSets per template, rolled over as the strategy allows.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Informer} from '../informer.ts';
import {deploymentsKey, replicaSetsKey} from '../keys.ts';
import {conditionOf, controllerOf, isEqual, nameOf, specOf, statusOf} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import {adoptReplicaSets} from './adoption.ts';
import {deploymentStatus, type ReplicaSetStatus} from './deployment-status.ts';
import type {ControllerParts} from './parts.ts';
import {
	DESIRED_REPLICAS,
	hasTemplateOf,
	inherited,
	MAX_REPLICAS,
	replicaSetFor,
	REVISION,
	revisionOf,
} from './revisions.ts';
import {limitsOf, proportionalStep, rollingStep, type Limits, type Plan, type Sizes} from './rollout.ts';

const BY = 'deployment-controller';
const NO_DEADLINE = 2_147_483_647;

type DeploymentSpec = {
	readonly replicas?: number;
	readonly paused?: boolean;
	readonly revisionHistoryLimit?: number;
	readonly progressDeadlineSeconds?: number;
	readonly strategy?: {
		readonly type?: string;
		readonly rollingUpdate?: {readonly maxSurge?: number | string; readonly maxUnavailable?: number | string};
	};
};

type Progress = {readonly reason: string; readonly message: string};

const sizeOf = (replicaSet: KubeObject): number => specOf<{replicas?: number}>(replicaSet).replicas ?? 0;

const sizesOf = (replicaSet: KubeObject): Sizes => ({
	name: replicaSet.metadata.name,
	replicas: sizeOf(replicaSet),
	available: statusOf<ReplicaSetStatus>(replicaSet).availableReplicas ?? 0,
	planned: Number(replicaSet.metadata.annotations?.[MAX_REPLICAS] ?? 0),
});

const byAge = (left: KubeObject, right: KubeObject): number => revisionOf(left) - revisionOf(right);

/** Reconciles one deployment at a time; everything it needs to remember besides the store is when each last moved. */
class DeploymentController {
	readonly #parts: ControllerParts;
	readonly #deployments: Informer;
	readonly #replicaSets: Informer;
	readonly #progressedAt = new Map<string, number>();

	constructor(parts: ControllerParts, deployments: Informer, replicaSets: Informer) {
		this.#parts = parts;
		this.#deployments = deployments;
		this.#replicaSets = replicaSets;
	}

	forget(uid: string): void {
		this.#progressedAt.delete(uid);
	}

	/** One pass; answers after how long to look again even if nothing happens. */
	reconcile(name: string): number | undefined {
		const found = this.#deployments.get(name);
		if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
		adoptReplicaSets(found, {store: this.#parts.store, replicaSets: this.#replicaSets, by: BY});
		const spec = specOf<DeploymentSpec>(found);
		const isRecreate = spec.strategy?.type === 'Recreate';
		const rolling = isRecreate ? {maxSurge: 0, maxUnavailable: 0} : (spec.strategy?.rollingUpdate ?? {});
		const limits = isRecreate
			? {desired: spec.replicas ?? 1, maxSurge: 0, maxUnavailable: 0}
			: limitsOf(spec.replicas ?? 1, rolling);
		const began = spec.paused === true ? undefined : this.#ensureCurrent(found, limits, isRecreate);
		const deployment = this.#deployments.get(name) ?? found;
		const {current, old} = this.#replicaSetsOf(deployment);
		const plan = this.#plan(deployment, current, old, limits, isRecreate);
		for (const replicaSet of [...old, ...(current ? [current] : [])]) {
			this.#resize(deployment, replicaSet, plan.get(replicaSet.metadata.name), limits);
		}

		this.#prune(deployment, old);
		return this.#writeStatus(deployment, limits, began);
	}

	#replicaSetsOf(deployment: KubeObject): {current: KubeObject | undefined; old: KubeObject[]} {
		const owned = this.#replicaSets.ownedBy(deployment.metadata.uid ?? '');
		const current = owned.find((each) => hasTemplateOf(each, deployment));
		return {current, old: owned.filter((each) => each !== current).sort(byAge)};
	}

	/** Makes the ReplicaSet of the current template, or gives the one that there is the newest revision. */
	#ensureCurrent(deployment: KubeObject, limits: Limits, isRecreate: boolean): Progress | undefined {
		const {store} = this.#parts;
		const {current, old} = this.#replicaSetsOf(deployment);
		const newest = Math.max(0, ...old.map((each) => revisionOf(each)));
		const revision = current !== undefined && revisionOf(current) > newest ? revisionOf(current) : newest + 1;
		if (revisionOf(deployment) !== revision) {
			const annotations = {...deployment.metadata.annotations, [REVISION]: String(revision)};
			store.update(deploymentsKey, {...deployment, metadata: {...deployment.metadata, annotations}}, BY);
		}

		if (current !== undefined) {
			const annotations = {...current.metadata.annotations, ...inherited(deployment), [REVISION]: String(revision)};
			if (!isEqual(annotations, current.metadata.annotations)) {
				store.update(replicaSetsKey, {...current, metadata: {...current.metadata, annotations}}, BY);
			}

			const isKnown = conditionOf(deployment, 'Progressing') !== undefined;
			const message = `Found new replica set "${current.metadata.name}"`;
			return isKnown ? undefined : {reason: 'FoundNewReplicaSet', message};
		}

		const all = old.reduce((sum, each) => sum + sizeOf(each), 0);
		const room = isRecreate ? (all > 0 ? 0 : limits.desired) : limits.desired + limits.maxSurge - all;
		const size = Math.max(0, Math.min(limits.desired, room));
		const annotations = {...this.#planned(limits), [REVISION]: String(revision)};
		const created = store.create(replicaSetsKey, replicaSetFor(deployment, size, annotations), BY);
		const message = `Created new replica set "${created.metadata.name}"`;
		return {reason: 'NewReplicaSetCreated', message};
	}

	#planned({desired, maxSurge}: Limits): Record<string, string> {
		return {[DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurge)};
	}

	#plan(
		deployment: KubeObject,
		current: KubeObject | undefined,
		old: readonly KubeObject[],
		limits: Limits,
		isRecreate: boolean,
	): Plan {
		const {desired} = limits;
		const active = [...old, ...(current ? [current] : [])].filter((each) => sizeOf(each) > 0);
		const isRescaled = active.some((each) => Number(each.metadata.annotations?.[DESIRED_REPLICAS]) !== desired);
		const isPaused = specOf<DeploymentSpec>(deployment).paused === true;
		if (isPaused || isRescaled) {
			const only = active.length > 1 ? undefined : (active[0] ?? current ?? old.at(-1));
			if (only !== undefined) return new Map([[only.metadata.name, desired]]);
			if (!isRecreate)
				return proportionalStep(
					active.map((each) => sizesOf(each)),
					limits,
				);
		}

		if (isPaused || current === undefined) return new Map();
		if (!isRecreate)
			return rollingStep(
				sizesOf(current),
				old.map((each) => sizesOf(each)),
				limits,
			);
		const down = old.filter((each) => sizeOf(each) > 0).map((each) => [each.metadata.name, 0] as const);
		if (down.length > 0) return new Map(down);
		const isEmpty = old.every((each) => (statusOf<ReplicaSetStatus>(each).replicas ?? 0) === 0);
		return isEmpty ? new Map([[current.metadata.name, desired]]) : new Map();
	}

	#resize(deployment: KubeObject, replicaSet: KubeObject, planned: number | undefined, limits: Limits): void {
		const replicas = planned ?? sizeOf(replicaSet);
		const annotations = {...replicaSet.metadata.annotations, ...this.#planned(limits)};
		const isInactive = sizeOf(replicaSet) === 0 && replicas === 0;
		if (isInactive || deployment.metadata.deletionTimestamp !== undefined) return;
		if (replicas === sizeOf(replicaSet) && isEqual(annotations, replicaSet.metadata.annotations)) return;
		const {metadata, spec} = replicaSet;
		const next = {...replicaSet, metadata: {...metadata, annotations}, spec: {...spec, replicas}};
		this.#parts.store.update(replicaSetsKey, next, BY);
	}

	/** Removes the oldest ReplicaSets that are no longer needed for an undo. */
	#prune(deployment: KubeObject, old: readonly KubeObject[]): void {
		if (conditionOf(deployment, 'Progressing')?.reason !== 'NewReplicaSetAvailable') return;
		const idle = old.filter((each) => sizeOf(each) === 0 && (statusOf<ReplicaSetStatus>(each).replicas ?? 0) === 0);
		const limit = specOf<DeploymentSpec>(deployment).revisionHistoryLimit ?? 10;
		for (const {metadata} of idle.slice(0, Math.max(0, idle.length - limit))) {
			this.#parts.store.remove(replicaSetsKey, metadata.namespace, metadata.name, BY);
		}
	}

	#writeStatus(deployment: KubeObject, limits: Limits, began: Progress | undefined): number | undefined {
		const {store, clock, speed} = this.#parts;
		const {uid = ''} = deployment.metadata;
		const now = clock.now();
		const {progressDeadlineSeconds = 600, paused} = specOf<DeploymentSpec>(deployment);
		const deadlineMs = progressDeadlineSeconds === NO_DEADLINE ? undefined : (progressDeadlineSeconds * 1000) / speed;
		const known = conditionOf(deployment, 'Progressing');
		const {current, old} = this.#replicaSetsOf(deployment);
		const progressedAt = this.#progressedAt.get(uid) ?? (Date.parse(known?.lastUpdateTime ?? '') || now);
		const {maxUnavailable} = limits;
		const all = [...old, ...(current ? [current] : [])];
		const {status, hasMoved} = deploymentStatus({
			deployment,
			current,
			all,
			maxUnavailable,
			now,
			began,
			progressedAt,
			deadlineMs,
		});
		const changed = {...deployment, status};
		if (!isEqual(status, deployment.status)) store.update(deploymentsKey, changed, BY, 'status');
		const progress = conditionOf(changed, 'Progressing');
		this.#progressedAt.set(uid, hasMoved ? now : progressedAt);
		const isWaiting = progress?.status === 'True' && progress.reason !== 'NewReplicaSetAvailable';
		if (!isWaiting || deadlineMs === undefined || paused === true) return undefined;
		return Math.max(1, (hasMoved ? now : progressedAt) + deadlineMs - now);
	}
}

/** Starts the controller; it works whenever a deployment or one of its ReplicaSets changes. */
export const startDeployments = (
	parts: ControllerParts,
	deployments: Informer,
	replicaSets: Informer,
): (() => void) => {
	const controller = new DeploymentController(parts, deployments, replicaSets);
	const queue = createQueue({
		clock: parts.clock,
		log: parts.log,
		controller: BY,
		reconcile(name) {
			const again = controller.reconcile(name);
			if (again !== undefined) queue.addAfter(name, again);
		},
	});
	deployments.onEvent(({type, object}) => {
		if (type === 'DELETED') controller.forget(object.metadata.uid ?? '');
		else queue.add(nameOf(object));
	});
	replicaSets.onEvent(({object}) => {
		const owner = controllerOf(object);
		if (owner?.kind === 'Deployment') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
	});
	for (const deployment of deployments.all()) queue.add(nameOf(deployment));
	return () => queue.stop();
};
