// Who counts requests, and by which names: one row for each kind of exporter whose series the built-in metrics of some
// provider ask for. The route that a request takes says which rows it counts in.
import type {Labels} from './objects.ts';

/** The buckets of Istio's and of Envoy's histograms, in milliseconds. */
const PROXY_BOUNDS_MS = [
	0.5,
	1,
	5,
	10,
	25,
	50,
	100,
	250,
	500,
	1000,
	2500,
	5000,
	10_000,
	30_000,
	60_000,
	300_000,
	600_000,
	1_800_000,
	3_600_000,
	Infinity,
];

/** The default buckets of Prometheus' client for Go, in milliseconds. */
const CLIENT_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, Infinity];

/** Requests of one kind: between these workloads, answered with this code. */
export type Traffic = {
	readonly reporter: 'source' | 'destination';
	readonly sourceWorkload: string;
	readonly sourceNamespace: string;
	readonly workload: string;
	readonly namespace: string;
	readonly app: string;
	readonly version: string;
	/** Nobody's when there was nobody to answer. */
	readonly pod?: string;
	/** Of Knative, whose Envoys count for themselves. */
	readonly revision?: string;
	readonly service: string;
	readonly serviceNamespace: string;
	/** 0 when the caller gave up before there was an answer. */
	readonly code: number;
};

export type Row = {
	/** What tells one set of counters of the row from any other; undefined for requests that it does not count. */
	readonly identity: (traffic: Traffic) => readonly unknown[] | undefined;
	/** The labels of all counters of one identity. */
	readonly labels: (traffic: Traffic) => Labels;
	/** The counter of requests. */
	readonly requests?: string;
	/** Histograms of their durations; `unitMs` is what one of its units is. */
	readonly durations: ReadonlyArray<{readonly name: string; readonly unitMs: number}>;
	readonly boundsMs: readonly number[];
};

/** Envoy's words for what went wrong between the two. */
const flagsOf = ({code, workload}: Traffic): string => {
	if (code === 0) return 'DC';
	return code === 503 && workload === 'unknown' ? 'UH' : '-';
};

const istioLabels = (traffic: Traffic): Labels => ({
	reporter: traffic.reporter,
	source_workload: traffic.sourceWorkload,
	source_workload_namespace: traffic.sourceNamespace,
	source_app: traffic.sourceWorkload,
	destination_workload: traffic.workload,
	destination_workload_namespace: traffic.namespace,
	destination_app: traffic.app,
	destination_version: traffic.version,
	destination_service: `${traffic.service}.${traffic.serviceNamespace}.svc.cluster.local`,
	destination_service_name: traffic.service,
	destination_service_namespace: traffic.serviceNamespace,
	request_protocol: 'http',
	response_code: String(traffic.code),
	response_flags: flagsOf(traffic),
	connection_security_policy: traffic.reporter === 'source' ? 'unknown' : 'mutual_tls',
});

/** Istio's proxies, all of them. In milliseconds as Istio counts now, and in seconds as its first releases did. */
const istio: Row = {
	identity: (traffic) => [
		traffic.reporter,
		traffic.sourceWorkload,
		traffic.sourceNamespace,
		traffic.workload,
		traffic.namespace,
		traffic.app,
		traffic.version,
		traffic.service,
		traffic.serviceNamespace,
		traffic.code,
	],
	labels: istioLabels,
	requests: 'istio_requests_total',
	durations: [
		{name: 'istio_request_duration_milliseconds', unitMs: 1},
		{name: 'istio_request_duration_seconds', unitMs: 1000},
	],
	boundsMs: PROXY_BOUNDS_MS,
};

const clusterOf = ({namespace, revision}: Traffic): string | undefined =>
	revision === undefined ? undefined : `${namespace}/${revision}`;

/** Knative's gateway: Envoy's own counters, by the revision's cluster. */
const envoyRequests: Row = {
	identity: (traffic) => (traffic.revision === undefined ? undefined : [clusterOf(traffic), traffic.code]),
	labels: (traffic) => ({envoy_cluster_name: clusterOf(traffic) ?? '', envoy_response_code: String(traffic.code)}),
	requests: 'envoy_cluster_upstream_rq',
	durations: [],
	boundsMs: [],
};

const envoyDurations: Row = {
	identity: (traffic) => (traffic.revision === undefined ? undefined : [clusterOf(traffic)]),
	labels: (traffic) => ({envoy_cluster_name: clusterOf(traffic) ?? ''}),
	durations: [{name: 'envoy_cluster_upstream_rq_time', unitMs: 1}],
	boundsMs: PROXY_BOUNDS_MS,
};

/** What podinfo says of itself, with the labels that the peer's Prometheus gives to what it scrapes of pods. */
const pods: Row = {
	identity: ({pod, namespace, code}) => (pod === undefined ? undefined : [namespace, pod, code]),
	labels: ({pod = '', namespace, code, app}) => ({
		app,
		kubernetes_namespace: namespace,
		kubernetes_pod_name: pod,
		method: 'GET',
		// A caller that gave up is not the pod's matter.
		status: String(code === 0 ? 200 : code),
	}),
	durations: [{name: 'http_request_duration_seconds', unitMs: 1000}],
	boundsMs: CLIENT_BOUNDS_MS,
};

export const rows = {istio, envoyRequests, envoyDurations, pods} as const;

export type RowName = keyof typeof rows;

/** In which rows requests are counted, by what routes them. */
export const countedBy = {
	/** Istio's, also where Knative makes them. */
	virtualService: ['istio', 'envoyRequests', 'envoyDurations'],
	/** Istio's gateways serve HTTPRoutes, and the peer asks the pods. */
	httpRoute: ['istio', 'pods'],
	service: ['istio', 'pods'],
} as const satisfies Readonly<Record<string, readonly RowName[]>>;

/** Those of providers whose own exporters count; all others’ requests are counted as a Service's. */
const countedByProvider: Readonly<Record<string, readonly RowName[]>> = {};

export const countedFor = (provider: string): readonly RowName[] => countedByProvider[provider] ?? countedBy.service;
