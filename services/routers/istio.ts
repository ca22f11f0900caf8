// Istio: weights in the VirtualService that sends users to both hosts.
import type {CanaryModel, Problem, Route} from '../../api/model.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../kubernetes/cluster.ts';
import {destinationRules, virtualServices} from '../kubernetes/resources.ts';
import {assertFree, foreignOwner} from '../workloads/ownership.ts';
import {missing, rewrite} from '../workloads/rewrite.ts';
import {serviceOf} from './hosts.ts';
import {ensureIstio} from './istio-generated.ts';
import {assertWeight, Unroutable, type Router} from './router.ts';

const GROUP = 'networking.istio.io';
const spoken: ReadonlySet<string> = new Set(['v1', 'v1beta1', 'v1alpha3']);

/** The resource in the first version that the cluster serves and we speak; undefined without Istio. */
const served = async (cluster: Cluster, resource: Resource): Promise<Resource | undefined> => {
	const versions = await cluster.servedVersions(GROUP);
	const version = versions.find((one) => spoken.has(one));
	return version === undefined ? undefined : {...resource, version};
};

const servedOrMissing = async (cluster: Cluster, model: CanaryModel, resource: Resource): Promise<Resource> => {
	const found = await served(cluster, resource);
	if (found === undefined) throw missing(resource, model.route.name, model.namespace);
	return found;
};

export type Destination = {
	destination?: {host?: string; [field: string]: unknown};
	weight?: number;
	[field: string]: unknown;
};
type IstioRoute = {route?: Destination[]; [field: string]: unknown};
export type VirtualServiceSpec = {http?: IstioRoute[]; tcp?: IstioRoute[]; [field: string]: unknown};

/** A route to both hosts: where it is in the object, and where the two are in it. */
type Split = {
	readonly path: string;
	readonly destinations: readonly Destination[];
	readonly primary: number;
	readonly canary: number;
};

/** Every route that names both hosts, in order; http routes, and tcp routes where no http route does. */
const splitsOf = (model: CanaryModel, object: KubeObject): readonly Split[] => {
	const spec: VirtualServiceSpec = object.spec ?? {};
	const {namespace, hosts} = model;
	const [primaryService, canaryService] = [serviceOf(hosts.primary, namespace), serviceOf(hosts.canary, namespace)];
	const within = (protocol: 'http' | 'tcp'): Split[] =>
		(spec[protocol] ?? []).flatMap(({route = []}, index): Split[] => {
			const named = route.map(({destination}) => serviceOf(destination?.host ?? '', namespace));
			const [primary, canary] = [named.indexOf(primaryService), named.indexOf(canaryService)];
			if (primary < 0 || canary < 0) return [];
			return [{path: `/spec/${protocol}/${index}/route`, destinations: route, primary, canary}];
		});
	const http = within('http');
	return http.length > 0 ? http : within('tcp');
};

const weightAt = (split: Split, index: number): number => split.destinations[index]?.weight ?? 0;

/** The canary's share in percent; proxies take weights as proportions, whatever their sum. */
const shareOf = (split: Split): number => {
	const canary = weightAt(split, split.canary);
	const sum = canary + weightAt(split, split.primary);
	if (sum === 0) return 0;
	// Never rounded to "no traffic" or to "all": neither would be true.
	const share = Math.round((canary * 100) / sum);
	return canary === 0 || canary === sum ? share : Math.min(99, Math.max(1, share));
};

/** Weights of the VirtualService; where several routes differ, the one that gives the canary most counts. */
const read = (model: CanaryModel, object: KubeObject): Route | undefined => {
	const splits = splitsOf(model, object);
	if (splits.length === 0) return undefined;
	const canary = Math.max(...splits.map((split) => shareOf(split)));
	return {primary: 100 - canary, canary, resourceVersion: object.metadata.resourceVersion ?? ''};
};

const nameOf = ({route, namespace}: CanaryModel): string => `VirtualService ${route.name}.${namespace}`;

const absent = (model: CanaryModel): Problem => ({
	field: nameOf(model),
	value: '',
	text: `${nameOf(model)} not found`,
	remedy: `Create it with routes for ${model.hosts.primary} and ${model.hosts.canary}, or mend spec.virtualService.name`,
});

