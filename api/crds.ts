// The CustomResourceDefinitions, built from the schemas.
import {alertProvider} from './alert-provider.ts';
import {canary} from './canary.ts';
import {canaryCommand} from './canary-command.ts';
import {canaryRun} from './canary-run.ts';
import {metricTemplate} from './metric-template.ts';
import {rollout} from './rollout.ts';

/** A JSON Schema as far as the CRDs and the reference pages look into it. */
export type Schema = {
	readonly type?: string;
	readonly description?: string;
	readonly default?: unknown;
	readonly enum?: readonly string[];
	readonly pattern?: string;
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
	readonly additionalProperties?: Schema;
	readonly 'x-kubernetes-int-or-string'?: boolean;
	readonly 'x-aviary-default'?: string;
	readonly 'x-aviary-shape'?: string;
	readonly 'x-aviary-values'?: readonly string[];
};

/** Plain JSON of a typebox schema: its symbols are gone, our annotations are still there. */
export const plainSchema = (schema: object): Schema => JSON.parse(JSON.stringify(schema)) as Schema;

/** What Kubernetes takes: the plain schema without our annotations. */
const structuralSchema = (schema: object): Schema =>
	JSON.parse(
		JSON.stringify(schema, (key, value: unknown) => (key.startsWith('x-aviary-') ? undefined : value)),
	) as Schema;

type Column = {
	readonly name: string;
	readonly type: 'string' | 'boolean' | 'date';
	readonly jsonPath: string;
	readonly priority?: 1;
};

const column = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({name, type, jsonPath});
const wide = (name: string, jsonPath: string, type: Column['type'] = 'string'): Column => ({
	...column(name, jsonPath, type),
	priority: 1,
});

/** The peer's columns in its order, for scripts cut them by position; ours comes last. */
const canaryColumns: readonly Column[] = [
	column('Status', '.status.phase'),
	column('Weight', '.status.canaryWeight'),
	wide('Suspended', '.spec.suspend', 'boolean'),
	wide('FailedChecks', '.status.failedChecks'),
	wide('Interval', '.spec.analysis.interval'),
	wide('Mirror', '.spec.analysis.mirror', 'boolean'),
	wide('StepWeight', '.spec.analysis.stepWeight'),
	wide('StepWeights', '.spec.analysis.stepWeights'),
	wide('MaxWeight', '.spec.analysis.maxWeight'),
	column('LastTransitionTime', '.status.lastTransitionTime'),
	wide('State', '.status.state'),
];

const peers = {group: 'flagger.app', version: 'v1beta1'};
const ours = {group: 'aviary.dev', version: 'v1alpha1'};
const before = {group: 'apps.weave.works', version: 'v1beta1', shortNames: ['roll']};

/** Those of a Canary that a Rollout can fill. */
const rolloutColumns: readonly Column[] = [
	column('Status', '.status.phase'),
	column('Weight', '.status.canaryWeight'),
	wide('FailedChecks', '.status.failedChecks'),
	wide('StepWeight', '.spec.virtualService.weight'),
	column('LastTransitionTime', '.status.lastTransitionTime'),
	wide('State', '.status.state'),
];

const definition = (
	kind: string,
	schema: object,
	additionalPrinterColumns: readonly Column[],
	{group, version, shortNames}: {group: string; version: string; shortNames?: readonly string[]} = peers,
	{isRecord = false} = {},
) => {
	const singular = kind.toLowerCase();
	const plural = singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
	return {
		apiVersion: 'apiextensions.k8s.io/v1',
		kind: 'CustomResourceDefinition',
		metadata: {name: `${plural}.${group}`, annotations: {'helm.sh/resource-policy': 'keep'}},
		spec: {
			group,
			names: {
				kind,
				listKind: `${kind}List`,
				plural,
				singular,
				...(shortNames && {shortNames}),
				...(!isRecord && {categories: ['all']}),
			},
			scope: 'Namespaced',
			versions: [
				{
					name: version,
					served: true,
					storage: true,
					// A record is written whole, in one request.
					...(!isRecord && {subresources: {status: {}}}),
					additionalPrinterColumns,
					schema: {openAPIV3Schema: structuralSchema(schema)},
				},
			],
		},
	};
};

/** The CRDs that are installed. */
export const definitions = [
	definition('Canary', canary, canaryColumns),
	definition('MetricTemplate', metricTemplate, [column('Provider', '.spec.provider.type')]),
	definition('AlertProvider', alertProvider, [column('Type', '.spec.type')]),
	definition(
		'CanaryCommand',
		canaryCommand,
		[
			column('Canary', '.spec.canary'),
			column('Verb', '.spec.verb'),
			column('Outcome', '.status.outcome'),
			column('By', '.spec.requestedBy'),
			wide('Reason', '.spec.reason'),
			wide('Message', '.status.message'),
			{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
		],
		ours,
	),
	definition(
		'CanaryRun',
		canaryRun,
		[
			column('Canary', '.spec.canary'),
			column('Outcome', '.status.outcome'),
			column('Began', '.spec.began', 'date'),
			column('Ended', '.status.ended', 'date'),
			wide('Revision', '.spec.revision'),
			wide('Reason', '.status.reason'),
		],
		ours,
		{isRecord: true},
	),
	definition('Rollout', rollout, rolloutColumns, before),
] as const;
