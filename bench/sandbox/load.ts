// Many Canaries of today's shape, each with a Deployment of its own, as a scenario's file.
import {stringify} from 'yaml';

export const NAMESPACE = 'load';
const IMAGE = 'quay.io/stefanprodan/podinfo';

/** The steps of each run, a minute of world time apart. */
export const WEIGHTS: readonly number[] = [10, 20, 30, 40, 50];

export const nameOf = (index: number): string => `app-${String(index).padStart(3, '0')}`;

/** The image of the first version, or of the one that is released. */
export const imageOf = (version: 'first' | 'next'): string => `${IMAGE}:${version === 'first' ? '1.1.1' : '1.2.0'}`;

const deployment = (name: string): Readonly<Record<string, unknown>> => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: NAMESPACE},
	spec: {
		replicas: 2,
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}},
			spec: {containers: [{name: 'podinfod', image: imageOf('first'), ports: [{containerPort: 9898, name: 'http'}]}]},
		},
	},
});

const canary = (name: string): Readonly<Record<string, unknown>> => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name, namespace: NAMESPACE},
	spec: {
		provider: 'istio',
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name},
		service: {port: 9898},
		analysis: {
			interval: '1m',
			threshold: 5,
			stepWeight: 10,
			maxWeight: 50,
			metrics: [
				{name: 'request-success-rate', thresholdRange: {min: 99}, interval: '1m'},
				{name: 'request-duration', thresholdRange: {max: 500}, interval: '1m'},
			],
		},
	},
});

/** The file's text. */
export const loadScenario = (count: number): string => {
	const names = Array.from({length: count}, (_, index) => nameOf(index));
	return stringify({
		name: 'load',
		description: `${count} Canaries`,
		manifests: [
			{apiVersion: 'v1', kind: 'Namespace', metadata: {name: NAMESPACE}},
			...names.flatMap((name) => [deployment(name), canary(name)]),
		],
	});
};
