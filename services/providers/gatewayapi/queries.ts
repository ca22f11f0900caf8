// The queries of the built-in metrics for the Gateway API, as the peer sends them: what the pods say of themselves.
import {formatPromDuration} from '../../../api/durations.ts';
import {workloadOf, type Questions} from '../../metrics/metrics.ts';
import {quoted, quotedPattern} from '../../metrics/promql.ts';

/** Pods of a Deployment, by the names that its ReplicaSets give them. */
const PODS = '-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)';

/** Requests as the application counts them, by pod; durations are in seconds. */
export const podQuestions: Questions = (model, metric, side) => {
	const range = formatPromDuration(metric.intervalMs);
	const name = quotedPattern(workloadOf(model, side)).slice(1, -1);
	const pods = `kubernetes_namespace=${quoted(model.namespace)}, kubernetes_pod_name=~"${name}${PODS}"`;
	if (metric.kind === 'success-rate') {
		const requests = (more: string): string =>
			`sum( rate( http_request_duration_seconds_count{ ${pods}${more} }[${range}] ) )`;
		const query = ` ${requests(', status!~"5.*"')} / ${requests('')} * 100`;
		return {query, factor: 1, traffic: ` ${requests('')}`};
	}

	if (metric.kind !== 'duration') throw new RangeError(`${metric.name} is no metric that is built in`);
	const buckets = `http_request_duration_seconds_bucket{ ${pods} }[${range}]`;
	return {query: ` histogram_quantile( 0.99, sum( rate( ${buckets} ) ) by (le) )`, factor: 1000};
};
