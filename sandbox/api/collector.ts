// What follows a deletion: dependents whose owners are all gone, a namespace's content, a CRD's instances.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {crdKey, instancesOf} from './crd.ts';
import type {Kind, Kinds} from './kinds.ts';
import type {Memory} from './memory.ts';
import type {Registry} from './registry.ts';

const garbageCollector = 'kube-controller-manager';
const namespacesKey = {group: '', plural: 'namespaces'};

/** The garbage and namespace controllers, at once and in a fixed order: a deletion returns when they are done. */
export class Collector {
	readonly #kinds: Kinds;
	readonly #memory: Memory;
	readonly #registry: Registry;

	constructor(kinds: Kinds, memory: Memory, registry: Registry) {
		this.#kinds = kinds;
		this.#memory = memory;
		this.#registry = registry;
	}

	#isAlive(uid: string): boolean {
		return this.#memory.withUid(uid) !== undefined;
	}

	#remove(kind: Kind, object: KubeObject): void {
		const {name, namespace, deletionTimestamp, uid = ''} = object.metadata;
		if (deletionTimestamp !== undefined || !this.#isAlive(uid)) return;
		this.#registry.remove(kind, namespace, name, {by: garbageCollector, propagationPolicy: 'Background'});
	}

	#edit(kind: Kind, object: KubeObject, edit: (current: KubeObject) => KubeObject['metadata']): void {
		const {name, namespace, uid = ''} = object.metadata;
		if (!this.#isAlive(uid)) return;
		const change = (current: KubeObject): KubeObject => ({...current, metadata: edit(current)});
		this.#registry.change(kind, namespace, name, change, {by: garbageCollector});
	}

	/** An object whose owners never were, or are gone already, is garbage from the start. */
	afterCreation(kind: Kind, object: KubeObject): void {
		const {ownerReferences = []} = object.metadata;
		if (ownerReferences.length === 0 || ownerReferences.some(({uid}) => this.#isAlive(uid))) return;
		this.#remove(kind, object);
	}

	/** After an object went, or was marked while something holds it. */
	afterRemoval(kind: Kind, object: KubeObject): void {
		const {uid = '', finalizers = [], namespace} = object.metadata;
		const isGone = !this.#isAlive(uid);
		if (finalizers.includes('orphan')) this.#orphan(kind, object);
		else if (isGone || finalizers.includes('foregroundDeletion')) this.#collect(uid, isGone);
		if (!isGone && finalizers.includes('foregroundDeletion')) this.#release(uid);
		if (kind.key.plural === namespacesKey.plural && !isGone) this.#empty(object);
		if (!isGone) return;
		if (kind.key.plural === crdKey.plural) this.#dropInstances(object);
		for (const owner of object.metadata.ownerReferences ?? []) this.#release(owner.uid);
		if (namespace !== undefined) this.#finishNamespace(namespace);
	}

	#collect(uid: string, isGone: boolean): void {
		for (const {kind, object} of this.#memory.dependentsOf(uid)) {
			const owners = object.metadata.ownerReferences ?? [];
			const living = owners.filter((owner) => owner.uid !== uid && this.#isAlive(owner.uid));
			if (living.length === 0) this.#remove(kind, object);
			else if (isGone) this.#edit(kind, object, ({metadata}) => ({...metadata, ownerReferences: living}));
		}
	}

	#orphan(kind: Kind, object: KubeObject): void {
		const {uid} = object.metadata;
		for (const dependent of this.#memory.dependentsOf(uid ?? '')) {
			this.#edit(dependent.kind, dependent.object, ({metadata}) => ({
				...metadata,
				ownerReferences: (metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid),
			}));
		}

		this.#letGo(kind, object, 'orphan');
	}

	#letGo(kind: Kind, object: KubeObject, finalizer: string): void {
		this.#edit(kind, object, ({metadata}) => ({
			...metadata,
			finalizers: (metadata.finalizers ?? []).filter((held) => held !== finalizer),
		}));
	}

	/** Ends an owner's foreground deletion once nothing depends on it. */
	#release(uid: string): void {
		const owner = this.#memory.withUid(uid);
		if (!owner?.object.metadata.finalizers?.includes('foregroundDeletion')) return;
		if (owner.object.metadata.deletionTimestamp === undefined) return;
		if (this.#memory.dependentsOf(uid).length > 0) return;
		this.#letGo(owner.kind, owner.object, 'foregroundDeletion');
	}

	#contentOf(namespace: string): ReadonlyArray<{readonly kind: Kind; readonly object: KubeObject}> {
		return this.#kinds
			.all()
			.filter((kind) => kind.namespaced)
			.flatMap((kind) =>
				this.#memory
					.list(kind)
					.filter((object) => object.metadata.namespace === namespace)
					.map((object) => ({kind, object})),
			);
	}

	#empty(namespace: KubeObject): void {
		for (const {kind, object} of this.#contentOf(namespace.metadata.name)) this.#remove(kind, object);
		this.#finishNamespace(namespace.metadata.name);
	}

	#finishNamespace(name: string): void {
		const kind = this.#kinds.require(namespacesKey);
		const namespace = this.#memory.get(kind, name);
		if (namespace?.metadata.deletionTimestamp === undefined || (namespace.metadata.finalizers ?? []).length > 0) return;
		if (this.#contentOf(name).length === 0) this.#registry.finish(kind, namespace, garbageCollector);
	}

	/** Instances go with their definition; what finalizers they have cannot be waited for, as nothing serves them. */
	#dropInstances(definition: KubeObject): void {
		const key = instancesOf(definition);
		const kind = this.#kinds.get(key);
		if (kind === undefined) return;
		for (const object of this.#memory.list(kind)) this.#registry.finish(kind, object, garbageCollector);
		this.#kinds.unregister(key);
	}
}
