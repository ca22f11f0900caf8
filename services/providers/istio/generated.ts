// The VirtualService and the two DestinationRules of the managed shape, as the peer generates them.
import type {CanaryModel, Problem} from '../../../api/model.ts';
import {isTcp, type Rewrite, type ServiceModel} from '../../../api/service-model.ts';
import type {Cluster, KubeObject, Resource, WriteOptions} from '../../kubernetes/cluster.ts';
import {ensureOwned, giveBack, type Wanted} from '../../objects/owned.ts';
import {fluxDisabled} from '../../objects/ownership.ts';
import {withoutNulls} from '../../objects/shapes.ts';
import {matchesOf, rulesOf} from './matches.ts';
import {Unroutable, type Weights} from '../router.ts';

type Shares = {
	/** Of a route that is not there yet. */
	readonly weights: Weights;
	/** The weights that a VirtualService which is there shall keep. */
	readonly weightsOf: (object: KubeObject) => Weights;
};

const delegationProblem = ({route, namespace}: CanaryModel): Problem => ({
	field: 'spec.service.delegation',
	value: 'true',
	text: `VirtualService ${route.name}.${namespace} cannot have hosts and gateways when delegation enabled`,
	remedy: 'Remove spec.service.hosts and spec.service.gateways, or spec.service.delegation',
});

const destinationsOf = (model: CanaryModel, weights: Weights, port: number | undefined): unknown[] => {
	const to = (host: string) => (port === undefined ? {host} : {host, port: {number: port}});
	return [
		{destination: to(model.hosts.primary), weight: weights.primary},
		{destination: to(model.hosts.canary), weight: weights.canary},
	];
};

const publicHosts = (model: CanaryModel, hosts: readonly string[]): readonly string[] =>
	hosts.includes(model.hosts.apex) || hosts.includes('*') ? hosts : [...hosts, model.hosts.apex];

/** `type` of a rewrite is the Gateway API's; Istio knows uri and authority alone. */
const rewriteOf = (rewrite: Rewrite | undefined): object | undefined =>
	rewrite && {uri: rewrite.uri, authority: rewrite.authority};

/** What is routed when nothing is said of it. */
const plain: Pick<ServiceModel, 'hosts' | 'gateways' | 'delegation' | 'portDiscovery'> & Partial<ServiceModel> = {
	hosts: [],
	gateways: [],
	delegation: false,
	portDiscovery: false,
};

/**
 * `spec` of the VirtualService with these weights. Throws Unroutable when delegation is asked for together with hosts or
 * gateways.
 */
export const virtualServiceSpec = (model: CanaryModel, weights: Weights): Record<string, unknown> => {
	const service = model.service ?? plain;
	const {hosts, gateways, delegation, portDiscovery, port} = service;
	if (delegation && hosts.length + gateways.length > 0) throw new Unroutable(delegationProblem(model));
	// With one port Istio knows which; a Service of several needs telling, where no sidecar knows the one asked for.
	const needsPort = portDiscovery && (delegation || (gateways.length > 0 && gateways[0] !== 'mesh'));
	const route = destinationsOf(model, weights, needsPort ? port : undefined);
	const {match, timeout, retries, corsPolicy, headers, rewrite} = service;
	const common = {rewrite: rewriteOf(rewrite), timeout, retries, corsPolicy, headers};
	const own = rulesOf(model);
	// As the peer has it: a route for the requests that match, and one for all others, which are the primary's.
	const http =
		own === undefined
			? [{match, ...common, route}]
			: [
					{match: matchesOf(match, own), ...common, route},
					{match, ...common, route: [{...(route[0] as object), weight: 100}]},
				];
	const rules = isTcp(service) ? {tcp: [{match: [{port}], route}]} : {http};
	const reach = delegation
		? {}
		: {hosts: publicHosts(model, hosts), gateways: gateways.length > 0 ? gateways : ['mesh']};
	// A copy that is free of absent members, so that it compares with what a server answers.
	return withoutNulls<Record<string, unknown>>({...reach, ...rules});
};

type Resources = {readonly routes: Resource; readonly rules: Resource};

const wantedOf = (model: CanaryModel, {routes, rules}: Resources, shares: Shares): readonly Wanted[] => {
	const {apex, trafficPolicy} = model.service ?? {};
	const rule = (host: string): Wanted => ({
		resource: rules,
		name: host,
		annotations: fluxDisabled,
		spec: () => ({host, trafficPolicy}),
		says: 'all',
	});
	return [
		rule(model.hosts.primary),
		rule(model.hosts.canary),
		{
			resource: routes,
			name: model.route.name,
			labels: apex?.labels ?? {},
			annotations: {...apex?.annotations, ...fluxDisabled},
			spec: (present) => virtualServiceSpec(model, present === undefined ? shares.weights : shares.weightsOf(present)),
			says: 'all',
		},
	];
};

/**
 * Makes or mends both DestinationRules, then the VirtualService that needs them. Throws Taken when another controller
 * owns one of the names, and Unroutable when the canary asks for what cannot be.
 */
export const ensureIstio = async (
	cluster: Cluster,
	model: CanaryModel,
	resources: Resources,
	shares: Shares,
	options: WriteOptions,
): Promise<void> => {
	await ensureOwned(cluster, model, wantedOf(model, resources, shares), options);
};

/** Gives back those of them that were there before the Canary. */
export const giveBackIstio = async (
	cluster: Cluster,
	model: CanaryModel,
	{routes, rules}: Resources,
	options: WriteOptions,
): Promise<void> => {
	await giveBack(cluster, model, {resource: routes, name: model.route.name}, options);
	for (const name of [model.hosts.primary, model.hosts.canary]) {
		await giveBack(cluster, model, {resource: rules, name}, options);
	}
};
