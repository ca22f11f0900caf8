// A cluster whose reads and writes are pieces of work, for one Canary's trace.
import type {Cluster, Resource} from '../kubernetes/cluster.ts';
import {resourceName} from '../kubernetes/objects.ts';
import type {Facts, RunTrace} from './tracing.ts';

const objectOf = (namespace: string | undefined, name: string): string =>
	namespace === undefined ? name : `${name}.${namespace}`;

/** `within`: as of a RunTrace; outside of a run it just runs the task. */
export const tracedCluster = (cluster: Cluster, within: RunTrace['within']): Cluster => {
	const traced = <Result>(
		verb: string,
		resource: Resource,
		facts: Facts,
		task: () => Promise<Result>,
	): Promise<Result> => within(`${verb} ${resourceName(resource)}`, facts, task);
	return {
		...cluster,
		read: (resource, namespace, name, signal) =>
			traced('get', resource, {object: objectOf(namespace, name)}, () =>
				cluster.read(resource, namespace, name, signal),
			),
		create(resource, object, options) {
			const {namespace, name} = object.metadata;
			return traced('create', resource, {object: objectOf(namespace, name), lane: options.lane}, () =>
				cluster.create(resource, object, options),
			);
		},
		patch: (resource, namespace, name, operations, options) =>
			traced('patch', resource, {object: objectOf(namespace, name), lane: options.lane}, () =>
				cluster.patch(resource, namespace, name, operations, options),
			),
		remove: (resource, namespace, name, uid, options) =>
			traced('delete', resource, {object: objectOf(namespace, name), lane: options.lane}, () =>
				cluster.remove(resource, namespace, name, uid, options),
			),
	};
};
