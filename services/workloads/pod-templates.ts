// Workloads that run pods of one template: what Deployments, DaemonSets and StatefulSets have in common.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel, Workload} from '../../api/model.ts';
import {ApiError, type Cluster, type KubeObject, type Operation, type Resource} from '../kubernetes/cluster.ts';
import {ensurePrimary, type PrimarySource} from './generated.ts';
import {assertFree} from '../objects/ownership.ts';
import {comparable, renderPrimary, revisionOf, runsTheSame, type Labelling} from './render.ts';
import {known, missing, rewrite} from '../objects/rewrite.ts';
import {annotationOf, pointerStep, templateOf, workloadSpec, type PodTemplate} from '../objects/shapes.ts';
import {troubleOf} from './trouble.ts';
import {Superseded, type Promoted, type WorkloadOptions, type Workloads} from './workload.ts';

/** On a primary: the target's revision that was last promoted onto it. */
export const PROMOTED_REVISION = 'aviary.dev/promoted-revision';

/** The counts of a workload's status, in the words of a Deployment's. */
export type Counts = Pick<Workload, 'replicas' | 'total' | 'updated' | 'available' | 'ready' | 'deadlineExceeded'>;

/** What one such kind does in its own way. */
export type Kind = {
	readonly kind: string;
	readonly resource: Resource;
	counts(object: KubeObject): Counts;
	/** The object as it is while it is not at zero, where that shows in its template. */
	awake(object: KubeObject): KubeObject;
	/** What is lacking to have so many; none when it stays as it is. */
	scaling(object: KubeObject, replicas: number): readonly Operation[];
	/** What a generated primary lacks to have so many pods; for kinds that say how many. */
	settingReplicas?(primary: KubeObject, replicas: number): readonly Operation[];
	/** What of the target's spec a generated primary follows besides the template. */
	readonly followed: readonly string[];
	/** What a generated primary's spec has besides that, its selector and its template. */
	generated(model: CanaryModel, target: KubeObject): Readonly<Record<string, unknown>>;
	readonly problems: Workloads['problems'];
};

const observedGeneration = ({status}: KubeObject): number => {
	const value = status?.['observedGeneration'];
	return typeof value === 'number' ? value : 0;
};

/** The precondition that an object is still the same one. */
export const ofThis = ({metadata}: KubeObject): Operation => ({op: 'test', path: '/metadata/uid', value: metadata.uid});

/** Throws ApiError 409 unless the object has the uid, where one is expected. */
export const assertExpected = (object: KubeObject, resource: Resource, uid: string | undefined): void => {
	if (uid === undefined || object.metadata.uid === uid) return;
	const place = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
	throw new ApiError({
		code: 409,
		reason: 'Conflict',
		outcome: 'refused',
		attempt: `PATCH ${place} ${object.metadata.name}.${object.metadata.namespace ?? ''}`,
		message: `the object has uid ${object.metadata.uid ?? ''} now, not ${uid}`,
	});
};

export const writing = ({lane = 'route', signal}: WorkloadOptions) => ({lane, ...(signal && {signal})});

