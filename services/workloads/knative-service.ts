// Knative Services as targets. Nothing is copied: the canary is the revision that was made last, the primary is one that
// an annotation names, and a promotion writes another name there. Knative itself scales what has no users to nothing.
import {at} from '../../api/reading.ts';
import type {CanaryModel, Problem, Workload} from '../../api/model.ts';
import {ApiError, type Cluster, type KubeObject, type Operation} from '../kubernetes/cluster.ts';
import {knativeRevisions, knativeServices} from '../kubernetes/resources.ts';
import {
	choosingPrimary,
	latestRevisionOf,
	primaryRevisionOf,
	revisionDigest,
	servingRevisionOf,
} from './knative-revisions.ts';
import {assertExpected, ofThis, writing} from './pod-templates.ts';
import {known, missing, rewrite, type Decide} from '../objects/rewrite.ts';
import type {Condition, Labels} from '../objects/shapes.ts';
import {
	Superseded,
	type Promoted,
	type Sides,
	type Template,
	type WorkloadOptions,
	type Workloads,
} from './workload.ts';

const SERVICE_LABEL = 'serving.knative.dev/service';
const MESSAGE_MAX = 200;

/** The Service as one of its sides: which revision that is, and the revision itself as far as it is known. */
type Side = KubeObject & {readonly side?: {readonly revisionName: string; readonly revision: KubeObject | undefined}};

const sides: Sides = {
	parts: ({target}) => ({
		resource: knativeRevisions,
		wanted: {keep: ({metadata}) => metadata.labels?.[SERVICE_LABEL] === target.name},
	}),
	of(service, revisions) {
		const sideOf = (revisionName: string): Side => ({
			...service,
			side: {revisionName, revision: revisions.find(({metadata}) => metadata.name === revisionName)},
		});
		const [latest, primary] = [latestRevisionOf(service), primaryRevisionOf(service)];
		return {
			target: latest === undefined ? service : sideOf(latest),
			...(primary !== undefined && {primary: sideOf(primary)}),
		};
	},
};

type Facts = Pick<Workload, 'observed' | 'updated' | 'available' | 'ready' | 'deadlineExceeded' | 'trouble'>;

const troubleOf = ({type, status, reason, message}: Condition): string => {
	const why = [reason, message?.slice(0, MESSAGE_MAX)].filter((text) => text !== undefined && text !== '').join(': ');
	return `${type} is ${status}${why === '' ? '' : `: ${why}`}`;
};

/**
 * What the condition Ready says of a revision, in the words of a Deployment of one replica. While it is Unknown
 * (something is under way) a revision with users goes on serving. One without users is ready and has no pods.
 */
const factsOf = (revision: KubeObject | undefined): Facts => {
	const none: Facts = {observed: false, updated: 0, available: 0, ready: 0, deadlineExceeded: false};
	if (revision === undefined) return none;
	const {metadata, status} = revision;
	const conditions = (at(status, 'conditions') ?? []) as readonly Condition[];
	const ready = conditions.find(({type}) => type === 'Ready');
	const isSeen = Number(at(status, 'observedGeneration') ?? 0) >= (metadata.generation ?? 0);
	if (ready === undefined || metadata.deletionTimestamp !== undefined) return {...none, observed: isSeen};
	const is = ready.status;
	return {
		observed: isSeen,
		updated: is === 'Unknown' ? 0 : 1,
		available: is === 'True' ? 1 : 0,
		ready: is === 'False' ? 0 : 1,
		deadlineExceeded: is === 'False' && ready.reason === 'ProgressDeadlineExceeded',
		...(is !== 'True' && {trouble: troubleOf(ready)}),
	};
};

const read = (object: KubeObject): Workload => {
	const {metadata} = object;
	const {revisionName = latestRevisionOf(object) ?? '', revision} = (object as Side).side ?? {};
	const digest = revisionName === '' ? '' : revisionDigest(object, revisionName);
	const isPrimary = digest !== '' && revisionName === primaryRevisionOf(object);
	return {
		name: metadata.name,
		uid: metadata.uid ?? '',
		resourceVersion: metadata.resourceVersion ?? '',
		revision: digest,
		replicas: 1,
		total: 1,
		...factsOf(revision),
		...(isPrimary && {promoted: digest}),
	};
};

const primarySide = (service: KubeObject): KubeObject => sides.of(service, []).primary ?? service;

const problems: Workloads['problems'] = ({namespace}, {target}): Problem[] => {
	if (target === undefined || latestRevisionOf(target) !== undefined) return [];
	const name = `${target.metadata.name}.${namespace}`;
	return [
		{
			field: `Service ${name}`,
			value: '',
			text: `Knative has made no revision of service ${name} yet`,
			remedy: `Look at kubectl describe ksvc ${target.metadata.name}, and whether Knative Serving runs`,
		},
	];
};

