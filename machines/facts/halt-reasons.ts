// Why advancement stops: one row a reason. What guards ask, what is said, what may overrule it and what ends it derive
// from here; beside its row a reason has its state in canary/halted.ts, and nothing else.
import {unlimited} from '../../api/model.ts';
import type {Awaited, CanaryModel} from '../../api/model.ts';
import type {Context, Resumption} from '../model/context.ts';
import {canaryIsHealthy, lackOfCanary, lackOfPrimary, primaryIsHealthy, scalingUnderWay} from '../model/health.ts';
import {howToGoOn, routeIsContested, routeIsYielded, whoseWeights} from '../model/route-changes.ts';
import {isUnderJudgement, missingOfOurs} from '../model/run.ts';
import {orderText, problemsText} from '../words/texts.ts';
import type {Saying} from '../words/texts.ts';

type HaltReasonFacts = {
	readonly description: string;
	readonly holds: (context: Context) => boolean;
	/** What is waited for, in words. */
	readonly waits: (context: Context) => string;
	/** Where it halts a run, told by where that then goes on. */
	readonly halts: readonly Resumption[];
	/** A person who promotes or sets a weight goes on in spite of it; a workload that is not well is none of it. */
	readonly isOverrulable: boolean;
	/** The progress deadline ends the wait. */
	readonly isBounded: boolean;
	/** It comes of what the checks found, and the next round may end it. */
	readonly isOfChecks: boolean;
	readonly whom: 'the world' | 'people';
	/** Nothing but somebody's decision ends it well, so people are told of it. */
	readonly isForDecision: boolean;
	/** What only a watch can tell; nested states of its own say it themselves. */
	readonly awaits: Awaited;
	/** What is said whenever it is entered. */
	readonly says?: Saying;
};

const everywhere = ['anew', 'scalingUp', 'routing', 'soaking', 'copying'] as const;
const beforePromotion = ['anew', 'scalingUp', 'routing', 'soaking'] as const;
/** Where the canary is to be given traffic, or has some. */
const atSteps = ['anew', 'routing', 'soaking'] as const;
/** What is about to write the weights does not ask whose they are. */
const atSoaking = ['soaking'] as const;

const ofTheWorld = {
	isOverrulable: false,
	isBounded: true,
	isOfChecks: false,
	whom: 'the world',
	isForDecision: false,
	awaits: 'nothing',
} as const;

const ofPeople = {...ofTheWorld, isOverrulable: true, whom: 'people', isForDecision: true} as const;

/** Somebody else writes the weights. */
const ofOthers = {...ofPeople, halts: atSoaking, awaits: 'routes', says: 'the contest'} as const;

const ofChecks = {...ofTheWorld, halts: atSteps, isOverrulable: true, isOfChecks: true} as const;

/** What the route of a step waits for; once it has settled it should be in force. */
const awaitedByRoute = ({world, run}: Context): string => (isUnderJudgement(run) ? (world?.route?.awaits ?? '') : '');

const isMissing = (context: Context): boolean =>
	(context.world?.problems.length ?? 0) > 0 || missingOfOurs(context) !== '';

const lacksSomething = (context: Context): boolean => isMissing(context) || awaitedByRoute(context) !== '';

/** A canary that is under judgement, or is about to be given users, must be healthy. */
const needsCanary = ({run}: Context): boolean => isUnderJudgement(run) || run.halted?.from === 'routing';

const isUnhealthy = (context: Context): boolean =>
	!primaryIsHealthy(context) || (needsCanary(context) && !canaryIsHealthy(context));

/** How many failed checks end a run, said after their number. */
const limitOf = ({analysis: {threshold}}: CanaryModel): string => (threshold === unlimited ? '' : ` of ${threshold}`);

