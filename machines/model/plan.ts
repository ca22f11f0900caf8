// Where a run stands in its plan.
import {reachedBy, type Plan, type Step} from '../../api/plan.ts';
import {noShare, type Share} from '../../api/shares.ts';
import type {Context} from './context.ts';

/** The plan's step under way; undefined before the first. */
export const presentStep = ({model, run}: Context): Step | undefined => model.analysis.plan.steps[run.step];

/** The step that comes after the present one; undefined after the last. */
export const nextStep = ({model, run}: Context): Step | undefined => model.analysis.plan.steps[run.step + 1];

/** No step is left; a max weight that was lowered below the present one goes to promotion, never backwards. */
export const lastStepReached = (context: Context): boolean => nextStep(context) === undefined;

/** The share that a promotion leaves to the canary next; none at its end. One that a former life wrote is taken up again. */
export const shareDown = ({model, run: {routed, lowered}}: Context): Share =>
	model.analysis.plan.promotion.find(({canary}) =>
		lowered === undefined ? canary <= routed.canary : canary < routed.canary,
	) ?? noShare;

/** How many rounds of checks the step under way needs. */
export const roundsNeeded = (context: Context): number => presentStep(context)?.rounds ?? 1;

/** The step has had its rounds, and its last check passed. */
export const stepHasPassed = (context: Context): boolean =>
	context.run.passed && context.run.rounds >= roundsNeeded(context);

/** The round of checks under way, from 1 on. */
export const presentRound = (context: Context): number => Math.min(context.run.rounds + 1, roundsNeeded(context));

/** The round under way, counted over all steps that tell of their rounds; 0 before the first. */
export const roundToRecord = ({model, run}: Context): number => {
	const {steps} = model.analysis.plan;
	// A canary that is brought up again keeps what it had passed.
	const present = run.share === undefined && run.rounds > 0 ? 0 : run.step;
	return steps.reduce((sum, {tells, rounds}, index) => {
		const counted = index < present ? rounds : index === present ? Math.min(run.rounds + 1, rounds) : 0;
		return tells === 'rounds' ? sum + counted : sum;
	}, 0);
};

/** The weights of the run under way as its plan has them after an edit: where it stands, and whose requests it is about. */
export const relocated = ({share, ...run}: Context['run'], plan: Plan): Context['run'] => {
	if (share === undefined) {
		return run;
	}

	const step = reachedBy(plan, share);
	const planned = plan.steps[step]?.share;
	return {...run, step, share: planned?.canary === share.canary ? planned : share};
};
