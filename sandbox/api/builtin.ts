// The built-in kinds, as far as the daemon and the walk-throughs of docs use them.
import {checkAutoscaler, completeAutoscaler, convertAutoscaler} from './autoscalers.ts';
import {
	checkEvent,
	checkService,
	completeEvent,
	completeNamespace,
	completeSecret,
	completeService,
} from './core-defaults.ts';
import {checkDefinition, completeDefinition, crdKey} from './crd.ts';
import type {Kind} from './kinds.ts';
import {completePod} from './pod-defaults.ts';
import {
	checkPod,
	checkRevision,
	checkWorkload,
	completeCronJob,
	completeDaemonSet,
	completeDeployment,
	completeJob,
	completeReplicaSet,
	completeStatefulSet,
} from './workload-defaults.ts';

type Facts = Partial<Omit<Kind, 'versions' | 'key' | 'kind'>> & {readonly versions?: readonly string[]};

/** `hpa` for HorizontalPodAutoscaler is given; the rest follows from group, plural and kind. */
const builtIn = (group: string, plural: string, kind: string, facts: Facts = {}): Kind => {
	const {versions = ['v1'], ...rest} = facts;
	return {
		key: {group, plural},
		kind,
		listKind: `${kind}List`,
		singular: kind.toLowerCase(),
		shortNames: [],
		categories: [],
		namespaced: true,
		versions: versions.map((name) => ({name})),
		storage: versions[0] ?? 'v1',
		hasStatus: false,
		hasGeneration: false,
		isCustom: false,
		...rest,
	};
};

const ADMISSION = 'admissionregistration.k8s.io';
const policy = {namespaced: false, hasGeneration: true};
const RBAC = 'rbac.authorization.k8s.io';
const all = ['all'];
const replicas = {specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: '.spec.selector'};
const workload = {categories: all, hasStatus: true, hasGeneration: true, check: checkWorkload};

const core: readonly Kind[] = [
	builtIn('', 'namespaces', 'Namespace', {
		shortNames: ['ns'],
		namespaced: false,
		hasStatus: true,
		complete: completeNamespace,
	}),
	builtIn('', 'nodes', 'Node', {shortNames: ['no'], namespaced: false, hasStatus: true, isBornWithStatus: true}),
	builtIn('', 'pods', 'Pod', {
		shortNames: ['po'],
		categories: all,
		hasStatus: true,
		hasGeneration: true,
		complete: completePod,
		check: checkPod,
	}),
	builtIn('', 'services', 'Service', {
		shortNames: ['svc'],
		categories: all,
		hasStatus: true,
		complete: completeService,
		check: checkService,
	}),
	builtIn('', 'endpoints', 'Endpoints', {shortNames: ['ep'], singular: 'endpoints', listKind: 'EndpointsList'}),
	builtIn('', 'events', 'Event', {shortNames: ['ev'], complete: completeEvent, check: checkEvent}),
	builtIn('', 'configmaps', 'ConfigMap', {shortNames: ['cm']}),
	builtIn('', 'secrets', 'Secret', {complete: completeSecret}),
	builtIn('', 'limitranges', 'LimitRange', {shortNames: ['limits']}),
	builtIn('', 'resourcequotas', 'ResourceQuota', {shortNames: ['quota'], hasStatus: true}),
	builtIn('', 'serviceaccounts', 'ServiceAccount', {shortNames: ['sa']}),
	builtIn('', 'replicationcontrollers', 'ReplicationController', {
		shortNames: ['rc'],
		categories: all,
		hasStatus: true,
		hasGeneration: true,
		complete: completeReplicaSet,
		scale: replicas,
	}),
];

const apps: readonly Kind[] = [
	builtIn('apps', 'deployments', 'Deployment', {
		...workload,
		shortNames: ['deploy'],
		scale: replicas,
		complete: completeDeployment,
	}),
	builtIn('apps', 'replicasets', 'ReplicaSet', {
		...workload,
		shortNames: ['rs'],
		scale: replicas,
		complete: completeReplicaSet,
	}),
	builtIn('apps', 'daemonsets', 'DaemonSet', {...workload, shortNames: ['ds'], complete: completeDaemonSet}),
	builtIn('apps', 'statefulsets', 'StatefulSet', {
		...workload,
		shortNames: ['sts'],
		scale: replicas,
		complete: completeStatefulSet,
	}),
	builtIn('apps', 'controllerrevisions', 'ControllerRevision', {check: checkRevision}),
];

/** Every kind that is there from the start. */
export const builtInKinds: readonly Kind[] = [
	...core,
	...apps,
	// Kept, so that manifests with them can be applied; everybody may do everything here.
	builtIn(RBAC, 'clusterroles', 'ClusterRole', {namespaced: false}),
	builtIn(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', {namespaced: false}),
	builtIn(RBAC, 'roles', 'Role'),
	builtIn(RBAC, 'rolebindings', 'RoleBinding'),
	builtIn('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
		versions: ['v2', 'v1', 'v2beta1'],
		shortNames: ['hpa'],
		categories: all,
		hasStatus: true,
		convert: convertAutoscaler,
		complete: completeAutoscaler,
		check: checkAutoscaler,
	}),
	builtIn('batch', 'jobs', 'Job', {
		categories: all,
		hasStatus: true,
		hasGeneration: true,
		complete: completeJob,
	}),
	builtIn('batch', 'cronjobs', 'CronJob', {
		shortNames: ['cj'],
		categories: all,
		hasStatus: true,
		hasGeneration: true,
		complete: completeCronJob,
	}),
	// Kept as well: the chart and artifacts/operator bring them.
	builtIn('networking.k8s.io', 'networkpolicies', 'NetworkPolicy', {shortNames: ['netpol'], hasGeneration: true}),
	builtIn('policy', 'poddisruptionbudgets', 'PodDisruptionBudget', {
		shortNames: ['pdb'],
		hasStatus: true,
		hasGeneration: true,
	}),
	builtIn(ADMISSION, 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', policy),
	builtIn(ADMISSION, 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', policy),
	builtIn('discovery.k8s.io', 'endpointslices', 'EndpointSlice', {hasGeneration: true}),
	builtIn('coordination.k8s.io', 'leases', 'Lease'),
	builtIn(crdKey.group, crdKey.plural, 'CustomResourceDefinition', {
		shortNames: ['crd', 'crds'],
		categories: ['api-extensions'],
		namespaced: false,
		hasStatus: true,
		hasGeneration: true,
		complete: completeDefinition,
		check: checkDefinition,
	}),
];
