// No mesh: users reach the pods that the Service of theirs selects, the primary's from the first promotion on, and nobody
// but the checks reaches a canary. A promotion is all that changes what users get.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel, Problem, Route} from '../../../api/model.ts';
import type {Cluster, KubeObject, Operation} from '../../kubernetes/cluster.ts';
import {deployments, services} from '../../kubernetes/resources.ts';
import {assertFree, fluxDisabled, isOurs} from '../../objects/ownership.ts';
import {known, missing, rewrite} from '../../objects/rewrite.ts';
import {annotationOf, serviceSpec, workloadSpec, type Labels} from '../../objects/shapes.ts';
import {workloadsOf} from '../../workloads/index.ts';
import {assertWeight, preconditionOf, Unroutable, type Router} from '../router.ts';

/** By which the primary's pods are selected; undefined while there is none. */
const selectorOf = (primary: KubeObject | undefined): Labels | undefined =>
	primary && workloadSpec(primary).selector?.matchLabels;

/** Without the primary at hand: the value of a generated selector tells. */
const selectsPrimary = (service: KubeObject, primary: KubeObject | undefined): boolean => {
	const {selector = {}} = serviceSpec(service);
	const own = selectorOf(primary);
	if (own !== undefined) return isDeepStrictEqual(selector, own);
	const values = Object.values(selector);
	return values.length > 0 && values.every((value) => value.endsWith('-primary'));
};

/** A user's own Service is marked when it is pointed to the primary; before that it is no route of ours. */
const isTakenOver = (model: CanaryModel, service: KubeObject): boolean =>
	isOurs(model, service) || Object.keys(fluxDisabled).some((key) => annotationOf(service.metadata, key) !== undefined);

/** All or nothing; undefined until the Service was first pointed to the primary. */
const read: Router['read'] = (model, service, {primary}): Route | undefined => {
	const {resourceVersion = ''} = service.metadata;
	if (selectsPrimary(service, primary)) return {primary: 100, canary: 0, resourceVersion};
	return isTakenOver(model, service) ? {primary: 0, canary: 100, resourceVersion} : undefined;
};

const withoutRoutes = ({provider, hosts, namespace}: CanaryModel): Problem => ({
	field: 'spec.provider',
	value: provider,
	text: `provider ${provider} gives service ${hosts.apex}.${namespace} to the primary alone`,
	remedy: 'Set spec.analysis.iterations, to check the canary and then promote it',
});

/** What lacks for users to be on the primary; one that was never pointed there stays until its bootstrap is done. */
const pointing = (model: CanaryModel, service: KubeObject, primary: KubeObject): Operation[] => {
	assertFree(model, service);
	const selector = selectorOf(primary);
	if (selectsPrimary(service, primary) || !isTakenOver(model, service) || selector === undefined) return [];
	return [preconditionOf(service, false), {op: 'add', path: '/spec/selector', value: selector}];
};

const primaryOf = async (
	cluster: Cluster,
	{target, primary, namespace}: CanaryModel,
	signal: AbortSignal | undefined,
): Promise<KubeObject> => {
	const {resource} = workloadsOf(target) ?? {resource: deployments};
	const found = await known(cluster, resource, namespace, primary.name, signal);
	if (found === undefined) throw missing(resource, primary.name, namespace);
	return found;
};

/** Kubernetes' own Services. */
export const kubernetesRouter: Router = {
	// That another owns the name is told with the other Services.
	parts: async (_, {hosts}) => [{resource: services, names: [hosts.apex], isOurs: false}],
	read,
	problems: () => [],
	async write(cluster, model, {canary, mirrored = 0}, options) {
		assertWeight(canary);
		if (canary + mirrored > 0) throw new Unroutable(withoutRoutes(model));
		const primary = await primaryOf(cluster, model, options.signal);
		const place = {namespace: model.namespace, name: model.hosts.apex};
		const decide = (service: KubeObject): Operation[] => pointing(model, service, primary);
		const service = await rewrite(cluster, services, place, decide, options);
		const {resourceVersion = ''} = service.metadata;
		return read(model, service, {parts: [], primary}) ?? {primary: 100, canary: 0, resourceVersion};
	},
	// The three Services are made for every provider, users' own last.
	async ensure() {},
};
