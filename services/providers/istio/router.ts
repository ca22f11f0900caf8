// Istio: weights in the VirtualService that sends users to both hosts.
import type {CanaryModel, Problem, Route} from '../../../api/model.ts';
import {isSameShare, type Share} from '../../../api/shares.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../../kubernetes/cluster.ts';
import {destinationRules, virtualServices} from '../../kubernetes/resources.ts';
import {assertFree} from '../../objects/ownership.ts';
import {missing, rewrite} from '../../objects/rewrite.ts';
import {serviceOf} from '../hosts.ts';
import {ensureIstio, giveBackIstio} from './generated.ts';
import {rulesIn, rulesOf} from './matches.ts';
import {isBySubsets, isRuleOf, subsetsAfterPromotion, surroundingsOf, whoseSubset, withoutSubsets} from './subsets.ts';
import {assertWeight, preconditionOf, Unroutable, type Router, type Surroundings, type Weights} from '../router.ts';

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
	/** `name` was the host's field until Istio 0.8. */
	destination?: {host?: string; name?: string; subset?: string; [field: string]: unknown};
	weight?: number;
	[field: string]: unknown;
};
type IstioRoute = {route?: Destination[]; [field: string]: unknown};
export type VirtualServiceSpec = {http?: IstioRoute[]; tcp?: IstioRoute[]; [field: string]: unknown};

/** A route to both sides: where it is in the object, and where the two are in it. */
type Split = {
	readonly path: string;
	/** Which requests it is about, as written. */
	readonly match: unknown;
	/** A later route has the requests that it is not about. */
	readonly hasOthers: boolean;
	readonly destinations: readonly Destination[];
	readonly primary: number;
	readonly canary: number;
};

const hostOf = ({destination}: Destination): string => destination?.host ?? destination?.name ?? '';

/** Whose each destination is: by its host, or by its subset where both sides have one host. */
const sideOf = (model: CanaryModel, around: Surroundings) => {
	const {namespace, hosts} = model;
	const [primary, canary] = [serviceOf(hosts.primary, namespace), serviceOf(hosts.canary, namespace)];
	return (destination: Destination): string => {
		const service = serviceOf(hostOf(destination), namespace);
		if (service === primary && primary === canary) {
			return whoseSubset(model, destination.destination?.subset ?? '', around);
		}

		if (service === primary) return 'primary';
		return service === canary ? 'canary' : 'neither';
	};
};

/** Every route that names both sides, in order; http routes, and tcp routes where no http route does. */
const splitsOf = (model: CanaryModel, object: KubeObject, around: Surroundings): readonly Split[] => {
	const spec: VirtualServiceSpec = object.spec ?? {};
	const sideIn = sideOf(model, around);
	const within = (protocol: 'http' | 'tcp'): Split[] =>
		(spec[protocol] ?? []).flatMap(({route = [], match}, index, all): Split[] => {
			const sides = route.map((destination) => sideIn(destination));
			const [primary, canary] = [sides.indexOf('primary'), sides.indexOf('canary')];
			if (primary < 0 || canary < 0) return [];
			const path = `/spec/${protocol}/${index}/route`;
			return [{path, match, hasOthers: index < all.length - 1, destinations: route, primary, canary}];
		});
	const http = within('http');
	return http.length > 0 ? http : within('tcp');
};

