// Plays the operators of HelmReleases and Functions: a Deployment for each, and a condition that tells how it is with it.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {KindKey} from '../../api/types.ts';
import type {Informer} from '../informer.ts';
import {deploymentsKey} from '../keys.ts';
import {
	conditionOf,
	controllerOf,
	controllerReference,
	isEqual,
	nameOf,
	specOf,
	statusOf,
	withCondition,
	type Condition,
	type Labels,
} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import type {ControllerParts} from './parts.ts';

const IMAGE = 'quay.io/stefanprodan/podinfo';
const PORT = 9898;

/** What an object wants to run. */
type Wanted = {
	readonly image: string;
	readonly replicas: number;
	readonly annotations: Labels;
	/** On its pods. */
	readonly labels: Labels;
};

type HelmSpec = {
	readonly chart?: {readonly spec?: {readonly version?: string}};
	readonly values?: {
		readonly replicaCount?: number;
		readonly image?: {readonly tag?: string};
		readonly podAnnotations?: Labels;
	};
};

type FunctionSpec = {readonly image?: string; readonly annotations?: Labels; readonly labels?: Labels};

/** One of the operators. */
export type Operator = {
	readonly key: KindKey;
	readonly by: string;
	/** The type of its condition that all is as wanted. */
	readonly condition: string;
	readonly wanted: (object: KubeObject) => Wanted;
};

/** A chart of podinfo: its version is the image's, unless values name another one. */
const helm: Operator = {
	key: {group: 'helm.toolkit.fluxcd.io', plural: 'helmreleases'},
	by: 'helm-controller',
	condition: 'Ready',
	wanted(object) {
		const {chart, values = {}} = specOf<HelmSpec>(object);
		return {
			image: `${IMAGE}:${values.image?.tag ?? chart?.spec?.version ?? 'latest'}`,
			replicas: values.replicaCount ?? 1,
			annotations: values.podAnnotations ?? {},
			labels: {'app.kubernetes.io/instance': object.metadata.name},
		};
	},
};

const openfaas: Operator = {
	key: {group: 'openfaas.com', plural: 'functions'},
	by: 'openfaas-operator',
	condition: 'Healthy',
	wanted(object) {
		const {image = IMAGE, annotations = {}, labels = {}} = specOf<FunctionSpec>(object);
		const replicas = Number(labels['com.openfaas.scale.min'] ?? 1);
		return {image, replicas, annotations, labels: {...labels, faas_function: object.metadata.name}};
	},
};

export const operators: readonly Operator[] = [helm, openfaas];

const deploymentOf = (object: KubeObject, {image, replicas, annotations, labels}: Wanted): KubeObject => {
	const {name, namespace = ''} = object.metadata;
	const app = {app: name};
	const ports = [{name: 'http', containerPort: PORT, protocol: 'TCP'}];
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: {name, namespace, labels: app, ownerReferences: [controllerReference(object)]},
		spec: {
			replicas,
			selector: {matchLabels: app},
			template: {
				metadata: {labels: {...labels, ...app}, annotations},
				spec: {containers: [{name: 'podinfod', image, ports}]},
			},
		},
	};
};

type Counts = {
	readonly observedGeneration: number;
	readonly updatedReplicas: number;
	readonly availableReplicas: number;
	readonly replicas: number;
};

/** Whether the Deployment has rolled out, never will, or is still at it. */
export const stateOf = (deployment: KubeObject): 'True' | 'False' | 'Unknown' => {
	if (conditionOf(deployment, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return 'False';
	const {
		observedGeneration = 0,
		replicas = 0,
		updatedReplicas = 0,
		availableReplicas = 0,
	} = statusOf<Counts>(deployment);
	const wanted = specOf<{replicas?: number}>(deployment).replicas ?? 1;
	const isSeen = observedGeneration >= (deployment.metadata.generation ?? 0);
	const isDone = [replicas, updatedReplicas, availableReplicas].every((count) => count === wanted);
	return isSeen && isDone ? 'True' : 'Unknown';
};

const reasons = {True: 'Succeeded', False: 'Failed', Unknown: 'Progressing'};

/** Starts an operator; it works whenever one of its objects or a Deployment of these changes. */
export const startOperator = (
	{store, clock, log}: ControllerParts,
	{key, by, condition, wanted}: Operator,
	sources: {readonly objects: Informer; readonly deployments: Informer},
): (() => void) => {
	const {objects, deployments} = sources;

	/** Brings the Deployment to what is wanted; answers it as it is then. */
	const apply = (object: KubeObject): KubeObject => {
		const made = deploymentOf(object, wanted(object));
		const present = deployments.get(nameOf(object));
		if (present === undefined) return store.create(deploymentsKey, made, by);
		const {replicas, template} = specOf<{replicas: number; template: KubeObject}>(made);
		const spec = {...present.spec, replicas, template};
		// The server completes a template: what it was made from tells whether it is another one.
		const mark = {'sandbox.aviary.dev/wanted': JSON.stringify(made.spec)};
		if (present.metadata.annotations?.['sandbox.aviary.dev/wanted'] === JSON.stringify(made.spec)) return present;
		const metadata = {...present.metadata, annotations: {...present.metadata.annotations, ...mark}};
		return store.update(deploymentsKey, {...present, metadata, spec}, by);
	};

	const writeStatus = (object: KubeObject, deployment: KubeObject): void => {
		const state = stateOf(deployment);
		const {generation = 0} = object.metadata;
		const before = statusOf<{conditions: readonly Condition[]}>(object).conditions ?? [];
		const ready = withCondition(before, {type: condition, status: state, reason: reasons[state]}, clock.now());
		const isStalled = state === 'False' ? 'True' : 'False';
		const both = withCondition(ready, {type: 'Stalled', status: isStalled, reason: reasons[state]}, clock.now());
		const conditions = both.map((one) => ({...one, observedGeneration: generation}));
		const status = {observedGeneration: generation, conditions};
		if (!isEqual(status, object.status)) store.update(key, {...object, status}, by, 'status');
	};

	const queue = createQueue({
		clock,
		log,
		controller: by,
		reconcile(name) {
			const object = objects.get(name);
			if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
			writeStatus(object, apply(object));
		},
	});

	objects.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	deployments.onEvent(({object}) => {
		const owner = controllerOf(object);
		const name = `${object.metadata.namespace ?? ''}/${owner?.name ?? ''}`;
		if (owner !== undefined && objects.get(name)?.metadata.uid === owner.uid) queue.add(name);
	});
	for (const object of objects.all()) queue.add(nameOf(object));
	return () => queue.stop();
};
