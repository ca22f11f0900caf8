// The template last proven on the primary, kept as a ControllerRevision `{canary}-promoted` that the canary owns.
//
// A ControllerRevision's `data` cannot be changed, so keeping each template there would cost a creation and a removal a
// run. Its annotations can: the template lies in one, as canonical JSON, and a run costs one patch and no read. The
// server's limit on annotations, 256 KiB, is the one that `kubectl apply` already sets to the whole Deployment.
import {at, isBag} from '../../api/reading.ts';
import {canonicalJson} from '../../api/canonical.ts';
import type {CanaryModel, Workload} from '../../api/model.ts';
import {ApiError, type Cluster, type KubeObject, type Operation, type WriteOptions} from '../kubernetes/cluster.ts';
import {controllerRevisions} from '../kubernetes/resources.ts';
import {assertFree, ownerOf} from '../objects/ownership.ts';
import {annotationOf, pointerStep} from '../objects/shapes.ts';
import type {Promoted, Template, WorkloadOptions, Workloads} from './workload.ts';

const TEMPLATE = 'aviary.dev/promoted-template';
const REVISION = 'aviary.dev/promoted-revision';
const PRIMARY = 'aviary.dev/promoted-primary';

/** A Rollout and the Canary that follows it may have one name. */
const nameOf = ({name, origin}: CanaryModel): string =>
	`${name}${origin === undefined ? '' : `-${origin.kind.toLowerCase()}`}-promoted`;

const annotationsOf = ({primary}: CanaryModel, {template, revision}: Promoted): Record<string, string> => ({
	[TEMPLATE]: canonicalJson(template),
	[REVISION]: revision,
	[PRIMARY]: primary.name,
});

/** Whose template it is: a Canary's spec may come to name another primary, with other labels. */
const isOfPrimary = ({metadata, ...record}: KubeObject, {primary}: CanaryModel): boolean =>
	(annotationOf(metadata, PRIMARY) ?? at(record, 'data', 'primary')) === primary.name;

const recordOf = (model: CanaryModel, promoted: Promoted): KubeObject => ({
	apiVersion: 'apps/v1',
	kind: 'ControllerRevision',
	metadata: {
		name: nameOf(model),
		namespace: model.namespace,
		annotations: annotationsOf(model, promoted),
		ownerReferences: [ownerOf(model)],
	},
	data: {canary: model.name, primary: model.primary.name},
	revision: 1,
});

/** In place, and only where the record is this canary's: its owner's uid is the precondition. */
const operationsOf = (model: CanaryModel, promoted: Promoted): Operation[] => [
	{op: 'test', path: '/metadata/ownerReferences/0/uid', value: model.uid},
	...Object.entries(annotationsOf(model, promoted)).map(([key, value]): Operation => {
		return {op: 'add', path: `/metadata/annotations/${pointerStep(key)}`, value};
	}),
];

const hasCode = (error: unknown, code: number): boolean => error instanceof ApiError && error.code === code;

/**
 * Keeps `promoted` as the template to go back to. To be called when a primary is adopted or bootstrapped, and whenever
 * a promotion has been proven. One patch; the first time a canary does it, a patch that finds nothing and a creation.
 * Safe to repeat after any error. Throws Taken when another controller owns the name.
 */
export const keepPromotedTemplate = async (
	cluster: Cluster,
	model: CanaryModel,
	promoted: Promoted,
	options: WriteOptions,
): Promise<void> => {
	const {namespace} = model;
	const overwrite = () =>
		cluster.patch(controllerRevisions, namespace, nameOf(model), operationsOf(model, promoted), options);
	try {
		await overwrite();
	} catch (error) {
		if (hasCode(error, 422)) await assertRecordFree(cluster, model, options.signal);
		if (!hasCode(error, 404)) throw error;
		await cluster.create(controllerRevisions, recordOf(model, promoted), options).catch(async (refusal: unknown) => {
			if (!(refusal instanceof ApiError) || refusal.reason !== 'AlreadyExists') throw refusal;
			await overwrite();
		});
	}
};

const assertRecordFree = async (cluster: Cluster, model: CanaryModel, signal?: AbortSignal): Promise<void> => {
	const record = await cluster.read(controllerRevisions, model.namespace, nameOf(model), signal);
	if (record !== undefined) assertFree(model, record);
};

const parsed = (text: string): Template | undefined => {
	try {
		const value: unknown = JSON.parse(text);
		return isBag(value) && isBag(value['spec']) ? value : undefined;
	} catch {
		return undefined;
	}
};

/**
 * What was last kept, read live, for it is wanted rarely: on taking back, and to rebuild a deleted primary. Undefined
 * when nothing is kept, when another canary's record has the name, when it is of another primary than the present one,
 * or when it cannot be read as a template.
 */
export const readPromotedTemplate = async (
	cluster: Cluster,
	model: CanaryModel,
	signal?: AbortSignal,
): Promise<Promoted | undefined> => {
	const record = await cluster.read(controllerRevisions, model.namespace, nameOf(model), signal);
	if (record === undefined || record.metadata.ownerReferences?.[0]?.uid !== model.uid) return undefined;
	if (!isOfPrimary(record, model)) return undefined;
	const template = parsed(annotationOf(record.metadata, TEMPLATE) ?? '');
	const revision = annotationOf(record.metadata, REVISION);
	return template === undefined || revision === undefined ? undefined : {template, revision};
};

/**
 * Puts the template that was last kept back onto the primary; writes nothing when the primary runs it already.
 * Undefined, with nothing written, when none is kept, or one of another revision than `revision`.
 */
export const takeBack = async (
	workloads: Workloads,
	cluster: Cluster,
	model: CanaryModel,
	options: WorkloadOptions & {readonly revision?: string} = {},
): Promise<Workload | undefined> => {
	const promoted = await readPromotedTemplate(cluster, model, options.signal);
	const {revision = promoted?.revision} = options;
	return promoted === undefined || promoted.revision !== revision
		? undefined
		: workloads.putBack(cluster, model, promoted, options);
};
