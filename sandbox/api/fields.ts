// Sets of an object's fields, in the form of FieldsV1: `f:` for a field, `k:` for an item by its keys, `v:` for a value.
import {isRecord, listOf, recordOf, sortedText, valueAt, type Json} from './json.ts';
import type {Kind, Schema} from './kinds.ts';
import {mergeKeyOf} from './merging.ts';

/** A field that is owned as a whole. */
export type Leaf = {readonly steps: readonly string[]; readonly value: unknown};

const sets = new Set(['finalizers']);
/** Maps that change hands as a whole. */
const atomicMaps = new Set(['selector', 'nodeSelector', 'scaleTargetRef']);

const builtInKeys = (field: string, items: readonly unknown[]): readonly string[] => {
	const key = mergeKeyOf(field, items);
	if (key === undefined || items.some((item) => recordOf(item)[key] === undefined)) return [];
	return field === 'ports' ? [key, 'protocol'] : [key];
};

const schemaKeys = (schema: Schema): readonly string[] =>
	schema['x-kubernetes-list-type'] === 'map' ? listOf(schema['x-kubernetes-list-map-keys']).map(String) : [];

const itemStep = (item: unknown, keys: readonly string[]): string => {
	const known = recordOf(item);
	const entries = keys.map((key) => [key, known[key] ?? (key === 'protocol' ? 'TCP' : undefined)]);
	return `k:${sortedText(Object.fromEntries(entries))}`;
};

type Walk = {readonly kind: Kind; readonly leaves: Leaf[]};

const walk = (into: Walk, value: unknown, steps: readonly string[], schema: Schema): void => {
	const field = (steps.at(-1) ?? '').slice(2);
	if (Array.isArray(value)) {
		walkList(into, value, steps, schema);
		return;
	}

	const isWhole = !isRecord(value) || Object.keys(value).length === 0 || (!into.kind.isCustom && atomicMaps.has(field));
	if (isWhole || schema['x-kubernetes-map-type'] === 'atomic') {
		into.leaves.push({steps, value});
		return;
	}

	const properties = recordOf(schema['properties']);
	for (const [name, inner] of Object.entries(value)) {
		walk(into, inner, [...steps, `f:${name}`], recordOf(properties[name] ?? schema['additionalProperties']));
	}
};

const walkList = (into: Walk, value: readonly unknown[], steps: readonly string[], schema: Schema): void => {
	const field = (steps.at(-1) ?? '').slice(2);
	const keys = into.kind.isCustom && steps[0] !== 'f:metadata' ? schemaKeys(schema) : builtInKeys(field, value);
	if (sets.has(field)) {
		for (const item of value) into.leaves.push({steps: [...steps, `v:${JSON.stringify(item)}`], value: item});
	} else if (keys.length === 0 || value.length === 0) into.leaves.push({steps, value});
	else {
		for (const item of value) {
			const at = [...steps, itemStep(item, keys)];
			into.leaves.push({steps: [...at, '.'], value: null});
			walk(into, item, at, recordOf(schema['items']));
		}
	}
};

const owned = ['labels', 'annotations', 'ownerReferences', 'finalizers'];

/** The leaves of an object, but for its identity and what the server keeps. */
export const leavesOf = (kind: Kind, object: Json, version: string): readonly Leaf[] => {
	const {apiVersion: _apiVersion, kind: _kind, metadata, ...content} = object;
	const kept = owned.flatMap((name) => {
		const value = valueAt(metadata, name);
		return value === undefined || value === null ? [] : [[name, value] as const];
	});
	const into: Walk = {kind, leaves: []};
	const schema = kind.versions.find(({name}) => name === version)?.schema ?? {};
	if (kept.length > 0) walk(into, Object.fromEntries(kept), ['f:metadata'], {});
	for (const [field, value] of Object.entries(content)) {
		walk(into, value, [`f:${field}`], recordOf(recordOf(schema['properties'])[field]));
	}

	return into.leaves;
};

/** True when the set has the field. */
export const hasField = (set: Json, steps: readonly string[]): boolean => {
	let inner: unknown = set;
	for (const step of steps) {
		if (!isRecord(inner) || !Object.hasOwn(inner, step)) return false;
		inner = inner[step];
	}

	return true;
};

/** The set with the fields, and without others. `isMarked` says which maps on the way are listed themselves. */
export const changedSet = (
	set: Json,
	added: readonly (readonly string[])[],
	removed: readonly (readonly string[])[],
	isMarked: (steps: readonly string[]) => boolean,
): Json => {
	const result = structuredClone(set);
	for (const steps of removed) drop(result, steps);
	for (const steps of added) {
		let inner = result;
		for (const [index, step] of steps.entries()) {
			inner = (inner[step] ??= {}) as Json;
			if (index < steps.length - 1 && isMarked(steps.slice(0, index + 1))) inner['.'] ??= {};
		}
	}

	return result;
};

const drop = (set: Json, [step = '', ...rest]: readonly string[]): void => {
	if (rest.length === 0) {
		delete set[step];
		return;
	}

	const inner = set[step];
	if (!isRecord(inner)) return;
	drop(inner, rest);
	// A map of which nothing is left is not owned either.
	if (Object.keys(inner).every((one) => one === '.')) delete set[step];
};

/** `.spec.containers[name="main"].image`, as conflicts name fields. */
export const shownPath = (steps: readonly string[]): string =>
	steps
		.filter((step) => step !== '.')
		.map((step) => {
			if (step.startsWith('f:')) return `.${step.slice(2)}`;
			if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
			const keys = Object.entries(JSON.parse(step.slice(2)) as Json);
			return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
		})
		.join('');
