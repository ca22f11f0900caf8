// Workloads of any kind that a mapping tells of. The user owns both sides; what a promotion takes along is a set of
// fields, and whether a side is ready is what its own controller says in a condition.
import {isDeepStrictEqual} from 'node:util';
import {digest} from '../../api/canonical.ts';
import type {CanaryModel, Workload} from '../../api/model.ts';
import type {WorkloadMapping} from '../../api/workload-mapping.ts';
import type {Cluster, KubeObject, Operation, Resource} from '../kubernetes/cluster.ts';
import {numberAt, promotedFields, settingField, settingFields} from './mapped-fields.ts';
import {assertExpected, marking, ofThis, PROMOTED_REVISION, writing} from './pod-templates.ts';
import {known, missing, rewrite} from '../objects/rewrite.ts';
import {annotationOf, pointerStep, type Condition, type Labels} from '../objects/shapes.ts';
import {troubleOf} from './trouble.ts';
import {Superseded, type Template, type Workloads} from './workload.ts';

/** On a canary that cannot be scaled: a run is over, and its pods are there for nobody. */
const AT_ZERO = 'aviary.dev/scaled-to-zero';

type Stated = Condition & {readonly observedGeneration?: number};
type Status = {readonly observedGeneration?: number; readonly conditions?: readonly Stated[]};

const resourceOf = ({target: {apiVersion, kind, plural}}: WorkloadMapping): Resource => {
	const [version = '', group = ''] = apiVersion.split('/').reverse();
	return {group, version, plural, kind};
};

const revisionOf = (template: Template): string => digest(template);

const replicasOf = (object: KubeObject, {replicas}: WorkloadMapping): number => {
	if (replicas === undefined) return annotationOf(object.metadata, AT_ZERO) === 'true' ? 0 : 1;
	return numberAt(object, replicas) ?? 1;
};

/** A condition that is not yet about what is wanted now tells nothing. */
const isCurrent = (object: KubeObject, condition: Stated | undefined): boolean => {
	const {observedGeneration} = (object.status ?? {}) as Status;
	const observed = condition?.observedGeneration ?? observedGeneration;
	return condition !== undefined && (observed === undefined || observed >= (object.metadata.generation ?? 0));
};

/**
 * Its facts. All or none of its replicas are updated and available, as the condition is True or not; while it is
 * Unknown (something is under way) those that are there go on serving.
 */
const read = (object: KubeObject, pods: readonly KubeObject[], mapping: WorkloadMapping): Workload => {
	const {metadata} = object;
	const {conditions = []} = (object.status ?? {}) as Status;
	const ready = conditions.find(({type}) => type === mapping.ready.condition);
	const stalled = conditions.find(({type}) => type === mapping.ready.stalled);
	const replicas = replicasOf(object, mapping);
	const settled = ready?.status === 'True' ? replicas : 0;
	const isStalled = stalled?.status === 'True' && isCurrent(object, stalled);
	const why = ready === undefined || ready.status === 'True' ? undefined : `${ready.type} is ${ready.status}`;
	const reason = ready?.reason === undefined ? '' : `: ${ready.reason}`;
	const trouble = troubleOf(pods) ?? (why === undefined ? undefined : `${why}${reason}`);
	const promoted = annotationOf(metadata, PROMOTED_REVISION);
	return {
		name: metadata.name,
		uid: metadata.uid ?? '',
		resourceVersion: metadata.resourceVersion ?? '',
		revision: revisionOf(promotedFields(object, mapping)),
		replicas,
		observed: isCurrent(object, ready),
		// Nobody counts the pods of the former revision: what is not settled is still on its way.
		total: isStalled ? settled : replicas,
		updated: settled,
		available: settled,
		ready: ready === undefined || ready.status === 'False' ? 0 : replicas,
		deadlineExceeded: isStalled,
		...(promoted !== undefined && {promoted}),
		...(trouble !== undefined && {trouble}),
	};
};

const scaling = (object: KubeObject, replicas: number, mapping: WorkloadMapping): readonly Operation[] => {
	const present = replicasOf(object, mapping);
	if (replicas === 0 ? present === 0 : present > 0) return [];
	if (mapping.replicas !== undefined) return settingField(object, mapping.replicas, replicas);
	const path = `/metadata/annotations/${pointerStep(AT_ZERO)}`;
	if (replicas > 0)
		return [
			{op: 'test', path, value: 'true'},
			{op: 'remove', path},
		];
	return settingField(object, ['metadata', 'annotations', AT_ZERO], 'true');
};

const podLabels = ({metadata}: KubeObject, labels: Labels): Labels =>
	Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value.replaceAll('{name}', metadata.name)]));

const writingTemplate = (primary: KubeObject, template: Template, revision: string, mapping: WorkloadMapping) => {
	const lacking = [...settingFields(primary, template, mapping), ...marking(primary, revision)];
	return lacking.length === 0 ? [] : [ofThis(primary), ...lacking];
};

const analysed = async (
	cluster: Cluster,
	{namespace, target}: CanaryModel,
	mapping: WorkloadMapping,
	{revision, signal}: {readonly revision: string; readonly signal?: AbortSignal},
): Promise<Template> => {
	const resource = resourceOf(mapping);
	const object = await known(cluster, resource, namespace, target.name, signal);
	if (object === undefined) throw missing(resource, target.name, namespace);
	const template = promotedFields(object, mapping);
	const found = revisionOf(template);
	if (found !== revision) throw new Superseded(`${target.name}.${namespace}`, revision, found);
	return template;
};

/** The workloads of the kind that a mapping tells of. */
export const mappedWorkloads = (mapping: WorkloadMapping): Workloads => {
	const resource = resourceOf(mapping);
	const facts = (object: KubeObject): Workload => read(object, [], mapping);
	const primaryOf = ({namespace, primary}: CanaryModel) => ({namespace, name: primary.name});
	return {
		kind: resource.kind,
		resource,
		read: (object, pods = []) => read(object, pods, mapping),
		templateOf: (object) => promotedFields(object, mapping),
		podLabels: (object) => mapping.podLabels && podLabels(object, mapping.podLabels),
		problems: () => [],
		async scale(cluster, model, replicas, options = {}) {
			const decide = (object: KubeObject): readonly Operation[] => {
				assertExpected(object, resource, options.expecting?.uid);
				const lacking = scaling(object, replicas, mapping);
				return lacking.length === 0 ? [] : [ofThis(object), ...lacking];
			};
			const place = {namespace: model.namespace, name: model.target.name};
			return facts(await rewrite(cluster, resource, place, decide, writing(options)));
		},
		comparison: (_, target, primary) => ({
			before: promotedFields(primary, mapping),
			after: promotedFields(target, mapping),
		}),
		primaryRunsTarget: (_, target, primary) =>
			isDeepStrictEqual(promotedFields(target, mapping), promotedFields(primary, mapping)),
		async promote(cluster, model, options) {
			const template = await analysed(cluster, model, mapping, options);
			const decide = (primary: KubeObject) => writingTemplate(primary, template, options.revision, mapping);
			return facts(await rewrite(cluster, resource, primaryOf(model), decide, writing(options)));
		},
		async putBack(cluster, model, {template, revision}, options = {}) {
			const decide = (primary: KubeObject) => writingTemplate(primary, template, revision, mapping);
			return facts(await rewrite(cluster, resource, primaryOf(model), decide, writing(options)));
		},
		async ensurePrimary(_, {name, namespace}) {
			// The reading of a Canary refuses it beforehand.
			throw new RangeError(`no primary is generated of a ${resource.kind}, as ${name}.${namespace} would need`);
		},
	};
};