/** What is wrong with what the run is made of. */
const ofParts = {
	failing: {
		...ofTheWorld,
		description: 'The canary’s pods fail under traffic.',
		holds: (context) =>
			context.run.halted?.from === 'anew' && (context.run.routed.canary > 0 || lackOfCanary(context) !== ''),
		waits: (context) => `the canary's pods to be healthy again: ${lackOfCanary(context) || 'they are'}`,
		halts: atSteps,
	},
	misspecified: {
		...ofTheWorld,
		description: 'The Canary says something that makes no sense, and must be corrected.',
		holds: ({model}) => model.problems.length > 0,
		waits: (context) => `the Canary to be corrected: ${problemsText(context)}`,
		halts: beforePromotion,
		whom: 'people',
		awaits: 'the Canary',
	},
	missingDependency: {
		...ofTheWorld,
		description: 'Something that the run needs is missing in the cluster.',
		holds: lacksSomething,
		waits: (context) => (isMissing(context) ? `what is missing: ${problemsText(context)}` : awaitedByRoute(context)),
		halts: everywhere,
	},
	refused: {
		...ofTheWorld,
		description: 'The API server refused a write for good.',
		holds: ({run}) => run.refusal !== undefined,
		waits: ({run}) => `the API server to accept what it refused: ${run.refusal ?? ''}`,
		halts: everywhere,
	},
} as const satisfies Readonly<Record<string, HaltReasonFacts>>;

/** What has to come to an end. */
const ofTime = {
	paused: {
		...ofPeople,
		description: 'Somebody paused the run, and it goes on when somebody resumes it.',
		holds: ({run}) => run.paused !== undefined,
		waits: ({run}) => `somebody to resume it: paused by ${orderText(run.paused)}`,
		halts: beforePromotion,
		// A person's wait has no deadline; the judge goes on, and what it finds ends the run all the same.
		isBounded: false,
	},
	unhealthy: {
		...ofTheWorld,
		description: 'A workload is not healthy, though its pods under traffic do not fail.',
		holds: isUnhealthy,
		waits: (context) =>
			lackOfPrimary(context) === ''
				? `the canary to be healthy: ${lackOfCanary(context)}`
				: `the primary to be healthy: ${lackOfPrimary(context)}`,
		halts: atSteps,
		awaits: 'workloads',
	},
	scaling: {
		...ofTheWorld,
		description: 'A scaler changes the number of replicas; the weight waits for that to end.',
		holds: (context) => scalingUnderWay(context) !== '',
		waits: (context) => `scaling to end: ${scalingUnderWay(context)}`,
		halts: atSteps,
		awaits: 'workloads',
	},
	contested: {
		...ofOthers,
		description: 'Somebody else changes the route again and again, and it is not fought over any longer.',
		holds: routeIsContested,
		waits: (context) => `its route to be left alone: ${whoseWeights(context)}; ${howToGoOn(context)}`,
	},
	yielded: {
		...ofOthers,
		description: 'Somebody else has set other weights, and the Canary says to leave them.',
		holds: routeIsYielded,
		waits: (context) => `its weights, or a decision: ${whoseWeights(context)}; ${howToGoOn(context)}`,
		// Somebody else leads the weights; the judge goes on, and what it finds ends the run all the same.
		isBounded: false,
	},
} as const satisfies Readonly<Record<string, HaltReasonFacts>>;

/** What the checks say. */
const ofVerdicts = {
	missingData: {
		...ofChecks,
		description: 'The metrics do not tell: there is no value, or no answer.',
		holds: ({run}) => run.verdict?.outcome === 'unknown',
		waits: ({run}) => `metrics that tell: ${run.verdict?.text ?? ''}`,
	},
	failedCheck: {
		...ofChecks,
		description: 'A check failed; the run goes on when one passes, and fails when too many do.',
		holds: ({run}) => run.verdict?.outcome === 'failed',
		waits: ({run, model}) =>
			`a passing check, the last one failed: ${run.verdict?.text ?? ''} (${run.failedChecks}${limitOf(model)})`,
		// The threshold bounds it: each round of checks passes, is counted, or turns to missing data.
		isBounded: false,
	},
} as const satisfies Readonly<Record<string, HaltReasonFacts>>;

const rows = {...ofParts, ...ofTime, ...ofVerdicts};
export type HaltReason = keyof typeof rows;

/** The rows by name. */
export const haltFacts: Readonly<Record<HaltReason, HaltReasonFacts>> = rows;

/** In the order in which the nested state of `halted` is chosen. */
export const haltReasons = Object.keys(rows) as readonly HaltReason[];

/** The reasons there are to halt a run that would go on from there, the first one first. */
export const reasonsToHalt = (context: Context, from: Resumption): readonly HaltReason[] =>
	haltReasons.filter((reason) => haltFacts[reason].halts.includes(from) && haltFacts[reason].holds(context));
