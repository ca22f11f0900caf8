// The controllers that make workloads of what is applied: all of them together.
import {followKind} from './informer.ts';
import {
	autoscalersKey,
	daemonSetsKey,
	deploymentsKey,
	knativeRevisionsKey,
	knativeServicesKey,
	podsKey,
	replicaSetsKey,
	servicesKey,
	statefulSetsKey,
} from './keys.ts';
import {startAutoscalers} from './workloads/autoscalers.ts';
import {startDaemonSets} from './workloads/daemon-sets.ts';
import {startDeployments} from './workloads/deployments.ts';
import {startEndpoints} from './workloads/endpoints.ts';
import {startKnative} from './workloads/knative.ts';
import {operators, startOperator} from './workloads/operated.ts';
import type {ControllerParts} from './workloads/parts.ts';
import {startPods, type Kubelet} from './workloads/pods.ts';
import {startReplicaSets} from './workloads/replica-sets.ts';
import {startStatefulSets} from './workloads/stateful-sets.ts';

/** Starts the controllers of workloads, their pods, endpoints and autoscalers. */
export const startWorkloads = (parts: ControllerParts): Kubelet => {
	const deployments = followKind(parts.store, deploymentsKey);
	const daemonSets = followKind(parts.store, daemonSetsKey);
	const statefulSets = followKind(parts.store, statefulSetsKey);
	const replicaSets = followKind(parts.store, replicaSetsKey);
	const pods = followKind(parts.store, podsKey);
	const services = followKind(parts.store, servicesKey);
	const autoscalers = followKind(parts.store, autoscalersKey);
	const operated = operators.map((operator) => ({operator, objects: followKind(parts.store, operator.key)}));
	const knative = {
		knativeServices: followKind(parts.store, knativeServicesKey),
		revisions: followKind(parts.store, knativeRevisionsKey),
	};
	const kubelet = startPods(parts, pods);
	const stops = [
		startReplicaSets(parts, {replicaSets, pods, readySince: kubelet.readySince}),
		startDaemonSets(parts, {daemonSets, pods, readySince: kubelet.readySince}),
		startStatefulSets(parts, {statefulSets, pods, readySince: kubelet.readySince}),
		startDeployments(parts, deployments, replicaSets),
		startEndpoints(parts, services, pods),
		startAutoscalers(parts, autoscalers, {Deployment: deployments, StatefulSet: statefulSets}),
		...operated.map(({operator, objects}) => startOperator(parts, operator, {objects, deployments})),
		startKnative(parts, {...knative, deployments}),
		() => kubelet.stop(),
		...operated.map(
			({objects}) =>
				() =>
					objects.close(),
		),
		...Object.values(knative).map((informer) => () => informer.close()),
		...[deployments, daemonSets, statefulSets, replicaSets, pods, services, autoscalers].map(
			(informer) => () => informer.close(),
		),
	];
	return {
		...kubelet,
		stop() {
			for (const stop of stops) stop();
		},
	};
};
