// A history as a film: after each change, where the traffic goes and what the two workloads are.
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {misreadings} from './gitops-health.ts';
import type {Change, Said} from './harness.ts';
import {templateOf, type ReleaseShape} from './shapes.ts';

export type Moment = {
	readonly change: Change;
	/** The canary's and the primary's weight; undefined while there is no route. */
	readonly canaryWeight: number | undefined;
	readonly primaryWeight: number | undefined;
	readonly canaryReplicas: number | undefined;
	readonly primaryReplicas: number | undefined;
	/** The primary's template as text, and its image's tag. */
	readonly primaryTemplate: string | undefined;
	readonly primaryTag: string | undefined;
	readonly primaryGeneration: number | undefined;
	readonly status: Readonly<Record<string, unknown>>;
};

const nothing: Omit<Moment, 'change'> = {
	canaryWeight: undefined,
	primaryWeight: undefined,
	canaryReplicas: undefined,
	primaryReplicas: undefined,
	primaryTemplate: undefined,
	primaryTag: undefined,
	primaryGeneration: undefined,
	status: {},
};

type Route = {
	readonly route?: ReadonlyArray<{
		readonly destination: {readonly host: string; readonly subset?: string};
		readonly weight?: number;
	}>;
};

type Rule = {readonly backendRefs?: ReadonlyArray<{readonly name: string; readonly weight?: number}>};

const weightIn = ({kind, spec}: KubeObject, name: string): number | undefined => {
	if (kind === 'HTTPRoute') {
		const [rule] = (spec?.['rules'] ?? []) as readonly Rule[];
		return rule?.backendRefs?.find((backend) => backend.name === name)?.weight;
	}

	const [route] = (spec?.['http'] ?? []) as readonly Route[];
	return route?.route?.find(({destination: {host, subset = host}}) => subset === name)?.weight;
};

type PodSpec = {readonly nodeSelector?: Readonly<Record<string, string>>};

/** A DaemonSet has as many as it has nodes, or none when it selects them by what none has. */
const replicasOf = ({kind, spec, status}: KubeObject): number | undefined => {
	if (kind !== 'DaemonSet') return spec?.['replicas'] as number | undefined;
	const {nodeSelector = {}} = (spec?.['template'] as {readonly spec: PodSpec} | undefined)?.spec ?? {};
	const nodes = Number(status?.['desiredNumberScheduled'] ?? 0);
	return nodeSelector['flagger.app/scale-to-zero'] === undefined ? Math.max(1, nodes) : 0;
};

const primaryIn = (object: KubeObject) => ({
	primaryReplicas: replicasOf(object),
	primaryTemplate: JSON.stringify(templateOf(object)),
	primaryTag: templateOf(object).spec.containers[0]?.image.split(':')[1],
	primaryGeneration: object.metadata.generation,
});

/** What one change tells; the names are those of the shape. */
const learnt = ({plural, object}: Change, shape: ReleaseShape): Partial<Moment> => {
	const {name} = object.metadata;
	if (plural === shape.routes.plural && name === 'podinfo') {
		const {primary, canary} = shape.destinations;
		return {canaryWeight: weightIn(object, canary), primaryWeight: weightIn(object, primary)};
	}

	if (plural === shape.workloads.plural && name === shape.target) {
		return {canaryReplicas: replicasOf(object)};
	}

	if (plural === shape.workloads.plural && name === shape.primary) {
		return primaryIn(object);
	}

	return plural === shape.kind.plural ? {status: object.status ?? {}} : {};
};

const forgotten = (change: Change, shape: ReleaseShape): Partial<Moment> =>
	Object.fromEntries(Object.keys(learnt(change, shape)).map((field) => [field, field === 'status' ? {} : undefined]));

export const momentsOf = (changes: readonly Change[], shape: ReleaseShape): readonly Moment[] => {
	let last: Omit<Moment, 'change'> = nothing;
	return changes.map((change) => {
		const news = change.type === 'DELETED' ? forgotten(change, shape) : learnt(change, shape);
		const moment = {...last, ...news, change};
		last = moment;
		return moment;
	});
};

/** The values of a field in the order in which they came, repetitions left out. */
export const courseOf = <Field extends keyof Moment>(
	moments: readonly Moment[],
	field: Field,
): ReadonlyArray<NonNullable<Moment[Field]>> =>
	moments
		.map((moment) => moment[field])
		.filter((value) => value !== undefined)
		.filter((value, index, values) => index === 0 || value !== values[index - 1]);

/** Waiting for pods and scalers depends on how fast a cluster is; all else that is said does not. */
const passing = /^Waiting for .* rollout to finish: |^Halt .*(?:rollout to finish: |HorizontalPodAutoscaler )/;

export const wordsOf = (said: readonly Said[]): readonly string[] =>
	said.map(({message}) => message).filter((message) => !passing.test(message));

/** What must hold at every moment of every release. */
export const assertRules = (t: ExecutionContext, moments: readonly Moment[], shape: ReleaseShape): void => {
	let before: number | undefined;
	for (const {canaryWeight, primaryWeight, canaryReplicas, change} of moments) {
		if (change.plural === 'canaries' && change.type !== 'DELETED') {
			t.deepEqual(misreadings(change.object), [], 'GitOps tools read every status rightly');
		}

		if (canaryWeight !== undefined) {
			t.is(canaryWeight + (primaryWeight ?? 0), 100, 'weights sum to 100');
			const next = shape.weights.find((weight) => weight > (before ?? 0));
			t.true(canaryWeight <= (before ?? 0) || canaryWeight === next, `${before} to ${canaryWeight} is one step`);
		}

		if (canaryReplicas === 0) {
			t.is(canaryWeight ?? 0, 0, 'nothing that a route sends traffic to is at zero');
		}

		before = canaryWeight;
	}
};