/** Marks the primary with the revision it runs, in the same write. */
export const marking = ({metadata}: KubeObject, revision: string): Operation[] => {
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

const followingSpec = (fields: readonly string[], target: KubeObject, primary: KubeObject): Operation[] =>
	fields.flatMap((field): Operation[] => {
		const path = `/spec/${field}`;
		const value = workloadSpec(target)[field];
		if (isDeepStrictEqual(value, workloadSpec(primary)[field])) return [];
		return value === undefined ? [{op: 'remove', path}] : [{op: 'add', path, value}];
	});

/** The facts of an object of the kind: its rollout as kubectl reads it, its revision, and why its pods are not ready. */
const readerOf =
	(kind: Kind): Workloads['read'] =>
	(object, pods = []) => {
		const {metadata} = object;
		const promoted = annotationOf(metadata, PROMOTED_REVISION);
		const trouble = troubleOf(pods);
		return {
			name: metadata.name,
			uid: metadata.uid ?? '',
			resourceVersion: metadata.resourceVersion ?? '',
			revision: revisionOf(templateOf(kind.awake(object))),
			observed: observedGeneration(object) >= (metadata.generation ?? 0),
			...kind.counts(object),
			...(promoted !== undefined && {promoted}),
			...(trouble !== undefined && {trouble}),
		};
	};

type Reckoned = {
	readonly target: KubeObject['spec'];
	readonly model: CanaryModel;
	readonly labelling: Labelling | undefined;
	readonly answer: boolean;
};

/** Whether the primary runs the target's template; asked with every change of a status, answered once for two specs. */
const runsOf = (kind: Kind): Workloads['primaryRunsTarget'] => {
	const known = new WeakMap<object, Reckoned>();
	return (model, target, primary, labelling) => {
		const found = primary.spec && known.get(primary.spec);
		if (found?.target === target.spec && found?.model === model && found.labelling === labelling) return found.answer;
		const rendered = renderPrimary(model, kind.awake(target), primary, labelling);
		const answer = runsTheSame(templateOf(primary), rendered);
		if (primary.spec !== undefined) known.set(primary.spec, {target: target.spec, model, labelling, answer});
		return answer;
	};
};

/** The target from the cache, awake; it must be at `revision`. */
const targetAt = async (
	kind: Kind,
	cluster: Cluster,
	model: CanaryModel,
	{revision, signal}: {readonly revision: string | undefined; readonly signal: AbortSignal | undefined},
): Promise<KubeObject> => {
	const {namespace, target} = model;
	const found = await known(cluster, kind.resource, namespace, target.name, signal);
	if (found === undefined) throw missing(kind.resource, target.name, namespace);
	const object = kind.awake(found);
	const present = revisionOf(templateOf(object));
	if (revision !== undefined && present !== revision) {
		throw new Superseded(`${target.name}.${namespace}`, revision, present);
	}

	return object;
};

/** The workloads of a kind that runs pods of one template. The target keeps its name, a generated primary is `{target}-primary`. */
export const podTemplateWorkloads = (kind: Kind): Workloads => {
	const {resource} = kind;
	const read = readerOf(kind);
	const primaryAt = ({namespace, primary}: CanaryModel) => ({namespace, name: primary.name});
	return {
		kind: kind.kind,
		resource,
		read,
		templateOf,
		podLabels: (object) => workloadSpec(object).selector?.matchLabels,
		problems: kind.problems,
		async scale(cluster, model, replicas, options = {}) {
			const decide = (object: KubeObject): readonly Operation[] => {
				assertExpected(object, resource, options.expecting?.uid);
				const lacking = kind.scaling(object, replicas);
				return lacking.length === 0 ? [] : [ofThis(object), ...lacking];
			};
			const at = {namespace: model.namespace, name: model.target.name};
			return read(await rewrite(cluster, resource, at, decide, writing(options)));
		},
		comparison: (model, target, primary, labelling) => ({
			before: comparable(templateOf(primary)),
			after: comparable(renderPrimary(model, kind.awake(target), primary, labelling)),
		}),
		primaryRunsTarget: runsOf(kind),
		async promote(cluster, model, options) {
			const {revision, signal} = options;
			const target = await targetAt(kind, cluster, model, {revision, signal});
			const decide = (primary: KubeObject): Operation[] => {
				const isManaged = model.shape === 'managed';
				if (isManaged) assertFree(model, primary);
				const rendered = renderPrimary(model, target, primary, options.labelling);
				const following = isManaged ? followingSpec(kind.followed, target, primary) : [];
				const replicas =
					options.replicas === undefined ? [] : (kind.settingReplicas?.(primary, options.replicas) ?? []);
				return replacing(primary, rendered, [...following, ...replicas, ...marking(primary, revision)]);
			};
			return read(await rewrite(cluster, resource, primaryAt(model), decide, writing(options)));
		},
		async putBack(cluster, model, {template, revision}: Promoted, options = {}) {
			const decide = (primary: KubeObject): Operation[] => {
				if (model.shape === 'managed') assertFree(model, primary);
				return replacing(primary, template, marking(primary, revision));
			};
			return read(await rewrite(cluster, resource, primaryAt(model), decide, writing(options)));
		},
		async ensurePrimary(cluster, model, options = {}) {
			const {promoted, signal, labelling} = options;
			const revision = promoted === undefined ? options.revision : undefined;
			const target = await targetAt(kind, cluster, model, {revision, signal});
			const source: PrimarySource = {
				target,
				marks: {[PROMOTED_REVISION]: promoted?.revision ?? revisionOf(templateOf(target))},
				spec: kind.generated(model, target),
				...(promoted && {template: promoted.template}),
				...(labelling && {labelling}),
			};
			return read(await ensurePrimary(cluster, model, resource, source, writing(options)));
		},
	};
};
