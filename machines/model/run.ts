// The arithmetic of one run: steps, counters, and the questions that guards ask of them.
import type {CanaryModel, Instant, Verdict} from '../../api/model.ts';
import {reachedBy} from '../../api/plan.ts';
import {isSameShare, type Share} from '../../api/shares.ts';
import {noRun} from './context.ts';
import {nextStep} from './plan.ts';
import {routeIsInForce} from './route-changes.ts';
import type {Context, Run} from './context.ts';

export const tooManyFailedChecks = (context: Context): boolean =>
	context.run.failedChecks >= context.model.analysis.threshold;

/** The target's template is another than the one under analysis. */
export const anotherRevisionWaits = (context: Context): boolean =>
	context.world?.target !== undefined && context.world.target.revision !== context.run.revision;

/** The target was set back to what the primary runs: there is nothing to analyse. */
export const runIsSuperseded = ({world}: Context): boolean => world?.primaryRunsTarget === true;

/** The template under analysis is on the primary. */
export const templateIsCopied = ({world, run}: Context): boolean => world?.primary?.promoted === run.revision;

/**
 * A former life has kept the template that the primary runs: it comes to rest only after that, and says what refused it.
 * Its state and the mark on the primary are ours alone: after another operator, or under its CRD, they tell nothing.
 */
export const primaryWasKept = ({recalled, promoted, world}: Context): boolean =>
	['finished Succeeded', 'initialized Initialized'].includes(`${recalled.state} ${recalled.phase}`) &&
	!recalled.reason &&
	promoted !== '' &&
	recalled.lastPromotedSpec === promoted &&
	world?.primary?.promoted === promoted;

/** At rest: the target holds a template that was neither judged before nor runs on the primary already. */
export const newRevisionWaits = (context: Context): boolean =>
	context.world?.target !== undefined &&
	context.world.target.revision !== context.judged &&
	!context.world.primaryRunsTarget;

/** Begins a run with the target's present revision; counters to zero, no traffic. */
export const begin = (context: Context): Partial<Context> => {
	const revision = context.world?.target?.revision ?? '';
	const baseline = context.world?.primary?.revision;
	return {
		judged: revision,
		run: {
			...noRun,
			...(baseline !== undefined && {baseline}),
			revision,
			routed: context.run.routed,
			changes: context.run.changes + 1,
			since: context.now,
		},
	};
};

/** The plan's next step is due. Rounds that a former life has passed without users count for the first. */
export const advance = (context: Context): Partial<Context> => {
	const {run, now} = context;
	const next = nextStep(context);
	const rounds = run.share === undefined ? run.rounds : 0;
	return next === undefined
		? {}
		: {run: {...run, step: run.step + 1, share: next.share, rounds, since: now, passed: false}};
};

/** Another share than the plan's is the step under way, and has passed nothing yet. */
export const stepTo = ({run, model, now}: Context, share: Share): Run => ({
	...run,
	step: reachedBy(model.analysis.plan, share),
	share,
	rounds: 0,
	since: now,
	passed: false,
});

/** The API server has confirmed the route: the step begins, unless the same weight was only written anew. */
export const confirm = (context: Context, at: Instant): Partial<Context> => ({
	run: {
		...withoutBound(withoutVerdict(withoutHand(context.run))),
		routed: context.run.share ?? context.run.routed,
		changes: context.run.changes + 1,
		stepAt: at,
		passed: false,
		routing: routingOf(context.model),
		healthyReplicas: context.world?.target?.replicas ?? 0,
	},
});

/** When the step's first checks are due: an interval after its route, and never before the route has settled. */
export const firstDue = ({run, model}: Context): Instant =>
	run.stepAt + Math.max(model.analysis.intervalMs, model.routeSettleMs);

/** The routing fields as one string, to notice their change. */
export const routingOf = ({route, service, analysis}: CanaryModel): string =>
	JSON.stringify([route, service ?? null, ...analysis.plan.steps.flatMap(({share}) => share.match ?? [])]);

/** Somebody wants the revision promoted without further analysis. */
export const promotionIsOrdered = ({run}: Context): boolean =>
	run.ordered?.verb === 'skip' || run.ordered?.verb === 'promote';

/** There is something to judge: users are on the canary, or its step gives it none. */
export const isUnderJudgement = ({share, routed}: Run): boolean => routed.canary > 0 || share?.canary === 0;

/** This life has written the step's share, and nothing else is on the route since. */
export const isInForce = ({share, routed, routing}: Run): boolean =>
	routing !== '' && share !== undefined && isSameShare(share, routed);

/** A verdict on the share in force; one on an earlier share changes nothing. */
export const judge = (context: Context, change: number, verdict: Verdict): Partial<Context> => {
	if (change !== context.run.changes || !isUnderJudgement(context.run)) {
		return {now: verdict.at};
	}

	const counts = verdict.outcome === 'failed' && !promotionIsOrdered(context);
	const failedChecks = context.run.failedChecks + (counts ? 1 : 0);
	// A check at somebody else's weight passes nothing, nor does one at the weight before.
	const passed = verdict.outcome === 'passed' && routeIsInForce(context);
	const rounds = context.run.rounds + (passed && isInForce(context.run) ? 1 : 0);
	return {now: verdict.at, run: {...context.run, verdict, failedChecks, passed, rounds}};
};

/** Another step without a verdict of its own: nothing known about it may halt or advance it. */
export const withoutVerdict = ({verdict: _, ...run}: Run): Run => run;

/** Before the first step, or after the last one: no share is asked for. */
export const withoutStep = ({share: _, lowered: __, ...run}: Run): Run => ({
	...run,
	step: -1,
	rounds: 0,
	passed: false,
});

/** A weight set by hand is in force once it is the route's. */
const withoutHand = ({byHand, ...run}: Run): Run =>
	byHand === undefined || byHand.weight === run.share?.canary ? run : {...run, byHand};

const withoutBound = ({boundedSince: _, ...run}: Run): Run => run;

/** What we generated and somebody deleted; nothing before it was first made. */
export const missingOfOurs = ({model, world, promoted}: Context): string => {
	if (!model.route.generated || world === undefined || promoted === '') {
		return '';
	}

	return world.primary === undefined
		? `${model.target.kind.toLowerCase()} ${model.primary.name}.${model.namespace}`
		: world.route === undefined
			? `route ${model.route.name}.${model.namespace}`
			: '';
};

/**
 * How many pods a promotion gives a generated primary: as many as its target, which somebody may have given another
 * number. Undefined where a scaler has the say over either of them, and where the target is at zero.
 */
export const replicasToPromote = ({model, world}: Context): number | undefined =>
	model.shape === 'managed' && model.autoscaler === undefined && world?.scalers.length === 0
		? world.target?.replicas || undefined
		: undefined;

/** With how many replicas a target at zero starts, as the peer has it: as many as the primary, or its own scaler's
 * minimum; at least 1. A target that has replicas keeps them. */
export const replicasToServe = ({world}: Context): number => {
	const present = world?.target?.replicas ?? 0;
	const scaler = world?.scalers.find((one) => one.of === 'target');
	return present > 0 ? present : Math.max(1, scaler?.minReplicas ?? world?.primary?.replicas ?? 1);
};
