// Putting values into PromQL so that they stay values, and variables into users' own queries.
import type {CanaryModel} from '../../api/model.ts';
import {replaceVariables, withoutComments} from '../../api/query.ts';
import {workloadOf, type Side} from './metrics.ts';

/** A string literal of PromQL. */
export const quoted = (value: string): string =>
	`"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** A string literal with the regular expression (RE2) that matches `value` alone; names of letters, digits and dashes
 * come out as they are. */
export const quotedPattern = (value: string): string => quoted(value.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'));

/**
 * A query with `{{ namespace }}` and the other variables of the peer replaced: name, namespace, target, service,
 * ingress, route, interval. The target and what is named after it are the workload of `side`, `route` where that is
 * another name. Comments go, for all comes to stand on one line. Throws RangeError for anything else in braces: what was
 * not rendered is never sent.
 */
export const renderQuery = (
	template: string,
	model: CanaryModel,
	interval: string,
	side: Side,
	names: {readonly target?: string; readonly route?: string} = {},
): string => {
	const {name, namespace, hosts} = model;
	const {target = workloadOf(model, side), route = target} = names;
	const values: ReadonlyMap<string, string> = new Map([
		['name', name],
		['namespace', namespace],
		['target', target],
		['service', hosts.apex],
		['ingress', target],
		['route', route],
		['interval', interval],
	]);
	const rendered = replaceVariables(withoutComments(template), (key, written) => {
		const value = values.get(key);
		if (value === undefined) throw new RangeError(`the query has ${written}, which is no variable here`);
		return value;
	});
	if (rendered.includes('{{')) throw new RangeError('the query has braces that are no variable');
	return rendered.replaceAll(/\s+/g, ' ');
};
