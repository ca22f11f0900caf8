// The questions of the canary's chart, as sentences that can be true.
import type {CanaryModel, Phase, World} from '../../api/model.ts';
import {isSameShare, noShare} from '../../api/shares.ts';
import {haltFacts, reasonsToHalt} from '../facts/halt-reasons.ts';
import type {HaltReason} from '../facts/halt-reasons.ts';
import type {Context, Resumption, Run} from './context.ts';
import {promotionIsOverwritten} from './drift.ts';
import {canaryIsFailing, canaryIsHealthy, primaryCanServe, primaryIsHealthy, whyCanaryCannotStart} from './health.ts';
import {lastStepReached, stepHasPassed} from './plan.ts';
import {isToAdopt, isToRestore, MENDINGS_MAX, usersAreSentBySomebody} from './route-changes.ts';
import {
	anotherRevisionWaits,
	promotionIsOrdered,
	newRevisionWaits,
	routingOf,
	runIsSuperseded,
	templateIsCopied,
	tooManyFailedChecks,
} from './run.ts';

type Args = {readonly context: Context};

const haltedFrom = ({run}: Context): Resumption => run.halted?.from ?? 'soaking';
const goesOn = (context: Context, from: Resumption): boolean =>
	haltedFrom(context) === from && reasonsToHalt(context, from).length === 0;
const was = ({recalled}: Context, ...phases: Array<Phase | ''>): boolean => phases.includes(recalled.phase);
const ending = (context: Context): boolean => tooManyFailedChecks(context) || context.recalled.state === 'failed';
const isSound = ({model, world}: Context): boolean => model.problems.length === 0 && world?.problems.length === 0;
const routingIsEdited = (model: CanaryModel, {routing}: Run): boolean =>
	model.route.generated && routing !== '' && routing !== routingOf(model);
/** Its plan has come to say other requests or copies for the step under way. */
const shareIsEdited = ({share, routed}: Run): boolean => share !== undefined && !isSameShare(share, routed);
/** A world observed before the last write would have it done again. */
const hasSeenLastWrite = (world: World | undefined, {stepAt}: Run): world is World =>
	world !== undefined && world.at > stepAt;
const isAstray = (model: CanaryModel, {primary, route}: World): boolean =>
	!isSameShare(route ?? noShare, noShare) || (model.route.generated && (primary === undefined || route === undefined));
const canTakeAll = (context: Context): boolean => context.run.routed.canary === 0 || primaryCanServe(context);
const promotionIsHalted = (context: Context): boolean => haltedFrom(context) === 'copying';

/** What a person may do in spite of all that halts the run. */
const mayOverrule = (context: Context, from: Resumption): boolean =>
	from === 'soaking' && reasonsToHalt(context, from).every((reason) => haltFacts[reason].isOverrulable);
const mayPromote = (context: Context, from: Resumption): boolean =>
	promotionIsOrdered(context) && context.run.paused === undefined && mayOverrule(context, from);

/** A halt that comes of what the checks found, and they may have found it for want of weight. */
const isForChecks = (context: Context): boolean =>
	haltedFrom(context) === 'soaking' &&
	reasonsToHalt(context, 'soaking').every((reason) => haltFacts[reason].isOfChecks);

