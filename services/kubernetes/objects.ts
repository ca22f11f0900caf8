// Objects as they come off the wire: checked as far as we rely on them, and without what nobody reads.
import type {KubeObject, Resource} from './cluster.ts';

/** The resource version as a number of any length; undefined when it is none. */
export const versionOf = (text: unknown): bigint | undefined =>
	typeof text === 'string' && /^\d{1,40}$/.test(text) ? BigInt(text) : undefined;

/** `test/podinfo`; `/name` without a namespace. */
export const keyOf = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** `canaries.flagger.app`; `pods` for the core group. */
export const resourceName = ({plural, group}: Resource): string => (group === '' ? plural : `${plural}.${group}`);

/** True if it has what the cache relies on: the kind asked for, a name, and a version that can be compared. */
export const isObjectOf = (resource: Resource, value: unknown): value is KubeObject => {
	if (typeof value !== 'object' || value === null) {
		return false;
	}

	const {kind, metadata} = value as Partial<KubeObject>;
	return (
		kind === resource.kind &&
		typeof metadata === 'object' &&
		metadata !== null &&
		typeof metadata.name === 'string' &&
		versionOf(metadata.resourceVersion) !== undefined
	);
};

/** Drops `managedFields` in place: half of an object's weight, and nothing that we decide on. */
export const dropManagedFields = (object: KubeObject): KubeObject => {
	delete object.metadata['managedFields'];
	return object;
};

type ManagedFields = {readonly manager?: string; readonly subresource?: string; readonly time?: string};

/** Keeps of `managedFields` who wrote the status and when, in place. */
export const keepStatusWriters = (object: KubeObject): KubeObject => {
	const fields = object.metadata['managedFields'];
	if (Array.isArray(fields)) {
		object.metadata['managedFields'] = (fields as readonly ManagedFields[])
			.filter(({subresource}) => subresource === 'status')
			.map(({manager, subresource, time}) => ({manager, subresource, time}));
	}

	return object;
};

/** kubectl's copy of what was last applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
