// The two shapes of a Canary: which one it is, and which workloads, hosts and routes each of them names.
import type {Findings} from './findings.ts';
import type {CanaryModel} from './model.ts';
import {checkManagedSpec} from './not-yet.ts';
import type {ProviderFacts} from './providers.ts';
import {at, isAbsent, shown} from './reading.ts';
import {serviceModelOf} from './service-reading.ts';
import {templateKinds, type WorkloadMapping} from './workload-mapping.ts';

/** What the shapes differ in. */
export type Parts = Pick<
	CanaryModel,
	'target' | 'primary' | 'hosts' | 'subsets' | 'route' | 'autoscaler' | 'service'
> & {
	/** The analysis as written, and the path of it. */
	readonly analysis: unknown;
	readonly field: 'spec.analysis' | 'spec.canaryAnalysis';
	/** The shape's own default interval; absent where the daemon's counts. */
	readonly intervalMs?: number;
};

const pairedFields = ['targetKind', 'virtualService', 'primary', 'canary'] as const;

/** Tells the shape; with fields of both, today's counts, and the Canary is not run. */
export const shapeOf = (spec: unknown, findings: Findings): CanaryModel['shape'] => {
	const paired = pairedFields.filter((name) => !isAbsent(at(spec, name)));
	const hasTarget = !isAbsent(at(spec, 'targetRef'));
	if (hasTarget && paired.length > 0) {
		findings.report(
			`spec.${paired[0]}`,
			'',
			`The Canary has both spec.targetRef and spec.${paired[0]}, which belong to different shapes`,
			`Keep targetRef, service and analysis, or keep ${pairedFields.join(', ')} and canaryAnalysis`,
		);
	}

	if (!hasTarget && paired.length === 0) {
		findings.report(
			'spec.targetRef',
			'',
			'The Canary names no workload: it has neither spec.targetRef nor spec.primary and spec.canary',
			'Set spec.targetRef to the workload to release',
		);
	}

	return hasTarget || paired.length === 0 ? 'managed' : 'paired';
};

/** What is known beside the Canary: how declared kinds are released, and how its provider names its route. */
export type Surroundings = {
	readonly mappings: readonly WorkloadMapping[] | undefined;
	readonly routeName: ProviderFacts['routeName'];
};

/** Today's shape: the target is the canary, and the primary, the Services and the route are generated from its names. */
export const managedParts = (spec: unknown, findings: Findings, {mappings = [], routeName}: Surroundings): Parts => {
	const reference = at(spec, 'targetRef');
	checkManagedSpec(spec, findings);
	const written = at(reference, 'kind');
	const isMapped = mappings.some(({target}) => target.kind === written);
	const kind = isMapped ? unmade(written, findings) : kindOf(written, 'spec.targetRef.kind', reference, findings);
	// Without a targetRef the shape's own problem says so already.
	const name = isAbsent(reference) ? '' : findings.objectName('spec.targetRef.name', at(reference, 'name'));
	const apiVersion = findings.text('spec.targetRef.apiVersion', at(reference, 'apiVersion')) || 'apps/v1';
	const service = serviceModelOf(at(spec, 'service'), findings);
	const named = findings.text('spec.service.name', at(spec, 'service', 'name'));
	const apex = named || name;
	findings.apexName(named === '' ? 'spec.targetRef.name' : 'spec.service.name', apex);
	if (name.length > 253 - '-primary'.length) {
		const text = `spec.targetRef.name is ${name.length} characters long, too long for the primary’s name`;
		findings.report('spec.targetRef.name', name, text, 'Use at most 245 characters');
	}

	const autoscaler = autoscalerOf(at(spec, 'autoscalerRef'), findings);
	if (autoscaler !== undefined && kind === 'DaemonSet') {
		const text = 'spec.autoscalerRef is set, but nodes decide how many pods a DaemonSet has';
		findings.report('spec.autoscalerRef', autoscaler.name, text, 'Remove spec.autoscalerRef');
	}

	if (isAbsent(at(spec, 'analysis')) && !isAbsent(at(spec, 'canaryAnalysis'))) {
		const text = 'spec.canaryAnalysis belongs to the first shape and is not read beside spec.targetRef';
		findings.report('spec.canaryAnalysis', '', text, 'Rename canaryAnalysis to analysis');
	}

	return {
		target: {apiVersion, kind, name},
		primary: {name: `${name}-primary`},
		hosts: {apex, primary: `${apex}-primary`, canary: `${apex}-canary`},
		route: {name: routeName?.(spec, apex) ?? apex, generated: true},
		...(autoscaler === undefined ? {} : {autoscaler}),
		...(service === undefined ? {} : {service}),
		analysis: at(spec, 'analysis'),
		field: 'spec.analysis',
		intervalMs: 60_000,
	};
};

