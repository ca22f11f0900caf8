// The queries of the built-in metrics where no proxy counts requests, as the peer sends them: the pods' own counters.
import {formatPromDuration} from '../../api/durations.ts';
import {workloadOf, type Questions} from '../metrics/metrics.ts';
import {quoted, quotedPattern} from '../metrics/promql.ts';

const ID = '[0-9a-zA-Z]+';

/** How the pods of a kind are named after it; a ReplicaSet's names are in those of a Deployment's pods. */
const endings: Readonly<Record<string, string>> = {DaemonSet: `-${ID}`, StatefulSet: '-[0-9]+'};

/**
 * Requests as the application counts them (`http_request_duration_seconds`), with the labels that the peer's Prometheus
 * gives to what it scrapes of pods. To the letter the peer's for a Deployment, whose pattern takes no pod of the primary
 * for one of the target; of other kinds that pattern would, so theirs are their own.
 */
export const podQuestions: Questions = (model, metric, side) => {
	const range = formatPromDuration(metric.intervalMs);
	const name = quotedPattern(workloadOf(model, side)).slice(1, -1);
	const ending = endings[model.target.kind] ?? `-${ID}(-${ID})`;
	const pods = `kubernetes_namespace=${quoted(model.namespace)}, kubernetes_pod_name=~"${name}${ending}"`;
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
