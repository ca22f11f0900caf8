// The scale subresource: autoscaling/v1 Scale in front of an object's replicas.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {selectorText} from './columns.ts';
import {invalidValue, invalid, notServed, stale} from './errors.ts';
import {copy, recordOf, setAt, valueAt, type Json} from './json.ts';
import type {Kind} from './kinds.ts';

const pathsOf = (kind: Kind) => {
	if (kind.scale === undefined) throw notServed();
	return kind.scale;
};

/** The Scale of an object. */
export const scaleOf = (kind: Kind, object: KubeObject): KubeObject => {
	const {specReplicas, statusReplicas, selector: path} = pathsOf(kind);
	const {name, namespace, uid, resourceVersion, creationTimestamp} = object.metadata;
	const found = path === undefined ? undefined : valueAt(object, path);
	const selector = typeof found === 'string' ? found : selectorText(found);
	const replicas = valueAt(object, specReplicas) ?? 0;
	const metadata = {name, namespace, uid, resourceVersion, creationTimestamp};
	return {
		kind: 'Scale',
		apiVersion: 'autoscaling/v1',
		metadata: metadata as KubeObject['metadata'],
		// Go writes no 0 here, but one in the status.
		spec: {...(replicas !== 0 && {replicas})},
		status: {replicas: valueAt(object, statusReplicas) ?? 0, ...(selector !== '' && {selector})},
	};
};

/** The object with a Scale's replicas; refuses a stale Scale. */
export const scaled = (kind: Kind, object: KubeObject, scale: Json): KubeObject => {
	const {resourceVersion} = recordOf(scale['metadata']);
	const {name} = object.metadata;
	if ((resourceVersion ?? '') !== '' && resourceVersion !== object.metadata.resourceVersion)
		throw stale(kind.key, name);
	const replicas = recordOf(scale['spec'])['replicas'] ?? 0;
	if (typeof replicas !== 'number' || replicas < 0) {
		const error = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
		throw invalid({group: 'autoscaling', plural: 'scales'}, 'Scale', name, [error]);
	}

	const result = copy(object);
	setAt(result, pathsOf(kind).specReplicas, replicas);
	return result;
};
