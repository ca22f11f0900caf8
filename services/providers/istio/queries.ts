// The queries of the built-in metrics for Istio, as the peer sends them and sent them: today's, the first, the Rollout's.
import {formatPromDuration} from '../../../api/durations.ts';
import type {CanaryModel, Metric} from '../../../api/model.ts';
import type {Question, Questions} from '../../metrics/metrics.ts';
import {quoted, quotedPattern, renderQuery} from '../../metrics/promql.ts';

/** Today's: to the letter what the peer puts on the wire, the leading space included. */
const today = ({namespace, target}: CanaryModel, kind: Metric['kind'], range: string): Question => {
	const pods =
		'reporter="destination", ' +
		`destination_workload_namespace=${quoted(namespace)}, destination_workload=~${quotedPattern(target.name)}`;
	const requests = (more: string): string => `sum( rate( istio_requests_total{ ${pods}${more} }[${range}] ) )`;
	if (kind === 'success-rate') {
		const query = ` ${requests(', response_code!~"5.*"')} / ${requests('')} * 100`;
		return {query, factor: 1, traffic: ` ${requests('')}`};
	}

	const buckets = `istio_request_duration_milliseconds_bucket{ ${pods} }[${range}]`;
	return {query: ` histogram_quantile( 0.99, sum( rate( ${buckets} ) ) by (le) )`, factor: 1};
};

/** The first shape's; but both rates over the metric's interval, where 0.0.1 fixed one of them at a minute. */
const first = ({namespace, target}: CanaryModel, kind: Metric['kind'], range: string): Question => {
	const inNamespace = `destination_workload_namespace=~${quotedPattern(namespace)}`;
	const workload = `destination_workload=~${quotedPattern(target.name)}`;
	const requests = (more: string): string =>
		`sum(rate(istio_requests_total{reporter="destination",${inNamespace},${workload}${more}}[${range}]))`;
	if (kind === 'success-rate') {
		const query = `${requests(',response_code!~"5.*"')} / ${requests('')} * 100`;
		return {query, factor: 1, traffic: requests('')};
	}

	const buckets = `istio_request_duration_seconds_bucket{reporter="destination",${workload}, ${inNamespace}}[${range}]`;
	return {query: `histogram_quantile(0.99, sum(rate(${buckets})) by (le))`, factor: 1000};
};

/** The Rollout's, in the very lines that its users know; it tells a share, not a percentage. */
const rollout = ({namespace, target}: CanaryModel, range: string): Question => {
	const requests = (more: string): string => `sum(
    rate(
        istio_requests_total{
          reporter="destination",
          destination_workload_namespace=~${quotedPattern(namespace)},
          destination_workload=~${quotedPattern(target.name)}${more}
        }[${range}]
    )
)`;
	return {
		query: `${requests(',\n          response_code!~"5.*"')}\n/\n${requests('')}`,
		factor: 100,
		traffic: requests(''),
	};
};

/** What to ask for a metric on Istio: a built-in's query, or the user's own with its variables rendered. */
export const istioQuestions: Questions = (model, metric) => {
	const range = formatPromDuration(metric.intervalMs);
	if (metric.kind === 'query') return {query: renderQuery(metric.query ?? '', model, range), factor: 1};
	if (metric.kind === 'unknown') throw new RangeError(`${metric.name} is no metric that is built in`);
	if (metric.dialect === 'rollout') return rollout(model, range);
	return metric.dialect === 'today' ? today(model, metric.kind, range) : first(model, metric.kind, range);
};
