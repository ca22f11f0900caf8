// The patch formats by content type.
import jsonPatch, {type Operation as PatchOperation} from 'fast-json-patch';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {badRequest, patchRefused} from './errors.ts';
import {copy, isRecord, recordOf, type Json} from './json.ts';
import {mergePatched, strategicPatched} from './merging.ts';

/** The member that a path names, and the object that it is to be in; undefined when that is a list, or not there. */
const memberAt = (document: unknown, path: string): {readonly within: Json; readonly name: string} | undefined => {
	const steps = path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
	const name = steps.pop() ?? '';
	let within: unknown = document;
	for (const step of steps.slice(1)) within = isRecord(within) || Array.isArray(within) ? (within as Json)[step] : null;
	return isRecord(within) ? {within, name} : undefined;
};

/** A path without what RFC 6902 does not know: indexes from a list's end (for `add`, from behind it), and zeros before. */
const fromTheStart = (document: unknown, path: string, op: string): string => {
	const steps = path.split('/');
	let within = document;
	return steps
		.map((step, at) => {
			const isPlace = at === steps.length - 1 && op === 'add';
			const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
			if (at === 0 || !Array.isArray(within) || !/^-?\d+$/.test(step)) {
				if (at > 0) within = recordOf(within)[name];
				return step;
			}

			const index = Number(step) + (step.startsWith('-') ? within.length + (isPlace ? 1 : 0) : 0);
			within = within[index];
			return String(index);
		})
		.join('/');
};

/**
 * Where a real server is laxer than RFC 6902: `replace` also adds a member, `test` of null holds where none is, and
 * lists are counted from their end. It is stricter, too: the whole cannot be added.
 */
const applyTo = (document: KubeObject, asked: Operation): KubeObject => {
	if (asked.op === 'add' && asked.path === '') throw new RangeError('the whole cannot be added');
	const operation = {...asked, path: fromTheStart(document, asked.path, asked.op)};
	const member = memberAt(document, operation.path);
	const isAbsent = member !== undefined && !Object.hasOwn(member.within, member.name);
	if (isAbsent && operation.op === 'test' && (operation.value ?? null) === null) return document;
	const applied = isAbsent && operation.op === 'replace' ? {...operation, op: 'add' as const} : operation;
	return jsonPatch.applyPatch(document, [applied] as PatchOperation[], true).newDocument;
};

/** The object after a JSON patch; a `test` that fails, or a path that is not there, refuses the whole. */
export const jsonPatched = (current: KubeObject, operations: readonly Operation[]): KubeObject => {
	try {
		return copy(operations).reduce((document, operation) => applyTo(document, operation), copy(current));
	} catch {
		throw patchRefused();
	}
};

/** The object after a merge patch, which has nothing in common with it. */
export const merged = (current: KubeObject, patch: unknown): KubeObject => {
	if (!isRecord(patch)) throw badRequest('the patch is not a JSON object');
	return copy(mergePatched(current, patch)) as KubeObject;
};

/** The object after a strategic merge patch, which has nothing in common with it. */
export const strategic = (current: KubeObject, patch: unknown): KubeObject => {
	if (!isRecord(patch)) throw badRequest('the patch is not a JSON object');
	return copy(strategicPatched(current, patch)) as KubeObject;
};
