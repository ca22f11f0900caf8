// Kinds that say by `spec.replicas` how many pods they are to have.
import type {KubeObject, Operation} from '../kubernetes/cluster.ts';
import type {Counts} from './pod-templates.ts';
import {workloadSpec, workloadStatus} from '../objects/shapes.ts';

/** The counts of such a workload, under the names that all of these kinds have. */
export const countsOfReplicas = (object: KubeObject): Omit<Counts, 'deadlineExceeded'> => {
	const status = workloadStatus(object);
	return {
		replicas: workloadSpec(object).replicas ?? 1,
		total: status.replicas ?? 0,
		updated: status.updatedReplicas ?? 0,
		available: status.availableReplicas ?? 0,
		ready: status.readyReplicas ?? 0,
	};
};

/** To zero whenever it is not there yet; up only from zero, which is the precondition. */
export const scalingReplicas = (object: KubeObject, replicas: number): readonly Operation[] => {
	const present = workloadSpec(object).replicas ?? 1;
	if (replicas === 0 ? present === 0 : present > 0) return [];
	const stillNone: Operation[] = replicas === 0 ? [] : [{op: 'test', path: '/spec/replicas', value: 0}];
	return [...stillNone, {op: 'add', path: '/spec/replicas', value: replicas}];
};

/** What lacks to have so many, whatever there are. */
export const settingReplicas = (object: KubeObject, replicas: number): readonly Operation[] =>
	(workloadSpec(object).replicas ?? 1) === replicas ? [] : [{op: 'add', path: '/spec/replicas', value: replicas}];

/** A target that stands at 0, as it does between runs, says nothing about how many its users need. */
export const replicasOfPrimary = (target: KubeObject): number => workloadSpec(target).replicas || 1;
