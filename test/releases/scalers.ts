// Today's shape with a HorizontalPodAutoscaler for its target, and objects that users had before the Canary came.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

const scaler = (namespace: string, name: string, maxReplicas: number): KubeObject => ({
	apiVersion: 'autoscaling/v2',
	kind: 'HorizontalPodAutoscaler',
	metadata: {name, namespace},
	spec: {
		scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name},
		minReplicas: 2,
		maxReplicas,
		metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 99}}}],
	},
});

/** A Service whose callers are to move to the primary, and a scaler that waits for it with limits of its own. */
export const userObjects = (namespace: string): readonly KubeObject[] => [
	{
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'podinfo', namespace},
		spec: {selector: {app: 'podinfo'}, ports: [{name: 'http', port: 9898, targetPort: 'http'}]},
	},
	scaler(namespace, 'podinfo-primary', 3),
];

/** The shape's objects with a scaler, which the Canary names; `others` come before the Canary. */
export const withScaler = (
	namespace: string,
	objects: readonly KubeObject[],
	others: readonly KubeObject[] = [],
): readonly KubeObject[] => {
	const autoscalerRef = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo'};
	const isCanary = ({kind}: KubeObject): boolean => kind === 'Canary';
	return [
		...objects.filter((object) => !isCanary(object)),
		scaler(namespace, 'podinfo', 4),
		...others,
		...objects.filter(isCanary).map((canary) => ({...canary, spec: {...canary.spec, autoscalerRef}})),
	];
};
