// Queries that users write: their variables replaced by what a Canary is about.
import {formatPromDuration} from '../../api/durations.ts';
import {isKnative} from '../../api/knative.ts';
import type {CanaryModel, Metric} from '../../api/model.ts';
import {replaceVariables} from '../../api/query.ts';
import {workloadOf, type Side} from './metrics.ts';

/** The values of the peer's variables. What is named after the target is so for the side that is asked about. */
const valuesOf = (
	model: CanaryModel,
	{intervalMs, variables = {}}: Metric,
	side: Side,
): ReadonlyMap<string, string> => {
	const {name, namespace, hosts} = model;
	const workload = workloadOf(model, side);
	// Of a Knative Service metrics know the revisions, and the Service has the one name for both.
	const target = isKnative(model.target) ? hosts.apex : workload;
	return new Map([
		['name', name],
		['namespace', namespace],
		['target', target],
		['service', hosts.apex],
		['ingress', target],
		['route', workload],
		['interval', formatPromDuration(intervalMs)],
		...Object.entries(variables).map(([key, value]) => [`variables.${key}`, value] as const),
	]);
};

/**
 * A query of the user's own about one side, `{{ namespace }}` and the other variables of the peer replaced: name,
 * namespace, target, service, ingress, route, interval, and `variables.…` of the metric's own. Throws RangeError for anything else in braces: what was not
 * rendered is never sent.
 */
export const renderQuery = (template: string, model: CanaryModel, metric: Metric, side: Side): string => {
	const values = valuesOf(model, metric, side);
	const rendered = replaceVariables(template, (key, written) => {
		const value = values.get(key);
		if (value === undefined) throw new RangeError(`the query has ${written}, which is no variable here`);
		return value;
	});
	if (rendered.includes('{{')) throw new RangeError('the query has braces that are no variable');
	return rendered;
};
