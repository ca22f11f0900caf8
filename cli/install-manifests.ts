// The manifests of artifacts/operator as one list, as kubectl kustomize would read them, fitted to a cluster.
import {readFile} from 'node:fs/promises';
import {parse, parseAllDocuments} from 'yaml';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {providerNamed} from '../services/providers/index.ts';

export type Fit = {
	readonly namespace?: string;
	readonly image?: string;
	readonly metricsServer?: string;
	readonly meshProvider?: string;
	readonly crdsOnly?: boolean;
};

const OPERATOR = new URL('../artifacts/operator/', import.meta.url);
const CRDS = new URL('../artifacts/crds/', import.meta.url);
/** What is granted to every operator, as providers name it. */
const EVERY = 'operator/rbac.yaml';
const DEFAULT_NAMESPACE = 'aviary-system';
/** What others are put into, or are made of, comes first. */
const firstKinds = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'Role'];

const objectsIn = (text: string): readonly KubeObject[] =>
	parseAllDocuments(text)
		.map((document) => document.toJS() as KubeObject | null)
		.filter((object) => object !== null);

/** All that a folder's Kustomization names; folders have no extension. */
const kustomized = async (folder: URL): Promise<readonly KubeObject[]> => {
	const {resources} = parse(await readFile(new URL('Kustomization', folder), 'utf8')) as {
		resources: readonly string[];
	};
	const parts = await Promise.all(
		resources.map(async (name) =>
			name.endsWith('.yaml')
				? objectsIn(await readFile(new URL(name, folder), 'utf8'))
				: kustomized(new URL(`${name}/`, folder)),
		),
	);
	return parts.flat();
};

const rankOf = ({kind}: KubeObject): number => {
	const rank = firstKinds.indexOf(kind ?? '');
	return rank === -1 ? firstKinds.length : rank;
};

/** The default namespace is written wherever it is named: alone, and in the user name of the service account. */
const movedTo =
	(namespace: string) =>
	(_: string, value: unknown): unknown =>
		typeof value !== 'string'
			? value
			: value === DEFAULT_NAMESPACE
				? namespace
				: value.replaceAll(`serviceaccount:${DEFAULT_NAMESPACE}:`, `serviceaccount:${namespace}:`);

type Container = {image: string; args: string[]};

const fitDeployment = (deployment: KubeObject, {image, metricsServer, meshProvider}: Fit): KubeObject => {
	const copy = structuredClone(deployment);
	const [container] = (copy.spec as {template: {spec: {containers: Container[]}}}).template.spec.containers;
	if (container === undefined) {
		throw new Error('artifacts/operator/operator.yaml has no container');
	}

	container.image = image ?? container.image;
	for (const [flag, value] of [
		['metrics-server', metricsServer],
		['mesh-provider', meshProvider],
	] as const) {
		if (value !== undefined) {
			container.args = container.args.map((arg) => (arg.startsWith(`--${flag}=`) ? `--${flag}=${value}` : arg));
		}
	}

	return copy;
};

/** What the operator may do for a provider besides what every operator may. */
const grantsOf = async (meshProvider: string | undefined): Promise<readonly KubeObject[]> => {
	const {grantedIn = EVERY} = providerNamed(meshProvider ?? '') ?? {};
	return grantedIn === EVERY ? [] : objectsIn(await readFile(new URL(`../${grantedIn}`, OPERATOR), 'utf8'));
};

/** What is to be applied, in an order in which it can be. */
export const installManifests = async (fit: Fit): Promise<readonly KubeObject[]> => {
	const isWhole = fit.crdsOnly !== true;
	const found = [
		...(await kustomized(isWhole ? OPERATOR : CRDS)),
		...(isWhole ? await grantsOf(fit.meshProvider) : []),
	];
	const {namespace} = fit;
	const placed =
		namespace === undefined
			? found
			: found.map((object) => JSON.parse(JSON.stringify(object, movedTo(namespace))) as KubeObject);
	return placed
		.map((object) => (object.kind === 'Deployment' ? fitDeployment(object, fit) : object))
		.toSorted((a, b) => rankOf(a) - rankOf(b));
};
