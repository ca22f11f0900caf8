// The deterministic in-memory store: what etcd, the registry and the namespace and garbage controllers are to a
// real API server. Everything happens at once, in the caller's turn, in one order.
import type {Clock} from '../../services/clock.ts';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import type {Random} from '../../services/random.ts';
import {builtInKinds} from './builtin.ts';
import {Collector} from './collector.ts';
import {crdKey, kindOfCrd} from './crd.ts';
import {badRequest, notFound} from './errors.ts';
import {History} from './history.ts';
import {freeze} from './json.ts';
import {Kinds, type Allocator, type Kind} from './kinds.ts';
import {idOf, Memory} from './memory.ts';
import {jsonPatched} from './patches.ts';
import {Registry} from './registry.ts';
import {selectionTest} from './selectors.ts';
import type {Accepted, KindKey, Selection, Store, WatchEvent} from './types.ts';
import type {RemoveOptions, WriteOptions} from './write-options.ts';

export type StoreOptions = {
	readonly clock: Clock;
	readonly random: Random;
	/** Further kinds than the built-in ones. */
	readonly kinds?: readonly Kind[];
	/** How many changes of each kind a watch can go back; a real server keeps some minutes. */
	readonly historyLimit?: number;
	/** Pods on a node are only marked on deletion, until someone removes them with a grace of 0 as a kubelet does. */
	readonly hasKubelet?: boolean;
};

/** The store as the HTTP side sees it: by kinds, with dry runs, versions and resumable watches. */
export type ApiStore = Store & {
	readonly clock: Clock;
	readonly kinds: Kinds;
	/** The version of the newest change. */
	resourceVersion(): string;
	createAs(kind: Kind, object: KubeObject, options: WriteOptions): KubeObject;
	/** Replaces an object by what `change` makes of it; the one door of updates, patches and applies. */
	change(
		kind: Kind,
		namespace: string | undefined,
		name: string,
		change: (current: KubeObject) => KubeObject,
		options: WriteOptions,
	): KubeObject;
	removeAs(
		kind: Kind,
		namespace: string | undefined,
		name: string,
		options: WriteOptions & RemoveOptions,
	): KubeObject | undefined;
	/** What happened after `resourceVersion` and from now on; throws 410 when that is forgotten. */
	watchFrom(
		key: KindKey,
		selection: Selection,
		resourceVersion: number,
		onEvent: (event: WatchEvent) => void,
	): () => void;
	/** Forgets the past, so that every watch from an older version ends in 410. */
	compact(): void;
};

const allocator = (): Allocator => {
	let clusterIps = 0;
	let nodePorts = 0;
	let podIps = 0;
	const spread = (count: number): string => `${Math.floor(count / 250)}.${(count % 250) + 1}`;
	return {
		// 10.96.0.1 and .10 belong to the API and DNS of a real cluster.
		clusterIp: () => `10.96.${spread(250 + clusterIps++)}`,
		nodePort: () => 30_000 + (nodePorts++ % 2768),
		podIp: () => `10.244.${spread(podIps++)}`,
	};
};

const namespaceNames = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Registers a kind when its CRD is stored; the collector removes it with its instances. */
const followDefinitions = (kinds: Kinds, {key, after}: Accepted): void => {
	if (key.plural !== crdKey.plural || key.group !== crdKey.group) return;
	if (after !== undefined) kinds.register(kindOfCrd(after));
};

/** The store's parts, put together. */
const assemble = (options: StoreOptions) => {
	const kinds = new Kinds();
	for (const kind of [...builtInKinds, ...(options.kinds ?? [])]) kinds.register(kind);
	const memory = new Memory();
	const history = new History(options.historyLimit ?? 4096);
	const observers = new Set<(change: Accepted) => void>([(change) => followDefinitions(kinds, change)]);
	let version = 0;
	const registry = new Registry({
		clock: options.clock,
		random: options.random,
		kinds,
		memory,
		allocator: allocator(),
		hasKubelet: options.hasKubelet ?? false,
		nextVersion: () => ++version,
		accept(change, event) {
			for (const observer of observers) observer(change);
			history.add(change.key, event);
		},
	});
	const collector = new Collector(kinds, memory, registry);
	registry.onRemoved = (kind, object) => collector.afterRemoval(kind, object);
	registry.onCreated = (kind, object) => collector.afterCreation(kind, object);
	return {kinds, memory, history, observers, registry, version: () => version};
};

/** An empty store with the built-in kinds and a fresh cluster's namespaces. */
export const createStore = (options: StoreOptions): ApiStore => {
	const {kinds, memory, history, observers, registry, version} = assemble(options);
	const list = (key: KindKey, selection: Selection): readonly KubeObject[] => {
		const kind = kinds.require(key);
		return memory.list(kind).filter(selectionTest(key.plural, selection, kind.versions[0]?.selectable));
	};

	const watchFrom: ApiStore['watchFrom'] = (key, selection, since, onEvent) => {
		const matches = selectionTest(key.plural, selection, kinds.require(key).versions[0]?.selectable);
		const missed = history.since(key, since, matches);
		const stop = history.watch(key, matches, onEvent);
		for (const event of missed) onEvent(event);
		return stop;
	};

	const store: ApiStore = {
		clock: options.clock,
		kinds,
		resourceVersion: () => String(version()),
		get: (key, namespace, name) => memory.get(kinds.require(key), idOf(namespace, name)),
		list: (key, selection) => ({items: list(key, selection), resourceVersion: String(version())}),
		create: (key, object, by) => registry.create(kinds.require(key), object, {by}),
		createAs: (kind, object, writeOptions) => registry.create(kind, object, writeOptions),
		update(key, object, by, subresource) {
			const {namespace, name} = object.metadata;
			const kind = kinds.require(key);
			const writeOptions = {by, isReplacement: true, ...(subresource && {subresource})};
			return registry.change(kind, namespace, name, () => object, writeOptions);
		},
		patch(key, namespace, name, operations: readonly Operation[], by, subresource) {
			const change = (current: KubeObject): KubeObject => jsonPatched(current, operations);
			return registry.change(kinds.require(key), namespace, name, change, {by, ...(subresource && {subresource})});
		},
		change: (kind, namespace, name, change, writeOptions) =>
			registry.change(kind, namespace, name, change, writeOptions),
		remove(key, namespace, name, by, removeOptions = {}) {
			return registry.remove(kinds.require(key), namespace, name, {by, ...removeOptions});
		},
		removeAs: (kind, namespace, name, removeOptions) => registry.remove(kind, namespace, name, removeOptions),
		watch: (key, selection, onEvent) => watchFrom(key, selection, version(), onEvent),
		watchFrom,
		onAccepted(observer) {
			observers.add(observer);
			return () => {
				observers.delete(observer);
			};
		},
		compact: () => history.compact(),
	};
	for (const name of namespaceNames) {
		const namespace = {apiVersion: 'v1', kind: 'Namespace', metadata: {name}};
		store.create({group: '', plural: 'namespaces'}, freeze(namespace), 'kube-apiserver');
	}

	return store;
};

/** The stored object, or the server's 404. */
export const mustGet = (store: Store, key: KindKey, namespace: string | undefined, name: string): KubeObject => {
	if (name === '') throw badRequest('name is required');
	const object = store.get(key, namespace, name);
	if (object === undefined) throw notFound(key, name);
	return object;
};