/** The subsets of the one Service that any route names, in order. */
const subsetsIn = ({namespace, hosts}: CanaryModel, object: KubeObject): readonly string[] => {
	const {http = [], tcp = []}: VirtualServiceSpec = object.spec ?? {};
	const own = [...http, ...tcp]
		.flatMap(({route = []}) => route)
		.filter((one) => serviceOf(hostOf(one), namespace) === serviceOf(hosts.primary, namespace));
	return [...new Set(own.map(({destination}) => destination?.subset ?? ''))];
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
const read = (model: CanaryModel, object: KubeObject, around: Surroundings): Route | undefined => {
	const splits = splitsOf(model, object, around);
	if (splits.length === 0) return undefined;
	const [widest] = splits.toSorted((one, other) => shareOf(other) - shareOf(one));
	const canary = Math.max(...splits.map((split) => shareOf(split)));
	const match = widest && rulesIn(model, widest.match, widest.hasOthers);
	const {resourceVersion = ''} = object.metadata;
	return {primary: 100 - canary, canary, ...(match && {match}), resourceVersion};
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
const obstacles = (model: CanaryModel, object: KubeObject, around: Surroundings): readonly Problem[] => {
	const splits = splitsOf(model, object, around);
	if (splits.length === 0) {
		return [
			isBySubsets(model)
				? withoutSubsets(model, nameOf(model), subsetsIn(model, object), around)
				: withoutRoutes(model),
		];
	}

	return splits.filter(({destinations}) => destinations.length > 2).map((split) => withOthers(model, split));
};

/** What a promotion would do to the subsets of a route. */
const afterPromotion = (model: CanaryModel, object: KubeObject, around: Surroundings): readonly Problem[] => {
	const [split] = isBySubsets(model) ? splitsOf(model, object, around) : [];
	if (split === undefined) return [];
	const nameAt = (index: number): string => split.destinations[index]?.destination?.subset ?? '';
	return subsetsAfterPromotion(model, {primary: nameAt(split.primary), canary: nameAt(split.canary)}, around);
};

const problems = (model: CanaryModel, object: KubeObject | undefined, around: Surroundings): readonly Problem[] => {
	if (model.route.generated) return [];
	if (object === undefined) return [absent(model)];
	return [...obstacles(model, object, around), ...afterPromotion(model, object, around)];
};

const forAll = (model: CanaryModel): Problem => ({
	field: nameOf(model),
	value: '',
	text: `${nameOf(model)} does not tell the requests apart that are to be the canary's`,
	remedy: 'Leave it as it is generated, or wait: it is written anew',
});

const setting = (split: Split, index: number, weight: number): Operation[] => {
	const destination = split.destinations[index];
	const path = `${split.path}/${index}`;
	const op = destination?.weight === undefined ? 'add' : 'replace';
	const {host, name, subset} = destination?.destination ?? {};
	const field = host === undefined ? 'name' : 'host';
	return [
		// The position is only right while the destination is still there.
		{op: 'test', path: `${path}/destination/${field}`, value: host ?? name},
		...(subset === undefined ? [] : [{op: 'test', path: `${path}/destination/subset`, value: subset} as const]),
		{op, path: `${path}/weight`, value: weight},
	];
};

/** What lacks for the weights to be so, in every route to both sides; throws Unroutable when it cannot be. */
const weighing = (model: CanaryModel, object: KubeObject, share: Share, around: Surroundings): Operation[] => {
	const {canary: canaryWeight} = share;
	if (model.route.generated) assertFree(model, object);
	const [problem] = obstacles(model, object, around);
	if (problem !== undefined) throw new Unroutable(problem);
	const present = read(model, object, around);
	if (share.match !== undefined && !isSameShare({...present, canary: canaryWeight}, share)) {
		throw new Unroutable(forAll(model));
	}

	const lacking = splitsOf(model, object, around).filter(
		(split) => weightAt(split, split.canary) !== canaryWeight || weightAt(split, split.primary) !== 100 - canaryWeight,
	);
	if (lacking.length === 0) return [];
	const isRaise = lacking.some((split) => shareOf(split) < canaryWeight);
	return [
		preconditionOf(object, isRaise),
		...lacking.flatMap((split) => [
			...setting(split, split.primary, 100 - canaryWeight),
			...setting(split, split.canary, canaryWeight),
		]),
	];
};

const write = async (cluster: Cluster, model: CanaryModel, share: Share, options: WriteOptions): Promise<Route> => {
	const {canary} = share;
	assertWeight(canary);
	const resource = await servedOrMissing(cluster, model, virtualServices);
	const at = {namespace: model.namespace, name: model.route.name};
	const around = await surroundingsOf(cluster, model, {...destinationRules, version: resource.version}, options.signal);
	const decide = (object: KubeObject): Operation[] => weighing(model, object, share, around);
	const object = await rewrite(cluster, resource, at, decide, options);
	const {resourceVersion = ''} = object.metadata;
	return read(model, object, around) ?? {primary: 100 - canary, canary, resourceVersion};
};

/** Istio of any age: `networking.istio.io` v1, v1beta1 or v1alpha3, as the cluster serves it. */
export const istioRouter: Router = {
	async parts(cluster, model) {
		const resource = await served(cluster, virtualServices);
		if (resource === undefined) return undefined;
		const isOurs = model.route.generated;
		const routes = {resource, names: [model.route.name], isOurs};
		const rules = {...destinationRules, version: resource.version};
		if (isBySubsets(model)) return [routes, {resource: rules, names: [], keep: isRuleOf(model), isOurs: false}];
		return isOurs ? [routes, {resource: rules, names: [model.hosts.primary, model.hosts.canary], isOurs}] : [routes];
	},
	read,
	problems,
	write,
	async ensure(cluster, model, {canary}, options) {
		assertWeight(canary);
		if (!model.route.generated) return;
		const weights = {primary: 100 - canary, canary};
		const {version} = await servedOrMissing(cluster, model, virtualServices);
		const resources = {routes: {...virtualServices, version}, rules: {...destinationRules, version}};
		// A route that is there keeps its weights, whatever else of it is edited; but not for other requests.
		const weightsOf = (object: KubeObject): Weights => {
			const present = read(model, object, {parts: []}) ?? {...weights, match: []};
			return isSameShare(present, {...present, match: rulesOf(model) ?? []}) ? present : {primary: 100, canary: 0};
		};
		await ensureIstio(cluster, model, resources, {weights, weightsOf}, options);
	},
	async finalise(cluster, model, options) {
		const resource = await served(cluster, virtualServices);
		if (resource === undefined || !model.route.generated) return;
		const {version} = resource;
		await giveBackIstio(cluster, model, {routes: resource, rules: {...destinationRules, version}}, options);
	},
};
