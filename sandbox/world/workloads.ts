// The controllers that make workloads of what is applied: all of them together.
import {followKind} from './informer.ts';
import {autoscalersKey, deploymentsKey, podsKey, replicaSetsKey, servicesKey} from './keys.ts';
import {startAutoscalers} from './workloads/autoscalers.ts';
import {startDeployments} from './workloads/deployments.ts';
import {startEndpoints} from './workloads/endpoints.ts';
import type {ControllerParts} from './workloads/parts.ts';
import {startPods, type Kubelet} from './workloads/pods.ts';
import {startReplicaSets} from './workloads/replica-sets.ts';

/** Starts the controllers of deployments, ReplicaSets, pods, endpoints and autoscalers. */
export const startWorkloads = (parts: ControllerParts): Kubelet => {
	const deployments = followKind(parts.store, deploymentsKey);
	const replicaSets = followKind(parts.store, replicaSetsKey);
	const pods = followKind(parts.store, podsKey);
	const services = followKind(parts.store, servicesKey);
	const autoscalers = followKind(parts.store, autoscalersKey);
	const kubelet = startPods(parts, pods);
	const stops = [
		startReplicaSets(parts, {replicaSets, pods, readySince: kubelet.readySince}),
		startDeployments(parts, deployments, replicaSets),
		startEndpoints(parts, services, pods),
		startAutoscalers(parts, autoscalers, deployments),
		() => kubelet.stop(),
		...[deployments, replicaSets, pods, services, autoscalers].map((informer) => () => informer.close()),
	];
	return {
		...kubelet,
		stop() {
			for (const stop of stops) stop();
		},
	};
};
