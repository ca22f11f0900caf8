// Server-side apply in a simple form: a deep merge by the merge keys, without conflicts between managers; fields that
// a manager applied before and applies no longer are removed.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {isEqual, isRecord, listOf, recordOf, type Json} from './json.ts';
import type {Kind} from './kinds.ts';
import {mergeKeyOf, mergePatched, strategicPatched} from './merging.ts';
import {timestamp} from '../../services/clock.ts';

export type Applying = {readonly kind: Kind; readonly manager: string; readonly now: number};

const itemField = (key: string, item: unknown): string => `k:${JSON.stringify({[key]: recordOf(item)[key]})}`;

/** The fields of a value as FieldsV1 writes them; lists without a merge key are one field. */
const fieldsV1 = (value: Json, isCustom: boolean): Json => {
	const fields: Json = {};
	for (const [name, inner] of Object.entries(value)) {
		const key = Array.isArray(inner) && !isCustom ? mergeKeyOf(name, inner as unknown[]) : undefined;
		if (key !== undefined) {
			const items = listOf(inner).map((item) => [itemField(key, item), fieldsV1(recordOf(item), isCustom)]);
			fields[`f:${name}`] = Object.fromEntries(items);
		} else fields[`f:${name}`] = isRecord(inner) ? fieldsV1(inner, isCustom) : {};
	}

	return fields;
};

const withoutItems = (value: readonly unknown[], before: Json, after: Json): readonly unknown[] =>
	value.flatMap((item) => {
		const field = Object.keys(before).find((name) => {
			if (!name.startsWith('k:')) return false;
			const [key, wanted] = Object.entries(JSON.parse(name.slice(2)) as Json)[0] ?? ['', undefined];
			return isEqual(recordOf(item)[key], wanted);
		});
		if (field === undefined) return [item];
		if (after[field] === undefined) return [];
		return [withoutDropped(recordOf(item), recordOf(before[field]), recordOf(after[field]))];
	});

/** The value without the fields of `before` that are not in `after`. */
const withoutDropped = (value: Json, before: Json, after: Json): Json => {
	const result: Json = {...value};
	for (const [field, inner] of Object.entries(before)) {
		const name = field.slice(2);
		const known = result[name];
		if (!field.startsWith('f:') || known === undefined) continue;
		const isLeaf = Object.keys(recordOf(inner)).length === 0;
		if (after[field] === undefined && (isLeaf || !isRecord(known))) delete result[name];
		else if (isRecord(known)) {
			const rest = withoutDropped(known, recordOf(inner), recordOf(after[field]));
			if (after[field] === undefined && Object.keys(rest).length === 0) delete result[name];
			else result[name] = rest;
		} else if (Array.isArray(known) && !isLeaf) {
			result[name] = withoutItems(known, recordOf(inner), recordOf(after[field]));
		}
	}

	return result;
};

/** What is applied of a configuration: not its identity, nor what the server keeps. */
const contentOf = (configuration: KubeObject): Json => {
	const {apiVersion: _apiVersion, kind: _kind, metadata, ...content} = configuration;
	const {labels, annotations, ownerReferences, finalizers} = metadata;
	const said = Object.entries({labels, annotations, ownerReferences, finalizers}).filter(([, value]) => value);
	return {...content, ...(said.length > 0 && {metadata: Object.fromEntries(said)})};
};

type Entry = Json & {readonly manager?: string; readonly operation?: string; readonly fieldsV1?: Json};

const isOf = (manager: string, entry: Entry): boolean => entry.manager === manager && entry.operation === 'Apply';

/** The object after `manager` applied a configuration; a new one when there was none. */
export const applied = (
	current: KubeObject | undefined,
	configuration: KubeObject,
	{kind, manager, now}: Applying,
): KubeObject => {
	const content = contentOf(configuration);
	const fields = fieldsV1(content, kind.isCustom);
	const entries = listOf(current?.metadata['managedFields']) as readonly Entry[];
	const before = entries.find((entry) => isOf(manager, entry));
	const base = current ?? {
		apiVersion: configuration.apiVersion,
		kind: configuration.kind,
		metadata: configuration.metadata,
	};
	const kept = before === undefined ? base : withoutDropped(base, recordOf(before.fieldsV1), fields);
	const merge = kind.isCustom ? mergePatched : strategicPatched;
	const result = merge(kept, content) as KubeObject;
	const isSame = before !== undefined && isEqual(before.fieldsV1, fields);
	const entry = {
		manager,
		operation: 'Apply',
		apiVersion: configuration.apiVersion,
		time: isSame ? before['time'] : timestamp(now),
		fieldsType: 'FieldsV1',
		fieldsV1: fields,
	};
	const managedFields = [...entries.filter((one) => !isOf(manager, one)), entry];
	const {resourceVersion} = configuration.metadata;
	const metadata = {...result.metadata, managedFields, ...(resourceVersion && {resourceVersion})};
	return {...result, metadata};
};
