// The patch formats by content type.
import jsonPatch, {type Operation as PatchOperation} from 'fast-json-patch';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {badRequest, patchRefused} from './errors.ts';
import {copy, isRecord} from './json.ts';
import {mergePatched, strategicPatched} from './merging.ts';

/** The object after a JSON patch; a `test` that fails, or a path that is not there, refuses the whole. */
export const jsonPatched = (current: KubeObject, operations: readonly Operation[]): KubeObject => {
	try {
		return jsonPatch.applyPatch(copy(current), copy(operations) as PatchOperation[], true).newDocument;
	} catch {
		throw patchRefused();
	}
};

/** The object after a merge patch. */
export const merged = (current: KubeObject, patch: unknown): KubeObject => {
	if (!isRecord(patch)) throw badRequest('the patch is not a JSON object');
	return mergePatched(current, patch) as KubeObject;
};

/** The object after a strategic merge patch. */
export const strategic = (current: KubeObject, patch: unknown): KubeObject => {
	if (!isRecord(patch)) throw badRequest('the patch is not a JSON object');
	return strategicPatched(current, patch) as KubeObject;
};
