// StatefulSets as workloads of a canary. A generated primary has pods and volumes of its own, which start empty.
import type {CanaryModel, Problem} from '../../api/model.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {statefulSets} from '../kubernetes/resources.ts';
import {rollingProblems} from './daemon-set.ts';
import {podTemplateWorkloads} from './pod-templates.ts';
import {countsOfReplicas, replicasOfPrimary, scalingReplicas, settingReplicas} from './replicas.ts';
import {annotationOf, workloadSpec} from '../objects/shapes.ts';
import type {Workloads} from './workload.ts';

/** On a target: its owner knows that the primary's volumes are not the target's. */
const PRIMARY_VOLUMES = 'aviary.dev/primary-volumes';

const followed = [
	'minReadySeconds',
	'persistentVolumeClaimRetentionPolicy',
	'revisionHistoryLimit',
	'updateStrategy',
] as const;

type Spec = {
	readonly updateStrategy?: {readonly rollingUpdate?: {readonly partition?: number}};
	readonly volumeClaimTemplates?: ReadonlyArray<{readonly metadata?: {readonly name?: string}}>;
};

const claimsOf = ({spec}: KubeObject): readonly string[] =>
	((spec ?? {}) as Spec).volumeClaimTemplates?.map(({metadata}) => metadata?.name ?? '') ?? [];

const nameOf = ({metadata}: KubeObject, {namespace}: CanaryModel): string => `${metadata.name}.${namespace}`;

/** A partition keeps pods at the former revision, so that a rollout never ends. */
const partitioned = (model: CanaryModel, object: KubeObject): Problem[] => {
	const partition = ((object.spec ?? {}) as Spec).updateStrategy?.rollingUpdate?.partition ?? 0;
	if (partition === 0) return [];
	return [
		{
			field: `StatefulSet ${nameOf(object, model)}`,
			value: String(partition),
			text: `statefulset ${nameOf(object, model)} has a partition of ${partition} and never rolls as a whole`,
			remedy: 'Set its spec.updateStrategy.rollingUpdate.partition to 0: the Canary shifts traffic step by step',
		},
	];
};

/** The claims of a primary that is made are empty, and those of one that is there cannot be changed. */
const volumeProblems = (model: CanaryModel, target: KubeObject, primary: KubeObject | undefined): Problem[] => {
	if (model.shape !== 'managed') return [];
	const field = `StatefulSet ${nameOf(target, model)}`;
	const claims = claimsOf(target);
	if (primary === undefined) {
		if (claims.length === 0 || annotationOf(target.metadata, PRIMARY_VOLUMES) === 'own') return [];
		return [
			{
				field,
				value: claims.join(', '),
				text: `users would be moved to statefulset ${model.primary.name}.${model.namespace}, whose volumes are empty`,
				remedy:
					`Annotate statefulset ${target.metadata.name} with ${PRIMARY_VOLUMES}: own if that is meant, or own both ` +
					'StatefulSets by spec.targetKind, spec.primary and spec.canary',
			},
		];
	}

	const known = new Set(claimsOf(primary));
	const lacking = claims.filter((name) => !known.has(name));
	if (lacking.length === 0) return [];
	return [
		{
			field,
			value: lacking.join(', '),
			text: `statefulset ${nameOf(primary, model)} has no volume claim template ${lacking.join(', ')}, and cannot get one`,
			remedy: `Delete statefulset ${primary.metadata.name} while no run is on: it is made anew`,
		},
	];
};

const problems: Workloads['problems'] = (model, {target, primary}) => [
	...rollingProblems(model, {...(target && {target}), ...(primary && {primary})}),
	...[target, primary].flatMap((object) => (object === undefined ? [] : partitioned(model, object))),
	...(target === undefined ? [] : volumeProblems(model, target, primary)),
];

/** StatefulSets: scaled by `spec.replicas`; the Service that names a generated primary's pods is `{apex}-primary`. */
export const statefulSetWorkloads = podTemplateWorkloads({
	kind: 'StatefulSet',
	resource: statefulSets,
	counts: (object) => ({...countsOfReplicas(object), deadlineExceeded: false}),
	awake: (object) => object,
	scaling: scalingReplicas,
	settingReplicas,
	followed,
	generated({hosts}, target) {
		const {serviceName: _, selector: __, template: ___, ...rest} = workloadSpec(target);
		return {...rest, replicas: replicasOfPrimary(target), serviceName: hosts.primary};
	},
	problems,
});
