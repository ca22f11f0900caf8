// The walk-through's objects: podinfo in namespace test, of either shape.
import type {CanaryModel} from '../../../api/model.ts';
import type {ServiceModel} from '../../../api/service-model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {planByWeights} from '../../../api/strategies/weighted.ts';

export const pairedModel: CanaryModel = {
	name: 'podinfo',
	namespace: 'test',
	uid: 'canary-uid',
	generation: 1,
	shape: 'paired',
	suspended: false,
	skipAnalysis: false,
	provider: 'istio',
	target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-canary'},
	primary: {name: 'podinfo'},
	hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo-canary'},
	route: {name: 'podinfo', generated: false},
	analysis: {intervalMs: 60_000, threshold: 10, plan: planByWeights([5, 10]), metrics: [], onMissingData: 'halt'},
	readyThreshold: {primary: 100, canary: 100},
	progressDeadlineMs: 600_000,
	failFast: false,
	routeSettleMs: 3000,
	drainMs: 10_000,
	problems: [],
};

const nothingMore = {labels: {}, annotations: {}};

/** `spec.service` as it is read where little is written. */
export const plainService: ServiceModel = {
	port: 80,
	portName: 'http',
	targetPort: 9898,
	portDiscovery: false,
	headless: false,
	hosts: [],
	gateways: [],
	gatewayRefs: [],
	delegation: false,
	apex: nothingMore,
	primary: nothingMore,
	canary: nothingMore,
};

export const managedModel: CanaryModel = {
	...pairedModel,
	shape: 'managed',
	target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
	primary: {name: 'podinfo-primary'},
	hosts: {apex: 'podinfo', primary: 'podinfo-primary', canary: 'podinfo-canary'},
	route: {name: 'podinfo', generated: true},
	service: plainService,
};

export const deployment = (name: string, image: string, more: Record<string, unknown> = {}): KubeObject => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: 'test', generation: 1, labels: {app: name}},
	spec: {
		replicas: 2,
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}, annotations: {'prometheus.io/scrape': 'true'}},
			spec: {containers: [{name: 'podinfod', image, ports: [{name: 'http', containerPort: 9898}]}]},
		},
		...more,
	},
	status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2},
});

export const service = (name: string, portName = 'http'): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Service',
	metadata: {name, namespace: 'test'},
	spec: {type: 'ClusterIP', selector: {app: name}, ports: [{name: portName, port: 9898, targetPort: 9898}]},
});

export type Host = {readonly host: string; readonly weight?: number};

export const virtualService = (...routes: ReadonlyArray<readonly Host[]>): KubeObject => ({
	apiVersion: 'networking.istio.io/v1beta1',
	kind: 'VirtualService',
	metadata: {name: 'podinfo', namespace: 'test'},
	spec: {
		hosts: ['podinfo'],
		http: routes.map((hosts, index) => ({
			name: `route-${index}`,
			timeout: '5s',
			route: hosts.map(({host, weight}) => ({
				destination: {host, port: {number: 9898}},
				...(weight !== undefined && {weight}),
			})),
		})),
	},
});
