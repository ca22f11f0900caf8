// Releases of other kinds than Deployments: today's shape, its target and its primary of that kind.
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {daemonSets, statefulSets} from '../../services/kubernetes/resources.ts';
import {PROMOTED, beginOf, release, today, type ReleaseShape} from './shapes.ts';

type Spec = {readonly replicas?: number} & Readonly<Record<string, unknown>>;

const targetOf = (workloads: Resource, deployment: KubeObject, more: Readonly<Record<string, unknown>>): KubeObject => {
	const {replicas, ...spec} = deployment.spec as Spec;
	const counted = workloads.kind === 'DaemonSet' ? {} : {replicas};
	return {...deployment, kind: workloads.kind, spec: {...spec, ...counted, ...more}};
};

const referringTo = ({kind}: Resource, canary: KubeObject): KubeObject => {
	const targetRef = {apiVersion: 'apps/v1', kind, name: today.target};
	const {autoscalerRef: _, ...spec} = canary.spec ?? {};
	return {...canary, spec: {...spec, targetRef}};
};

const shapeOf = (workloads: Resource, more: Readonly<Record<string, unknown>>): ReleaseShape => {
	const shape: ReleaseShape = {
		...today,
		title: `a ${workloads.kind}`,
		workloads,
		async objects(namespace, version) {
			const objects = await today.objects(namespace, version);
			return objects.map((object) => {
				if (object.kind === 'Deployment') return targetOf(workloads, object, more);
				return object.kind === 'Canary' ? referringTo(workloads, object) : object;
			});
		},
		begin: (harness, version) => beginOf(shape, harness, version),
		setBack: (harness) => release(harness, shape, {tag: PROMOTED}),
	};
	return shape;
};

/** One node at a time has the next pod before it loses the former one, so that even a cluster of one node serves. */
const rollingUpdate = {maxSurge: 1, maxUnavailable: 0};

export const daemonSet = shapeOf(daemonSets, {updateStrategy: {type: 'RollingUpdate', rollingUpdate}});
export const statefulSet = shapeOf(statefulSets, {serviceName: 'podinfo'});
