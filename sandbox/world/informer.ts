// A controller's view of one kind: everything of it, by name, namespace and owner, as of the last delivered event.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {StatusError, type KindKey, type ReadableStore, type WatchEvent} from '../api/types.ts';
import {controllerOf, nameOf} from './objects.ts';

export type Informer = {
	get(name: string): KubeObject | undefined;
	all(): Iterable<KubeObject>;
	inNamespace(namespace: string): Iterable<KubeObject>;
	/** What the object with this uid controls, in the order of creation. */
	ownedBy(uid: string): readonly KubeObject[];
	/** Calls with every event from now on, after it is known here; `before`, while the old state still is. */
	onEvent(listener: (event: WatchEvent) => void, when?: 'before' | 'after'): void;
	close(): void;
};

type Shelf = Map<string, Map<string, KubeObject>>;

const put = (shelf: Shelf, place: string, name: string, object: KubeObject): void => {
	const objects = shelf.get(place) ?? new Map<string, KubeObject>();
	objects.set(name, object);
	shelf.set(place, objects);
};

const drop = (shelf: Shelf, place: string, name: string): void => {
	const objects = shelf.get(place);
	objects?.delete(name);
	if (objects?.size === 0) shelf.delete(place);
};

/** The objects by their places; listeners are told of every change around it. */
class Index {
	readonly #objects = new Map<string, KubeObject>();
	readonly #byNamespace: Shelf = new Map();
	readonly #byOwner: Shelf = new Map();

	get(name: string): KubeObject | undefined {
		return this.#objects.get(name);
	}

	all(): Iterable<KubeObject> {
		return this.#objects.values();
	}

	inNamespace(namespace: string): Iterable<KubeObject> {
		return this.#byNamespace.get(namespace)?.values() ?? [];
	}

	ownedBy(uid: string): readonly KubeObject[] {
		return [...(this.#byOwner.get(uid)?.values() ?? [])];
	}

	apply({type, object}: WatchEvent): void {
		const name = nameOf(object);
		const before = this.#objects.get(name);
		const namespace = object.metadata.namespace ?? '';
		const owner = controllerOf(object)?.uid;
		const formerOwner = before && controllerOf(before)?.uid;
		if (formerOwner !== undefined && (formerOwner !== owner || type === 'DELETED')) {
			drop(this.#byOwner, formerOwner, name);
		}

		if (type === 'DELETED') {
			this.#objects.delete(name);
			drop(this.#byNamespace, namespace, name);
			return;
		}

		this.#objects.set(name, object);
		put(this.#byNamespace, namespace, name, object);
		if (owner !== undefined) put(this.#byOwner, owner, name, object);
	}
}

/** Runs `begin` now, or once a CRD makes the kind served; the answer gives up waiting. */
const whenServed = (store: ReadableStore, begin: () => void): (() => void) => {
	let stop: (() => void) | undefined;
	const tryBegin = (): void => {
		try {
			begin();
			stop?.();
		} catch (error) {
			if (!(error instanceof StatusError) || error.code !== 404) throw error;
			stop ??= store.onAccepted(({key}) => {
				if (key.plural === 'customresourcedefinitions') tryBegin();
			});
		}
	};
	tryBegin();
	return () => stop?.();
};

/** Follows all objects of a kind; a kind that no CRD defines yet is followed from when one does. */
export const followKind = (store: ReadableStore, key: KindKey): Informer => {
	const index = new Index();
	const listeners = {before: [] as Array<(event: WatchEvent) => void>, after: [] as Array<(event: WatchEvent) => void>};
	let stopWatch: (() => void) | undefined;

	const onEvent = (event: WatchEvent): void => {
		for (const listener of listeners.before) listener(event);
		index.apply(event);
		for (const listener of listeners.after) listener(event);
	};

	const giveUp = whenServed(store, () => {
		const {items} = store.list(key, {});
		stopWatch = store.watch(key, {}, onEvent);
		for (const object of items) onEvent({type: 'ADDED', object});
	});

	return {
		get: (name) => index.get(name),
		all: () => index.all(),
		inNamespace: (namespace) => index.inNamespace(namespace),
		ownedBy: (uid) => index.ownedBy(uid),
		onEvent(listener, when = 'after') {
			listeners[when].push(listener);
		},
		close() {
			giveUp();
			stopWatch?.();
		},
	};
};