const writeService = (
	cluster: Cluster,
	{namespace, target}: CanaryModel,
	decide: Decide,
	options: WorkloadOptions,
): Promise<KubeObject> => rewrite(cluster, knativeServices, {namespace, name: target.name}, decide, writing(options));

const choosing = (service: KubeObject, revisionName: string): readonly Operation[] => {
	const lacking = choosingPrimary(service, revisionName);
	return lacking.length === 0 ? [] : [ofThis(service), ...lacking];
};

/** What Knative writes on every revision says who made it, and nothing about its pods. */
const isKnativesOwn = ([key]: readonly [string, unknown]): boolean => /^(?:serving|client)\.knative\.dev\//.test(key);

/** The template that a side's revision was made of. */
const madeOf = (object: KubeObject): Template => {
	const {revision} = (object as Side).side ?? {};
	if (revision === undefined) throw new RangeError(`the revision of service ${object.metadata.name} is not known`);
	const {metadata, spec = {}} = revision;
	const written = (map: Labels = {}) => Object.fromEntries(Object.entries(map).filter((one) => !isKnativesOwn(one)));
	return {metadata: {labels: written(metadata.labels), annotations: written(metadata.annotations)}, spec};
};

/** Names what a Service made anew does not have, and tells by its uid that it is not meant. */
const templateOf = (service: KubeObject): Template => ({
	metadata: {uid: service.metadata.uid ?? ''},
	spec: {revisionName: primaryRevisionOf(service) ?? ''},
});

/** The name of a revision that was promoted before; undefined when it was another Service's of that name. */
const revisionKept = ({metadata}: KubeObject, {template}: Promoted): string | undefined => {
	const name = at(template, 'spec', 'revisionName');
	return typeof name === 'string' && at(template, 'metadata', 'uid') === metadata.uid ? name : undefined;
};

const unmade = (service: KubeObject): ApiError =>
	new ApiError({
		code: 409,
		reason: 'Conflict',
		outcome: 'refused',
		attempt: `PATCH services.serving.knative.dev ${service.metadata.name}.${service.metadata.namespace ?? ''}`,
		message: 'it has no revision yet',
	});

/** Knative Services: both sides are revisions of the one Service. */
export const knativeWorkloads: Workloads = {
	kind: 'Service',
	resource: knativeServices,
	sides,
	read,
	templateOf,
	podLabels: () => undefined,
	problems,
	comparison: (_, target, primary) => ({before: madeOf(primary), after: madeOf(target)}),
	primaryRunsTarget: (_, target, primary) => read(target).revision === read(primary).revision,
	async scale(cluster, {namespace, target}, _, {expecting, signal} = {}) {
		const service = await known(cluster, knativeServices, namespace, target.name, signal);
		if (service === undefined) throw missing(knativeServices, target.name, namespace);
		assertExpected(service, knativeServices, expecting?.uid);
		return read(service);
	},
	async promote(cluster, model, options) {
		const {revision} = options;
		const decide: Decide = (service) => {
			const [primary, latest] = [primaryRevisionOf(service), latestRevisionOf(service)];
			if (primary !== undefined && revisionDigest(service, primary) === revision) return [];
			const found = latest === undefined ? '' : revisionDigest(service, latest);
			if (latest === undefined || found !== revision) {
				throw new Superseded(`${model.target.name}.${model.namespace}`, revision, found);
			}

			return choosing(service, latest);
		};
		return read(primarySide(await writeService(cluster, model, decide, options)));
	},
	async putBack(cluster, model, promoted, options = {}) {
		const decide: Decide = (service) => {
			const name = revisionKept(service, promoted);
			if (name === undefined) throw missing(knativeRevisions, promoted.revision, model.namespace);
			return choosing(service, name);
		};
		return read(primarySide(await writeService(cluster, model, decide, options)));
	},
	async ensurePrimary(cluster, model, options = {}) {
		const {promoted, signal} = options;
		const kept = promoted && String(at(promoted.template, 'spec', 'revisionName'));
		// Knative may have removed it since.
		const isThere = kept !== undefined && (await known(cluster, knativeRevisions, model.namespace, kept, signal));
		const decide: Decide = (service) => {
			if (primaryRevisionOf(service) !== undefined) return [];
			const before = isThere && promoted ? revisionKept(service, promoted) : undefined;
			// Who is served now stays served, by the same revision.
			const name = before ?? servingRevisionOf(service);
			if (name === undefined) throw unmade(service);
			return choosing(service, name);
		};
		return read(primarySide(await writeService(cluster, model, decide, options)));
	},
};
