// What the canary's chart notes and counts: pure changes of context, one name each.
import {canonicalJson} from '../../api/canonical.ts';
import type {CanaryModel, Verdict, World} from '../../api/model.ts';
import {reachedBy, roundsPassed, shareUnderWay, shareWithin, type Plan} from '../../api/plan.ts';
import {isSameShare, noShare} from '../../api/shares.ts';
import {Refused} from '../ports.ts';
import {noRun} from './context.ts';
import type {Context, Resumption, Run} from './context.ts';
import {lackOfCanary, lackOfPrimary} from './health.ts';
import {shareOf, whoseWeights} from './route-changes.ts';
import {relocated, shareDown} from './plan.ts';
import {begin, confirm, judge, routingOf, stepTo, withoutStep, withoutVerdict} from './run.ts';

const withRun = (context: Context, change: Partial<Run>): Partial<Context> => ({run: {...context.run, ...change}});

/** Whether two specs name the same objects; a run never changes the objects that it was begun with. */
const namesTheSame = (one: CanaryModel, other: CanaryModel): boolean =>
	JSON.stringify([one.target, one.primary, one.hosts, one.subsets, one.route, one.provider, one.shape]) ===
	JSON.stringify([other.target, other.primary, other.hosts, other.subsets, other.route, other.provider, other.shape]);

/** The run as it is about the requests of a plan that was edited. */
const aboutRequestsOf = (plan: Plan, run: Run): Run => {
	const share = run.share && shareWithin(plan, run.share);
	return share === undefined || share === run.share ? run : {...run, share, rounds: 0, passed: false};
};

/** Notes the spec; kept aside while it names other objects than the present one. */
export const noteCanary = (context: Context, model: CanaryModel, at: number): Partial<Context> => {
	const noted = {now: at, mendings: 0};
	const {plan} = model.analysis;
	const isReplanned = canonicalJson(plan) !== canonicalJson(context.model.analysis.plan);
	return namesTheSame(context.model, model)
		? {
				...noted,
				model,
				rebound: undefined,
				...(isReplanned && {run: relocated(aboutRequestsOf(plan, context.run), plan)}),
			}
		: {...noted, model: {...context.model, suspended: model.suspended}, rebound: model};
};

/** Without a run only: the Canary's other objects are now the ones that count, and everything starts anew. */
export const rebind = ({rebound, model, run, recalled}: Context): Partial<Context> => ({
	model: rebound ?? model,
	rebound: undefined,
	world: undefined,
	judged: '',
	promoted: '',
	run: {...noRun, changes: run.changes + 1},
	recalled: {...recalled, phase: ''},
});

/** A run had users wherever the route sends them, whatever the status came to say; at most one step is missing. */
export const recallRoute = ({model, run, world, recalled}: Context): Partial<Context> => {
	const {phase, canaryWeight, iterations} = recalled;
	const {plan} = model.analysis;
	const rested = phase === 'Initialized' || phase === 'Succeeded' || (phase === 'Failed' && canaryWeight === 0);
	const routed = rested ? noShare : shareOf(world?.route);
	const share = shareUnderWay(plan, routed, canaryWeight);
	const step = reachedBy(plan, share);
	const primary = phase === 'Progressing' ? world?.primary : undefined;
	return {
		run: {
			...run,
			...(primary !== undefined && primary.promoted !== run.revision && {baseline: primary.revision}),
			routed,
			...(canaryWeight + iterations > 0 && {step, share, rounds: roundsPassed(plan, step, iterations)}),
		},
	};
};

/** A former actor's run that has no traffic yet, or lost it: from its beginning, with what was counted against it. */
export const takeUp = (context: Context): Partial<Context> => {
	const begun = {...context, ...begin(context)};
	const {revision, step, share, failedChecks, rounds} = context.run;
	if (begun.judged !== revision) {
		return {judged: begun.judged, run: begun.run};
	}

	// Rounds at a share that is not in force any more are passed anew.
	const isWithoutUsers = step === 0 && share !== undefined && isSameShare(share, noShare);
	return {judged: begun.judged, ...withRun(begun, {failedChecks, rounds: isWithoutUsers ? rounds : 0})};
};

export const noteWorld = (_: Context, world: World): Partial<Context> => ({world, now: world.at});

export const noteVerdict = (context: Context, change: number, verdict: Verdict): Partial<Context> =>
	judge(context, change, verdict);

/** The promoted primary gets more of its users back. */
export const beginStepDown = (context: Context): Partial<Context> => withRun(context, {share: shareDown(context)});

