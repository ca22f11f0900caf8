// Who wrote which field: `metadata.managedFields`, as a real server keeps it for server-side apply.
import {timestamp} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {changedSet, hasField, leavesOf, shownPath, type Leaf} from './fields.ts';
import {isEqual, listOf, recordOf, type Json} from './json.ts';
import type {Kind} from './kinds.ts';
import {StatusError} from './types.ts';

/** Who writes, and how. */
export type Writer = {
	readonly kind: Kind;
	readonly manager: string;
	/** `apps/v1`, as the request names it. */
	readonly apiVersion: string;
	readonly version: string;
	readonly subresource: string | undefined;
	readonly now: number;
};

export type Entry = Json & {
	readonly manager: string;
	readonly operation: 'Apply' | 'Update';
	readonly apiVersion: string;
	readonly subresource?: string;
	readonly time?: string;
	readonly fieldsV1?: Json;
};

const rank = ({operation, time = '', manager}: Entry): string => `${operation} ${time} ${manager}`;

/** Entries in the order in which a real server keeps them: applies first, then by time. */
export const sortedEntries = (entries: readonly Entry[]): readonly Entry[] =>
	[...entries].sort((left, right) => (rank(left) < rank(right) ? -1 : 1));

/** The entries of an object. */
export const entriesOf = (object: KubeObject | undefined): readonly Entry[] =>
	listOf(object?.metadata['managedFields']) as readonly Entry[];

const idOf = ({steps}: Leaf): string => steps.join('\n');

const differences = (before: readonly Leaf[], after: readonly Leaf[]) => {
	const known = new Map(before.map((leaf) => [idOf(leaf), leaf]));
	const left = new Set(after.map((leaf) => idOf(leaf)));
	const changed = after.filter((leaf) => {
		const was = known.get(idOf(leaf));
		return was === undefined || !isEqual(was.value, leaf.value);
	});
	const removed = before.filter((leaf) => !left.has(idOf(leaf)));
	return {changed: changed.map(({steps}) => steps), removed: removed.map(({steps}) => steps)};
};

const maps = new Set(['f:labels', 'f:annotations']);

/** An update's set lists maps themselves; fields of built-in kinds are structs, which it does not. */
const isMarked =
	({kind}: Writer) =>
	(steps: readonly string[]): boolean => {
		const last = steps.at(-1) ?? '';
		if (steps[0] === 'f:metadata') return steps.length === 2 && maps.has(last);
		return kind.isCustom && last.startsWith('f:');
	};

/** The entries without fields, and without those entries of which nothing is left. */
const without = (entries: readonly Entry[], fields: readonly (readonly string[])[]): readonly Entry[] =>
	entries.flatMap((entry) => {
		const set = recordOf(entry.fieldsV1);
		if (!fields.some((steps) => hasField(set, steps))) return [entry];
		const fieldsV1 = changedSet(set, [], fields, () => false);
		return Object.keys(fieldsV1).length === 0 ? [] : [{...entry, fieldsV1}];
	});

/** Notes in place what a write that is no apply has changed. A status' writer is noted elsewhere. */
export const noteUpdate = (writer: Writer, object: KubeObject, before: KubeObject | undefined): void => {
	const {kind, manager, apiVersion, version, subresource, now} = writer;
	const contentOf = ({status: _status, ...content}: Json): Json => content;
	const {changed, removed} = differences(
		before === undefined ? [] : leavesOf(kind, contentOf(before), version),
		leavesOf(kind, contentOf(object), version),
	);
	if (changed.length === 0 && removed.length === 0) return;
	const entries = entriesOf(object);
	const isOwn = (entry: Entry): boolean =>
		entry.manager === manager && entry.operation === 'Update' && entry.subresource === subresource;
	const set = changedSet(recordOf(entries.find(isOwn)?.fieldsV1), changed, removed, isMarked(writer));
	const own: Entry = {
		apiVersion,
		fieldsType: 'FieldsV1',
		fieldsV1: set,
		manager,
		operation: 'Update',
		...(subresource !== undefined && {subresource}),
		time: timestamp(now),
	};
	const others = without(
		entries.filter((entry) => !isOwn(entry)),
		[...changed, ...removed],
	);
	const isOwner = Object.keys(set).length > 0;
	const all = sortedEntries([...others, ...(isOwner ? [own] : [])]);
	const metadata: Json = object.metadata;
	if (all.length > 0) metadata['managedFields'] = all;
	else delete metadata['managedFields'];
};

const shownManager = ({manager, operation, subresource, apiVersion}: Entry): string => {
	const where = subresource === undefined ? '' : ` with subresource "${subresource}"`;
	return `"${manager}"${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
};

/** Refuses fields that others own with other values: 409, with the fields of each manager. */
export const checkConflicts = (
	current: readonly Leaf[],
	wanted: readonly Leaf[],
	others: readonly Entry[],
): readonly (readonly string[])[] => {
	const values = new Map(current.map((leaf) => [idOf(leaf), leaf.value]));
	const differing = wanted.filter((leaf) => values.has(idOf(leaf)) && !isEqual(values.get(idOf(leaf)), leaf.value));
	return differing
		.filter(({steps}) => others.some((entry) => hasField(recordOf(entry.fieldsV1), steps)))
		.map(({steps}) => steps);
};

/** The refusal of an apply that would take fields from others. */
export const conflict = (fields: readonly (readonly string[])[], others: readonly Entry[]): StatusError => {
	const found = others.flatMap((entry) => {
		const paths = fields.filter((steps) => hasField(recordOf(entry.fieldsV1), steps)).map((steps) => shownPath(steps));
		return paths.length === 0 ? [] : [{who: shownManager(entry), paths}];
	});
	const count = found.reduce((sum, {paths}) => sum + paths.length, 0);
	const said = found.map(({who, paths}) =>
		count === 1 ? `conflict with ${who}: ${paths[0] ?? ''}` : `conflicts with ${who}:\n- ${paths.join('\n- ')}`,
	);
	const causes = found.flatMap(({who, paths}) =>
		paths.map((field) => ({reason: 'FieldManagerConflict', message: `conflict with ${who}`, field})),
	);
	const message = `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${said.join('\n')}`;
	return new StatusError(409, 'Conflict', message, {causes});
};

/** The entries after fields have been taken from others by force. */
export const taken = without;
