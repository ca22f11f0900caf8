// The shapes of one release, podinfo 1.2.0 over 1.1.1: what is applied, what it is called, and what is said of it.
import {readFile} from 'node:fs/promises';
import {parse} from 'yaml';
import {releaseOf} from '../../sandbox/scenarios.ts';
import type {KubeObject, Operation, Resource} from '../../services/kubernetes/cluster.ts';
import {canaries, deployments, rollouts, virtualServices} from '../../services/kubernetes/resources.ts';
import type {Harness} from './harness.ts';

/** A version of podinfo: its image, and how its pods behave (annotations without their prefix). */
export type Version = {readonly tag: string; readonly behaviour?: Readonly<Record<string, string>>};

export type ReleaseShape = {
	readonly title: string;
	/** Of the object that guards it. */
	readonly kind: Resource;
	/** Of the target and the primary. */
	readonly workloads: Resource;
	readonly target: string;
	readonly primary: string;
	/** What weights are written to. */
	readonly routes: Resource;
	/** Where the route sends users: a subset, or a host. */
	readonly destinations: {readonly primary: string; readonly canary: string};
	/** Canary weights of a run, in order. */
	readonly weights: readonly number[];
	readonly threshold: number;
	/** Whether primary, Services and route are made by the operator. */
	readonly isGenerated: boolean;
	/** What is said before the first weight of the first run, and when another revision comes in mid-run. */
	readonly opening: (namespace: string) => readonly string[];
	readonly restart: (namespace: string) => RegExp;
	readonly start: (namespace: string) => string;
	readonly advance: (namespace: string, weight: number) => string;
	readonly promotion: (namespace: string) => readonly string[];
	readonly objects: (namespace: string, version: Version) => Promise<readonly KubeObject[]>;
	/** Applies everything, so that a run of `version` begins. */
	readonly begin: (harness: Harness, version: Version) => Promise<void>;
	/** Sets the target back to what the primary runs. */
	readonly setBack: (harness: Harness) => Promise<void>;
};

export const PROMOTED = '1.1.1';
const imageOf = ({tag}: Version): string => `quay.io/stefanprodan/podinfo:${tag}`;

const annotationsOf = ({behaviour = {}}: Version): Record<string, string> => ({
	'prometheus.io/scrape': 'true',
	...Object.fromEntries(Object.entries(behaviour).map(([name, value]) => [`sandbox.aviary.dev/${name}`, value])),
});

type Template = {
	metadata: {labels: Record<string, string>; annotations?: Record<string, string>};
	spec: {containers: Array<{image: string}>};
};

export const templateOf = (deployment: KubeObject | undefined): Template => deployment?.spec?.['template'] as Template;

/** The objects in another namespace than the one that they were written for. */
const inNamespace = (namespace: string, objects: readonly KubeObject[]): readonly KubeObject[] =>
	objects.map((object) => {
		const {metadata} = object;
		return object.kind === 'Namespace'
			? {...object, metadata: {...metadata, name: namespace}}
			: {...object, metadata: {...metadata, namespace}};
	});

const running = (deployment: KubeObject, version: Version): KubeObject => {
	const copy = structuredClone(deployment);
	const {metadata, spec} = templateOf(copy);
	metadata.annotations = annotationsOf(version);
	for (const container of spec.containers) {
		container.image = imageOf(version);
	}

	return copy;
};

/** Gives the target another version, as a pipeline would. */
export const release = (harness: Harness, {workloads, target}: ReleaseShape, version: Version): Promise<void> => {
	const operations: Operation[] = [
		{op: 'replace', path: '/spec/template/metadata/annotations', value: annotationsOf(version)},
		{op: 'replace', path: '/spec/template/spec/containers/0/image', value: imageOf(version)},
	];
	return harness.patch(workloads, target, operations);
};

/** The seed's: the user owns both Deployments, and the canary's pods run before the Canary is created. */
const first: ReleaseShape = {
	title: "the seed's shape",
	kind: canaries,
	workloads: deployments,
	target: 'podinfo-canary',
	primary: 'podinfo',
	routes: virtualServices,
	destinations: {primary: 'podinfo', canary: 'podinfo-canary'},
	weights: [5, 10, 15, 20, 25, 30, 35, 40, 45, 50],
	threshold: 10,
	isGenerated: false,
	opening: (namespace) => [first.start(namespace)],
	start: (namespace) => `Starting canary deployment for podinfo.${namespace}`,
	restart: (namespace) =>
		new RegExp(`^New revision detected podinfo-canary\\.${namespace} old [0-9a-f]+ new [0-9a-f]+$`),
	advance: (namespace, weight) => `Advance podinfo.${namespace} canary weight ${weight}`,
	promotion: (namespace) => [
		`Copying podinfo-canary.${namespace} template spec to podinfo.${namespace}`,
		`Promotion completed! Scaling down podinfo-canary.${namespace}`,
	],
	async objects(namespace, version) {
		const {objects} = await releaseOf('good', 'first');
		return inNamespace(namespace, objects).map((object) =>
			object.kind === 'Deployment' && object.metadata.name === first.target ? running(object, version) : object,
		);
	},
	async begin(harness, version) {
		await harness.apply(await first.objects(harness.namespace, version));
	},
	async setBack(harness) {
		const [primary, target] = await Promise.all([
			harness.get(deployments, first.primary),
			harness.get(deployments, first.target),
		]);
		const {metadata, spec} = templateOf(primary);
		const value = {metadata: {...metadata, labels: templateOf(target).metadata.labels}, spec};
		await harness.patch(deployments, first.target, [{op: 'replace', path: '/spec/template', value}]);
	},
};

