// `analysis.metrics[]` of either shape made definite.
import {checkSides, comparisonOf} from './comparison.ts';
import type {Findings} from './findings.ts';
import type {Metric} from './model.ts';
import {at, isAbsent, isBag, shown} from './reading.ts';

/** Far above any real analysis; every metric is a query each interval. */
const mostMetrics = 100;

const minute = 60_000;

type Builtin = Pick<Metric, 'kind' | 'dialect'>;

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
	['request-success-rate', {kind: 'success-rate', dialect: 'today'}],
	['request-duration', {kind: 'duration', dialect: 'today'}],
	['istio_requests_total', {kind: 'success-rate', dialect: 'first'}],
	['istio_request_duration_seconds_bucket', {kind: 'duration', dialect: 'first'}],
]);

export type MetricOrigin = {
	/** What a query of the user's own is counted to. */
	readonly dialect: Metric['dialect'];
	/** Of routing, by which a query tells the two sides apart. */
	readonly provider: string;
	/** Of templates whose namespace nobody names. */
	readonly namespace: string;
};

/** The metrics of an analysis in the order written. */
export const metricsOf = (
	metrics: unknown,
	field: string,
	origin: MetricOrigin,
	findings: Findings,
): readonly Metric[] => {
	if (isAbsent(metrics)) {
		return [];
	}

	if (!Array.isArray(metrics)) {
		findings.report(field, metrics, `${field} is ${shown(metrics)}, which is no list`, 'Write a list of metrics');
		return [];
	}

	if (metrics.length > mostMetrics) {
		const text = `${field} has ${metrics.length} entries, more than ${mostMetrics}`;
		findings.report(field, '', text, `Keep at most ${mostMetrics} metrics`);
	}

	return (metrics as unknown[])
		.slice(0, mostMetrics)
		.flatMap((metric, index) => metricsOfOne(metric, `${field}[${index}]`, origin, findings));
};

/** One entry is two checks when a built-in name carries a query too: the peer asks both, and no gate may be dropped. */
const metricsOfOne = (metric: unknown, field: string, origin: MetricOrigin, findings: Findings): readonly Metric[] => {
	const {dialect, provider} = origin;
	const name = findings.text(`${field}.name`, at(metric, 'name'));
	if (name === '') {
		findings.report(`${field}.name`, '', `${field} has no name`, 'Name the metric');
	}

	const intervalMs = windowOf(metric, field, findings);
	const query = findings.text(`${field}.query`, at(metric, 'query'));
	const builtin = builtins.get(name);
	const found: Metric[] = [];
	if (builtin !== undefined) {
		found.push(...judgedBy({name, ...builtin, intervalMs}, metric, field, findings));
	}

	if (query !== '') {
		const own = {name, kind: 'query', dialect, query, intervalMs, ...wordsOfQuery(metric, field, findings)} as const;
		const checks = judgedBy(own, metric, field, findings);
		checkSides(checks, field, provider, findings);
		found.push(...checks);
	}

	const template = templateOf(metric, field, origin, findings);
	if (template !== undefined) {
		const own = {name, kind: 'query', dialect, template, intervalMs, ...wordsOfQuery(metric, field, findings)} as const;
		found.push(...judgedBy(own, metric, field, findings));
	} else if (found.length === 0 && name !== '' && isAbsent(at(metric, 'templateRef'))) {
		findings.report(
			`${field}.name`,
			name,
			`${field}.name is ${shown(name)}, which is no built-in metric, and it has no query`,
			`Use ${[...builtins.keys()].join(', ')}, or add a query`,
		);
	}

	return found.length === 0 ? [{name, kind: 'unknown', dialect, intervalMs}] : found;
};

/** What goes along with a query of the user's own. */
const wordsOfQuery = (metric: unknown, field: string, findings: Findings): Pick<Metric, 'unit' | 'variables'> => {
	const unit = findings.text(`${field}.unit`, at(metric, 'unit'));
	const written = at(metric, 'templateVariables');
	const variables = Object.entries(isBag(written) ? written : {}).map(
		([name, value]) => [name, findings.text(`${field}.templateVariables.${name}`, value)] as const,
	);
	return {
		...(unit !== '' && {unit}),
		...(variables.length > 0 && {variables: Object.fromEntries(variables)}),
	};
};

