// What the primary's pod template is to be, given the target's. Pure, so that promoting twice is promoting once.
//
// References to ConfigMaps and Secrets stay as the target has them: copies under `-primary` names belong to the
// tracking of configs, which is not there yet.
import {isDeepStrictEqual} from 'node:util';
import {digest} from '../../api/canonical.ts';
import type {CanaryModel} from '../../api/model.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {oncePerObject} from '../objects/once-per-object.ts';
import {
	workloadSpec,
	templateOf,
	withoutNulls,
	type Labels,
	type LabelSelector,
	type PodSpec,
	type PodTemplate,
} from '../objects/shapes.ts';

/** How generated workloads are labelled: the daemon's `--selector-labels` and `--include-label-prefix`. */
export type Labelling = {
	/** The selector label is the first of these that the target selects by. */
	readonly selectorLabels: readonly string[];
	/** Prefixes of the labels that are copied to generated objects; `*` is all. */
	readonly includePrefixes: readonly string[];
};

export const defaultLabelling: Labelling = {
	selectorLabels: ['app', 'name', 'app.kubernetes.io/name'],
	includePrefixes: [],
};

const FLAGGER_ID = 'flagger-id';
const TOOLKIT = 'toolkit.fluxcd.io';

/** The revision of a pod template: 32 hex digits, the same whatever the order of keys and however absence is written. */
export const revisionOf = oncePerObject((template: PodTemplate): string => digest(withoutNulls(template)));

/** The label by which a generated primary's pods are told from the target's; undefined when the target has none. */
export const selectorLabelOf = (
	target: KubeObject,
	{selectorLabels}: Labelling,
): {readonly key: string; readonly value: string} | undefined => {
	const labels = workloadSpec(target).selector?.matchLabels ?? {};
	const key = selectorLabels.find((label) => labels[label] !== undefined);
	return key === undefined ? undefined : {key, value: labels[key] ?? ''};
};

/** All but the marks that Flux leaves on what it applies. */
export const withoutToolkit = (map: Labels = {}): Labels =>
	Object.fromEntries(Object.entries(map).filter(([key]) => !key.includes(TOOLKIT)));

const selectorKeys = (selector: LabelSelector = {}): string[] => [
	...Object.keys(selector.matchLabels ?? {}),
	...(selector.matchExpressions ?? []).map(({key}) => key),
];

/** The target's labels but for those that either selector uses; of these, what the primary's own pods carry. */
const pairedLabels = (target: KubeObject, primary: KubeObject): Labels => {
	const own = workloadSpec(primary).selector;
	const ownLabels: Labels = {...templateOf(primary).metadata?.labels, ...own?.matchLabels};
	const kept = selectorKeys(own).filter((key) => ownLabels[key] !== undefined);
	const dropped = new Set([...selectorKeys(workloadSpec(target).selector), ...selectorKeys(own)]);
	const taken = Object.entries(templateOf(target).metadata?.labels ?? {}).filter(([key]) => !dropped.has(key));
	return Object.fromEntries([...taken, ...kept.map((key) => [key, ownLabels[key] ?? ''] as const)]);
};

/** `flagger-id` of the peer is random and forces a roll; ours is the revision in a UUID's shape. */
const flaggerId = (revision: string): string => revision.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const rewrittenSelector = (selector: LabelSelector, name: string, {selectorLabels}: Labelling): LabelSelector => {
	const isOurs = (key: string, value: string): boolean => selectorLabels.includes(key) && value === name;
	const rewritten = {...selector};
	if (selector.matchLabels !== undefined) {
		const entries = Object.entries(selector.matchLabels);
		rewritten.matchLabels = Object.fromEntries(
			entries.map(([key, value]) => [key, isOurs(key, value) ? `${value}-primary` : value]),
		);
	}

	if (selector.matchExpressions !== undefined) {
		rewritten.matchExpressions = selector.matchExpressions.map((expression) => {
			const {key, values} = expression;
			// The first value of each expression alone, as the peer does.
			const first = values?.findIndex((value) => isOurs(key, value)) ?? -1;
			return values === undefined || first < 0
				? expression
				: {...expression, values: values.with(first, `${name}-primary`)};
		});
	}

	return rewritten;
};

