// The pods that a controller makes of its object's template, and how many of them can be relied upon.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {nodes} from '../nodes.ts';
import {controllerReference, isReady, specOf, type Labels, type PodTemplate} from '../objects.ts';

const NODE = nodes[0]?.name ?? '';

/** When a pod became ready, in ms; undefined while it is not. */
export type ReadySince = (pod: KubeObject) => number | undefined;

/** A pod of the owner's template. The scheduler's part is done here, too: all nodes have room. */
export const podOf = (
	owner: KubeObject,
	{name, labels, node = NODE}: {readonly name: string; readonly labels?: Labels; readonly node?: string},
): KubeObject => {
	const {template = {}} = specOf<{readonly template?: PodTemplate}>(owner);
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			...template.metadata,
			labels: {...template.metadata?.labels, ...labels},
			annotations: {...template.metadata?.annotations},
			name,
			namespace: owner.metadata.namespace ?? '',
			ownerReferences: [controllerReference(owner)],
		},
		spec: {...template.spec, nodeName: node},
	};
};

/** True while the pod is neither on its way out nor finished. */
export const isActive = ({metadata, status}: KubeObject): boolean =>
	metadata.deletionTimestamp === undefined && status?.['phase'] !== 'Failed' && status?.['phase'] !== 'Succeeded';

export type Availability = {
	readonly ready: number;
	/** Ready for long enough. */
	readonly available: number;
	/** After how long the next of them will have been. */
	readonly againMs: number | undefined;
};

/** How many of the pods are ready, and for at least `forMs`. */
export const availabilityOf = (
	pods: readonly KubeObject[],
	{readySince, forMs, now}: {readonly readySince: ReadySince; readonly forMs: number; readonly now: number},
): Availability => {
	const ready = pods.filter((pod) => isReady(pod));
	const waits = ready.map((pod) => (readySince(pod) ?? 0) + forMs - now);
	const waiting = waits.filter((wait) => forMs > 0 && wait > 0);
	const againMs = waiting.length > 0 ? Math.min(...waiting) : undefined;
	return {ready: ready.length, available: ready.length - waiting.length, againMs};
};
