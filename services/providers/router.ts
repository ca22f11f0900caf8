// What moves traffic between the primary and the canary, whatever the mesh: one file per provider implements this.
import type {CanaryModel, Problem, Route} from '../../api/model.ts';
import type {Share} from '../../api/shares.ts';
import type {Cluster, KubeObject, Operation, Resource, WriteOptions} from '../kubernetes/cluster.ts';

/** Both weights; they sum to 100. */
export type Weights = {readonly primary: number; readonly canary: number};

/** What a canary's route is made of, to be followed: the objects that carry shares first, each by its name. */
export type RouteParts = {
	readonly resource: Resource;
	readonly names: readonly string[];
	/** We make them: a name that another controller owns is taken. What is the user's may be owned by whomever. */
	readonly isOurs: boolean;
	/** Objects whose names are not known beforehand. */
	readonly keep?: (object: KubeObject) => boolean;
};

/** What those say of a routing object who are to carry it out, for its newest generation. */
export type Acceptance =
	| {readonly kind: 'accepted'}
	/** Nobody has said anything yet; `text` is what is waited for. */
	| {readonly kind: 'pending'; readonly text: string}
	/** Users go where they went before, or nowhere. */
	| {readonly kind: 'refused'; readonly problem: Problem};

/** What is known beside the routing object: its other parts, and the workloads that they select. */
export type Surroundings = {
	readonly parts: readonly KubeObject[];
	readonly target?: KubeObject | undefined;
	readonly primary?: KubeObject | undefined;
};

/**
 * A provider. Writes carry preconditions, change nothing but what they are about, and answer what the API server
 * confirmed; after a conflict they read live and decide anew. Errors are ApiError (404 when the object is gone), Taken,
 * and Unroutable when the object is there but cannot carry the weights.
 */
export type Router = {
	/** Which objects to follow; undefined while the cluster does not serve them, as before the mesh is installed. */
	parts(cluster: Cluster, model: CanaryModel): Promise<readonly RouteParts[] | undefined>;

	/** The weights as the routing object holds them; undefined when it does not route to both hosts. */
	read(model: CanaryModel, object: KubeObject, around: Surroundings): Route | undefined;

	/** What is wrong with the routing object, or with its absence. */
	problems(model: CanaryModel, object: KubeObject | undefined, around: Surroundings): readonly Problem[];

	/** Whether the routing object is in force; absent where nobody ever says so. */
	accepted?(model: CanaryModel, object: KubeObject): Acceptance;

	/**
	 * Gives the canary its share (0…100) and the primary the rest. No write when it is so already. A raise is refused
	 * by whatever has changed the object meanwhile, so that one that comes late (of a former leader) changes nothing;
	 * nothing but another object of that name refuses a weight that falls. `revision` is the one that the run is about,
	 * for routes that name revisions; these throw Superseded when it is not to be found.
	 */
	write(
		cluster: Cluster,
		model: CanaryModel,
		share: Share,
		options: WriteOptions & {readonly revision?: string},
	): Promise<Route>;

	/**
	 * Makes the generated objects, or brings them to what the canary says; the share that is there stays, `share` is for
	 * a route that is not there yet. Nothing to do where the user owns the route. Idempotent.
	 */
	ensure(cluster: Cluster, model: CanaryModel, share: Share, options: WriteOptions): Promise<void>;

	/**
	 * Gives back what was the user's before it was taken over, as it was then; what was made for the Canary goes with it.
	 * Absent where nothing is ever taken over. Idempotent; no error where an object is gone.
	 */
	finalise?(cluster: Cluster, model: CanaryModel, options: WriteOptions): Promise<void>;

	/** The model with the names by which metrics know both sides now; absent where these are the workloads' own. */
	measured?(cluster: Cluster, model: CanaryModel, signal?: AbortSignal): Promise<CanaryModel>;
};

/** The routing object is there, but cannot carry the canary's weights: a person must mend it. */
export class Unroutable extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.text);
		this.name = 'Unroutable';
		this.problem = problem;
	}
}

/** Throws RangeError unless it is a whole number from 0 to 100: a bug of ours, never a user's. */
export const assertWeight = (weight: number): void => {
	if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
		throw new RangeError(`a weight of ${weight} is not a whole number from 0 to 100`);
	}
};

/**
 * What holds for a share to be written: more for the canary is only right on the very object that was decided on, so
 * that a raise that comes late changes nothing; less is right on whatever is there, as long as it is the same object.
 */
export const preconditionOf = ({metadata}: KubeObject, isRaise: boolean): Operation =>
	isRaise
		? {op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion}
		: {op: 'test', path: '/metadata/uid', value: metadata.uid};