/** The MetricTemplate that a metric refers to; the first shape has none. */
const templateOf = (
	metric: unknown,
	field: string,
	{dialect, namespace}: MetricOrigin,
	findings: Findings,
): Metric['template'] => {
	const reference = at(metric, 'templateRef');
	if (isAbsent(reference)) {
		return undefined;
	}

	if (dialect === 'first') {
		const text = `${field}.templateRef refers to a MetricTemplate, which a Canary of the first shape cannot`;
		const remedy = 'Write the PromQL into query, or migrate the Canary: aviary migrate';
		findings.report(`${field}.templateRef`, at(reference, 'name') ?? reference, text, remedy);
		return undefined;
	}

	const name = findings.objectName(`${field}.templateRef.name`, at(reference, 'name'));
	return {name, namespace: findings.text(`${field}.templateRef.namespace`, at(reference, 'namespace')) || namespace};
};

/** By bounds, by the primary, or by both: then they are two checks. */
const judgedBy = (base: Metric, metric: unknown, field: string, findings: Findings): readonly Metric[] => {
	const against = comparisonOf(metric, field, base.kind, findings);
	const compared =
		against === undefined ? [] : [{...base, name: `${base.name} against the primary`, written: base.name, against}];
	const isBounded = ['threshold', 'thresholdRange'].some((name) => !isAbsent(at(metric, name)));
	const isCompared = !isAbsent(at(metric, 'compareWithPrimary'));
	const bounded = {...base, ...(isBounded || !isCompared ? boundsOf(metric, field, base.kind, findings) : {})};
	return isBounded || compared.length === 0 ? [bounded, ...compared] : compared;
};

const windowOf = (metric: unknown, field: string, findings: Findings): number => {
	const written = at(metric, 'interval');
	const intervalMs = findings.duration(`${field}.interval`, written, minute);
	if (intervalMs > 0) {
		return intervalMs;
	}

	const text = `${field}.interval is ${shown(written)}, over which no rate can be taken`;
	findings.report(`${field}.interval`, written, text, 'Write a duration above zero, such as 1m');
	return minute;
};

type Bounds = {readonly min?: number; readonly max?: number};

const boundsOf = (metric: unknown, field: string, kind: Metric['kind'], findings: Findings): Bounds => {
	const range = at(metric, 'thresholdRange');
	const limits = kind === 'success-rate' ? {least: 0, most: 100} : {least: -Number.MAX_VALUE, most: Number.MAX_VALUE};
	const read = (name: string, value: unknown): number | undefined =>
		isAbsent(value) ? undefined : boundOf(`${field}.${name}`, value, kind, limits, findings);
	if (isBag(range)) {
		const min = read('thresholdRange.min', at(range, 'min'));
		const max = read('thresholdRange.max', at(range, 'max'));
		checkRange(range, {min, max}, field, findings);
		return {...(min === undefined ? {} : {min}), ...(max === undefined ? {} : {max})};
	}

	const threshold = read('threshold', at(metric, 'threshold'));
	if (isAbsent(at(metric, 'threshold')) && kind !== 'query') {
		const remedy = `Set ${field}.threshold, or ${field}.thresholdRange with min or max`;
		findings.report(`${field}.threshold`, '', `${field} has no threshold, so that nothing would be checked`, remedy);
		return {};
	}

	// An absent threshold of a query is 0, as it is for the peer: any value above it fails.
	return kind === 'success-rate' ? {min: threshold ?? 0} : {max: threshold ?? 0};
};

const boundOf = (
	field: string,
	value: unknown,
	kind: Metric['kind'],
	{least, most}: {readonly least: number; readonly most: number},
	findings: Findings,
): number | undefined => {
	if (typeof value === 'number' && value >= least && value <= most && !(kind === 'duration' && value < 0)) {
		// Whole milliseconds, as the peer takes them.
		return kind === 'duration' ? Math.trunc(value) : value;
	}

	const wanted: Readonly<Record<Metric['kind'], string>> = {
		'success-rate': 'a percentage from 0 to 100',
		duration: 'a number of milliseconds, 0 or more',
		query: 'a number',
		unknown: 'a number',
	};
	findings.report(field, value, `${field} is ${shown(value)}, not ${wanted[kind]}`, `Set it to ${wanted[kind]}`);
	return undefined;
};

const checkRange = (
	range: unknown,
	{min, max}: {readonly min: number | undefined; readonly max: number | undefined},
	field: string,
	findings: Findings,
): void => {
	if (isAbsent(at(range, 'min')) && isAbsent(at(range, 'max'))) {
		const text = `${field}.thresholdRange has neither min nor max, so that nothing would be checked`;
		findings.report(`${field}.thresholdRange`, '', text, 'Set min, max or both');
	} else if (min !== undefined && max !== undefined && min > max) {
		const text = `${field}.thresholdRange has min ${min} above max ${max}, so that no value could pass`;
		findings.report(`${field}.thresholdRange`, `${min}…${max}`, text, 'Swap min and max');
	}
};
