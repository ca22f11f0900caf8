// The kinds of workload; a new kind is one file and one line here.
import {deploymentWorkloads} from './deployment.ts';
import type {Workloads} from './workload.ts';

const kinds: readonly Workloads[] = [deploymentWorkloads];

/** The workloads of a kind as `spec.targetRef.kind` names it; undefined when it is not supported. */
export const workloadsOf = (kind: string): Workloads | undefined => kinds.find((workloads) => workloads.kind === kind);
