// The words of events, as the seed and the peer have them (docs/events.md says where the two differ and what we chose).
import type {Announcement, CanaryModel, Command, Problem, Verdict} from '../../api/model.ts';
import {lackOfCanary, lackOfPrimary, scalingUnderWay} from '../model/health.ts';
import type {Context} from '../model/context.ts';
import {canaryOf, phrasesOf, targetOf} from './dialects.ts';
import {driftOf} from '../model/drift.ts';
import {howToGoOn, strayAtRest, whoseWeights} from '../model/route-changes.ts';
import {roundsNeeded} from '../model/plan.ts';
import {stepAdvanced} from './steps.ts';
import {isInForce, missingOfOurs} from '../model/run.ts';

const normal = (text: string): Announcement => ({type: 'Normal', text});
const warning = (text: string): Announcement => ({type: 'Warning', text});

const primaryOf = ({primary, namespace}: CanaryModel): string => `${primary.name}.${namespace}`;

/** Who gave a command, and why: `alice: the database is slow`. */
export const orderText = (command: Command | undefined): string =>
	[command?.requestedBy ?? '', command?.reason ?? ''].filter((text) => text !== '').join(': ') || 'somebody';

/** A command that is in force. */
export const commandTaken = (model: CanaryModel, command: Command): Announcement => {
	const what = command.verb === 'set-weight' ? `set-weight ${command.weight ?? ''}` : command.verb;
	return normal(`Command ${what} of ${canaryOf(model)} by ${orderText(command)}`);
};

/** What a new run says first; `old` is the revision judged before, empty for the first run of a Canary. */
export const runBegan = (model: CanaryModel, old: string, revision: string): readonly Announcement[] =>
	phrasesOf(model)
		.began(model, {old, revision})
		.map((text) => normal(text));

export const runRestarted = (model: CanaryModel, old: string, revision: string): readonly Announcement[] => [
	normal(phrasesOf(model).restarted(model, {old, revision})),
];

export const analysisStarted = (model: CanaryModel): Announcement => normal(phrasesOf(model).started(model));

export const advancementHalted = (model: CanaryModel, text: string): Announcement =>
	warning(phrasesOf(model).halted(model, text));

/** A verdict that stops advancement, or begins another round of the same step. */
export const judged = (context: Context, verdict: Verdict): readonly Announcement[] => {
	if (verdict.outcome !== 'passed') {
		return [advancementHalted(context.model, verdict.text)];
	}

	const {passed, promoting, rounds} = context.run;
	const isCounted = passed && !promoting && isInForce(context.run);
	return isCounted && rounds < roundsNeeded(context) ? stepAdvanced(context) : [];
};

export const rollingBack = ({model, run}: Context): Announcement => {
	const whose = phrasesOf(model).rolledBack(model);
	const counted = run.failedChecks >= model.analysis.threshold;
	const why = counted
		? `failed checks threshold reached ${run.failedChecks}`
		: (run.failure ?? 'the run had been ended');
	return {...warning(`Rolling back ${whose} ${why}`), isEnd: true};
};

export const canaryFailed = (model: CanaryModel): Announcement => ({
	...warning(`Canary failed! Scaling down ${targetOf(model)}`),
	isEnd: true,
});

export const templateCopied = (model: CanaryModel): Announcement =>
	normal(`Copying ${targetOf(model)} template spec to ${primaryOf(model)}`);

/** All at once, where there is anything to return. */
export const trafficReturns = (model: CanaryModel): readonly Announcement[] => {
	const {steps, promotion} = model.analysis.plan;
	const hasUsers = steps.some(({share}) => share.canary > 0);
	return hasUsers && promotion.length === 0 ? phrasesOf(model).returned.map((text) => normal(text)) : [];
};

/** By steps, of which this is one. */
export const primaryAdvanced = ({model, run}: Context): readonly Announcement[] =>
	model.analysis.plan.promotion.length === 0 ? [] : [normal(phrasesOf(model).lowered(model, 100 - run.routed.canary))];

export const promotionCompleted = (model: CanaryModel): Announcement => normal(phrasesOf(model).promoted(model));

/** The peer's words where the primary lacks something; a promotion that is refused fails with a healthy one. */
export const howPromotionFailed = (context: Context): string => {
	const lack = lackOfPrimary(context);
	return lack === '' ? `failed: ${context.run.failure ?? ''}` : `failed, primary not ready: ${lack}`;
};

export const promotionFailed = (context: Context): Announcement =>
	warning(`Promotion of ${targetOf(context.model)} ${howPromotionFailed(context)}`);

export const promotionTakenBack = (model: CanaryModel): Announcement =>
	warning(`Taking the promotion of ${targetOf(model)} back, ${primaryOf(model)} gets its last promoted template`);

