// The VirtualService and the two DestinationRules of the managed shape, as the peer generates them.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel, Problem} from '../../../api/model.ts';
import {at, isBag} from '../../../api/reading.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../../kubernetes/cluster.ts';
import {LAST_APPLIED} from '../../kubernetes/objects.ts';
import {assertFree, fluxDisabled, isOurs, ownerOf} from '../../objects/ownership.ts';
import {makeIfAbsent, rewrite} from '../../objects/rewrite.ts';
import {annotationOf, pointerStep, withoutNulls, type Labels} from '../../objects/shapes.ts';
import {Unroutable, type Weights} from '../router.ts';

const ORIGINAL = 'flagger.kubernetes.io/original-configuration';

type Context = WriteOptions & {
	readonly weights: Weights;
	/** The weights that a VirtualService which is there shall keep. */
	readonly weightsOf: (object: KubeObject) => Weights;
};

const texts = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

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
const rewriteOf = (rewrite: unknown): unknown =>
	isBag(rewrite) ? {uri: at(rewrite, 'uri'), authority: at(rewrite, 'authority')} : undefined;

/**
 * `spec` of the VirtualService with these weights. Throws Unroutable when delegation is asked for together with hosts or
 * gateways.
 */
export const virtualServiceSpec = (model: CanaryModel, weights: Weights): Record<string, unknown> => {
	const service = model.service ?? {};
	const [hosts, gateways] = [texts(service['hosts']), texts(service['gateways'])];
	const isDelegate = service['delegation'] === true;
	if (isDelegate && hosts.length + gateways.length > 0) throw new Unroutable(delegationProblem(model));
	const port = typeof service['port'] === 'number' ? service['port'] : undefined;
	// With one port Istio knows which; a Service of several needs telling, where no sidecar knows the one asked for.
	const needsPort =
		service['portDiscovery'] === true && (isDelegate || (gateways.length > 0 && gateways[0] !== 'mesh'));
	const route = destinationsOf(model, weights, needsPort ? port : undefined);
	const {match, timeout, retries, corsPolicy, headers} = service;
	const isTcp = typeof service['appProtocol'] === 'string' && service['appProtocol'].toLowerCase() === 'tcp';
	const rules = isTcp
		? {tcp: [{match: [{port}], route}]}
		: {http: [{match, rewrite: rewriteOf(service['rewrite']), timeout, retries, corsPolicy, headers, route}]};
	const reach = isDelegate
		? {}
		: {hosts: publicHosts(model, hosts), gateways: gateways.length > 0 ? gateways : ['mesh']};
	// A copy that is free of absent members, so that it compares with what a server answers.
	return withoutNulls<Record<string, unknown>>({...reach, ...rules});
};

const stringMap = (value: unknown): Labels =>
	isBag(value)
		? (Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string')) as Labels)
		: {};

type Wanted = {
	readonly resource: Resource;
	readonly name: string;
	readonly labels: Labels;
	readonly annotations: Labels;
	readonly spec: (present: KubeObject | undefined) => Record<string, unknown>;
};

const wantedOf = (
	model: CanaryModel,
	{routes, rules}: {readonly routes: Resource; readonly rules: Resource},
	context: Context,
): readonly Wanted[] => {
	const {trafficPolicy} = model.service ?? {};
	const rule = (host: string): Wanted => ({
		resource: rules,
		name: host,
		labels: {},
		annotations: fluxDisabled,
		spec: () => withoutNulls<Record<string, unknown>>({host, trafficPolicy}),
	});
	const apex = model.service?.['apex'];
	return [
		rule(model.hosts.primary),
		rule(model.hosts.canary),
		{
			resource: routes,
			name: model.route.name,
			labels: stringMap(at(apex, 'labels')),
			annotations: {...stringMap(at(apex, 'annotations')), ...fluxDisabled},
			spec: (present) =>
				virtualServiceSpec(model, present === undefined ? context.weights : context.weightsOf(present)),
		},
	];
};

const created = (model: CanaryModel, {resource, name, labels, annotations, spec}: Wanted): KubeObject => ({
	apiVersion: `${resource.group}/${resource.version}`,
	kind: resource.kind,
	metadata: {
		name,
		namespace: model.namespace,
		...(Object.keys(labels).length > 0 && {labels}),
		annotations,
		ownerReferences: [ownerOf(model)],
	},
	spec: spec(undefined),
});

const addingTo = (field: 'labels' | 'annotations', present: Labels | undefined, wanted: Labels): Operation[] => {
	const lacking = Object.entries(wanted).filter(([key, value]) => present?.[key] !== value);
	if (lacking.length === 0) return [];
	if (present === undefined) return [{op: 'add', path: `/metadata/${field}`, value: wanted}];
	return lacking.map(([key, value]) => ({op: 'add', path: `/metadata/${field}/${pointerStep(key)}`, value}));
};

/** What lacks of one object; labels and annotations that others put there stay. */
const updating = (model: CanaryModel, wanted: Wanted, present: KubeObject): Operation[] => {
	assertFree(model, present);
	const spec = wanted.spec(present);
	const isSame = isDeepStrictEqual(withoutNulls(present.spec ?? {}), spec);
	// A user's own object that we take over: kept for the day it is given back, unless kubectl keeps it anyway.
	const isTaken = !isSame && !isOurs(model, present) && annotationOf(present.metadata, LAST_APPLIED) === undefined;
	const isFirst = isTaken && annotationOf(present.metadata, ORIGINAL) === undefined;
	const kept: Labels = isFirst ? {[ORIGINAL]: JSON.stringify(present.spec ?? {})} : {};
	const changes = [
		...(isSame ? [] : [{op: 'replace', path: '/spec', value: spec} as const]),
		...addingTo('labels', present.metadata.labels, wanted.labels),
		...addingTo('annotations', present.metadata.annotations, {...wanted.annotations, ...kept}),
	];
	if (changes.length === 0) return [];
	// The whole version, for the weights that `spec` keeps must be the present ones.
	return [{op: 'test', path: '/metadata/resourceVersion', value: present.metadata.resourceVersion}, ...changes];
};

/**
 * Makes or mends both DestinationRules, then the VirtualService that needs them. Throws Taken when another controller
 * owns one of the names, and Unroutable when the canary asks for what cannot be.
 */
export const ensureIstio = async (
	cluster: Cluster,
	model: CanaryModel,
	resources: {readonly routes: Resource; readonly rules: Resource},
	context: Context,
): Promise<void> => {
	const {lane, signal} = context;
	const options = {lane, ...(signal && {signal})};
	const {namespace} = model;
	for (const wanted of wantedOf(model, resources, context)) {
		const {resource, name} = wanted;
		const {made} = await makeIfAbsent(cluster, resource, created(model, wanted), options);
		if (made) continue;
		await rewrite(cluster, resource, {namespace, name}, (present) => updating(model, wanted, present), options);
	}
};