/** Today's: one Deployment of the user's, everything else is generated, and a run begins with its next template. */
export const today: ReleaseShape = {
	title: "today's shape",
	kind: canaries,
	workloads: deployments,
	target: 'podinfo',
	primary: 'podinfo-primary',
	routes: virtualServices,
	destinations: {primary: 'podinfo-primary', canary: 'podinfo-canary'},
	weights: [10, 20, 30, 40, 50],
	threshold: 5,
	isGenerated: true,
	opening: (namespace) => [
		`Initialization done! podinfo.${namespace}`,
		`New revision detected! Scaling up podinfo.${namespace}`,
		today.start(namespace),
	],
	start: (namespace) => `Starting canary analysis for podinfo.${namespace}`,
	restart: (namespace) => new RegExp(`^New revision detected! Restarting analysis for podinfo\\.${namespace}$`),
	advance: first.advance,
	promotion: (namespace) => [
		`Copying podinfo.${namespace} template spec to podinfo-primary.${namespace}`,
		'Routing all traffic to primary',
		`Promotion completed! Scaling down podinfo.${namespace}`,
	],
	async objects(namespace) {
		return inNamespace(namespace, (await releaseOf('good', 'today')).objects);
	},
	async begin(harness, version) {
		await beginOf(today, harness, version);
	},
	async setBack(harness) {
		await release(harness, today, {tag: PROMOTED});
	},
};

/** Applies everything of a shape that is generated, and releases a version once it stands by. */
export const beginOf = async (shape: ReleaseShape, harness: Harness, version: Version): Promise<void> => {
	await harness.apply(await shape.objects(harness.namespace, version));
	await initialized(harness);
	await release(harness, shape, version);
};

/** Waits until the Canary of today's shape stands by. */
export const initialized = (harness: Harness): Promise<true> =>
	harness.eventually('the Canary is initialized', async () => {
		const canary = await harness.get(canaries, 'podinfo');
		return canary?.status?.['phase'] === 'Initialized' || undefined;
	});

const SUBSETS = new URL('../../artifacts/examples/003/', import.meta.url);
const filesOfSubsets = [
	'../../namespaces/test.yaml',
	...['ga-dep', 'canary-dep', 'svc', 'istio-destination-rule', 'istio-virtual-service'].map(
		(name) => `deploy/istio-v1alpha3/${name}.yaml`,
	),
	'canary.yaml',
];

/** The manifests of the walk-through of subsets, without its gateway, which no request of a test comes through. */
export const subsetObjects = async (): Promise<readonly KubeObject[]> => {
	const texts = await Promise.all(filesOfSubsets.map((file) => readFile(new URL(file, SUBSETS), 'utf8')));
	return texts.map((text) => parse(text) as KubeObject);
};

/** One Service, whose DestinationRule has a subset for each of the user's two Deployments. */
const subsets: ReleaseShape = {
	...first,
	title: 'one Service with subsets',
	primary: 'podinfo-ga',
	destinations: {primary: 'ga', canary: 'canary'},
	weights: [10, 60, 100],
	threshold: 5,
	promotion: (namespace) => [
		`Copying podinfo-canary.${namespace} template spec to podinfo-ga.${namespace}`,
		`Promotion completed! Scaling down podinfo-canary.${namespace}`,
	],
	async objects(namespace, version) {
		const written = JSON.stringify(await subsetObjects()).replaceAll('podinfo.test', `podinfo.${namespace}`);
		return inNamespace(namespace, JSON.parse(written) as KubeObject[]).map((object) => {
			if (object.kind !== 'Deployment') return object;
			return running(object, object.metadata.name === subsets.target ? version : {tag: PROMOTED});
		});
	},
	async begin(harness, version) {
		await harness.apply(await subsets.objects(harness.namespace, version));
	},
};

const ROLLOUT = new URL('../../artifacts/examples/001/rollout.yaml', import.meta.url);

/** The Rollout: workloads and route of the first shape, its own words, steps up to 100, no limit of failed checks. */
export const rollout: ReleaseShape = {
	...first,
	title: 'the Rollout',
	kind: rollouts,
	weights: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
	threshold: Infinity,
	opening: (namespace) => [rollout.start(namespace)],
	start: (namespace) => `Starting rollout for podinfo.${namespace}`,
	advance: (namespace, weight) => `Advance rollout podinfo.${namespace} weight ${weight}`,
	promotion: (namespace) => [
		`Copying podinfo-canary.${namespace} template spec to podinfo.${namespace}`,
		`Promotion complete! Scaling down podinfo-canary.${namespace}`,
	],
	async objects(namespace, version) {
		const guard = parse(await readFile(ROLLOUT, 'utf8')) as KubeObject;
		const objects = await first.objects(namespace, version);
		return inNamespace(
			namespace,
			objects.map((object) => (object.kind === 'Canary' ? guard : object)),
		);
	},
	async begin(harness, version) {
		await harness.apply(await rollout.objects(harness.namespace, version));
	},
};

export const shapes: readonly ReleaseShape[] = [first, today, subsets, rollout];
