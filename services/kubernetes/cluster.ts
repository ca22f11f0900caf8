// What the rest of the daemon knows of an API server: cached reads, follow, and writes that carry a precondition.

/** Any Kubernetes object, whole: fields that we do not know are kept. */
export type KubeObject = {
	apiVersion: string;
	kind: string;
	metadata: ObjectMeta;
	spec?: Record<string, unknown>;
	status?: Record<string, unknown>;
	[field: string]: unknown;
};

export type OwnerReference = {
	apiVersion: string;
	kind: string;
	name: string;
	uid: string;
	controller?: boolean;
	blockOwnerDeletion?: boolean;
};

export type ObjectMeta = {
	name: string;
	namespace?: string;
	uid?: string;
	resourceVersion?: string;
	generation?: number;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: OwnerReference[];
	finalizers?: string[];
	creationTimestamp?: string;
	deletionTimestamp?: string;
	[field: string]: unknown;
};

/** A kind of object as the API serves it. */
export type Resource = {
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly kind: string;
};

/** One operation of a JSON Patch (RFC 6902); `test` is our precondition. */
export type Operation =
	| {readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown}
	| {readonly op: 'remove'; readonly path: string};

/** The writer's order of design §5: what waits for a place in flight is served in this order. */
export type Lane = 'rollback' | 'route' | 'status' | 'event' | 'report';

export type WriteOptions = {
	readonly lane: Lane;
	readonly signal?: AbortSignal;
	readonly subresource?: 'status' | 'scale';
};

/** Which objects of a resource in a namespace are wanted. */
export type Wanted =
	| {readonly name: string}
	/** All that the test keeps; it runs at decode, so that what it drops costs no memory. */
	| {readonly keep: (object: KubeObject) => boolean}
	/** By label selector, each selector its own watch, opened without a list (a run's pods). */
	| {readonly labels: Readonly<Record<string, string>>};

/** Which objects have come, changed or gone, by `namespace/name`; undefined when any of them may have. */
export type Changed = ReadonlySet<string> | undefined;

/** A standing interest in objects. */
export type Following = {
	/** Resolves when the objects are known as of now; rejects only on close. */
	readonly synced: Promise<void>;
	/** The newest known objects (by name order); empty before the first list. */
	objects(): readonly KubeObject[];
	/** One of them, by `namespace/name`: it costs no look at the others. */
	object(key: string): KubeObject | undefined;
	/** True once a list has arrived; false again while the watch is down for longer than its idle limit. */
	isFresh(): boolean;
	close(): void;
};

/**
 * The API server as the daemon sees it.
 *
 * Guarantees: an object from `objects()` is never older than the answer to our own last write of it, and never goes
 * back in versions; one watch per resource and namespace however many follow; transient errors of writes that are
 * known not to have been applied (429, connection refused) are retried with back-off inside; anything else rejects
 * with ApiError, whose `outcome` says whether the write may have been applied.
 */
export type Cluster = {
	/** `onChange` is called once for all that changes in one turn, and once when the objects are first known. */
	follow(
		resource: Resource,
		namespace: string | undefined,
		wanted: Wanted,
		onChange: (changed?: Changed) => void,
	): Following;
	/** A live read, for after a conflict or an unknown outcome; undefined when it does not exist. */
	read(
		resource: Resource,
		namespace: string | undefined,
		name: string,
		signal?: AbortSignal,
	): Promise<KubeObject | undefined>;
	/**
	 * Looks whether the watches have left something out: reads one object live, once, and when a second later no watch
	 * has told what the answer shows, takes it as an event would be. Answers whether that was so. Nothing is asked about
	 * what nobody follows.
	 */
	lookAgain(resource: Resource, namespace: string | undefined, name: string, signal?: AbortSignal): Promise<boolean>;
	create(resource: Resource, object: KubeObject, options: WriteOptions): Promise<KubeObject>;
	patch(
		resource: Resource,
		namespace: string | undefined,
		name: string,
		operations: readonly Operation[],
		options: WriteOptions,
	): Promise<KubeObject>;
	remove(
		resource: Resource,
		namespace: string | undefined,
		name: string,
		uid: string,
		options: WriteOptions,
	): Promise<void>;
	/** The version of a group that the server serves, preferred first; rejects while discovery fails. */
	servedVersions(group: string): Promise<readonly string[]>;
};

/** The API server's refusal, or the loss of its answer. */
export class ApiError extends Error {
	/** HTTP status; 0 when no answer came. */
	readonly code: number;
	/** Kubernetes reason: Conflict, NotFound, AlreadyExists, Invalid, Forbidden, … or `NoAnswer`. */
	readonly reason: string;
	/** `refused`: not applied. `unknown`: it may have been (504, reset, time-out): read before deciding. */
	readonly outcome: 'refused' | 'unknown';
	/** What was being tried: `PATCH canaries.flagger.app podinfo.test`. */
	readonly attempt: string;
	readonly retryAfterMs: number | undefined;

	constructor(facts: {
		code: number;
		reason: string;
		outcome: 'refused' | 'unknown';
		attempt: string;
		message: string;
		retryAfterMs?: number | undefined;
		cause?: unknown;
	}) {
		super(`${facts.attempt}: ${facts.message}`, {cause: facts.cause});
		this.name = 'ApiError';
		this.code = facts.code;
		this.reason = facts.reason;
		this.outcome = facts.outcome;
		this.attempt = facts.attempt;
		this.retryAfterMs = facts.retryAfterMs;
	}
}
