// Histories as they would be, had something else happened: what the observer is to see, or not to hold against anybody.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Change} from '../../releases/harness.ts';

/** Had each route given the canary so much more. */
export const withMore = (changes: readonly Change[], more: number): readonly Change[] =>
	changes.map((change) => {
		if (change.plural !== 'virtualservices') return change;
		const object = structuredClone(change.object);
		const [rule] = (object.spec ?? {})['http'] as [{route: Array<{weight?: number}>}];
		for (const leg of rule.route) leg.weight = (leg.weight ?? 0) + more;
		return {...change, object};
	});

/** Had a list told the change of the version: it names the kind once for all, so the members come in another order. */
export const asListed = (changes: readonly Change[], version: string): readonly Change[] =>
	changes.map((change) => {
		const {apiVersion, kind, ...object} = change.object;
		return object.metadata.resourceVersion === version ? {...change, object: {...object, apiVersion, kind}} : change;
	});

const annotated = ({metadata, ...object}: KubeObject): KubeObject => ({
	...object,
	metadata: {...metadata, annotations: {...metadata.annotations, 'example.com/by': 'somebody'}},
});

/** Had the change of the version set an annotation as well. */
export const withAnnotationIn = (changes: readonly Change[], version: string): readonly Change[] =>
	changes.map((change) =>
		change.object.metadata.resourceVersion === version ? {...change, object: annotated(change.object)} : change,
	);

/** Had somebody set an annotation right after the change of the version, by a change of a version `next`. */
export const withAnnotationAfter = (changes: readonly Change[], version: string, next: string): readonly Change[] =>
	changes.flatMap((change) => {
		const {metadata, ...object} = change.object;
		if (metadata.resourceVersion !== version) return [change];
		return [change, {...change, object: annotated({...object, metadata: {...metadata, resourceVersion: next}})}];
	});