/**
 * The first shape: the user owns both workloads, their Services and the VirtualService. `mappings` tell of kinds that
 * are released by them; without these (where nobody knows which are declared) no kind is refused.
 */
export const pairedParts = (
	spec: unknown,
	findings: Findings,
	mappings: readonly WorkloadMapping[] | undefined,
): Parts => {
	const written = at(spec, 'targetKind');
	// Of two for one kind the later counts: the user's, over what ships.
	const mapping = mappings?.findLast(({target}) => target.kind === written);
	const isJudged = mapping === undefined && (mappings !== undefined || isAbsent(written) || written === '');
	const kind = isJudged
		? kindOf(written, 'spec.targetKind', spec, findings)
		: findings.text('spec.targetKind', written);
	const named = (field: string, ...path: readonly string[]): string => findings.objectName(field, at(spec, ...path));
	const primary = named('spec.primary.name', 'primary', 'name');
	const canary = named('spec.canary.name', 'canary', 'name');
	const primaryHost = named('spec.primary.host', 'primary', 'host');
	const canaryHost = named('spec.canary.host', 'canary', 'host');
	const differ = (field: string, one: string, other: string): void => {
		if (one !== '' && one === other) {
			const text = `spec.primary.${field} and spec.canary.${field} are both ${shown(one)}`;
			findings.report(`spec.canary.${field}`, other, text, 'Name two different objects');
		}
	};

	differ('name', primary, canary);
	const subsets = subsetsOf(spec, findings);
	if (primaryHost === canaryHost) {
		// One Service: its subsets are the two sides.
		differ('subset', subsets.primary ?? '', subsets.canary ?? '');
	}

	return {
		target: {apiVersion: mapping?.target.apiVersion ?? 'apps/v1', kind, name: canary, ...(mapping && {mapping})},
		primary: {name: primary},
		hosts: {apex: primaryHost, primary: primaryHost, canary: canaryHost},
		...(Object.keys(subsets).length > 0 && {subsets}),
		route: {name: named('spec.virtualService.name', 'virtualService', 'name'), generated: false},
		analysis: at(spec, 'canaryAnalysis'),
		field: 'spec.canaryAnalysis',
	};
};

const subsetsOf = (spec: unknown, findings: Findings): NonNullable<CanaryModel['subsets']> => {
	const [primary, canary] = ['primary', 'canary'].map((side) =>
		findings.text(`spec.${side}.subset`, at(spec, side, 'subset')),
	);
	return {...(primary && {primary}), ...(canary && {canary})};
};

/** What there is of a mapped kind cannot be copied: its pods would be told apart by nothing. */
const unmade = (kind: unknown, findings: Findings): string => {
	const field = 'spec.targetRef.kind';
	const remedy = 'Own both of them, by spec.targetKind, spec.primary and spec.canary';
	findings.report(field, kind, `${field} is ${shown(kind)}, of which no primary is generated`, remedy);
	return shown(kind);
};

const kindOf = (value: unknown, field: string, holder: unknown, findings: Findings): string => {
	// Without the object around it there is nothing to say about the kind.
	if (isAbsent(holder)) {
		return '';
	}

	const kind = findings.text(field, value);
	if (templateKinds.has(kind)) {
		return kind;
	}

	if (isAbsent(value) || kind === '') {
		findings.report(field, value, `${field} is missing`, 'Set it to Deployment');
	} else {
		// The peer's; ours is none of a workload's.
		const what = kind === 'Service' ? 'not supported yet' : 'no kind of workload';
		const text = `${field} is ${shown(kind)}, which is ${what}`;
		findings.report(field, kind, text, 'Use a Deployment, a DaemonSet or a StatefulSet');
	}

	return kind;
};

const autoscalerOf = (reference: unknown, findings: Findings): CanaryModel['autoscaler'] => {
	if (isAbsent(reference)) {
		return undefined;
	}

	const name = findings.objectName('spec.autoscalerRef.name', at(reference, 'name'));
	const kind = findings.text('spec.autoscalerRef.kind', at(reference, 'kind'));
	const apiVersion = findings.text('spec.autoscalerRef.apiVersion', at(reference, 'apiVersion'));
	return {apiVersion, kind, name};
};
