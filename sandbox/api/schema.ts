// Structural schemas of CRDs: pruning of unknown fields and defaults.
import {copy, isRecord, listOf, recordOf, type Json} from './json.ts';
import type {Schema} from './kinds.ts';

const child = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`);

/** The schema of a field, or undefined when the schema does not know it. */
const fieldSchema = (schema: Schema, field: string): Schema | undefined => {
	const properties = recordOf(schema['properties']);
	if (Object.hasOwn(properties, field)) return recordOf(properties[field]);
	const further = schema['additionalProperties'];
	if (isRecord(further)) return further;
	return further === true ? {'x-kubernetes-preserve-unknown-fields': true} : undefined;
};

const embeddedFields = new Set(['apiVersion', 'kind', 'metadata']);

/** Drops in place what the schema does not know, and answers the paths of what went. */
export const prune = (schema: Schema, value: unknown, path = '', isRoot = true): readonly string[] => {
	if (Array.isArray(value)) {
		const items = schema['items'];
		if (!isRecord(items)) return [];
		return value.flatMap((item: unknown, index) => prune(items, item, `${path}[${index}]`, false));
	}

	if (!isRecord(value)) return [];
	const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
	const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
	const gone: string[] = [];
	for (const field of Object.keys(value)) {
		if (isResource && embeddedFields.has(field)) continue;
		const inner = fieldSchema(schema, field);
		if (inner !== undefined) gone.push(...prune(inner, value[field], child(path, field), false));
		else if (!isOpen) {
			gone.push(child(path, field));
			delete value[field];
		}
	}

	return gone;
};

const setDefaults = (schema: Schema, value: Json): void => {
	for (const [field, inner] of Object.entries(recordOf(schema['properties']))) {
		const fieldSchema = recordOf(inner);
		const isNullRefused = value[field] === null && fieldSchema['nullable'] !== true;
		if (fieldSchema['default'] !== undefined && (value[field] === undefined || isNullRefused)) {
			value[field] = copy(fieldSchema['default']);
		}
	}
};

/** Fills in the schema's defaults in place. */
export const applyDefaults = (schema: Schema, value: unknown): void => {
	if (Array.isArray(value)) {
		for (const item of listOf(value)) applyDefaults(recordOf(schema['items']), item);
		return;
	}

	if (!isRecord(value)) return;
	setDefaults(schema, value);
	for (const [field, inner] of Object.entries(value)) {
		const known = fieldSchema(schema, field);
		if (known !== undefined) applyDefaults(known, inner);
	}
};

/** Drops in place the nulls that the schema does not allow: to a real server they are as good as absent. */
export const dropNulls = (schema: Schema, value: unknown): void => {
	if (Array.isArray(value)) {
		for (const item of listOf(value)) dropNulls(recordOf(schema['items']), item);
		return;
	}

	if (!isRecord(value)) return;
	for (const [field, inner] of Object.entries(value)) {
		const known = fieldSchema(schema, field);
		if (known === undefined) continue;
		const isOpen = known['nullable'] === true || known['x-kubernetes-preserve-unknown-fields'] === true;
		if (inner === null && !isOpen) delete value[field];
		else dropNulls(known, inner);
	}
};

/** True when some part of the schema carries CEL rules. */
export const hasRules = (schema: unknown): boolean => {
	if (Array.isArray(schema)) return schema.some((part) => hasRules(part));
	if (!isRecord(schema)) return false;
	return Object.hasOwn(schema, 'x-kubernetes-validations') || Object.values(schema).some((part) => hasRules(part));
};