/** It got them, and keeps them for an interval before it gets more. */
export const confirmStepDown = (context: Context, at: number): Partial<Context> => ({
	now: at,
	run: {...context.run, ...confirm(context, at).run, lowered: true},
});

/** The interval is over; whatever is waited for next has a deadline of its own. */
export const endStepDown = (context: Context, at: number): Partial<Context> => ({
	now: at,
	run: {...context.run, lowered: false, since: at},
});

export const noteHalt = (context: Context, from: Resumption): Partial<Context> => withRun(context, {halted: {from}});

/** The weight that somebody set is the step under way. */
export const takeWeight = (context: Context): Partial<Context> => {
	const {byHand, share = noShare} = context.run;
	const {match} = share;
	return {run: stepTo(context, {canary: byHand?.weight ?? share.canary, ...(match && {match})})};
};

/** The weight that somebody wrote on the route is the step under way, as it stands. */
export const adoptWeight = (context: Context): Partial<Context> => {
	const {run, world, now} = context;
	const share = world?.route === undefined ? run.routed : shareOf(world.route);
	const repairs = run.repairs + (share.canary < run.routed.canary ? 1 : 0);
	return confirm({...context, run: {...stepTo(context, share), repairs}}, now);
};

/** Leaves `halted` to try an effect again: until it is done the progress deadline goes on counting. */
export const tryAgain = (context: Context): Partial<Context> => {
	const {halted: _, refusal: __, ...run} = context.run;
	return {run: {...run, since: context.now}};
};

/** Leaves `halted`, and with it its bookkeeping. */
export const goOn = (context: Context): Partial<Context> => {
	const {boundedSince: _, ...run} = tryAgain(context).run ?? context.run;
	return {run};
};

export const bound = (context: Context): Partial<Context> =>
	withRun(context, {boundedSince: context.run.boundedSince ?? context.now});

export const unbound = (context: Context): Partial<Context> => {
	const {boundedSince: _, ...run} = context.run;
	return {run};
};

export const forgetRefusal = (context: Context): Partial<Context> => {
	const {refusal: _, ...run} = context.run;
	return {run};
};

/** A port refused for good; anything else that rejects is a bug, and ends the actor. */
export const noteRefusal = (context: Context, error: unknown): Partial<Context> => {
	if (!(error instanceof Refused)) {
		throw error;
	}

	return {now: error.at, ...withRun(context, {refusal: error.message})};
};

/** Pods of the canary fail: the steps start over from 0, and one failed check is counted. */
export const shelter = (context: Context): Partial<Context> => ({
	run: {
		...withoutStep(withoutVerdict(context.run)),
		failedChecks: context.run.failedChecks + (context.run.routed.canary > 0 ? 1 : 0),
		halted: {from: 'anew'},
	},
});

/** The API server has confirmed that the primary has all traffic. */
export const confirmReturn = (context: Context, at: number): Partial<Context> => ({
	now: at,
	run: {
		...withoutStep(withoutVerdict(context.run)),
		routed: noShare,
		changes: context.run.changes + 1,
		stepAt: at,
		routing: routingOf(context.model),
	},
});

export const failBecause = (context: Context, failure: string): Partial<Context> => withRun(context, {failure});

export const deadlineFailure = (context: Context): string => {
	const workload = lackOfCanary(context) || lackOfPrimary(context);
	const lack = workload || whoseWeights(context) || context.run.verdict?.text || context.run.refusal;
	return `progress deadline exceeded${lack ? `: ${lack}` : ''}`;
};

export const noteRepair = (context: Context): Partial<Context> => withRun(context, {repairs: context.run.repairs + 1});

/** At rest again: no checks count. */
export const forgetRun = (context: Context): Partial<Context> => ({
	run: {...withoutStep(context.run), failedChecks: 0},
});

/** A revision that was set back unjudged is new again when it comes back. */
export const forgetJudged = ({promoted}: Context): Partial<Context> => ({judged: promoted});

/** What is judged once the primary stands. A target that was changed while its primary was being made is not: its
 * revision is new, and the first run is for it. */
export const noteInitialized = ({world, model, judged, promoted}: Context): Partial<Context> => {
	const revision = world?.target?.revision ?? '';
	if (world?.primaryRunsTarget) {
		return {judged: revision, promoted: revision};
	}

	return model.shape === 'paired' ? {judged: revision, promoted} : {judged, promoted};
};
