// The built-in scenarios: the seed's manifests (or today's shape of the same release) and how the new version behaves.
import {readFile} from 'node:fs/promises';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {objectsOf} from './embedded.ts';

export const scenarios = ['good', 'errors', 'latency', 'crash', 'flapping', 'none'] as const;
export type Scenario = (typeof scenarios)[number];
export type Shape = 'first' | 'today';

/** Annotations of the new version's pod template; durations are world time. */
const behaviours: Record<Exclude<Scenario, 'none'>, Readonly<Record<string, string>>> = {
	good: {},
	errors: {'sandbox.aviary.dev/error-rate': '0.4'},
	latency: {'sandbox.aviary.dev/latency-ms': '2500'},
	crash: {'sandbox.aviary.dev/crash-after': '150s'},
	flapping: {'sandbox.aviary.dev/error-rate': '0.4@200s,0'},
};

/** In the order in which the seed's walk-through applies them. */
const first = [
	'namespaces/test.yaml',
	'workloads/primary-deployment.yaml',
	'workloads/primary-service.yaml',
	'workloads/primary-hpa.yaml',
	'workloads/canary-deployment.yaml',
	'workloads/canary-service.yaml',
	'workloads/canary-hpa.yaml',
	'workloads/virtual-service.yaml',
	'rollouts/podinfo.yaml',
];
const today = ['examples/podinfo/namespace.yaml', 'examples/podinfo/deployment.yaml', 'examples/podinfo/canary.yaml'];

const read = async (file: string): Promise<readonly KubeObject[]> =>
	objectsOf(await readFile(new URL(`../artifacts/${file}`, import.meta.url), 'utf8'));

type Template = {metadata?: {annotations?: Record<string, string>}; spec?: {containers?: Array<{image?: string}>}};

/** The Deployment with its pods behaving as the scenario says; `image` names the version. */
export const behaving = (deployment: KubeObject, scenario: Exclude<Scenario, 'none'>, image?: string): KubeObject => {
	const copy = structuredClone(deployment);
	const template = copy.spec?.['template'] as Template;
	template.metadata = {...template.metadata, annotations: {...template.metadata?.annotations, ...behaviours[scenario]}};
	const container = template.spec?.containers?.[0];
	if (image !== undefined && container !== undefined) {
		container.image = image;
	}

	return copy;
};

export type Release = {
	/** What is applied at the start. */
	readonly objects: readonly KubeObject[];
	/** Today's shape: the new version of the target, applied once the Canary is initialized. */
	readonly next?: KubeObject;
};

/** What a scenario applies; nothing for `none`. */
export const releaseOf = async (scenario: Scenario, shape: Shape): Promise<Release> => {
	if (scenario === 'none') {
		return {objects: []};
	}

	const objects = (await Promise.all((shape === 'first' ? first : today).map(read))).flat();
	if (shape === 'first') {
		return {
			objects: objects.map((object) =>
				object.kind === 'Deployment' && object.metadata.name.endsWith('-canary') ? behaving(object, scenario) : object,
			),
		};
	}

	const target = objects.find(({kind}) => kind === 'Deployment');
	return {
		objects,
		...(target !== undefined && {next: behaving(target, scenario, 'quay.io/stefanprodan/podinfo:1.2.0')}),
	};
};
