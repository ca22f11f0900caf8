// Knative: weights in the Service's own `spec.traffic`, each of a revision by its name, so that one which is pushed in
// mid-run has no users before the run knows of it.
import {isDeepStrictEqual} from 'node:util';
import {at} from '../../../api/reading.ts';
import type {CanaryModel, Problem, Route} from '../../../api/model.ts';
import type {KubeObject, Operation} from '../../kubernetes/cluster.ts';
import {knativeServices} from '../../kubernetes/resources.ts';
import {
	latestRevisionOf,
	primaryRevisionOf,
	revisionDigest,
	revisionNamed,
	trafficOf,
	withPrimary,
	type TrafficTarget,
} from '../../workloads/knative-revisions.ts';
import {known, rewrite} from '../../objects/rewrite.ts';
import type {Condition} from '../../objects/shapes.ts';
import {Superseded} from '../../workloads/workload.ts';
import {assertWeight, preconditionOf, Unroutable, type Acceptance, type Router} from '../router.ts';

const nameOf = ({target, namespace}: CanaryModel): string => `${target.name}.${namespace}`;

/** Whom entries without a name send to is not known before it happens: they are never the primary's. */
const isOf = (revisionName: string | undefined, entry: TrafficTarget): boolean =>
	entry.latestRevision !== true && entry.revisionName === revisionName;

const percentOf = (entries: readonly TrafficTarget[]): number =>
	entries.reduce((sum, {percent = 0}) => sum + percent, 0);

const read = (_: CanaryModel, service: KubeObject): Route | undefined => {
	const primary = primaryRevisionOf(service);
	if (primary === undefined) return undefined;
	const canary = percentOf(trafficOf(service).filter((entry) => !isOf(primary, entry)));
	return {primary: 100 - canary, canary, resourceVersion: service.metadata.resourceVersion ?? ''};
};

const withoutPrimary = (model: CanaryModel): Problem => ({
	field: `Service ${nameOf(model)}`,
	value: '',
	text: `service ${nameOf(model)} has no annotation flagger.app/primary-revision, by which the primary is known`,
	remedy: 'Annotate it with the name of the revision that users are to stay on, or wait: it is set again',
});

/** A route that Knative cannot make so leaves users where they were. */
const accepted = (model: CanaryModel, service: KubeObject): Acceptance => {
	const {generation = 0} = service.metadata;
	const conditions = (at(service.status, 'conditions') ?? []) as readonly Condition[];
	const ready = conditions.find(({type}) => type === 'RoutesReady');
	const isSeen = Number(at(service.status, 'observedGeneration') ?? 0) >= generation;
	if (!isSeen || (ready?.status !== 'True' && ready?.status !== 'False')) {
		return {kind: 'pending', text: `service ${nameOf(model)} to be routed to by Knative`};
	}

	if (ready.status === 'True') return {kind: 'accepted'};
	const text = `Knative cannot route to service ${nameOf(model)}: ${ready.reason ?? 'RoutesReady is False'}`;
	const remedy = `Look at kubectl describe ksvc ${model.target.name}`;
	return {
		kind: 'refused',
		problem: {field: `Service ${nameOf(model)}`, value: ready.reason ?? '', text, remedy},
	};
};

/** The revision that is to have users: the run's, whatever was pushed since. */
const canaryRevision = (model: CanaryModel, service: KubeObject, revision: string | undefined): string => {
	const latest = latestRevisionOf(service);
	const name = revision === undefined ? latest : revisionNamed(service, revision);
	if (name !== undefined) return name;
	const found = latest === undefined ? '' : revisionDigest(service, latest);
	throw new Superseded(nameOf(model), revision ?? '', found);
};

const entry = (revisionName: string, percent: number): TrafficTarget => ({
	revisionName,
	latestRevision: false,
	percent,
});

/** Whom users reach by a tag's own URL is not for us to say. */
const tagged = (service: KubeObject): readonly TrafficTarget[] =>
	trafficOf(service)
		.filter(({tag = ''}) => tag !== '')
		.map(({percent: _, ...rest}) => rest);

/** Entries that mean the same are equal, and those that send nobody anywhere are none. */
const meant = (traffic: readonly TrafficTarget[]): readonly TrafficTarget[] =>
	traffic
		.filter(({tag = '', percent = 0}) => tag !== '' || percent > 0)
		.map(({percent = 0, latestRevision, ...rest}) => ({
			...rest,
			percent,
			latestRevision: latestRevision ?? rest.revisionName === undefined,
		}));

/** What lacks for the weights to be so. */
const weighing = (
	model: CanaryModel,
	service: KubeObject,
	canaryWeight: number,
	revision: string | undefined,
): Operation[] => {
	const primary = primaryRevisionOf(service);
	if (primary === undefined) throw new Unroutable(withoutPrimary(model));
	// One at no percent that is not ready yet would keep Knative from routing at all.
	const canary = canaryWeight === 0 ? [] : [entry(canaryRevision(model, service, revision), canaryWeight)];
	const wanted = [entry(primary, 100 - canaryWeight), ...canary, ...tagged(service)];
	if (isDeepStrictEqual(meant(wanted), meant(trafficOf(service)))) return [];
	const isRaise = (read(model, service)?.canary ?? 0) < canaryWeight;
	return [
		// Less is right as long as the primary is the same.
		preconditionOf(service, isRaise),
		withPrimary(primary),
		{op: 'add', path: '/spec/traffic', value: wanted},
	];
};

/** The revision with users that is not the primary's. */
const canaryWithUsers = (service: KubeObject): string | undefined =>
	trafficOf(service).find((one) => !isOf(primaryRevisionOf(service), one) && (one.percent ?? 0) > 0)?.revisionName;

/** Knative Serving, `serving.knative.dev/v1`. */
export const knativeRouter: Router = {
	async parts(cluster, model) {
		const versions = await cluster.servedVersions(knativeServices.group);
		const isServed = versions.includes(knativeServices.version);
		return isServed ? [{resource: knativeServices, names: [model.route.name], isOurs: false}] : undefined;
	},
	read,
	// Its absence is the target's, and all else is told by what Knative makes of it.
	problems: () => [],
	accepted,
	async write(cluster, model, {canary}, {revision, ...options}) {
		assertWeight(canary);
		const place = {namespace: model.namespace, name: model.route.name};
		const decide = (service: KubeObject): Operation[] => weighing(model, service, canary, revision);
		const service = await rewrite(cluster, knativeServices, place, decide, options);
		const {resourceVersion = ''} = service.metadata;
		return read(model, service) ?? {primary: 100 - canary, canary, resourceVersion};
	},
	// The Service is the user's; all that routes it is its weights.
	async ensure() {},
	async measured(cluster, model, signal) {
		const {namespace, target, primary, route} = model;
		const service = await known(cluster, knativeServices, namespace, route.name, signal);
		if (service === undefined) return model;
		const canary = canaryWithUsers(service) ?? latestRevisionOf(service) ?? target.name;
		const base = primaryRevisionOf(service) ?? primary.name;
		return {...model, target: {...target, name: canary}, primary: {name: base}};
	},
};
