// What is made for a Canary, or taken over for it from a user: the one way to bring objects to what they are to be, and
// to give back what was taken.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel} from '../../api/model.ts';
import {at, isBag} from '../../api/reading.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../kubernetes/cluster.ts';
import {LAST_APPLIED} from '../kubernetes/objects.ts';
import {assertFree, fluxDisabled, isOurs, ownerOf} from './ownership.ts';
import {known, makeIfAbsent, rewrite} from './rewrite.ts';
import {annotationOf, pointerStep, withoutNulls, type Labels} from './shapes.ts';

/** The spec that a user's own object had before it was taken over; the peer keeps it there, too. */
const ORIGINAL = 'flagger.kubernetes.io/original-configuration';

/** An object as it is to be. */
export type Wanted = {
	readonly resource: Resource;
	readonly name: string;
	/** What it carries at least; what others put there stays. */
	readonly labels?: Labels;
	readonly annotations?: Labels;
	/** Its spec; of an object that is there, with whatever of that is to stay. Members that are absent or null are not. */
	readonly spec: (present: KubeObject | undefined) => object;
	/**
	 * What of an object that is there is ours to say: all of its spec, of which a user's own is kept to be given back; or
	 * the members alone that `spec` names, and then a user's own gets no label and no annotation but Flux's.
	 */
	readonly says: 'all' | 'members';
};

const created = (model: CanaryModel, {resource, name, labels = {}, annotations = {}, spec}: Wanted): KubeObject => {
	const {group, version, kind} = resource;
	return {
		apiVersion: group === '' ? version : `${group}/${version}`,
		kind,
		metadata: {
			name,
			namespace: model.namespace,
			...(Object.keys(labels).length > 0 && {labels}),
			...(Object.keys(annotations).length > 0 && {annotations}),
			ownerReferences: [ownerOf(model)],
		},
		spec: withoutNulls(spec(undefined)) as NonNullable<KubeObject['spec']>,
	};
};

const adding = (field: 'labels' | 'annotations', present: Labels | undefined, wanted: Labels = {}): Operation[] => {
	const lacking = Object.entries(wanted).filter(([key, value]) => present?.[key] !== value);
	if (lacking.length === 0) return [];
	if (present === undefined) return [{op: 'add', path: `/metadata/${field}`, value: wanted}];
	return lacking.map(([key, value]) => ({op: 'add', path: `/metadata/${field}/${pointerStep(key)}`, value}));
};

const changesOfAll = (model: CanaryModel, wanted: Wanted, present: KubeObject): Operation[] => {
	const {metadata, spec = {}} = present;
	const value = withoutNulls(wanted.spec(present));
	const isSame = isDeepStrictEqual(withoutNulls(spec), value);
	// kubectl keeps what it applied by itself.
	const isKept = [LAST_APPLIED, ORIGINAL].some((key) => annotationOf(metadata, key) !== undefined);
	const kept = isSame || isKept || isOurs(model, present) ? {} : {[ORIGINAL]: JSON.stringify(spec)};
	return [
		...(isSame ? [] : [{op: 'replace', path: '/spec', value} as const]),
		...adding('labels', metadata.labels, wanted.labels),
		...adding('annotations', metadata.annotations, {...wanted.annotations, ...kept}),
	];
};

const changesOfMembers = (model: CanaryModel, wanted: Wanted, present: KubeObject): Operation[] => {
	const {metadata, spec} = present;
	const changes: Operation[] = Object.entries(withoutNulls(wanted.spec(present)))
		.filter(([member, value]) => !isDeepStrictEqual(at(spec, member), value))
		.map(([member, value]) => ({op: 'add', path: `/spec/${pointerStep(member)}`, value: value as unknown}));
	if (isOurs(model, present)) {
		const labels = adding('labels', metadata.labels, wanted.labels);
		return [...changes, ...labels, ...adding('annotations', metadata.annotations, wanted.annotations)];
	}

	return changes.length === 0 ? [] : [...changes, ...adding('annotations', metadata.annotations, fluxDisabled)];
};

const updating = (model: CanaryModel, wanted: Wanted, present: KubeObject): Operation[] => {
	assertFree(model, present);
	const changes = (wanted.says === 'all' ? changesOfAll : changesOfMembers)(model, wanted, present);
	if (changes.length === 0) return [];
	// The whole version, for what `spec` lets stay must be what is there.
	return [{op: 'test', path: '/metadata/resourceVersion', value: present.metadata.resourceVersion}, ...changes];
};

/**
 * Makes or mends objects, one after the other, and answers them as the API server confirmed them. No write where all is
 * so already. Throws Taken when another controller owns one of the names, and whatever `spec` throws.
 */
export const ensureOwned = async (
	cluster: Cluster,
	model: CanaryModel,
	all: readonly Wanted[],
	options: WriteOptions,
): Promise<readonly KubeObject[]> => {
	const {namespace} = model;
	const objects: KubeObject[] = [];
	for (const wanted of all) {
		const {resource, name} = wanted;
		const {object, made} = await makeIfAbsent(cluster, resource, created(model, wanted), options);
		const decide = (present: KubeObject): Operation[] => updating(model, wanted, present);
		objects.push(made ? object : await rewrite(cluster, resource, {namespace, name}, decide, options));
	}

	return objects;
};

const parsed = (text: string | undefined): unknown => {
	try {
		return text === undefined ? undefined : (JSON.parse(text) as unknown);
	} catch {
		// Whoever wrote it, it tells nothing.
		return undefined;
	}
};

/** The spec that an object had before it was taken over, and the annotations that its owner wants on it. */
const formerOf = ({metadata}: KubeObject): {readonly spec: unknown; readonly annotations: unknown} => {
	const applied = parsed(annotationOf(metadata, LAST_APPLIED));
	const spec = at(applied, 'spec') ?? parsed(annotationOf(metadata, ORIGINAL));
	return {spec, annotations: at(applied, 'metadata', 'annotations')};
};

const givingBack = (model: CanaryModel, present: KubeObject): Operation[] => {
	const {spec, annotations} = formerOf(present);
	const {metadata} = present;
	// What is ours goes with the Canary, and of what was never taken nothing is known.
	if (isOurs(model, present) || !isBag(spec)) return [];
	const ours = [ORIGINAL, ...Object.keys(fluxDisabled)].filter(
		(key) => annotationOf(metadata, key) !== undefined && at(annotations, key) === undefined,
	);
	const changes: Operation[] = [
		...(isDeepStrictEqual(present.spec, spec) ? [] : [{op: 'replace', path: '/spec', value: spec} as const]),
		...ours.map((key) => ({op: 'remove', path: `/metadata/annotations/${pointerStep(key)}`}) as const),
	];
	if (changes.length === 0) return [];
	return [{op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion}, ...changes];
};

/** Gives back a user's own object as it was before `ensureOwned` said all of its spec. Nothing where it is gone. */
export const giveBack = async (
	cluster: Cluster,
	model: CanaryModel,
	{resource, name}: Pick<Wanted, 'resource' | 'name'>,
	options: WriteOptions,
): Promise<void> => {
	const {namespace} = model;
	if ((await known(cluster, resource, namespace, name, options.signal)) === undefined) return;
	await rewrite(cluster, resource, {namespace, name}, (present) => givingBack(model, present), options);
};
