// Server-side apply: a manager's whole opinion. Fields that others own with other values are conflicts; fields that it
// applied before and applies no longer go, unless somebody else owns them.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {timestamp} from '../../services/clock.ts';
import {changedSet, hasField, leavesOf} from './fields.ts';
import {isEqual, isRecord, recordOf, type Json} from './json.ts';
import {mergePatched, strategicPatched} from './merging.ts';
import {checkConflicts, conflict, entriesOf, sortedEntries, taken, type Entry, type Writer} from './ownership.ts';

/** What is applied of a configuration: not its identity, nor what the server keeps. */
const contentOf = (configuration: KubeObject): Json => {
	const {apiVersion: _apiVersion, kind: _kind, metadata, ...content} = configuration;
	const {labels, annotations, ownerReferences, finalizers} = metadata;
	const said = Object.entries({labels, annotations, ownerReferences, finalizers}).filter(([, value]) => value);
	return {...content, ...(said.length > 0 && {metadata: Object.fromEntries(said)})};
};

const isItem = (item: unknown, step: string): boolean =>
	Object.entries(JSON.parse(step.slice(2)) as Json).every(([key, value]) => {
		const known = recordOf(item)[key] ?? (key === 'protocol' ? 'TCP' : undefined);
		return isEqual(known, value);
	});

/** The value without one field. */
const withoutField = (value: unknown, [step = '', ...rest]: readonly string[]): unknown => {
	const name = step.slice(2);
	if (Array.isArray(value)) {
		if (step.startsWith('v:')) return value.filter((item) => JSON.stringify(item) !== name);
		if (!step.startsWith('k:')) return value;
		if (rest[0] === '.' || rest.length === 0) return value.filter((item) => !isItem(item, step));
		return value.map((item: unknown) => (isItem(item, step) ? withoutField(item, rest) : item));
	}

	if (!isRecord(value) || !Object.hasOwn(value, name)) return value;
	const {[name]: known, ...others} = value;
	if (rest.length === 0) return others;
	const inner = withoutField(known, rest);
	const isEmpty = isRecord(inner) && Object.keys(inner).length === 0;
	return isEmpty ? others : {...others, [name]: inner};
};

/** The object after a configuration was applied; a new one when there was none. Throws 409 for conflicts. */
export const applied = (
	current: KubeObject | undefined,
	configuration: KubeObject,
	writer: Writer & {readonly isForced: boolean},
): KubeObject => {
	const {kind, manager, version, apiVersion, subresource, now, isForced} = writer;
	const content = contentOf(configuration);
	const wanted = leavesOf(kind, content, version);
	const base = current ?? {
		apiVersion: configuration.apiVersion,
		kind: configuration.kind,
		metadata: configuration.metadata,
	};
	const present = leavesOf(kind, base, version);
	const isOwn = (entry: Entry): boolean =>
		entry.manager === manager && entry.operation === 'Apply' && entry.subresource === subresource;
	const entries = entriesOf(current);
	const before = entries.find((entry) => isOwn(entry));
	const others = entries.filter((entry) => !isOwn(entry));
	const conflicts = current === undefined ? [] : checkConflicts(present, wanted, others);
	if (conflicts.length > 0 && !isForced) throw conflict(conflicts, others);
	const left = taken(others, conflicts);

	const set = changedSet(
		{},
		wanted.map(({steps}) => steps),
		[],
		() => false,
	);
	const owned = recordOf(before?.fieldsV1);
	const given = present.filter(
		({steps}) =>
			hasField(owned, steps) &&
			!hasField(set, steps) &&
			!left.some((entry) => hasField(recordOf(entry.fieldsV1), steps)),
	);
	const kept = given.reduce<unknown>((object, {steps}) => withoutField(object, steps), base) as KubeObject;
	const merge = kind.isCustom ? mergePatched : strategicPatched;
	const result = merge(kept, content) as KubeObject;
	const entry: Entry = {
		manager,
		operation: 'Apply',
		apiVersion,
		...(subresource !== undefined && {subresource}),
		time: isEqual(owned, set) ? (before?.time ?? timestamp(now)) : timestamp(now),
		fieldsType: 'FieldsV1',
		fieldsV1: set,
	};
	const managedFields = sortedEntries([...left, entry]);
	const {resourceVersion} = configuration.metadata;
	const metadata = {...result.metadata, managedFields, ...(resourceVersion && {resourceVersion})};
	return {...result, metadata};
};