type Term = {labelSelector?: LabelSelector; [field: string]: unknown};
type Weighted = {podAffinityTerm?: Term; [field: string]: unknown};
type AntiAffinity = {
	requiredDuringSchedulingIgnoredDuringExecution?: Term[];
	preferredDuringSchedulingIgnoredDuringExecution?: Weighted[];
};
type Spreading = {
	affinity?: {podAntiAffinity?: AntiAffinity; [field: string]: unknown};
	topologySpreadConstraints?: Term[];
};

/** Pods of the primary keep away from each other, not from the target's; `podAffinity` is left as it is. */
const spreadAsPrimary = (spec: PodSpec, name: string, labelling: Labelling): PodSpec => {
	const {affinity, topologySpreadConstraints: spreads} = spec as Spreading;
	const inTerm = (term: Term): Term =>
		term.labelSelector === undefined
			? term
			: {...term, labelSelector: rewrittenSelector(term.labelSelector, name, labelling)};
	const inWeighted = (weighted: Weighted): Weighted =>
		weighted.podAffinityTerm === undefined
			? weighted
			: {...weighted, podAffinityTerm: inTerm(weighted.podAffinityTerm)};
	const rewritten: PodSpec = {...spec};
	if (spreads !== undefined) rewritten['topologySpreadConstraints'] = spreads.map((term) => inTerm(term));
	const anti = affinity?.podAntiAffinity;
	if (anti !== undefined) {
		const required = anti.requiredDuringSchedulingIgnoredDuringExecution;
		const preferred = anti.preferredDuringSchedulingIgnoredDuringExecution;
		const podAntiAffinity = {
			...anti,
			...(required && {requiredDuringSchedulingIgnoredDuringExecution: required.map((term) => inTerm(term))}),
			...(preferred && {preferredDuringSchedulingIgnoredDuringExecution: preferred.map((one) => inWeighted(one))}),
		};
		rewritten['affinity'] = {...affinity, podAntiAffinity};
	}

	return rewritten;
};

const assembled = (template: PodTemplate, labels: Labels, annotations: Labels, spec: PodSpec): PodTemplate => {
	const metadata: PodTemplate['metadata'] = {...template.metadata, labels, annotations};
	if (Object.keys(labels).length === 0) delete metadata.labels;
	if (Object.keys(annotations).length === 0) delete metadata.annotations;
	return withoutNulls({...template, metadata, spec});
};

/**
 * The pod template that the primary gets when the target as it is now is promoted.
 *
 * Paired (`primary` is the user's own workload, and must be given): the target's pod spec and template annotations,
 * its labels other than those that a selector uses, and the primary's own labels for these. Managed: the target's
 * labels with the selector label's value as `{value}-primary`, its annotations without Flux's marks, `flagger-id` from
 * the revision, and anti-affinity and spreading turned to the primary's pods. Throws RangeError when the inputs do not
 * allow it, which the survey reports as a problem beforehand.
 */
export const renderPrimary = (
	model: CanaryModel,
	target: KubeObject,
	primary: KubeObject | undefined,
	labelling: Labelling = defaultLabelling,
): PodTemplate => {
	const template = templateOf(target);
	const spec = template.spec ?? {};
	const kind = model.target.kind.toLowerCase();
	if (model.shape === 'paired') {
		if (primary === undefined) throw new RangeError(`${kind} ${model.primary.name}.${model.namespace} not found`);
		return assembled(template, pairedLabels(target, primary), template.metadata?.annotations ?? {}, spec);
	}

	const selector = selectorLabelOf(target, labelling);
	if (selector === undefined) throw new RangeError(`${kind} ${model.target.name} has no selector label`);
	const labels = {...template.metadata?.labels, [selector.key]: `${selector.value}-primary`};
	const annotations = {
		...withoutToolkit(template.metadata?.annotations),
		[FLAGGER_ID]: flaggerId(revisionOf(template)),
	};
	return assembled(template, labels, annotations, spreadAsPrimary(spec, model.target.name, labelling));
};

/** A template without what differs for no reason that matters to its pods, and with the maps that may be absent. */
export const comparable = oncePerObject((template: PodTemplate): PodTemplate => {
	const {[FLAGGER_ID]: _, ...annotations} = template.metadata?.annotations ?? {};
	const {creationTimestamp: __, ...metadata} = template.metadata ?? {};
	return withoutNulls({...template, metadata: {...metadata, labels: metadata.labels ?? {}, annotations}});
});

/** Whether two templates run the same: `flagger-id` (random when the peer wrote it) and absent maps do not count. */
export const runsTheSame = (a: PodTemplate, b: PodTemplate): boolean => isDeepStrictEqual(comparable(a), comparable(b));
