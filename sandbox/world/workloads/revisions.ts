// Which ReplicaSet belongs to which template: hashes, revisions, names.
import {createHash} from 'node:crypto';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {LAST_APPLIED} from '../../../services/kubernetes/objects.ts';
import {controllerReference, isEqual, specOf, type LabelSelector, type Labels, type PodTemplate} from '../objects.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const TEMPLATE_HASH = 'pod-template-hash';

// The real server's alphabet for hashes: no vowels, so that no words arise.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

type WithTemplate = {readonly template?: PodTemplate; readonly replicas?: number; readonly selector?: LabelSelector};

const sorted = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map((item) => sorted(item));
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
	return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
};

/** The `pod-template-hash` of a template: the same for equal templates, whatever the order of their fields. */
export const templateHash = (template: PodTemplate): string => {
	const digest = createHash('sha256')
		.update(JSON.stringify(sorted(template)))
		.digest();
	return Array.from(digest.subarray(0, 10), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
};

const withoutHash = (template: PodTemplate): PodTemplate => {
	const {[TEMPLATE_HASH]: _hash, ...labels} = template.metadata?.labels ?? {};
	return {...template, metadata: {...template.metadata, labels}};
};

/** True when the ReplicaSet was made from the deployment's current template. */
export const hasTemplateOf = (replicaSet: KubeObject, deployment: KubeObject): boolean =>
	isEqual(
		withoutHash(specOf<WithTemplate>(replicaSet).template ?? {}),
		withoutHash(specOf<WithTemplate>(deployment).template ?? {}),
	);

/** The revision that the object's annotation names; 0 without one. */
export const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

/** The annotations that a ReplicaSet takes over from its deployment. */
export const inherited = (deployment: KubeObject): Labels => {
	const {
		[LAST_APPLIED]: _applied,
		[REVISION]: _revision,
		[DESIRED_REPLICAS]: _desired,
		[MAX_REPLICAS]: _max,
		...annotations
	} = deployment.metadata.annotations ?? {};
	return annotations;
};

/** A new ReplicaSet for the deployment's current template. */
export const replicaSetFor = (
	deployment: KubeObject,
	replicas: number,
	annotations: Readonly<Record<string, string>>,
): KubeObject => {
	const {template = {}, selector = {}} = specOf<WithTemplate>(deployment);
	const {minReadySeconds} = specOf<{readonly minReadySeconds?: number}>(deployment);
	const hash = templateHash(template);
	const labels = {...template.metadata?.labels, [TEMPLATE_HASH]: hash};
	return {
		apiVersion: 'apps/v1',
		kind: 'ReplicaSet',
		metadata: {
			name: `${deployment.metadata.name}-${hash}`,
			namespace: deployment.metadata.namespace ?? '',
			labels,
			annotations: {...inherited(deployment), ...annotations},
			ownerReferences: [controllerReference(deployment)],
		},
		spec: {
			replicas,
			...(minReadySeconds && {minReadySeconds}),
			selector: {...selector, matchLabels: {...selector.matchLabels, [TEMPLATE_HASH]: hash}},
			template: {...template, metadata: {...template.metadata, labels}},
		},
	};
};
