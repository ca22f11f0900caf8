// What the managed shape generates of workloads: the primary and its HorizontalPodAutoscaler.
import type {CanaryModel} from '../../api/model.ts';
import type {Cluster, KubeObject, Resource, WriteOptions} from '../kubernetes/cluster.ts';
import {LAST_APPLIED} from '../kubernetes/objects.ts';
import {horizontalPodAutoscalers} from '../kubernetes/resources.ts';
import {assertFree, ownerOf} from '../objects/ownership.ts';
import {defaultLabelling, renderPrimary, selectorLabelOf, withoutToolkit, type Labelling} from './render.ts';
import {ensureOwned, type Wanted} from '../objects/owned.ts';
import {known, makeIfAbsent, missing} from '../objects/rewrite.ts';
import {scalerSpec, withoutNulls, type Labels} from '../objects/shapes.ts';
import type {Template} from './workload.ts';

/** The labels that go along to generated objects. */
const includedLabels = (labels: Labels = {}, {includePrefixes}: Labelling): Labels => {
	const isIncluded = (key: string): boolean =>
		includePrefixes.some((prefix) => prefix === '*' || (prefix !== '' && key.startsWith(prefix)));
	return Object.fromEntries(Object.entries(withoutToolkit(labels)).filter(([key]) => isIncluded(key)));
};

/** What controllers count the revisions of a target by. */
const ROLLOUT_REVISION = 'deployment.kubernetes.io/revision';
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** The target's annotations but for what others keep there about the target itself. */
const copiedAnnotations = (annotations: Labels | undefined): Labels => {
	const {[LAST_APPLIED]: _, [ROLLOUT_REVISION]: __, [TEMPLATE_GENERATION]: ___, ...rest} = withoutToolkit(annotations);
	return rest;
};

export type PrimarySource = {
	readonly target: KubeObject;
	/** The template to start from when not the target's. */
	readonly template?: Template;
	/** Annotations on the primary. */
	readonly marks: Labels;
	/** What its spec has besides selector and template. */
	readonly spec: Readonly<Record<string, unknown>>;
	readonly labelling?: Labelling;
};

/** `{target}-primary` as the peer makes it. Throws RangeError when the target has no selector label. */
const primaryObject = (model: CanaryModel, source: PrimarySource): KubeObject => {
	const {target, template, marks, spec, labelling = defaultLabelling} = source;
	const selector = selectorLabelOf(target, labelling);
	const {kind} = model.target;
	if (selector === undefined) throw new RangeError(`${kind.toLowerCase()} ${model.target.name} has no selector label`);
	const own = {[selector.key]: `${selector.value}-primary`};
	return withoutNulls<KubeObject>({
		apiVersion: 'apps/v1',
		kind,
		metadata: {
			name: model.primary.name,
			namespace: model.namespace,
			labels: {...includedLabels(target.metadata.labels, labelling), ...own},
			annotations: {...copiedAnnotations(target.metadata.annotations), ...marks},
			ownerReferences: [ownerOf(model)],
		},
		spec: {
			...spec,
			selector: {matchLabels: own},
			template: template ?? renderPrimary(model, target, undefined, labelling),
		},
	});
};

/** Makes the primary unless it is there; throws Taken when another controller owns it. */
export const ensurePrimary = async (
	cluster: Cluster,
	model: CanaryModel,
	resource: Resource,
	source: PrimarySource,
	options: WriteOptions,
): Promise<KubeObject> => {
	const {object} = await makeIfAbsent(cluster, resource, primaryObject(model, source), options);
	assertFree(model, object);
	return object;
};

/** The target's scaler, turned to the primary. */
const primaryScaler = (model: CanaryModel, scaler: KubeObject, name: string): Wanted => {
	const {minReplicas, maxReplicas, metrics, behavior} = scalerSpec(scaler);
	const {apiVersion, kind} = model.target;
	const scaleTargetRef = {apiVersion, kind, name: model.primary.name};
	return {
		resource: horizontalPodAutoscalers,
		name,
		labels: withoutToolkit(scaler.metadata.labels),
		spec: () => ({scaleTargetRef, minReplicas, maxReplicas, metrics, behavior}),
		says: 'all',
	};
};

/**
 * Makes `{autoscalerRef}-primary` unless it is there, and brings limits, metrics and behaviour of the one that is there
 * to the target's. Undefined when the canary has no HorizontalPodAutoscaler. Throws ApiError 404 when the target's is
 * missing, and Taken when another controller owns the name.
 */
export const ensurePrimaryScaler = async (
	cluster: Cluster,
	model: CanaryModel,
	options: WriteOptions,
): Promise<KubeObject | undefined> => {
	const {autoscaler, namespace} = model;
	if (autoscaler?.kind !== 'HorizontalPodAutoscaler') return undefined;
	const scaler = await known(cluster, horizontalPodAutoscalers, namespace, autoscaler.name, options.signal);
	if (scaler === undefined) throw missing(horizontalPodAutoscalers, autoscaler.name, namespace);
	const wanted = primaryScaler(model, scaler, `${autoscaler.name}-primary`);
	const [object] = await ensureOwned(cluster, model, [wanted], options);
	return object;
};
