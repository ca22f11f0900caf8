// Writes: how an object becomes the stored one, and how it goes.
import {timestamp} from '../../services/clock.ts';
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Random} from '../../services/random.ts';
import {customProblems, pruneCustom} from './crd.ts';
import {alreadyExists, badRequest, forbidden, invalid, notFound, otherUid, otherVersion} from './errors.ts';
import {copy, freeze, isEqual, recordOf, type Json} from './json.ts';
import {inVersion, versionIn, type Allocator, type Kind, type Kinds} from './kinds.ts';
import {idIn, idOf, type Memory} from './memory.ts';
import {
	checkMetadata,
	checkPrecondition,
	cleanMetadata,
	isSpecChanged,
	keepIdentity,
	nameSuffix,
	newUid,
	noteStatusWriter,
	requireVersion,
} from './metadata.ts';
import type {Change} from './history.ts';
import type {Accepted} from './types.ts';
import type {RemoveOptions, WriteOptions} from './write-options.ts';

export type RegistryParts = {
	readonly clock: Clock;
	readonly random: Random;
	readonly kinds: Kinds;
	readonly memory: Memory;
	readonly allocator: Allocator;
	readonly hasKubelet: boolean;
	nextVersion(): number;
	accept(change: Accepted, event: Change): void;
};

const namespacesKey = {group: '', plural: 'namespaces'};

/** Creates, changes and removes stored objects. */
export class Registry {
	readonly #parts: RegistryParts;
	onRemoved: (kind: Kind, object: KubeObject) => void = () => {};
	onCreated: (kind: Kind, object: KubeObject) => void = () => {};

	constructor(parts: RegistryParts) {
		this.#parts = parts;
	}

