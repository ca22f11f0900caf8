// What a query of a dashboard or of a rule names, by Prometheus' own grammar.
import {parser} from '@prometheus-io/lezer-promql';
import {collectDefaultMetrics, Registry} from 'prom-client';
import {createSeries} from '../../services/telemetry/series.ts';

export type Selected = {readonly metric: string; readonly labels: readonly string[]};

/** The metrics that a query selects, with the labels that it matches; throws where it is no PromQL. */
export const selectedIn = (query: string): readonly Selected[] => {
	const found: Array<{metric: string; labels: string[]}> = [];
	parser.parse(query).iterate({
		enter({type, name, from, to}) {
			const text = query.slice(from, to);
			if (type.isError) throw new Error(`no PromQL at ${from}: ${query}`);
			if (name === 'VectorSelector') found.push({metric: '', labels: []});
			const last = found.at(-1);
			if (name === 'Identifier' && last?.metric === '') last.metric = text;
			if (name === 'LabelName' && last !== undefined && query[to] !== ',' && /^\s*(?:=|!)/.test(query.slice(to))) {
				last.labels.push(text);
			}
		},
	});
	return found;
};

/** Ours by name, with their labels; histograms by the names of their series. */
const own = new Map(
	createSeries(new Registry(), () => undefined).families.flatMap(({name, type, labels}) =>
		type === 'histogram'
			? [`${name}_bucket`, `${name}_sum`, `${name}_count`].map((series) => [series, [...labels, 'le']] as const)
			: [[name, labels] as const],
	),
);

const ofNode = (): ReadonlySet<string> => {
	const register = new Registry();
	collectDefaultMetrics({register});
	return new Set(register.getMetricsAsArray().map(({name}) => name));
};

const nodes = ofNode();

/** Istio's, cAdvisor's and kube-state-metrics' that the dashboards show. */
const others = new Set([
	'istio_requests_total',
	'istio_request_duration_milliseconds_bucket',
	'container_cpu_usage_seconds_total',
	'container_cpu_cfs_throttled_periods_total',
	'container_cpu_cfs_periods_total',
	'container_memory_working_set_bytes',
	'container_network_receive_bytes_total',
	'container_network_transmit_bytes_total',
	'kube_deployment_spec_replicas',
	'kube_deployment_status_replicas_ready',
	'kube_statefulset_replicas',
	'kube_statefulset_status_replicas_ready',
	'kube_daemonset_status_desired_number_scheduled',
	'kube_daemonset_status_number_ready',
	'kube_pod_container_status_restarts_total',
]);

/** Labels that a scrape adds. */
const scraped = new Set(['job', 'instance']);

/** What a query names that nobody exposes. */
export const strangersIn = (query: string): readonly string[] =>
	selectedIn(query).flatMap(({metric, labels}) => {
		const known = own.get(metric);
		if (known === undefined) return nodes.has(metric) || others.has(metric) ? [] : [metric];
		return labels
			.filter((label) => !known.includes(label) && !scraped.has(label))
			.map((label) => `${metric}{${label}}`);
	});
