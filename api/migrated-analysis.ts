// `spec.analysis` of today's shape from what a Rollout, or a Canary of the first shape, checks and whom it tells. Pure.
import {formatPromDuration} from './durations.ts';
import {Findings} from './findings.ts';
import {metricsOf} from './metrics.ts';
import type {CanaryModel, Metric} from './model.ts';
import {at, isAbsent, type Bag} from './reading.ts';

const names: Partial<Record<Metric['kind'], string>> = {
	'success-rate': 'request-success-rate',
	duration: 'request-duration',
};

const boundsOf = ({min, max}: Metric): Bag => ({
	thresholdRange: {...(min !== undefined && {min}), ...(max !== undefined && {max})},
});

const writtenOf = (entry: unknown, ...fields: readonly string[]): Bag =>
	Object.fromEntries(fields.flatMap((name) => (isAbsent(at(entry, name)) ? [] : [[name, at(entry, name)]])));

/** One entry from the checks that it was: by bounds, by the primary, and by its query beside a built-in name. */
const metricOf = (checks: readonly Metric[], entry?: unknown): readonly Bag[] => {
	const [first] = checks;
	if (first === undefined) {
		return [];
	}

	const bounded = checks.filter(({against}) => against === undefined);
	const against = checks.find((check) => check.against !== undefined)?.against;
	const query = checks.find((check) => check.kind === 'query');
	return [
		{
			name: names[first.kind] ?? at(entry, 'name') ?? first.name,
			...(query !== undefined && {query: query.query}),
			...(query?.unit !== undefined && {unit: query.unit}),
			// A threshold bounds a rate below and a query above, so that of both stays as it was written.
			...(bounded.length > 1
				? writtenOf(entry, 'threshold', 'thresholdRange')
				: bounded[0] === undefined
					? {}
					: boundsOf(bounded[0])),
			...(against !== undefined && {compareWithPrimary: against}),
			interval: formatPromDuration(first.intervalMs),
		},
	];
};

/** The checks; `entries` are the metrics as written, where there is a list of them. */
export const migratedMetrics = ({analysis, provider, namespace}: CanaryModel, entries: unknown): readonly Bag[] =>
	Array.isArray(entries)
		? (entries as readonly unknown[]).flatMap((entry) =>
				metricOf(metricsOf([entry], 'metrics', {dialect: 'first', provider, namespace}, new Findings()), entry),
			)
		: analysis.metrics.flatMap((metric) => metricOf([metric]));

const said: Readonly<Record<string, string>> = {
	'request-duration': ': its threshold stays in milliseconds, Istio’s histogram is the one in milliseconds',
	'request-success-rate': ', in percent as before',
};

/** What is called otherwise from now on, one sentence each. */
export const renamings = (model: CanaryModel, entries: unknown): readonly string[] => {
	const before: readonly unknown[] = Array.isArray(entries) ? entries : model.analysis.metrics;
	return migratedMetrics(model, entries).flatMap((metric, index) => {
		const [name, now] = [String(at(before[index], 'name')), String(metric['name'])];
		return said[now] === undefined || name === now ? [] : [`${name} is ${now} now${said[now]}`];
	});
};

/** Who is told; the namespace only where it is another than the Canary's. */
export const migratedAlerts = ({alerts = [], namespace}: CanaryModel): Bag =>
	alerts.length === 0
		? {}
		: {
				alerts: alerts.map(({name, severity, receiver}) => ({
					name,
					severity,
					providerRef: {name: receiver.name, ...(receiver.namespace !== namespace && {namespace: receiver.namespace})},
				})),
			};
