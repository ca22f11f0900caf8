// The CanaryRun resource: the record of one run, written by the daemon when the run begins and when it ends. Nobody owns
// it, so that it outlives its Canary; it goes when newer ones push it out, or by age.
import type {Static} from '@sinclair/typebox';
import {digest} from './canonical.ts';
import {verbs} from './model.ts';
import {choice, group, integer, list, must, number, resource, text, textMap, time} from './schema/words.ts';

/**
 * How a run ended. `skipped`: promoted, its analysis cut short by `spec.skipAnalysis` or by a person. `rolled-back`: the
 * primary has all traffic. `failed`: the promotion failed, and users stay on the canary. `interrupted`: it ended while
 * no daemon was there to see how.
 */
export const runOutcomes = ['promoted', 'skipped', 'rolled-back', 'failed', 'superseded', 'interrupted'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

const percent = {minimum: 0, maximum: 100};

const workload = (description: string) =>
	must(group({kind: must(text('Kind')), name: must(text('Name'))}, description));

const spec = group(
	{
		canary: must(text('Name of the Canary, in the same namespace', {minLength: 1})),
		kind: must(choice(['Canary', 'Rollout'], 'Its kind')),
		run: must(text('The run as logs and traces call it: the revision and the instant at which it began')),
		revision: must(text('Digest of the pod template that was to be promoted')),
		target: workload('The workload that was released'),
		primary: workload('The workload that serves the users'),
		began: must(time('When it began')),
	},
	'Which run it is; it cannot be changed',
	{'x-kubernetes-validations': [{rule: 'self == oldSelf', message: 'a record is of one run for ever'}]},
);

const measurement = group({
	at: must(time('When')),
	weight: must(number('Percentage of traffic that the canary had', percent)),
	outcome: must(text('`passed`, `breached`, or why there is no value: `no data`, `timed out` …')),
	value: number('The value; success rates in percent, durations in milliseconds'),
	primary: number('The value of the primary over the same time, where the two were compared'),
	text: text('In words, unless it passed'),
});

const metric = group({
	name: must(text('The metric')),
	kind: text('`success-rate`, `duration` or `query`'),
	unit: text('The unit of a `query`, where the Canary named one'),
	min: number('Values below it were a breach'),
	max: number('Values above it were a breach'),
	against: group(
		{
			by: must(choice(['ratio', 'difference'], 'What the tolerance is: a share of the primary’s value, or an amount')),
			tolerance: must(number('How far the canary could be from the primary')),
			worse: must(choice(['higher', 'lower', 'either'], 'On which side')),
		},
		'How it was compared with the primary; absent where it was not',
	),
	measurements: must(list(measurement, 'Oldest first')),
});

const transition = group({
	at: must(time('When')),
	from: text('The state that was left; absent for the first one'),
	to: must(text('The state, as a path: `progressing.soaking`')),
	event: text('What made it change'),
	weight: must(number('Percentage of traffic that the canary had', percent)),
	reason: text('Why it halted or failed'),
});

const verdict = group({
	at: must(time('When')),
	weight: must(number('Percentage of traffic that the canary had', percent)),
	outcome: must(choice(['passed', 'failed', 'unknown'], 'What the round of checks said')),
	text: text('The first reason; absent if it passed'),
});

const command = group({
	at: must(time('When it was heard')),
	name: must(text('Name of the CanaryCommand')),
	verb: must(choice(verbs, 'What was asked')),
	weight: integer('The weight that was asked for'),
	requestedBy: must(text('Who asked')),
	reason: must(text('Why')),
	outcome: choice(['Accepted', 'Done', 'Refused'], 'What came of it'),
	message: text('In words'),
});

const omitted = group(
	{
		transitions: integer('Transitions'),
		weights: integer('Weights'),
		measurements: integer('Measurements'),
		verdicts: integer('Verdicts'),
		commands: integer('Commands'),
		gaps: integer('Gaps'),
	},
	'How many entries were left out, for a record is bounded; the first, the last and those that tell most stay',
);

const status = group(
	{
		outcome: choice(runOutcomes, 'How it ended; absent while it is under way'),
		reason: text('Why it failed, or was superseded'),
		ended: time('When it ended'),
		knownUntil: time('Until when this record is whole: the instant at which it was last written'),
		seconds: group(
			{
				progressing: must(integer('Going on: scaling, routing, soaking, promoting')),
				halted: must(integer('Halted for what mends itself: failed checks, missing data, unhealthy pods')),
				waitingForPeople: must(integer('Waiting for somebody: paused, suspended, unapproved, to be corrected')),
			},
			'How long it spent, in seconds; together they are all of its time but for gaps',
		),
		transitions: list(transition, 'States in their order'),
		weights: list(
			group({at: must(time('When')), weight: must(number('Percentage that the canary got', percent))}),
			'Weights that the API server confirmed',
		),
		metrics: list(metric, 'What was measured, by metric'),
		verdicts: list(verdict, 'Rounds of checks'),
		commands: list(command, 'What people asked'),
		digests: group(
			{
				template: text('Digest of the pod template that the primary was given'),
				replaced: text('Digest of the one that was promoted before'),
				configs: textMap('ConfigMaps and Secrets that it uses, and their digests'),
			},
			'What was promoted; absent unless it was',
		),
		gaps: list(
			group({from: must(time('Since when')), to: must(time('Until when')), why: must(text('Why'))}),
			'Times of which the record knows nothing: no daemon was there, or it was lost with its memory',
		),
		omitted,
	},
	'What happened; written when the run begins and when it ends',
);

/** The schema of `aviary.dev/v1alpha1 CanaryRun`. */
export const canaryRun = resource(
	{spec: must(spec), status},
	'CanaryRun is the record of one run: what happened, what was measured, who decided, and how it ended',
);

/** A CanaryRun as the API server holds it. */
export type CanaryRun = Static<typeof canaryRun>;

/** Which run it is. */
export type RunIdentity = CanaryRun['spec'];

/** What happened in it. */
export type RunRecord = NonNullable<CanaryRun['status']>;

export type RunTransition = NonNullable<RunRecord['transitions']>[number];
export type RunMetric = NonNullable<RunRecord['metrics']>[number];
export type RunMeasurement = RunMetric['measurements'][number];
export type RunCommand = NonNullable<RunRecord['commands']>[number];

/** Labels of a CanaryRun: its Canary (absent where the name is too long for a label), and its outcome once it has one. */
export const runLabels = {
	canary: 'aviary.dev/canary',
	outcome: 'aviary.dev/outcome',
	managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** The annotation that tells whose record it is, by metadata alone: `Canary/podinfo`. */
export const RUN_OF = 'aviary.dev/run-of';

const LABEL_MAX = 63;
/** An object's name has at most 253 characters, of which the run takes 50 and the kind 9. */
const CANARY_MAX = 190;

/** The value of the annotation. */
export const runOf = ({canary, kind}: Pick<RunIdentity, 'canary' | 'kind'>): string => `${kind}/${canary}`;

/**
 * The name of a run's record: `podinfo-<revision>-20261121t093000z`. The same run has the same name after a restart; a
 * Canary and a Rollout of one name keep apart.
 */
export const runName = ({canary, kind, run}: Pick<RunIdentity, 'canary' | 'kind' | 'run'>): string => {
	const name = canary.length <= CANARY_MAX ? canary : `${canary.slice(0, CANARY_MAX - 33)}-${digest(canary)}`;
	return `${name}${kind === 'Rollout' ? '-rollout' : ''}-${run.toLowerCase()}`;
};

/** The labels that a record is found by. */
export const labelsOf = ({canary}: Pick<RunIdentity, 'canary'>, outcome?: RunOutcome): Record<string, string> => ({
	[runLabels.managedBy]: 'aviary',
	...(canary.length <= LABEL_MAX && {[runLabels.canary]: canary}),
	...(outcome !== undefined && {[runLabels.outcome]: outcome}),
});
