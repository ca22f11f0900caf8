// The queries of the built-in metrics for Istio, as the peer sends them and sent them: today's, the first, the Rollout's.
import {formatPromDuration} from '../../../api/durations.ts';
import type {Metric} from '../../../api/model.ts';
import {workloadOf, type Question, type Questions} from '../../metrics/metrics.ts';
import {quoted, quotedPattern} from '../../metrics/promql.ts';

/** Whose requests. */
type Asked = {readonly namespace: string; readonly workload: string};

/** Today's: to the letter what the peer puts on the wire, the leading space included. */
const today = ({namespace, workload}: Asked, kind: Metric['kind'], range: string): Question => {
	const pods =
		'reporter="destination", ' +
		`destination_workload_namespace=${quoted(namespace)}, destination_workload=~${quotedPattern(workload)}`;
	const requests = (more: string): string => `sum( rate( istio_requests_total{ ${pods}${more} }[${range}] ) )`;
	if (kind === 'success-rate') {
		const query = ` ${requests(', response_code!~"5.*"')} / ${requests('')} * 100`;
		return {query, factor: 1, traffic: ` ${requests('')}`};
	}

	const buckets = `istio_request_duration_milliseconds_bucket{ ${pods} }[${range}]`;
	return {query: ` histogram_quantile( 0.99, sum( rate( ${buckets} ) ) by (le) )`, factor: 1};
};

/** The first shape's; but both rates over the metric's interval, where 0.0.1 fixed one of them at a minute. */
const first = ({namespace, workload: name}: Asked, kind: Metric['kind'], range: string): Question => {
	const inNamespace = `destination_workload_namespace=~${quotedPattern(namespace)}`;
	const workload = `destination_workload=~${quotedPattern(name)}`;
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
const rollout = ({namespace, workload}: Asked, range: string): Question => {
	const requests = (more: string): string => `sum(
    rate(
        istio_requests_total{
          reporter="destination",
          destination_workload_namespace=~${quotedPattern(namespace)},
          destination_workload=~${quotedPattern(workload)}${more}
        }[${range}]
    )
)`;
	return {
		query: `${requests(',\n          response_code!~"5.*"')}\n/\n${requests('')}`,
		factor: 100,
		traffic: requests(''),
	};
};

/** What to ask for a built-in metric on Istio. */
export const istioQuestions: Questions = (model, metric, side) => {
	const range = formatPromDuration(metric.intervalMs);
	if (metric.kind === 'query' || metric.kind === 'unknown')
		throw new RangeError(`${metric.name} is no metric that is built in`);
	const asked = {namespace: model.namespace, workload: workloadOf(model, side)};
	if (metric.dialect === 'rollout') return rollout(asked, range);
	return metric.dialect === 'today' ? today(asked, metric.kind, range) : first(asked, metric.kind, range);
};
