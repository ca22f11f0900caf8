// The queries of the built-in metrics for Knative, as the peer sends them: Envoy's, by the revision's name.
import {formatPromDuration} from '../../../api/durations.ts';
import {workloadOf, type Questions} from '../../metrics/metrics.ts';
import {quotedPattern} from '../../metrics/promql.ts';

/** `model` names the revisions where others name workloads. */
export const knativeQuestions: Questions = (model, metric, side) => {
	const range = formatPromDuration(metric.intervalMs);
	if (metric.kind === 'query' || metric.kind === 'unknown')
		throw new RangeError(`${metric.name} is no metric that is built in`);
	const revision = `envoy_cluster_name=~${quotedPattern(`${model.namespace}/${workloadOf(model, side)}`)}`;
	if (metric.kind === 'success-rate') {
		const requests = (more: string): string =>
			`sum( rate( envoy_cluster_upstream_rq{ ${revision}, ${more}}[${range}] ) )`;
		const query = ` ${requests('envoy_response_code!~"5.*" ')} / ${requests('')} * 100`;
		return {query, factor: 1, traffic: ` ${requests('')}`};
	}

	const buckets = `envoy_cluster_upstream_rq_time_bucket{ ${revision}, }[${range}]`;
	return {query: ` histogram_quantile( 0.99, sum( rate( ${buckets} ) ) by (le) )`, factor: 1};
};
