// What is there now, listed once, for those who need no watch.
import type {Api} from './api.ts';
import type {KubeObject, ObjectMeta, Resource} from './cluster.ts';
import {list} from './list.ts';

export type Lister = {
	/** The metadata of all objects of a namespace, and nothing else of them; without `managedFields`. */
	metadata(resource: Resource, namespace: string, signal: AbortSignal): Promise<readonly ObjectMeta[]>;
	/** All objects of a namespace. */
	objects(resource: Resource, namespace: string, signal: AbortSignal): Promise<readonly KubeObject[]>;
};

/** Both reject with ApiError. */
export const createLister = (api: Api): Lister => {
	const common = {api, labelSelector: undefined, onPage() {}};
	return {
		async metadata(resource, namespace, signal) {
			const found: ObjectMeta[] = [];
			const take = ({metadata: {managedFields: _, ...metadata}}: KubeObject): undefined => {
				found.push(metadata);
			};
			await list({...common, resource, namespace, signal, isMetadataOnly: true, take});
			return found;
		},
		async objects(resource, namespace, signal) {
			const {objects} = await list({...common, resource, namespace, signal, take: (object) => object});
			return objects;
		},
	};
};
