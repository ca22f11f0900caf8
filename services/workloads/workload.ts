// What the daemon does with the workloads of a canary, whatever their kind: one file per kind implements this.
import type {CanaryModel, Problem, Workload} from '../../api/model.ts';
import type {Cluster, KubeObject, Lane, Resource, Wanted} from '../kubernetes/cluster.ts';
import type {Labelling} from './render.ts';
import type {Labels} from '../objects/shapes.ts';

export type WorkloadOptions = {
	readonly signal?: AbortSignal;
	/** `route` when absent; `rollback` for what brings users back to the primary. */
	readonly lane?: Lane;
	readonly labelling?: Labelling;
};

/** What a promotion takes along: a pod template, or the fields that a mapping declares. */
export type Template = Readonly<Record<string, unknown>>;

/** A template as it was proven on the primary, and the target's revision that it was rendered from. */
export type Promoted = {readonly template: Template; readonly revision: string};

/** The target is no longer at the revision that was analysed: nothing was written. */
export class Superseded extends Error {
	readonly wanted: string;
	readonly found: string;

	constructor(name: string, wanted: string, found: string) {
		super(`${name} is at revision ${found}, not at the analysed ${wanted}`);
		this.name = 'Superseded';
		this.wanted = wanted;
		this.found = found;
	}
}

/** Of a kind whose two sides are parts of one object, the target's, which brings its users to them by itself. */
export type Sides = {
	/** What is known of the sides only by other objects, which are followed with it. */
	parts(model: CanaryModel): {readonly resource: Resource; readonly wanted: Wanted};

	/** Each side as an object of its own, as `read`, `problems` and `primaryRunsTarget` take them. */
	of(object: KubeObject, parts: readonly KubeObject[]): {readonly target: KubeObject; readonly primary?: KubeObject};
};

/**
 * The workloads of one kind. Every function is idempotent, decides on the cache, writes nothing when all is so already,
 * carries a precondition when it writes, and answers what the API server confirmed. Errors are ApiError (404 when the
 * object is gone), Superseded and Taken.
 */
export type Workloads = {
	readonly kind: string;
	readonly resource: Resource;
	/** Absent where target and primary are two objects, with Services before them. */
	readonly sides?: Sides;

	/** The facts of a cached object; `pods` are the target's, while a run follows them. */
	read(object: KubeObject, pods?: readonly KubeObject[]): Workload;

	/**
	 * Scales the target. To 0: whenever it is not 0 yet. Up: only from 0; a target that has replicas is left with as
	 * many as it has. With `expecting` only the object of that uid is touched, else ApiError 409.
	 */
	scale(
		cluster: Cluster,
		model: CanaryModel,
		replicas: number,
		options?: WorkloadOptions & {readonly expecting?: {readonly uid: string}},
	): Promise<Workload>;

	/** The template as it stands in an object; of one with sides the primary's. */
	templateOf(object: KubeObject): Template;

	/** The labels that all pods of an object have, by which they are found; undefined when nothing tells. */
	podLabels(object: KubeObject): Labels | undefined;

	/** What of the objects that are there keeps a release from being made, in a fixed order. */
	problems(model: CanaryModel, objects: {readonly target?: KubeObject; readonly primary?: KubeObject}): Problem[];

	/**
	 * What a promotion of the target would change: the primary's template as it stands, and as it would be. What every
	 * promotion sets anew, whatever the target is, is in neither. Throws RangeError when the target cannot be rendered.
	 */
	comparison(
		model: CanaryModel,
		target: KubeObject,
		primary: KubeObject,
		labelling?: Labelling,
	): {readonly before: Template; readonly after: Template};

	/** Whether the primary's template is what the target's would be rendered to. */
	primaryRunsTarget(model: CanaryModel, target: KubeObject, primary: KubeObject, labelling?: Labelling): boolean;

	/**
	 * Renders the target at `revision` onto the primary, in one write that is refused when the primary's template
	 * changed meanwhile (then it is decided anew); a generated one gets `replicas`, where its kind says how many it has.
	 * Throws Superseded, with nothing written, when the target moved on.
	 */
	promote(
		cluster: Cluster,
		model: CanaryModel,
		options: WorkloadOptions & {readonly revision: string; readonly replicas?: number},
	): Promise<Workload>;

	/** Puts a template that was proven before onto the primary, in one write. */
	putBack(cluster: Cluster, model: CanaryModel, promoted: Promoted, options?: WorkloadOptions): Promise<Workload>;

	/**
	 * Managed shape: makes the primary unless it is there; from `promoted` when one is kept, else from the target. Throws
	 * Taken when another controller owns the name, and Superseded when the target is not at `revision` any more.
	 */
	ensurePrimary(
		cluster: Cluster,
		model: CanaryModel,
		options?: WorkloadOptions & {readonly promoted?: Promoted; readonly revision?: string},
	): Promise<Workload>;
};
