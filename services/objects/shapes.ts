// The fields of Kubernetes objects that workloads, routers and surveys read; everything else is carried along untouched.
import type {KubeObject, ObjectMeta} from '../kubernetes/cluster.ts';

export type Labels = Record<string, string>;

export type LabelSelector = {
	matchLabels?: Labels;
	matchExpressions?: Array<{key: string; operator: string; values?: string[]}>;
};

export type ContainerPort = {name?: string; containerPort: number; protocol?: string};

export type Container = {name: string; ports?: ContainerPort[]; [field: string]: unknown};

export type PodSpec = {containers?: Container[]; [field: string]: unknown};

export type PodTemplate = {
	metadata?: {labels?: Labels; annotations?: Labels; [field: string]: unknown};
	spec?: PodSpec;
	[field: string]: unknown;
};

/** Of a Deployment, and as far as they have it of a DaemonSet and a StatefulSet; the same goes for the status. */
export type WorkloadSpec = {
	replicas?: number;
	selector?: LabelSelector;
	template?: PodTemplate;
	[field: string]: unknown;
};

export type Condition = {type: string; status: string; reason?: string; message?: string};

export type WorkloadStatus = {
	observedGeneration?: number;
	replicas?: number;
	updatedReplicas?: number;
	availableReplicas?: number;
	readyReplicas?: number;
	conditions?: Condition[];
};

export type ServiceSpec = {
	ports?: Array<{name?: string; port: number; appProtocol?: string; [field: string]: unknown}>;
	selector?: Labels;
	[field: string]: unknown;
};

export type ScalerSpec = {
	scaleTargetRef?: {apiVersion?: string; kind?: string; name?: string};
	minReplicas?: number;
	[field: string]: unknown;
};

export type ScalerStatus = {desiredReplicas?: number; currentReplicas?: number; conditions?: Condition[]};

export const workloadSpec = (object: KubeObject): WorkloadSpec => object.spec ?? {};
export const workloadStatus = (object: KubeObject): WorkloadStatus => object.status ?? {};
export const serviceSpec = (object: KubeObject): ServiceSpec => object.spec ?? {};
export const scalerSpec = (object: KubeObject): ScalerSpec => object.spec ?? {};
export const scalerStatus = (object: KubeObject): ScalerStatus => object.status ?? {};

/** The pod template of a workload; empty when the object has none, which a real server never serves. */
export const templateOf = (object: KubeObject): PodTemplate => workloadSpec(object).template ?? {};

/** An object's key in `metadata.annotations`, undefined when it is not there. */
export const annotationOf = (metadata: ObjectMeta, key: string): string | undefined => metadata.annotations?.[key];

/** A copy without the members that are null, at any depth: to the API they mean the same as absent ones. */
export const withoutNulls = <T>(value: T): T => {
	if (Array.isArray(value)) return value.map((item: unknown) => withoutNulls(item)) as T;
	if (typeof value !== 'object' || value === null) return value;
	const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
	return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member) as unknown])) as T;
};

/** A key as one step of a JSON pointer (RFC 6901). */
export const pointerStep = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
