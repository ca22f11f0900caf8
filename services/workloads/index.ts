// The kinds of workload; a new kind is one file and one line here.
import {isKnative} from '../../api/knative.ts';
import type {CanaryModel} from '../../api/model.ts';
import type {WorkloadMapping} from '../../api/workload-mapping.ts';
import {daemonSetWorkloads} from './daemon-set.ts';
import {deploymentWorkloads} from './deployment.ts';
import {knativeWorkloads} from './knative-service.ts';
import {mappedWorkloads} from './mapped.ts';
import {statefulSetWorkloads} from './stateful-set.ts';
import type {Workloads} from './workload.ts';

const kinds: readonly Workloads[] = [deploymentWorkloads, daemonSetWorkloads, statefulSetWorkloads];

const mapped = new WeakMap<WorkloadMapping, Workloads>();

const ofMapping = (mapping: WorkloadMapping): Workloads => {
	const workloads = mapped.get(mapping) ?? mappedWorkloads(mapping);
	mapped.set(mapping, workloads);
	return workloads;
};

/** The workloads of a Canary's target; undefined when its kind is not supported. */
export const workloadsOf = (target: CanaryModel['target']): Workloads | undefined => {
	if (target.mapping !== undefined) return ofMapping(target.mapping);
	return isKnative(target) ? knativeWorkloads : kinds.find(({kind}) => kind === target.kind);
};
