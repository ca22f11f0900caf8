// What keeps a metric from being asked by its MetricTemplate, said before a run and while one is on.
import type {CanaryModel, Metric, Problem} from '../../api/model.ts';
import {shown} from '../../api/reading.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {renderQuery} from './own-query.ts';
import type {Source} from './source.ts';
import {sourceOf, sourceTypes} from './sources/index.ts';
import {lackingKeys, readTemplate, type SecretName, type Template} from './template.ts';

/** What is known of a Secret: the keys that hold something, or why it could not be read. */
export type SecretSeen =
	| {readonly kind: 'read'; readonly keys: readonly string[]}
	| {readonly kind: 'unreadable'; readonly why: string};

export type TemplatesSeen = {
	/** The MetricTemplates that the Canary's metrics refer to, as far as they are there. */
	readonly templates: readonly KubeObject[];
	/** Those of which nobody tells whether they are there; none when absent. */
	readonly unknown?: ReadonlyArray<NonNullable<Metric['template']>>;
	/** Undefined while it is not known. */
	readonly secretOf: (name: SecretName) => SecretSeen | undefined;
};

/** Which templates the metrics of a Canary refer to, each once. */
export const templatesOf = ({analysis}: CanaryModel): ReadonlyArray<NonNullable<Metric['template']>> => [
	...new Map(
		analysis.metrics.flatMap(({template}) =>
			template === undefined ? [] : [[`${template.namespace}/${template.name}`, template] as const],
		),
	).values(),
];

const one = (values: readonly string[], word: string): string =>
	values.length === 1 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} ${word} ${values.at(-1) ?? ''}`;

const keysOf = ({keys}: Source): string => one(keys[0], 'and');

const addressProblems = (what: string, {endpoint: {address}}: Template, source: Source): readonly Problem[] => {
	if (address === '' && source.address !== undefined) return [];
	if (/^https?:\/\//i.test(address) && URL.canParse(address)) return [];
	const field = 'spec.provider.address';
	const text =
		address === '' ? `${what} has no ${field}` : `${what} has ${field} ${shown(address)}, which is no HTTP address`;
	const remedy = `Write an address such as ${source.address ?? 'http://prometheus.istio-system:9090'}`;
	return [{field: what, value: shown(address), text, remedy}];
};

const secretProblems = (what: string, template: Template, source: Source, seen: TemplatesSeen): readonly Problem[] => {
	const {secret, type} = template;
	if (secret === undefined) {
		if (source.isClosed !== true) return [];
		const text = `${what} names no Secret, without which ${type} answers nobody`;
		return [{field: what, value: '', text, remedy: `Set spec.provider.secretRef to a Secret with ${keysOf(source)}`}];
	}

	const known = seen.secretOf(secret);
	if (known === undefined) return [];
	const field = `Secret ${secret.name}.${secret.namespace}`;
	if (known.kind === 'unreadable') {
		const remedy = `Create it with ${keysOf(source)}, and let the operator get it, or mend spec.provider.secretRef of ${what}`;
		return [{field, value: '', text: known.why, remedy}];
	}

	const lacking = lackingKeys(source, known.keys);
	if (lacking.length === 0) return [];
	const text = `${field} has no ${one(lacking, 'and')}, by which ${what} is asked`;
	return [{field, value: known.keys.join(', '), text, remedy: `Add ${one(lacking, 'and')} to it`}];
};

const VARIABLES = 'name, namespace, target, service, ingress, route, interval, and variables.… of templateVariables';

/** What is wrong with the query as this metric asks it. */
const queryProblems = (
	model: CanaryModel,
	metric: Metric,
	{what, template: {query}, source}: {readonly what: string; readonly template: Template; readonly source: Source},
): readonly Problem[] => {
	const {name, written = name} = metric;
	const problem = (text: string, remedy: string): readonly Problem[] => [
		{field: what, value: shown(query), text, remedy},
	];
	const prepared = source.prepare?.(query) ?? query;
	try {
		const [canary, primary] = (['canary', 'primary'] as const).map((side) =>
			renderQuery(prepared, model, metric, side),
		);
		const flaw = source.flawOf?.(canary ?? '') ?? (canary?.trim() === '' ? 'is empty' : undefined);
		if (flaw !== undefined) return problem(`the query of ${what} ${flaw}`, 'Mend its spec.query');
		if (metric.against === undefined || canary !== primary) return [];
		return problem(
			`metric ${written} compares with the primary, but the query of ${what} asks the same of both`,
			'Write {{ target }} where the query names the workload, or remove compareWithPrimary',
		);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return problem(`${what}: ${error.message}`, `Use the variables that there are: ${VARIABLES}`);
	}
};

const problemsOfOne = (model: CanaryModel, metric: Metric, seen: TemplatesSeen): readonly Problem[] => {
	const {name = '', namespace = ''} = metric.template ?? {};
	const what = `MetricTemplate ${name}.${namespace}`;
	if (seen.unknown?.some((one) => one.name === name && one.namespace === namespace) === true) {
		const text = `${what} is not known, for the operator cannot watch it`;
		const remedy = `Let it list and watch metrictemplates.flagger.app in namespace ${namespace}, as artifacts/operator/rbac.yaml does`;
		return [{field: what, value: '', text, remedy}];
	}

	const object = seen.templates.find(
		({metadata}) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
	);
	if (object === undefined) {
		const remedy = `Create it, or mend templateRef of metric ${metric.written ?? metric.name} of Canary ${model.name}`;
		return [{field: what, value: '', text: `${what} not found`, remedy}];
	}

	const template = readTemplate(object);
	const source = sourceOf(template.type);
	if (source === undefined) {
		const text = `${what} has spec.provider.type ${shown(template.type) || "''"}, which is not supported yet`;
		const remedy = `Set it to ${one(sourceTypes, 'or')}, or write PromQL into the metric's query`;
		return [{field: what, value: shown(template.type), text, remedy}];
	}

	return [
		...addressProblems(what, template, source),
		...secretProblems(what, template, source, seen),
		...queryProblems(model, metric, {what, template, source}),
	];
};

/** In the order of the metrics, each said once. */
export const templateProblems = (model: CanaryModel, seen: TemplatesSeen): readonly Problem[] => {
	const found = model.analysis.metrics.flatMap((metric) =>
		metric.template === undefined ? [] : problemsOfOne(model, metric, seen),
	);
	return [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()];
};
