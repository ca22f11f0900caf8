// The objects themselves, and the two indexes that garbage collection needs: by uid, and by owner.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Kind} from './kinds.ts';

export type Place = {readonly kind: Kind; readonly id: string};

/** As etcd's keys are: `namespace/name`, which also gives lists their order. */
export const idOf = (namespace: string | undefined, name: string): string =>
	namespace === undefined ? name : `${namespace}/${name}`;

/** An object's place in its kind. */
export const idIn = (object: KubeObject): string => idOf(object.metadata.namespace, object.metadata.name);

type Shelf = {readonly objects: Map<string, KubeObject>; sorted: readonly KubeObject[] | undefined};

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Everything that is stored, as frozen objects. */
export class Memory {
	readonly #shelves = new Map<string, Shelf>();
	readonly #byUid = new Map<string, Place>();
	readonly #byOwner = new Map<string, Map<string, Place>>();

	#shelf(kind: Kind): Shelf {
		const id = `${kind.key.group}/${kind.key.plural}`;
		const shelf = this.#shelves.get(id) ?? {objects: new Map<string, KubeObject>(), sorted: undefined};
		this.#shelves.set(id, shelf);
		return shelf;
	}

	get(kind: Kind, id: string): KubeObject | undefined {
		return this.#shelf(kind).objects.get(id);
	}

	/** All of a kind in key order, as etcd lists them. */
	list(kind: Kind): readonly KubeObject[] {
		const shelf = this.#shelf(kind);
		shelf.sorted ??= [...shelf.objects].sort(([left], [right]) => compare(left, right)).map(([, object]) => object);
		return shelf.sorted;
	}

	put(kind: Kind, object: KubeObject): void {
		const shelf = this.#shelf(kind);
		const id = idIn(object);
		const before = shelf.objects.get(id);
		if (before !== undefined) this.#unindex(before);
		shelf.objects.set(id, object);
		shelf.sorted = undefined;
		const {uid = '', ownerReferences = []} = object.metadata;
		const place = {kind, id};
		this.#byUid.set(uid, place);
		for (const owner of ownerReferences) {
			const dependents = this.#byOwner.get(owner.uid) ?? new Map<string, Place>();
			dependents.set(uid, place);
			this.#byOwner.set(owner.uid, dependents);
		}
	}

	drop(kind: Kind, object: KubeObject): void {
		const shelf = this.#shelf(kind);
		const before = shelf.objects.get(idIn(object));
		if (before === undefined) return;
		this.#unindex(before);
		shelf.objects.delete(idIn(object));
		shelf.sorted = undefined;
	}

	#unindex({metadata: {uid = '', ownerReferences = []}}: KubeObject): void {
		this.#byUid.delete(uid);
		for (const owner of ownerReferences) {
			const dependents = this.#byOwner.get(owner.uid);
			dependents?.delete(uid);
			if (dependents?.size === 0) this.#byOwner.delete(owner.uid);
		}
	}

	withUid(uid: string): {readonly kind: Kind; readonly object: KubeObject} | undefined {
		const place = this.#byUid.get(uid);
		const object = place === undefined ? undefined : this.get(place.kind, place.id);
		return place === undefined || object === undefined ? undefined : {kind: place.kind, object};
	}

	/** The objects that name this uid as an owner, in the order of their creation. */
	dependentsOf(uid: string): ReadonlyArray<{readonly kind: Kind; readonly object: KubeObject}> {
		return [...(this.#byOwner.get(uid)?.keys() ?? [])].flatMap((dependent) => this.withUid(dependent) ?? []);
	}
}