export const guards = {
	'the world is known': ({context}: Args) => context.world !== undefined,
	'something is wrong': ({context}: Args) => !isSound(context),
	'nothing is wrong': ({context}: Args) => isSound(context),

	// What the status of a former actor tells.
	'a promotion was being taken back': ({context}: Args) =>
		was(context, 'Promoting') && tooManyFailedChecks(context) && context.recalled.state !== 'failed',
	'a run was being ended': ({context}: Args) =>
		was(context, 'Progressing', 'Waiting', 'WaitingPromotion', 'Promoting') && ending(context),
	'a promotion was under way': ({context}: Args) => was(context, 'Promoting', 'Finalising'),
	'a promotion was being finished': ({context}: Args) => was(context, 'Finalising') && canTakeAll(context),
	'its template was copied': ({context}: Args) => templateIsCopied(context),
	'a run with traffic was under way': ({context}: Args) =>
		was(context, 'Progressing', 'WaitingPromotion') &&
		context.recalled.canaryWeight > 0 &&
		context.run.routed.canary > 0,
	'a run was under way': ({context}: Args) => was(context, 'Progressing', 'Waiting', 'WaitingPromotion'),
	'a failed promotion was held': ({context}: Args) => was(context, 'Failed') && context.recalled.canaryWeight > 0,
	'a run had failed': ({context}: Args) => was(context, 'Failed'),
	'a run had succeeded': ({context}: Args) => was(context, 'Succeeded'),
	'the Canary was initialized': ({context}: Args) => was(context, 'Initialized'),
	'the primary runs the target already': ({context}: Args) => context.world?.primaryRunsTarget === true,
	'the user runs a canary already': ({context}: Args) =>
		context.model.shape === 'paired' && (context.world?.target?.replicas ?? 0) > 0 && newRevisionWaits(context),

	// At rest.
	'the Canary names other objects': ({context}: Args) => context.rebound !== undefined,
	'a new revision can start': ({context}: Args) => newRevisionWaits(context) && isSound(context),
	'routing or generated objects need mending': ({context: {model, world, mendings, run}}: Args) =>
		mendings < MENDINGS_MAX &&
		model.problems.length === 0 &&
		(routingIsEdited(model, run) || (hasSeenLastWrite(world, run) && isAstray(model, world))),

	// A run.
	'too many checks have failed': ({context}: Args) => tooManyFailedChecks(context),
	'the run is of other objects': ({context}: Args) => context.rebound !== undefined && !promotionIsHalted(context),
	'the run is superseded': ({context}: Args) => runIsSuperseded(context) && !promotionIsHalted(context),
	'another revision waits': ({context}: Args) => anotherRevisionWaits(context) && !promotionIsHalted(context),
	'the canary cannot start, and is not waited for': ({context}: Args) =>
		context.model.failFast && whyCanaryCannotStart(context) !== '',
	'both are healthy': ({context}: Args) => canaryIsHealthy(context) && primaryIsHealthy(context),
	'both are healthy and analysis is skipped': ({context}: Args) =>
		(context.model.skipAnalysis || promotionIsOrdered(context)) &&
		canaryIsHealthy(context) &&
		primaryIsHealthy(context),
	'a rollback was ordered': ({context}: Args) => context.run.ordered?.verb === 'rollback',
	'a halted promotion was ordered back': ({context}: Args) =>
		promotionIsHalted(context) && context.run.ordered?.verb === 'rollback',
	'a promotion was ordered': ({context}: Args) => mayPromote(context, 'soaking'),
	'a promotion was ordered while halted': ({context}: Args) => mayPromote(context, haltedFrom(context)),
	'a weight was set by hand': ({context}: Args) => context.run.byHand !== undefined && mayOverrule(context, 'soaking'),
	'a weight was set by hand while halted': ({context}: Args) =>
		context.run.byHand !== undefined && mayOverrule(context, haltedFrom(context)),
	'the last step has passed': ({context}: Args) => stepHasPassed(context) && lastStepReached(context),
	'the step has passed': ({context}: Args) => stepHasPassed(context),
	'routing fields were edited': ({context: {model, run}}: Args) => routingIsEdited(model, run) || shareIsEdited(run),
	'the route was changed by someone else': ({context}: Args) => isToRestore(context),
	'the route was changed by someone else while halted': ({context}: Args) =>
		isToRestore(context) && isForChecks(context),
	'the weight on the route is adopted': ({context}: Args) => isToAdopt(context),
	'the weight on the route is adopted while halted': ({context}: Args) => isToAdopt(context) && isForChecks(context),
	'scaling up must halt': ({context}: Args) => reasonsToHalt(context, 'scalingUp').length > 0,
	'the step must halt': ({context}: Args) => reasonsToHalt(context, 'soaking').length > 0,
	'another reason is first': ({context}: Args, {reason}: {reason: HaltReason}) => {
		const [first] = reasonsToHalt(context, haltedFrom(context));
		return first !== undefined && first !== reason;
	},
	'the promotion must halt': ({context}: Args) => reasonsToHalt(context, 'copying').length > 0,

	// Halted.
	'the first reason is': ({context}: Args, {reason}: {reason: HaltReason}) =>
		reasonsToHalt(context, haltedFrom(context))[0] === reason,
	'a halted promotion has too many failed checks': ({context}: Args) =>
		promotionIsHalted(context) && tooManyFailedChecks(context),
	'a halted promotion has users on the canary': ({context}: Args) =>
		promotionIsHalted(context) && context.run.routed.canary > 0,
	'nothing halts scaling up': ({context}: Args) => goesOn(context, 'scalingUp'),
	'nothing halts the new beginning': ({context}: Args) => goesOn(context, 'anew'),
	'nothing halts routing': ({context}: Args) => goesOn(context, 'routing'),
	'nothing halts the step': ({context}: Args) => goesOn(context, 'soaking'),
	'nothing halts the copied promotion': ({context}: Args) => goesOn(context, 'copying') && templateIsCopied(context),
	'nothing halts the promotion': ({context}: Args) => goesOn(context, 'copying'),
	// At weight 0 its traffic is being taken away already.
	'the canary fails under traffic': ({context}: Args) =>
		!promotionIsHalted(context) &&
		(context.run.share?.canary ?? 0) > 0 &&
		canaryIsFailing(context) &&
		primaryCanServe(context),
	'what is missing is ours to mend': ({context: {model, mendings}}: Args) =>
		model.shape === 'managed' && mendings < MENDINGS_MAX,

	// Promotion and the ways back.
	'the primary is healthy': ({context}: Args) => primaryIsHealthy(context),
	'the promotion is overwritten': ({context}: Args) => promotionIsOverwritten(context),
	'the promoted primary is healthy': ({context}: Args) =>
		templateIsCopied(context) && primaryIsHealthy(context) && context.run.lowered !== true,
	'the primary has been given some users back': ({context}: Args) => context.run.lowered === true,
	'some users stay on the canary': ({context}: Args) => (context.run.share?.canary ?? 0) > 0,
	'users are better off with the primary': ({context}: Args) =>
		context.run.routed.canary > 0 &&
		(anotherRevisionWaits(context) || canaryIsFailing(context)) &&
		primaryCanServe(context),
	'the primary can take all traffic': ({context}: Args) => canTakeAll(context),
	'somebody else sends users to the canary': ({context}: Args) => usersAreSentBySomebody(context),
	'nobody else sends users to the canary': ({context}: Args) => !usersAreSentBySomebody(context),
	'users are on the canary': ({context}: Args) => context.run.routed.canary > 0,
	'the template is no longer the analysed one': (_: Args, {kind}: {kind: string}) => kind === 'superseded',
};
