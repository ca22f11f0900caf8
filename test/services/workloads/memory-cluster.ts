// A Cluster in memory for unit tests: no HTTP, no validation; preconditions, versions and a journal of writes.
import jsonPatch from 'fast-json-patch';
import {
	ApiError,
	type Cluster,
	type Following,
	type KubeObject,
	type Operation,
	type Resource,
	type Wanted,
} from '../../../services/kubernetes/cluster.ts';

export type MemoryCluster = Cluster & {
	/** `PATCH deployments podinfo`, in order; reads count as `GET …`, looks as `LOOK …`. */
	readonly calls: string[];
	versions: readonly string[];
	/** Called before a write is looked at: to change the world behind a decision, or to throw. */
	beforeWrite: (verb: string) => void;
	put(plural: string, object: KubeObject): KubeObject;
	get(plural: string, name: string): KubeObject | undefined;
	/** As another writer would: the cache does not hear of it until `catchUp`. */
	putUnseen(plural: string, object: KubeObject): void;
	drop(plural: string, name: string): void;
	watched(): readonly string[];
};

const failure = (code: number, reason: string, attempt: string): ApiError =>
	new ApiError({code, reason, outcome: 'refused', attempt, message: reason});

const matches = (wanted: Wanted, object: KubeObject): boolean => {
	if ('name' in wanted) return object.metadata.name === wanted.name;
	if ('keep' in wanted) return wanted.keep(object);
	return Object.entries(wanted.labels).every(([key, value]) => object.metadata.labels?.[key] === value);
};

export const memoryCluster = (): MemoryCluster => {
	const stored = new Map<string, KubeObject>();
	const cached = new Map<string, KubeObject>();
	const listeners = new Map<() => void, string>();
	const calls: string[] = [];
	let version = 0;
	let uids = 0;

	const keyOf = (plural: string, name: string): string => `${plural}/${name}`;
	const store = (plural: string, object: KubeObject, isSeen = true): KubeObject => {
		const key = keyOf(plural, object.metadata.name);
		const copy = structuredClone(object);
		copy.metadata.uid ??= `uid-${++uids}`;
		copy.metadata.resourceVersion = String(++version);
		stored.set(key, copy);
		if (isSeen) {
			cached.set(key, copy);
			for (const [listener, followed] of listeners) if (followed === plural) listener();
		}

		return copy;
	};

	const follow = (resource: Resource, _: string | undefined, wanted: Wanted, onChange: () => void): Following => {
		const listener = () => {
			onChange();
		};
		listeners.set(listener, resource.plural);
		return {
			synced: Promise.resolve(),
			objects: () =>
				[...cached]
					.filter(([key, object]) => key.startsWith(`${resource.plural}/`) && matches(wanted, object))
					.map(([, object]) => object),
			object(key) {
				const object = cached.get(keyOf(resource.plural, key.slice(key.indexOf('/') + 1)));
				return object !== undefined && matches(wanted, object) ? object : undefined;
			},
			isFresh: () => true,
			close: () => void listeners.delete(listener),
		};
	};

	const patched = (resource: Resource, name: string, operations: readonly Operation[]): KubeObject => {
		const attempt = `PATCH ${resource.plural} ${name}`;
		calls.push(attempt);
		cluster.beforeWrite(attempt);
		const object = stored.get(keyOf(resource.plural, name));
		if (object === undefined) throw failure(404, 'NotFound', attempt);
		let result: KubeObject;
		try {
			result = jsonPatch.applyPatch(structuredClone(object), structuredClone([...operations])).newDocument;
		} catch {
			throw failure(422, 'Invalid', attempt);
		}

		return store(resource.plural, result);
	};

	const cluster: MemoryCluster = {
		calls,
		versions: ['v1beta1'],
		beforeWrite() {},
		put: (plural, object) => store(plural, object),
		get: (plural, name) => stored.get(keyOf(plural, name)),
		putUnseen: (plural, object) => void store(plural, object, false),
		drop(plural, name) {
			stored.delete(keyOf(plural, name));
			cached.delete(keyOf(plural, name));
			for (const [listener, followed] of listeners) if (followed === plural) listener();
		},
		watched: () => [...listeners.values()].sort(),
		follow,
		async read(resource, _, name) {
			calls.push(`GET ${resource.plural} ${name}`);
			return stored.get(keyOf(resource.plural, name));
		},
		async lookAgain(resource, _, name) {
			calls.push(`LOOK ${resource.plural} ${name}`);
			const [key, live] = [keyOf(resource.plural, name), stored.get(keyOf(resource.plural, name))];
			if (cached.get(key) === live) return false;
			if (live === undefined) cached.delete(key);
			else cached.set(key, live);
			for (const [listener, followed] of listeners) if (followed === resource.plural) listener();
			return true;
		},
		async create(resource, object) {
			const attempt = `POST ${resource.plural} ${object.metadata.name}`;
			calls.push(attempt);
			cluster.beforeWrite(attempt);
			if (stored.has(keyOf(resource.plural, object.metadata.name))) throw failure(409, 'AlreadyExists', attempt);
			return store(resource.plural, object);
		},
		patch: async (resource, _, name, operations) => patched(resource, name, operations),
		async remove(resource, _, name) {
			calls.push(`DELETE ${resource.plural} ${name}`);
			cluster.drop(resource.plural, name);
		},
		servedVersions: async () => cluster.versions,
	};
	return cluster;
};
