// What the embedded world's parts know of its API store. Synchronous: the store is memory, and order is its promise.
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';

/** A kind by group and plural; versions of one group share one store. */
export type KindKey = {readonly group: string; readonly plural: string};

export type Selection = {
	readonly namespace?: string;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
};

export type WatchEvent = {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject};

/** A Kubernetes `Status` failure: HTTP code, reason and message as a real server words them. */
export class StatusError extends Error {
	readonly code: number;
	readonly reason: string;
	readonly details: Readonly<Record<string, unknown>>;

	constructor(code: number, reason: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
		super(message);
		this.name = 'StatusError';
		this.code = code;
		this.reason = reason;
		this.details = details;
	}
}

/** Who changes what, for the observers of tests: called after each accepted write, before its watchers hear of it. */
export type Accepted = {
	readonly verb: 'create' | 'update' | 'delete';
	readonly key: KindKey;
	readonly subresource: string;
	readonly before: KubeObject | undefined;
	readonly after: KubeObject | undefined;
	readonly by: string;
};

/**
 * The store. Objects that come out are the caller's own copies or frozen; what goes in is copied. Writes validate,
 * default and prune as the kind says, check `metadata.resourceVersion` when given, keep `generation`, `uid`,
 * finalizers, deletion and owner references as a real server does, and throw StatusError when refused.
 */
export type Store = {
	get(key: KindKey, namespace: string | undefined, name: string): KubeObject | undefined;
	list(key: KindKey, selection: Selection): {readonly items: readonly KubeObject[]; readonly resourceVersion: string};
	create(key: KindKey, object: KubeObject, by: string): KubeObject;
	/** Replaces the object (or with `subresource: 'status'` only its status). */
	update(key: KindKey, object: KubeObject, by: string, subresource?: 'status'): KubeObject;
	/** JSON Patch of the stored object; a failed `test` refuses with 422 Invalid as a real server does. */
	patch(
		key: KindKey,
		namespace: string | undefined,
		name: string,
		operations: readonly Operation[],
		by: string,
		subresource?: 'status',
	): KubeObject;
	/** Answers the object while finalizers (or a pod's grace) hold it, and undefined once it is gone. */
	remove(
		key: KindKey,
		namespace: string | undefined,
		name: string,
		by: string,
		options?: {
			readonly uid?: string;
			readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
			/** Only with a kubelet: 0 ends a pod that was marked before. */
			readonly gracePeriodSeconds?: number;
		},
	): KubeObject | undefined;
	/** From now on; call the answer to stop. Delivered synchronously in order of acceptance. */
	watch(key: KindKey, selection: Selection, onEvent: (event: WatchEvent) => void): () => void;
	onAccepted(observer: (change: Accepted) => void): () => void;
};

/** As much of a store as those need who only watch. */
export type ReadableStore = Pick<Store, 'list' | 'watch' | 'onAccepted'>;