	#commit(kind: Kind, verb: Accepted['verb'], before: KubeObject | undefined, object: KubeObject, by: WriteOptions) {
		const {memory} = this.#parts;
		const version = this.#parts.nextVersion();
		object.metadata.resourceVersion = String(version);
		const after = freeze(object);
		if (verb === 'delete') memory.drop(kind, after);
		else memory.put(kind, after);
		const type = verb === 'create' ? 'ADDED' : verb === 'update' ? 'MODIFIED' : 'DELETED';
		const accepted = {verb, key: kind.key, subresource: by.subresource ?? '', before, by: by.by};
		this.#parts.accept({...accepted, after: verb === 'delete' ? undefined : after}, {version, type, before, after});
		return after;
	}

	/** Converts to the stored version, prunes, defaults and validates; what comes out is ours to change. */
	#admit(kind: Kind, given: KubeObject, before: KubeObject | undefined, options: WriteOptions): KubeObject {
		const copied = copy(given);
		if (!kind.versions.some(({name}) => name === versionIn(copied.apiVersion))) {
			throw badRequest(`${copied.kind} in version "${copied.apiVersion}" is not served`);
		}

		cleanMetadata(copied, kind.namespaced);
		const version = versionIn(copied.apiVersion);
		if (kind.isCustom) pruneCustom(kind, version, copied, options.onUnknown);
		const object = inVersion(kind, copied, kind.storage);
		kind.complete?.(object, before, this.#parts.allocator);
		return object;
	}

	#validate(kind: Kind, object: KubeObject, before: KubeObject | undefined, {subresource}: WriteOptions): void {
		const errors = [
			...checkMetadata(kind, object, before),
			...(kind.isCustom ? customProblems(kind, object, subresource) : []),
			...(kind.check?.(object, before) ?? []),
		];
		if (errors.length > 0) throw invalid(kind.key, kind.kind, object.metadata.name, errors);
	}

	#requireNamespace(kind: Kind, object: KubeObject): void {
		if (!kind.namespaced) return;
		const {namespace, name} = object.metadata;
		if (namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
		const found = this.#parts.memory.get(this.#parts.kinds.require(namespacesKey), namespace);
		if (found === undefined) throw notFound(namespacesKey, namespace);
		if (found.metadata.deletionTimestamp === undefined) return;
		const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
		const cause = {
			reason: 'NamespaceTerminating',
			message: `namespace ${namespace} is being terminated`,
			field: 'metadata.namespace',
		};
		throw forbidden(kind.key, name, why, {causes: [cause]});
	}

	create(kind: Kind, given: KubeObject, options: WriteOptions): KubeObject {
		const {clock, random, memory} = this.#parts;
		const draft = copy(given);
		const metadata: Json = draft.metadata;
		draft.metadata.name ??= '';
		for (const field of ['uid', 'resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation']) {
			delete metadata[field];
		}

		const {generateName} = metadata;
		if (draft.metadata.name === '' && typeof generateName === 'string') {
			draft.metadata.name = generateName + nameSuffix(random);
		}

		draft.metadata.creationTimestamp = timestamp(clock.now());
		if (kind.hasStatus && !kind.isBornWithStatus) delete draft.status;
		this.#requireNamespace(kind, draft);
		const object = this.#admit(kind, draft, undefined, options);
		this.#validate(kind, object, undefined, options);
		if (memory.get(kind, idIn(object)) !== undefined) throw alreadyExists(kind.key, object.metadata.name);
		object.metadata.uid = newUid(random);
		if (kind.hasGeneration) object.metadata.generation = 1;
		options.note?.(object, undefined);
		if (options.dryRun) return freeze(object);
		const created = this.#commit(kind, 'create', undefined, object, options);
		this.onCreated(kind, created);
		return created;
	}

	change(
		kind: Kind,
		namespace: string | undefined,
		name: string,
		change: (current: KubeObject) => KubeObject,
		options: WriteOptions,
	): KubeObject {
		const before = this.#parts.memory.get(kind, idOf(namespace, name));
		if (before === undefined) throw notFound(kind.key, name);
		const given = change(before);
		if (options.isReplacement) requireVersion(kind, given);
		checkPrecondition(kind, given, before);
		if (given.metadata.name !== name || (kind.namespaced && (given.metadata.namespace ?? namespace) !== namespace)) {
			throw badRequest('the name of the object does not match the name on the URL');
		}

		const object = this.#admit(kind, this.#mixed(kind, given, before, options), before, options);
		if (kind.namespaced && namespace !== undefined) object.metadata.namespace = namespace;
		keepIdentity(object, before);
		this.#validate(kind, object, before, options);
		if (isEqual(object, before)) return before;
		options.note?.(object, before);
		if (kind.isCustom && options.subresource === 'status')
			noteStatusWriter(object, options.by, this.#parts.clock.now());
		if (kind.hasGeneration && isSpecChanged(object, before)) {
			object.metadata.generation = (before.metadata.generation ?? 0) + 1;
		}

		if (options.dryRun) return freeze(object);
		const isLast = object.metadata.deletionTimestamp !== undefined && !this.#isHeld(kind, object);
		if (isLast) return this.#drop(kind, before, object, options);
		return this.#commit(kind, 'update', before, object, options);
	}

	/** What of `given` counts: on `/status` only its status, elsewhere all but its status. */
	#mixed(kind: Kind, given: KubeObject, before: KubeObject, {subresource}: WriteOptions): KubeObject {
		if (!kind.hasStatus) return given;
		const version = versionIn(given.apiVersion);
		const known = inVersion(kind, before, version);
		const {status: _given, ...rest} = given;
		const {status: _known, ...kept} = known;
		if (subresource === 'status') return {...kept, ...(given.status && {status: given.status})};
		return {...rest, ...(known.status && {status: known.status})};
	}

	/** True while a finalizer or, for a pod, its grace keeps an object that is being deleted. */
	#isHeld(kind: Kind, object: KubeObject): boolean {
		if ((object.metadata.finalizers ?? []).length > 0) return true;
		if (kind.key.plural === 'namespaces') return true;
		return kind.key.plural === 'pods' && Number(object.metadata['deletionGracePeriodSeconds'] ?? 0) > 0;
	}

	#drop(kind: Kind, before: KubeObject, last: KubeObject, options: WriteOptions): KubeObject {
		const gone = this.#commit(kind, 'delete', before, last, options);
		this.onRemoved(kind, gone);
		return gone;
	}

	#grace(kind: Kind, object: KubeObject, {gracePeriodSeconds}: RemoveOptions): number {
		if (kind.key.plural !== 'pods' || !this.#parts.hasKubelet) return 0;
		const spec = recordOf(object.spec);
		if ((spec['nodeName'] ?? '') === '' || ['Succeeded', 'Failed'].includes(String(object.status?.['phase']))) return 0;
		return gracePeriodSeconds ?? Number(spec['terminationGracePeriodSeconds'] ?? 30);
	}

	/** Deletes; answers the object when something still holds it, and undefined when it is gone. */
	remove(
		kind: Kind,
		namespace: string | undefined,
		name: string,
		options: WriteOptions & RemoveOptions,
	): KubeObject | undefined {
		const {memory} = this.#parts;
		const before = memory.get(kind, idOf(namespace, name));
		if (before === undefined) throw notFound(kind.key, name);
		const {uid = '', resourceVersion = ''} = before.metadata;
		const key = {...kind.key, plural: kind.kind}; // Here alone a real server names the kind and not the plural.
		if (options.uid !== undefined && options.uid !== uid) throw otherUid(key, name, options.uid, uid);
		if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
			throw otherVersion(key, name, options.resourceVersion, resourceVersion);
		}

		if (options.dryRun) return before;
		const object = copy(before);
		this.#mark(kind, object, options);
		if (!this.#isHeld(kind, object)) {
			this.#drop(kind, before, object, options);
			return undefined;
		}

		if (!isEqual(object, before)) this.#commit(kind, 'update', before, object, options);
		this.onRemoved(kind, object);
		return memory.get(kind, idOf(namespace, name));
	}

	/** Sets on `object` what says that it is being deleted. */
	#mark(kind: Kind, object: KubeObject, options: RemoveOptions): void {
		const {metadata} = object;
		const finalizers = metadata.finalizers ?? [];
		const policy = {Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: ''}[
			options.propagationPolicy ?? 'Background'
		];
		const hasDependents = this.#parts.memory.dependentsOf(metadata.uid ?? '').length > 0;
		if (policy !== '' && hasDependents && !finalizers.includes(policy)) {
			metadata.finalizers = [...finalizers, policy];
		}

		const grace = this.#grace(kind, object, options);
		const isFirst = metadata.deletionTimestamp === undefined;
		if (isFirst) {
			metadata.deletionTimestamp = timestamp(this.#parts.clock.now() + grace * 1000);
			if (kind.hasGeneration) metadata.generation = (metadata.generation ?? 0) + 1;
		}

		const known = Number(metadata['deletionGracePeriodSeconds'] ?? grace);
		metadata['deletionGracePeriodSeconds'] = Math.min(known, grace);
		if (kind.key.plural === 'namespaces') object.status = {...object.status, phase: 'Terminating'};
	}

	/** Removes an object for good, whatever held it: the end of a namespace. */
	finish(kind: Kind, object: KubeObject, by: string): void {
		const before = this.#parts.memory.get(kind, idIn(object));
		if (before !== undefined) this.#drop(kind, before, copy(before), {by});
	}
}
