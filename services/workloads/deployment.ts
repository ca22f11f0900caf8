// Deployments as workloads of a canary.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel, Workload} from '../../api/model.ts';
import {ApiError, type Cluster, type KubeObject, type Operation} from '../kubernetes/cluster.ts';
import {deployments} from '../kubernetes/resources.ts';
import {ensurePrimaryDeployment} from './generated.ts';
import {assertFree} from './ownership.ts';
import {renderPrimary, revisionOf, runsTheSame} from './render.ts';
import {known, missing, rewrite} from './rewrite.ts';
import {
	annotationOf,
	deploymentSpec,
	deploymentStatus,
	pointerStep,
	templateOf,
	type DeploymentSpec,
	type PodTemplate,
} from './shapes.ts';
import {troubleOf} from './trouble.ts';
import {Superseded, type Promoted, type WorkloadOptions, type Workloads} from './workload.ts';

/** On a primary: the target's revision that was last promoted onto it. */
export const PROMOTED_REVISION = 'aviary.dev/promoted-revision';

/** A Deployment's facts: its rollout as kubectl reads it, its revision, and why its pods are not ready. */
export const readDeployment = (object: KubeObject, pods: readonly KubeObject[] = []): Workload => {
	const {metadata} = object;
	const status = deploymentStatus(object);
	const progressing = status.conditions?.find(({type}) => type === 'Progressing');
	const promoted = annotationOf(metadata, PROMOTED_REVISION);
	const trouble = troubleOf(pods);
	return {
		name: metadata.name,
		uid: metadata.uid ?? '',
		resourceVersion: metadata.resourceVersion ?? '',
		revision: revisionOf(templateOf(object)),
		replicas: deploymentSpec(object).replicas ?? 1,
		observed: (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
		total: status.replicas ?? 0,
		updated: status.updatedReplicas ?? 0,
		available: status.availableReplicas ?? 0,
		ready: status.readyReplicas ?? 0,
		deadlineExceeded: progressing?.reason === 'ProgressDeadlineExceeded',
		...(promoted !== undefined && {promoted}),
		...(trouble !== undefined && {trouble}),
	};
};

const ofThis = (object: KubeObject): Operation => ({op: 'test', path: '/metadata/uid', value: object.metadata.uid});

const assertExpected = (object: KubeObject, uid: string | undefined): void => {
	if (uid === undefined || object.metadata.uid === uid) return;
	throw new ApiError({
		code: 409,
		reason: 'Conflict',
		outcome: 'refused',
		attempt: `PATCH deployments.apps ${object.metadata.name}.${object.metadata.namespace ?? ''}`,
		message: `the object has uid ${object.metadata.uid ?? ''} now, not ${uid}`,
	});
};

const scale: Workloads['scale'] = async (cluster, model, replicas, options = {}) => {
	const decide = (object: KubeObject): Operation[] => {
		assertExpected(object, options.expecting?.uid);
		const present = deploymentSpec(object).replicas ?? 1;
		if (replicas === 0 ? present === 0 : present > 0) return [];
		const stillNone: Operation[] = replicas === 0 ? [] : [{op: 'test', path: '/spec/replicas', value: 0}];
		return [ofThis(object), ...stillNone, {op: 'add', path: '/spec/replicas', value: replicas}];
	};
	const at = {namespace: model.namespace, name: model.target.name};
	return readDeployment(await rewrite(cluster, deployments, at, decide, writing(options)));
};

const writing = ({lane = 'route', signal}: WorkloadOptions) => ({lane, ...(signal && {signal})});

/** What of the target's spec a generated primary follows besides the template; replicas are its own affair. */
const followed = ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit', 'strategy'] as const;

const followingSpec = (target: DeploymentSpec, primary: DeploymentSpec): Operation[] =>
	followed.flatMap((field): Operation[] => {
		const path = `/spec/${field}`;
		if (isDeepStrictEqual(target[field], primary[field])) return [];
		return target[field] === undefined ? [{op: 'remove', path}] : [{op: 'add', path, value: target[field]}];
	});

/** Marks the primary with the revision it runs, in the same write. */
const marking = ({metadata}: KubeObject, revision: string): Operation[] => {
	if (annotationOf(metadata, PROMOTED_REVISION) === revision) return [];
	// Nothing can test that annotations are still absent but the version: adding an empty map could drop what came since.
	const bare: Operation[] = [
		{op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion},
		{op: 'add', path: '/metadata/annotations', value: {}},
	];
	return [
		...(metadata.annotations === undefined ? bare : []),
		{op: 'add', path: `/metadata/annotations/${pointerStep(PROMOTED_REVISION)}`, value: revision},
	];
};

/** The template as it was seen is the precondition: a resourceVersion would conflict with every status update. */
const replacing = (primary: KubeObject, template: PodTemplate, rest: readonly Operation[]): Operation[] => {
	const isSame = runsTheSame(templateOf(primary), template);
	if (isSame && rest.length === 0) return [];
	const swap: Operation[] = isSame ? [] : [{op: 'replace', path: '/spec/template', value: template}];
	return [ofThis(primary), {op: 'test', path: '/spec/template', value: templateOf(primary)}, ...swap, ...rest];
};

const promote: Workloads['promote'] = async (cluster, model, options) => {
	const {namespace} = model;
	const target = await targetAt(cluster, model, options.revision, options.signal);
	const decide = (primary: KubeObject): Operation[] => {
		const isManaged = model.shape === 'managed';
		if (isManaged) assertFree(model, primary);
		const rendered = renderPrimary(model, target, primary, options.labelling);
		const following = isManaged ? followingSpec(deploymentSpec(target), deploymentSpec(primary)) : [];
		return replacing(primary, rendered, [...following, ...marking(primary, options.revision)]);
	};
	const at = {namespace, name: model.primary.name};
	return readDeployment(await rewrite(cluster, deployments, at, decide, writing(options)));
};

/** The target from the cache, which must be at `revision`. */
const targetAt = async (
	cluster: Cluster,
	model: CanaryModel,
	revision: string | undefined,
	signal: AbortSignal | undefined,
): Promise<KubeObject> => {
	const {namespace, target} = model;
	const object = await known(cluster, deployments, namespace, target.name, signal);
	if (object === undefined) throw missing(deployments, target.name, namespace);
	const found = revisionOf(templateOf(object));
	if (revision !== undefined && found !== revision)
		throw new Superseded(`${target.name}.${namespace}`, revision, found);
	return object;
};

const putBack: Workloads['putBack'] = async (cluster, model, promoted: Promoted, options = {}) => {
	const decide = (primary: KubeObject): Operation[] => {
		if (model.shape === 'managed') assertFree(model, primary);
		return replacing(primary, promoted.template, marking(primary, promoted.revision));
	};
	const at = {namespace: model.namespace, name: model.primary.name};
	return readDeployment(await rewrite(cluster, deployments, at, decide, writing(options)));
};

/** Deployments: the target keeps its name, a generated primary is `{target}-primary`. */
export const deploymentWorkloads: Workloads = {
	kind: 'Deployment',
	resource: deployments,
	read: readDeployment,
	scale,
	renderPrimary,
	primaryRunsTarget: (model, target, primary, labelling) =>
		runsTheSame(templateOf(primary), renderPrimary(model, target, primary, labelling)),
	promote,
	putBack,
	async ensurePrimary(cluster, model, options = {}) {
		const {promoted, revision, signal, labelling} = options;
		const target = await targetAt(cluster, model, promoted === undefined ? revision : undefined, signal);
		const marks = {[PROMOTED_REVISION]: promoted?.revision ?? revisionOf(templateOf(target))};
		const made = {target, marks, ...(promoted && {template: promoted.template}), ...(labelling && {labelling})};
		return readDeployment(await ensurePrimaryDeployment(cluster, model, made, writing(options)));
	},
};
