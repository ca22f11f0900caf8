// Reading from the cache, and the one way to write: decide on what is known, write with a precondition, re-decide after
// a conflict.
import {isDeepStrictEqual} from 'node:util';
import {
	ApiError,
	type Cluster,
	type KubeObject,
	type Operation,
	type Resource,
	type Wanted,
	type WriteOptions,
} from '../kubernetes/cluster.ts';

/** How often a write is decided anew before its conflict is handed to the caller, who backs off. */
const ATTEMPTS = 4;

/** The wanted objects as the cache knows them: no read while anyone follows them. Rejects when the signal aborts. */
export const knownAll = async (
	cluster: Cluster,
	resource: Resource,
	namespace: string,
	wanted: Wanted,
	signal?: AbortSignal,
): Promise<readonly KubeObject[]> => {
	signal?.throwIfAborted();
	const following = cluster.follow(resource, namespace, wanted, () => {});
	const onAbort = (): void => {
		following.close();
	};
	signal?.addEventListener('abort', onAbort, {once: true});
	try {
		await following.synced;
		return following.objects();
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	} finally {
		signal?.removeEventListener('abort', onAbort);
		following.close();
	}
};

/** One object by its name, as `knownAll`. */
export const known = async (
	cluster: Cluster,
	resource: Resource,
	namespace: string,
	name: string,
	signal?: AbortSignal,
): Promise<KubeObject | undefined> => {
	const [object] = await knownAll(cluster, resource, namespace, {name}, signal);
	return object;
};

/** The refusal that an object is not there, as a server words it, for objects known only from the cache. */
export const missing = (resource: Resource, name: string, namespace: string): ApiError =>
	new ApiError({
		code: 404,
		reason: 'NotFound',
		outcome: 'refused',
		attempt: `PATCH ${resource.plural}${resource.group === '' ? '' : `.${resource.group}`} ${name}.${namespace}`,
		message: `${resource.plural} "${name}" not found`,
	});

const mayBeConflict = (error: unknown): error is ApiError =>
	error instanceof ApiError && (error.outcome === 'unknown' || error.code === 409 || error.code === 422);

/** A test that fails time and again is a conflict that goes on, not an object that can never be. */
const lastOf = (error: ApiError): ApiError => {
	const {attempt, message} = error;
	if (error.code !== 422) return error;
	return new ApiError({code: 409, reason: 'Conflict', outcome: 'refused', attempt, message, cause: error});
};

/** What `decide` answers: the operations that are lacking; none when the object is as it should be. */
export type Decide = (object: KubeObject) => readonly Operation[];

/**
 * Brings one object to where `decide` wants it: decides on the cached object, patches, and takes the answer as
 * confirmation. No write when nothing lacks. After a conflict, a failed `test` or an unknown outcome it reads live,
 * decides anew and tries again, a few times; then it throws 409. A refusal that is no conflict (the object did not
 * change meanwhile) is thrown as it came, as is 404.
 */
export const rewrite = async (
	cluster: Cluster,
	resource: Resource,
	{namespace, name}: {readonly namespace: string; readonly name: string},
	decide: Decide,
	options: WriteOptions,
): Promise<KubeObject> => {
	let object = await known(cluster, resource, namespace, name, options.signal);
	for (let attempt = 1; ; attempt++) {
		if (object === undefined) throw missing(resource, name, namespace);
		const operations = decide(object);
		if (operations.length === 0) return object;
		try {
			return await cluster.patch(resource, namespace, name, operations, options);
		} catch (error) {
			if (!mayBeConflict(error)) throw error;
			if (attempt === ATTEMPTS) throw lastOf(error);
			const live = await cluster.read(resource, namespace, name, options.signal);
			// A 422 may be a failed test or an invalid object: had nothing changed, the same patch would fail again.
			if (error.code === 422 && live !== undefined && isDeepStrictEqual(decide(live), operations)) throw error;
			object = live;
		}
	}
};

/**
 * Makes an object unless it is there. Answers what is there, and whether it was made now; AlreadyExists and unknown
 * outcomes are settled by a live read.
 */
export const makeIfAbsent = async (
	cluster: Cluster,
	resource: Resource,
	object: KubeObject,
	options: WriteOptions,
): Promise<{readonly object: KubeObject; readonly made: boolean}> => {
	const {name, namespace = ''} = object.metadata;
	const present = await known(cluster, resource, namespace, name, options.signal);
	if (present !== undefined) return {object: present, made: false};
	try {
		return {object: await cluster.create(resource, object, options), made: true};
	} catch (error) {
		const mayExist = error instanceof ApiError && (error.reason === 'AlreadyExists' || error.outcome === 'unknown');
		const live = mayExist ? await cluster.read(resource, namespace, name, options.signal) : undefined;
		if (live === undefined) throw error;
		return {object: live, made: false};
	}
};
