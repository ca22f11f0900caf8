// CustomResourceDefinitions: the kinds that come at run time.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invalidValue, required, type FieldError} from './errors.ts';
import {listOf, recordOf, type Json} from './json.ts';
import {versionIn, type Kind, type PrinterColumn, type Schema, type ScalePaths, type Version} from './kinds.ts';
import {applyDefaults, dropNulls, hasRules, prune} from './schema.ts';
import type {KindKey} from './types.ts';
import {validate} from './validation.ts';

export const crdKey: KindKey = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};

/** Hears of the paths of fields that are not in the schema. */
export type Unknown = (kind: Kind, paths: readonly string[]) => void;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] => listOf(value).map(text);

/** The kind that a definition defines. */
export const instancesOf = (definition: KubeObject): KindKey => ({
	group: text(definition.spec?.['group']),
	plural: text(recordOf(definition.spec?.['names'])['plural']),
});

// v1.2.3 style: GA before beta before alpha, newer before older; other names last, by name.
const rank = (name: string): readonly [number, number, number] => {
	const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/u.exec(name);
	if (match === null) return [3, 0, 0];
	const [, major, stage, minor] = match;
	return [stage === undefined ? 0 : stage === 'beta' ? 1 : 2, -Number(major), -Number(minor ?? 0)];
};

/** The order in which a real server prefers versions. */
export const byPreference = (left: string, right: string): number => {
	const [first, second] = [rank(left), rank(right)];
	const difference = first.map((part, index) => part - (second[index] ?? 0)).find((part) => part !== 0);
	return difference ?? (left < right ? -1 : 1);
};

const versionOf = (declared: Json): Version => ({
	name: text(declared['name']),
	schema: recordOf(recordOf(declared['schema'])['openAPIV3Schema']),
	columns: listOf(declared['additionalPrinterColumns']) as readonly PrinterColumn[],
	selectable: listOf(declared['selectableFields']).map((field) =>
		text(recordOf(field)['jsonPath']).replace(/^\./u, ''),
	),
});

const scaleOf = (declared: readonly Json[]): ScalePaths | undefined => {
	const scale = declared.map((version) => recordOf(version['subresources'])['scale']).find(Boolean);
	if (scale === undefined) return undefined;
	const {specReplicasPath, statusReplicasPath, labelSelectorPath} = recordOf(scale);
	return {
		specReplicas: text(specReplicasPath),
		statusReplicas: text(statusReplicasPath),
		...(labelSelectorPath !== undefined && {selector: text(labelSelectorPath)}),
	};
};

/** The kind that the store serves for a definition. */
export const kindOfCrd = (definition: KubeObject): Kind => {
	const spec = recordOf(definition.spec);
	const names = recordOf(spec['names']);
	const declared = listOf(spec['versions']).map((version) => recordOf(version));
	const served = declared.filter((version) => version['served'] === true);
	const scale = scaleOf(served);
	const kind = text(names['kind']);
	return {
		key: instancesOf(definition),
		kind,
		listKind: text(names['listKind']) || `${kind}List`,
		singular: text(names['singular']) || kind.toLowerCase(),
		shortNames: texts(names['shortNames']),
		categories: texts(names['categories']),
		namespaced: spec['scope'] === 'Namespaced',
		versions: served.map((version) => versionOf(version)).sort((left, right) => byPreference(left.name, right.name)),
		storage: text(declared.find((version) => version['storage'] === true)?.['name']),
		hasStatus: served.some((version) => recordOf(version['subresources'])['status'] !== undefined),
		hasGeneration: true,
		isCustom: true,
		...(scale && {scale}),
	};
};

const schemaOf = (kind: Kind, version: string): Schema =>
	kind.versions.find(({name}) => name === version)?.schema ?? kind.versions[0]?.schema ?? {};

/** Prunes and defaults an instance in place. */
export const pruneCustom = (kind: Kind, version: string, object: KubeObject, onUnknown: Unknown | undefined): void => {
	const schema = schemaOf(kind, version);
	const gone = prune(schema, object);
	if (gone.length > 0) onUnknown?.(kind, gone);
	applyDefaults(schema, object);
	dropNulls(schema, object);
};

/** Of `/status` a real server checks the status alone, and names fields in its texts as seen from there. */
const ofStatus = (problems: readonly FieldError[]): readonly FieldError[] =>
	problems
		.filter(({field}) => /^status(?:[.[]|$)/u.test(field))
		.map((problem) => ({...problem, message: problem.message.replace(/: status\.(\S+ in body)/u, ': $1')}));

// With any of these an object is not fit for CEL.
const blocking = new Set([
	'FieldValueNotSupported',
	'FieldValueRequired',
	'FieldValueTooLong',
	'FieldValueTooMany',
	'FieldValueTypeInvalid',
]);

/** What the schema of its version has against an instance. */
export const customProblems = (kind: Kind, object: KubeObject, subresource?: string): readonly FieldError[] => {
	const schema = schemaOf(kind, versionIn(object.apiVersion));
	const found = validate(schema, object);
	const problems = subresource === 'status' ? ofStatus(found) : found;
	if (!problems.some(({reason}) => blocking.has(reason)) || !hasRules(schema)) return problems;
	const unchecked =
		'some validation rules were not checked because the object was invalid; ' +
		'correct the existing errors to complete validation';
	return [...problems, invalidValue('<nil>', null, unchecked)];
};

/** Defaults of a definition, and its status: names are always accepted here. */
export const completeDefinition = (definition: KubeObject): void => {
	const spec = recordOf(definition.spec);
	const names = recordOf(spec['names']);
	const kind = text(names['kind']);
	names['singular'] ??= kind.toLowerCase();
	names['listKind'] ??= `${kind}List`;
	spec['conversion'] ??= {strategy: 'None'};
	const known = recordOf(definition.status);
	const lastTransitionTime = definition.metadata.creationTimestamp ?? null;
	const condition = (type: string, reason: string, message: string): Json => ({
		lastTransitionTime,
		message,
		reason,
		status: 'True',
		type,
	});
	definition.status = {
		conditions: known['conditions'] ?? [
			condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
			condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
		],
		acceptedNames: {...names},
		storedVersions: listOf(spec['versions']).flatMap((version) =>
			recordOf(version)['storage'] === true ? [recordOf(version)['name']] : [],
		),
	};
};

/** What is wrong with a definition. */
export const checkDefinition = (definition: KubeObject): readonly FieldError[] => {
	const {group, plural} = instancesOf(definition);
	const {name} = definition.metadata;
	const errors: FieldError[] = [];
	const spec = recordOf(definition.spec);
	if (group === '') errors.push(required('spec.group'));
	if (plural === '') errors.push(required('spec.names.plural'));
	if (text(recordOf(spec['names'])['kind']) === '') errors.push(required('spec.names.kind'));
	if (name !== `${plural}.${group}`) {
		errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
	}

	const versions = listOf(spec['versions']).map((version) => recordOf(version));
	if (versions.filter((version) => version['storage'] === true).length !== 1) {
		errors.push(invalidValue('spec.versions', [], 'must have exactly one version marked as storage version'));
	}

	for (const [index, version] of versions.entries()) {
		if (recordOf(version['schema'])['openAPIV3Schema'] !== undefined) continue;
		errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
	}

	return errors;
};
