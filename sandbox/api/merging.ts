// The ways of merging a document into another: JSON merge patch, and strategic merge patch of built-in kinds.
import {isEqual, isRecord, listOf, recordOf, type Json} from './json.ts';

/** RFC 7386. */
export const mergePatched = (target: unknown, patch: unknown): unknown => {
	if (!isRecord(patch)) return patch;
	const result: Json = {...recordOf(target)};
	for (const [field, value] of Object.entries(patch)) {
		if (value === null) delete result[field];
		else result[field] = mergePatched(result[field], value);
	}

	return result;
};

const mergeKeys: Readonly<Record<string, string>> = {
	containers: 'name',
	initContainers: 'name',
	ephemeralContainers: 'name',
	env: 'name',
	volumes: 'name',
	imagePullSecrets: 'name',
	secrets: 'name',
	resourceClaims: 'name',
	schedulingGates: 'name',
	volumeMounts: 'mountPath',
	volumeDevices: 'devicePath',
	conditions: 'type',
	addresses: 'type',
	hostAliases: 'ip',
	podIPs: 'ip',
	hostIPs: 'ip',
	topologySpreadConstraints: 'topologyKey',
	ownerReferences: 'uid',
};

// Lists of plain values that are merged as sets.
const sets = new Set(['finalizers', 'podCIDRs']);

/** By which field the items of a list are told apart; undefined for lists that are replaced whole. */
export const mergeKeyOf = (field: string, ...lists: ReadonlyArray<readonly unknown[]>): string | undefined => {
	if (field !== 'ports') return mergeKeys[field];
	const isContainer = lists.flat().some((port) => Object.hasOwn(recordOf(port), 'containerPort'));
	return isContainer ? 'containerPort' : 'port';
};

const isDirective = (field: string): boolean => field.startsWith('$');

/**
 * The order of a merged list, as a real server's: the patch's items in the patch's order, the others in their own; of
 * one of each the patch's goes first, unless both were there before and the other stood before it.
 */
const ordered = (
	items: readonly unknown[],
	order: readonly unknown[],
	before: readonly unknown[],
	idOf: (item: unknown) => unknown,
): readonly unknown[] => {
	const wanted = order.map((item) => idOf(item));
	const known = before.map((item) => idOf(item));
	const named = items
		.filter((item) => wanted.includes(idOf(item)))
		.sort((left, right) => wanted.indexOf(idOf(left)) - wanted.indexOf(idOf(right)));
	const others = items.filter((item) => !wanted.includes(idOf(item)));
	const result: unknown[] = [];
	while (named.length > 0 && others.length > 0) {
		const [other, one] = [known.indexOf(idOf(others[0])), known.indexOf(idOf(named[0]))];
		const isOther = other >= 0 && one >= 0 && other < one;
		result.push((isOther ? others : named).shift());
	}

	return [...result, ...named, ...others];
};

const mergedSet = (target: readonly unknown[], patch: Json, field: string): readonly unknown[] => {
	const removed = listOf(patch[`$deleteFromPrimitiveList/${field}`]);
	const all = [...target.filter((item) => !removed.includes(item)), ...listOf(patch[field])];
	const order = listOf(patch[`$setElementOrder/${field}`] ?? patch[field]);
	return ordered([...new Set(all)], order, target, (item) => item);
};

const mergedList = (target: readonly unknown[], patch: readonly unknown[], key: string): unknown[] => {
	if (patch.some((item) => recordOf(item)['$patch'] === 'replace')) {
		return patch.filter((item) => recordOf(item)['$patch'] !== 'replace');
	}

	const result = [...target];
	for (const item of patch.filter((one) => isRecord(one))) {
		const index = result.findIndex((known) => isEqual(recordOf(known)[key], item[key]));
		if (item['$patch'] === 'delete') {
			if (index >= 0) result.splice(index, 1);
		} else if (index >= 0) result[index] = strategicPatched(result[index], item);
		else result.push(strategicPatched({}, item));
	}

	return result;
};

const mergedField = (field: string, target: unknown, patch: Json): unknown => {
	const value = patch[field];
	const known = listOf(target);
	if (sets.has(field)) return mergedSet(known, patch, field);
	if (value !== undefined && !Array.isArray(value)) {
		return isRecord(value) ? strategicPatched(target, value) : value;
	}

	const order = listOf(patch[`$setElementOrder/${field}`] ?? value);
	const key = mergeKeyOf(field, known, listOf(value), order);
	if (key === undefined) return value ?? target;
	const idOf = (item: unknown): unknown => recordOf(item)[key];
	return ordered(mergedList(known, listOf(value), key), order, known, idOf);
};

const listDirective = /^\$(?:setElementOrder|deleteFromPrimitiveList)\/(.+)$/u;

/** A strategic merge patch, with its directives `$patch`, `$retainKeys`, `$setElementOrder`, `$deleteFrom…`. */
export const strategicPatched = (target: unknown, patch: Json): unknown => {
	if (patch['$patch'] === 'replace') {
		return Object.fromEntries(Object.entries(patch).filter(([field]) => !isDirective(field)));
	}

	if (patch['$patch'] === 'delete') return undefined;
	const result: Json = {...recordOf(target)};
	const retained = patch['$retainKeys'];
	if (Array.isArray(retained)) {
		for (const field of Object.keys(result)) if (!retained.includes(field)) delete result[field];
	}

	const fields = new Set(
		Object.keys(patch).flatMap((field) => (isDirective(field) ? (listDirective.exec(field)?.[1] ?? []) : field)),
	);
	for (const field of fields) {
		const merged = patch[field] === null ? undefined : mergedField(field, result[field], patch);
		if (merged === undefined) delete result[field];
		else result[field] = merged;
	}

	return result;
};
