// What the cases ask of a release and wait for: its status, its words, its film, and what a good one leaves.
import type {ExecutionContext} from 'ava';
import {canaries, rollouts} from '../../services/kubernetes/resources.ts';
import type {Harness} from './harness.ts';
import {assertRules, courseOf, momentsOf, wordsOf, type Moment} from './moments.ts';
import {PROMOTED, type ReleaseShape} from './shapes.ts';

type Status = Readonly<Record<string, unknown>>;

export const statusOf = async (harness: Harness): Promise<Status> =>
	((await harness.get(canaries, 'podinfo')) ?? (await harness.get(rollouts, 'podinfo')))?.status ?? {};

/** Waits until the status is so, and answers it. */
export const statusBecomes = (
	harness: Harness,
	description: string,
	isSo: (status: Status) => boolean,
): Promise<Status> =>
	harness.eventually(description, async () => {
		const status = await statusOf(harness);
		return isSo(status) ? status : undefined;
	});

export const phaseBecomes = (harness: Harness, phase: string): Promise<Status> =>
	statusBecomes(harness, `phase ${phase}`, (status) => status['phase'] === phase);

/** Waits until the run stands at its second weight: well begun, and far from done. */
export const midRun = (harness: Harness, {weights}: ReleaseShape): Promise<Status> =>
	statusBecomes(harness, 'the second weight', (status) => status['canaryWeight'] === weights[1]);

/** Everything that happened, change by change. */
export const film = async (harness: Harness, shape: ReleaseShape): Promise<readonly Moment[]> =>
	momentsOf(await harness.history(), shape);

export const words = async (harness: Harness): Promise<readonly string[]> => wordsOf(await harness.events('podinfo'));

export const advances = ({advance}: ReleaseShape, namespace: string, weights: readonly number[]): readonly string[] =>
	weights.map((weight) => advance(namespace, weight));

/** What a good release says, from its beginning to its end. */
export const goodWords = (shape: ReleaseShape, namespace: string): readonly string[] => [
	...shape.opening(namespace),
	...advances(shape, namespace, shape.weights),
	...shape.promotion(namespace),
];

/** Where the first run begins in a film: before it the operator may make the primary and scale the target to zero. */
export const runOf = (moments: readonly Moment[]): readonly Moment[] =>
	moments.slice(moments.findIndex(({status}) => status['phase'] === 'Progressing'));

/** What a good release leaves, however it went: everything promoted, in order, and nothing left over. */
export const assertPromoted = async (
	t: ExecutionContext,
	harness: Harness,
	shape: ReleaseShape,
	tag: string,
): Promise<void> => {
	const status = await phaseBecomes(harness, 'Succeeded');
	t.like(status, {state: 'finished', canaryWeight: 0, failedChecks: 0});
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	const moments = await film(harness, shape);
	assertRules(t, moments, shape);
	const end = moments.at(-1);
	t.like(end, {canaryWeight: 0, primaryWeight: 100, canaryReplicas: 0, primaryTag: tag});
	t.true((end?.primaryReplicas ?? 0) > 0);
	t.deepEqual(courseOf(moments, 'primaryTag'), [PROMOTED, tag], 'nothing else was ever on the primary');
	t.is(courseOf(moments, 'primaryTemplate').length, 2, 'the primary was rolled once');
};