export const initializationDone = (model: CanaryModel): Announcement =>
	normal(`Initialization done! ${canaryOf(model)}`);

export const runSuperseded = (model: CanaryModel): Announcement =>
	normal(`${targetOf(model)} is back at the promoted revision, the run ends without a verdict`);

export const trafficSheltered = (context: Context): Announcement =>
	advancementHalted(
		context.model,
		`canary ${context.model.target.kind.toLowerCase()} ${targetOf(context.model)} is failing, all traffic to the primary: ${lackOfCanary(context)}`,
	);

export const routeRestored = ({model, run}: Context): Announcement =>
	warning(
		`Route ${model.route.name}.${model.namespace} was changed by someone else, restoring canary weight ${run.routed.canary}`,
	);

export const routeAdopted = ({model, run}: Context): Announcement =>
	warning(
		`Route ${model.route.name}.${model.namespace} was changed by someone else, adopting canary weight ${run.routed.canary}`,
	);

export const routeLeft = (context: Context): Announcement =>
	advancementHalted(context.model, `${whoseWeights(context)}; ${howToGoOn(context)}`);

/** A halt by an unhealthy or scaling workload; a failed check and missing data are said with their verdict. */
const haltedForWorkload = (context: Context): readonly Announcement[] => {
	const scaling = scalingUnderWay(context);
	const lack = lackOfPrimary(context)
		? `${primaryOf(context.model)} waiting for rollout to finish: ${lackOfPrimary(context)}`
		: lackOfCanary(context) && `${targetOf(context.model)} waiting for rollout to finish: ${lackOfCanary(context)}`;
	const text = lack || scaling;
	return text ? [advancementHalted(context.model, text)] : [];
};

/** A roll that the chart itself began and waits for. */
export const rolloutWaits = (model: CanaryModel, of: 'target' | 'primary', lack: string): Announcement =>
	warning(`Waiting for ${of === 'target' ? targetOf(model) : primaryOf(model)} rollout to finish: ${lack}`);

const inWords = (problems: readonly Problem[]): string =>
	problems
		.map(({text, remedy}) => `${text}. ${remedy}`)
		.join('. ')
		.slice(0, 900);

const deleted = (context: Context): readonly Problem[] => {
	const field = missingOfOurs(context);
	const remedy = 'It is made anew from what was last promoted';
	return field === '' ? [] : [{field, value: '', text: `${field} not found`, remedy}];
};

const drifted = (context: Context): readonly Problem[] => {
	return [driftOf(context), strayAtRest(context)].filter((problem) => problem !== undefined);
};

/** Everything that the user must mend. */
export const problemsOf = (context: Context): readonly Problem[] => [
	...context.model.problems,
	...(context.world?.problems ?? []),
	...deleted(context),
	...drifted(context),
];

/** The same in one line; empty when all is well. */
export const problemsText = (context: Context): string => inWords(problemsOf(context));

/** The same, and what is ignored without harm: to be said once, waited for by nobody. */
export const noticesText = (context: Context): string =>
	[problemsText(context), inWords(context.model.warnings ?? [])].filter((text) => text !== '').join('. ');

/** What the chart can say, by name. */
export const sayings = {
	'the run': ({model, judged, world}: Context) => runBegan(model, judged, world?.target?.revision ?? ''),
	'the restart': ({model, run, world}: Context) => runRestarted(model, run.revision, world?.target?.revision ?? ''),
	'the start': ({model}: Context) => [analysisStarted(model)],
	'the step': (context: Context) => stepAdvanced(context),
	'the shelter': (context: Context) => [trafficSheltered(context)],
	'the repair': (context: Context) => [routeRestored(context)],
	'the adoption': (context: Context) => [routeAdopted(context)],
	'the contest': (context: Context) => [routeLeft(context)],
	'the refusal': ({model, run}: Context) => [advancementHalted(model, run.refusal ?? '')],
	'the halt': (context: Context) => haltedForWorkload(context),
	'the copy': ({model}: Context) => [templateCopied(model)],
	'the return': ({model}: Context) => trafficReturns(model),
	'the step down': (context: Context) => primaryAdvanced(context),
	'the rollback': (context: Context) => [rollingBack(context)],
	'the failure': ({model}: Context) => [canaryFailed(model)],
	'the failed promotion': (context: Context) => [promotionFailed(context)],
	'the taking back': ({model}: Context) => [promotionTakenBack(model)],
	'the promotion': ({model}: Context) => [promotionCompleted(model)],
	'the initialization': ({model}: Context) => [initializationDone(model)],
	'the supersession': ({model}: Context) => [runSuperseded(model)],
} satisfies Record<string, (context: Context) => readonly Announcement[]>;
export type Saying = keyof typeof sayings;