const withoutRoutes = (model: CanaryModel): Problem => ({
	field: nameOf(model),
	value: '',
	text: `${nameOf(model)} does not contain routes for ${model.hosts.primary} and ${model.hosts.canary}`,
	remedy: `Give one http route two destinations: ${model.hosts.primary} with weight 100, ${model.hosts.canary} with 0`,
});

const withOthers = (model: CanaryModel, {path, destinations}: Split): Problem => ({
	field: nameOf(model),
	value: path,
	text: `${nameOf(model)} has ${destinations.length} destinations in ${path}, where weights can only be shared by two`,
	remedy: `Leave only ${model.hosts.primary} and ${model.hosts.canary} in that route`,
});

/** Problems that keep the weights from being written, for a VirtualService that is there. */
const obstacles = (model: CanaryModel, object: KubeObject): readonly Problem[] => {
	const splits = splitsOf(model, object);
	if (splits.length === 0) return [withoutRoutes(model)];
	return splits.filter(({destinations}) => destinations.length > 2).map((split) => withOthers(model, split));
};

const problems = (model: CanaryModel, object: KubeObject | undefined): readonly Problem[] => {
	if (object === undefined) return model.route.generated ? [] : [absent(model)];
	if (!model.route.generated) return obstacles(model, object);
	const foreign = foreignOwner(model, object);
	return foreign === undefined ? [] : [foreign];
};

const setting = (split: Split, index: number, weight: number): Operation[] => {
	const destination = split.destinations[index];
	const path = `${split.path}/${index}`;
	const op = destination?.weight === undefined ? 'add' : 'replace';
	return [
		// The position is only right while the host is still there.
		{op: 'test', path: `${path}/destination/host`, value: destination?.destination?.host},
		{op, path: `${path}/weight`, value: weight},
	];
};

/** What lacks for the weights to be so, in every route to both hosts; throws Unroutable when it cannot be. */
const weighing = (model: CanaryModel, object: KubeObject, canaryWeight: number): Operation[] => {
	if (model.route.generated) assertFree(model, object);
	const [problem] = obstacles(model, object);
	if (problem !== undefined) throw new Unroutable(problem);
	const lacking = splitsOf(model, object).filter(
		(split) => weightAt(split, split.canary) !== canaryWeight || weightAt(split, split.primary) !== 100 - canaryWeight,
	);
	if (lacking.length === 0) return [];
	return [
		{op: 'test', path: '/metadata/uid', value: object.metadata.uid},
		...lacking.flatMap((split) => [
			...setting(split, split.primary, 100 - canaryWeight),
			...setting(split, split.canary, canaryWeight),
		]),
	];
};

const write = async (
	cluster: Cluster,
	model: CanaryModel,
	canaryWeight: number,
	options: WriteOptions,
): Promise<Route> => {
	assertWeight(canaryWeight);
	const resource = await servedOrMissing(cluster, model, virtualServices);
	const at = {namespace: model.namespace, name: model.route.name};
	const decide = (object: KubeObject): Operation[] => weighing(model, object, canaryWeight);
	const object = await rewrite(cluster, resource, at, decide, options);
	const {resourceVersion = ''} = object.metadata;
	return read(model, object) ?? {primary: 100 - canaryWeight, canary: canaryWeight, resourceVersion};
};

/** Istio of any age: `networking.istio.io` v1, v1beta1 or v1alpha3, as the cluster serves it. */
export const istio: Router = {
	async parts(cluster, model) {
		const resource = await served(cluster, virtualServices);
		if (resource === undefined) return undefined;
		const routes = {resource, names: [model.route.name]};
		if (!model.route.generated) return [routes];
		const {version} = resource;
		return [routes, {resource: {...destinationRules, version}, names: [model.hosts.primary, model.hosts.canary]}];
	},
	read,
	problems,
	write,
	async ensure(cluster, model, weights, options) {
		assertWeight(weights.canary);
		if (!model.route.generated) return;
		const {version} = await servedOrMissing(cluster, model, virtualServices);
		const resources = {routes: {...virtualServices, version}, rules: {...destinationRules, version}};
		await ensureIstio(cluster, model, resources, {
			...options,
			// A route that is there keeps its weights, whatever else of it is edited.
			weightsOf: (object) => read(model, object) ?? weights,
			weights,
		});
	},
};
