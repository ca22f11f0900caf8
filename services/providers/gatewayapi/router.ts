// The Gateway API: weights of the backends in the HTTPRoute that its gateways follow.
import type {CanaryModel, Problem, Route} from '../../../api/model.ts';
import type {Share} from '../../../api/shares.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../../kubernetes/cluster.ts';
import {ensureOwned, giveBack, type Wanted} from '../../objects/owned.ts';
import {assertFree, fluxDisabled} from '../../objects/ownership.ts';
import {missing, rewrite} from '../../objects/rewrite.ts';
import {Unroutable, assertWeight, preconditionOf, type Router} from '../router.ts';
import {acceptanceOf} from './acceptance.ts';
import {GROUP, httpRoutes, rulesOf, type BackendRef} from './api.ts';
import {httpRouteSpec} from './generated.ts';

const DIALECT = /^gatewayapi:(v\d\w*)$/u;

/** In the version that the canary's provider names: `gatewayapi:v1beta1`. */
const resourceOf = ({provider}: CanaryModel): Resource => ({
	...httpRoutes,
	version: DIALECT.exec(provider)?.[1] ?? 'v1',
});

const served = async (cluster: Cluster, model: CanaryModel): Promise<Resource | undefined> => {
	const resource = resourceOf(model);
	return (await cluster.servedVersions(GROUP)).includes(resource.version) ? resource : undefined;
};

const servedOrMissing = async (cluster: Cluster, model: CanaryModel): Promise<Resource> => {
	const resource = await served(cluster, model);
	if (resource === undefined) throw missing(httpRoutes, model.route.name, model.namespace);
	return resource;
};

/** A rule to both sides: where its backends are in the object, and where the two are among them. */
type Split = {
	readonly path: string;
	readonly backends: readonly BackendRef[];
	readonly primary: number;
	readonly canary: number;
};

const splitsOf = ({hosts, namespace}: CanaryModel, route: KubeObject): readonly Split[] =>
	rulesOf(route).flatMap(({backendRefs: backends = []}, index): readonly Split[] => {
		const placeOf = (host: string): number =>
			backends.findIndex(
				(one) =>
					one.name === host && (one.kind ?? 'Service') === 'Service' && (one.namespace ?? namespace) === namespace,
			);
		const [primary, canary] = [placeOf(hosts.primary), placeOf(hosts.canary)];
		if (primary < 0 || canary < 0) return [];
		return [{path: `/spec/rules/${index}/backendRefs`, backends, primary, canary}];
	});

const weightAt = ({backends}: Split, index: number): number => backends[index]?.weight ?? 1;

/** The canary's share in percent; undefined where all weights are 0, which gives users errors and no side anything. */
const shareOf = (split: Split): number | undefined => {
	const canary = weightAt(split, split.canary);
	const sum = canary + weightAt(split, split.primary);
	if (sum === 0) return undefined;
	// Never rounded to "no traffic" or to "all": neither would be true.
	const share = Math.round((canary * 100) / sum);
	return canary === 0 || canary === sum ? share : Math.min(99, Math.max(1, share));
};

/** Where several rules differ, the one that gives the canary most counts. */
const read = (model: CanaryModel, route: KubeObject): Route | undefined => {
	const shares = splitsOf(model, route).map((split) => shareOf(split));
	if (shares.length === 0 || shares.includes(undefined)) return undefined;
	const canary = Math.max(...(shares as readonly number[]));
	return {primary: 100 - canary, canary, resourceVersion: route.metadata.resourceVersion ?? ''};
};

const nameOf = ({route, namespace}: CanaryModel): string => `HTTPRoute ${route.name}.${namespace}`;

const withoutBackends = (model: CanaryModel): Problem => ({
	field: nameOf(model),
	value: '',
	text: `${nameOf(model)} has no rule with backends ${model.hosts.primary} and ${model.hosts.canary}`,
	remedy: 'Nothing: it is written anew; keep others from writing it',
});

const setting = (split: Split, index: number, weight: number): Operation[] => {
	const backend = split.backends[index];
	const path = `${split.path}/${index}`;
	return [
		// The position is only right while the backend is still there.
		{op: 'test', path: `${path}/name`, value: backend?.name},
		{op: backend?.weight === undefined ? 'add' : 'replace', path: `${path}/weight`, value: weight},
	];
};

/** What lacks for the share to be so, in every rule to both sides; throws Unroutable where there is none. */
const weighing = (model: CanaryModel, route: KubeObject, canary: number): Operation[] => {
	assertFree(model, route);
	const splits = splitsOf(model, route);
	if (splits.length === 0) throw new Unroutable(withoutBackends(model));
	const lacking = splits.filter(
		(split) => weightAt(split, split.canary) !== canary || weightAt(split, split.primary) !== 100 - canary,
	);
	if (lacking.length === 0) return [];
	const isRaise = lacking.some((split) => (shareOf(split) ?? 0) < canary);
	return [
		preconditionOf(route, isRaise),
		...lacking.flatMap((split) => [
			...setting(split, split.primary, 100 - canary),
			...setting(split, split.canary, canary),
		]),
	];
};

/** A Canary that asks for it is refused before its run; a share of another's making must not pass for weights alone. */
const beyond = (model: CanaryModel): Problem => ({
	field: nameOf(model),
	value: '',
	text: `${nameOf(model)} shares out requests by weight alone`,
	remedy: 'Give the canary a weight, without match and mirror',
});

const write = async (cluster: Cluster, model: CanaryModel, share: Share, options: WriteOptions): Promise<Route> => {
	const {canary, mirrored = 0, match = []} = share;
	assertWeight(canary);
	if (mirrored > 0 || (match.length > 0 && canary > 0)) throw new Unroutable(beyond(model));
	const resource = await servedOrMissing(cluster, model);
	const place = {namespace: model.namespace, name: model.route.name};
	const route = await rewrite(cluster, resource, place, (object) => weighing(model, object, canary), options);
	const {resourceVersion = ''} = route.metadata;
	return read(model, route) ?? {primary: 100 - canary, canary, resourceVersion};
};

/** `gateway.networking.k8s.io` v1 or v1beta1, as the provider's name says. */
export const gatewayApiRouter: Router = {
	async parts(cluster, model) {
		const resource = await served(cluster, model);
		return resource && [{resource, names: [model.route.name], isOurs: true}];
	},
	read,
	// Its absence is ours to mend, and all else is told by its parents.
	problems: () => [],
	accepted: (_, route) => acceptanceOf(route),
	write,
	async ensure(cluster, model, share, options) {
		assertWeight(share.canary);
		const resource = await servedOrMissing(cluster, model);
		const {apex} = model.service ?? {};
		const wanted: Wanted = {
			resource,
			name: model.route.name,
			labels: apex?.labels ?? {},
			annotations: {...apex?.annotations, ...fluxDisabled},
			// A route that is there keeps its share, whatever else of it is edited.
			spec: (present) => httpRouteSpec(model, (present && read(model, present)) ?? share),
			says: 'all',
		};
		await ensureOwned(cluster, model, [wanted], options);
	},
	async finalise(cluster, model, options) {
		const resource = await served(cluster, model);
		if (resource !== undefined) await giveBack(cluster, model, {resource, name: model.route.name}, options);
	},
};
