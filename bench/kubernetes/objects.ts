// The objects of a measurement: Canaries of today's shape with their targets, and what else there is in a cluster.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {NODE} from '../../sandbox/real/control-plane/kubelet.ts';

export const PODS_OF_CANARIES = 'bench=canary';
/** Between two steps; the shortest that the peer grants, and we. */
export const INTERVAL_SECONDS = 10;
/** Failed checks that end a run. */
export const THRESHOLD = 5;
const MAX_WEIGHT = 50;
const STEP_WEIGHT = 10;
export const STEPS = MAX_WEIGHT / STEP_WEIGHT;
const [LABEL = '', VALUE = ''] = PODS_OF_CANARIES.split('=');
const CANARIES_IN_A_NAMESPACE = 100;
const OTHER_NAMESPACES = 10;
const IMAGE = 'quay.io/stefanprodan/podinfo';

export type Version = '1.1.1' | '1.2.0' | '1.3.0';

export type Place = {readonly namespace: string; readonly name: string};

export const imageOf = (version: Version): string => `${IMAGE}:${version}`;

/** Where the Canaries are: a hundred to a namespace. */
export const placesOf = (count: number): readonly Place[] =>
	Array.from({length: count}, (_, index) => ({
		namespace: `apps-${String(Math.floor(index / CANARIES_IN_A_NAMESPACE)).padStart(2, '0')}`,
		name: `app-${String(index).padStart(4, '0')}`,
	}));

export const namespacesOf = (places: readonly Place[]): readonly string[] => [
	...new Set(places.map(({namespace}) => namespace)),
];

/** Namespaces without Canaries. */
export const otherNamespaces: readonly string[] = Array.from(
	{length: OTHER_NAMESPACES},
	(_, index) => `others-${String(index).padStart(2, '0')}`,
);

const template = (name: string, version: Version, more: Readonly<Record<string, unknown>>) => ({
	metadata: {labels: {app: name, [LABEL]: VALUE}},
	spec: {
		...more,
		containers: [
			{
				name: 'podinfod',
				image: imageOf(version),
				ports: [{containerPort: 9898, name: 'http'}],
				command: ['./podinfo', '--port=9898', '--level=info'],
				resources: {requests: {cpu: '10m', memory: '32Mi'}},
			},
		],
	},
});

/** Its pods are on the played node from the start, so that nobody need schedule them. */
export const target = ({namespace, name}: Place): KubeObject => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace, labels: {app: name}},
	spec: {
		replicas: 1,
		selector: {matchLabels: {app: name}},
		template: template(name, '1.1.1', {nodeName: NODE}),
	},
});

export const canary = ({namespace, name}: Place): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name, namespace},
	spec: {
		provider: 'istio',
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name},
		service: {port: 9898},
		analysis: {
			interval: `${INTERVAL_SECONDS}s`,
			threshold: THRESHOLD,
			stepWeight: STEP_WEIGHT,
			maxWeight: MAX_WEIGHT,
			metrics: [
				{name: 'request-success-rate', thresholdRange: {min: 99}, interval: '1m'},
				{name: 'request-duration', thresholdRange: {max: 500}, interval: '1m'},
			],
		},
	},
});

/** Paused, so that its controller makes no ReplicaSet. */
export const foreignDeployment = (namespace: string, index: number): KubeObject => {
	const name = `other-${index}`;
	const metadata = {labels: {app: name}};
	const containers = [{name: 'app', image: imageOf('1.1.1'), ports: [{containerPort: 9898}]}];
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: {name, namespace, labels: {app: name}},
		spec: {
			replicas: 0,
			paused: true,
			selector: {matchLabels: {app: name}},
			template: {metadata, spec: {containers}},
		},
	};
};

/** Without a node: it waits for ever. */
export const foreignPod = (namespace: string, index: number): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {name: `other-${index}`, namespace, labels: {app: `other-${index >> 1}`}},
	spec: {containers: [{name: 'app', image: imageOf('1.1.1'), ports: [{containerPort: 9898}]}]},
});

export const foreignSecret = (namespace: string, index: number): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Secret',
	metadata: {name: `other-${index}`, namespace},
	data: {value: Buffer.alloc(1024, index).toString('base64')},
});
