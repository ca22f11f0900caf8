// What one Canary's chart knows: noted facts (levels), the run under way, and what was promised to the API server.
import type {CanaryModel, Command, Instant, Phase, Verdict, World} from '../../api/model.ts';
import {noShare, type Share} from '../../api/shares.ts';
import {reachedBy, roundsPassed} from '../../api/plan.ts';

/** Where a halted run goes on; `anew` after its pods failed and the primary was given all traffic. */
export type Resumption = 'anew' | 'scalingUp' | 'routing' | 'soaking' | 'copying';

/** One attempt to promote one revision. */
export type Run = {
	/** Digest of the template under analysis; nothing else is ever promoted. */
	readonly revision: string;
	/** Index of the plan's step under way; -1 before the first. */
	readonly step: number;
	/** The share of the step under way: the plan's, unless somebody set or wrote another; absent before the first. */
	readonly share?: Share;
	/** The share that the API server last confirmed. */
	readonly routed: Share;
	/** Counts route changes, so that a verdict is counted for the one it was asked for. */
	readonly changes: number;
	/** When the API server confirmed the last of them. */
	readonly stepAt: Instant;
	/** How many rounds of checks the step has passed. */
	readonly rounds: number;
	/** The last round since it settled was one of them. */
	readonly passed: boolean;
	/** The promoted primary has had those of its users whom it was given back last for an interval, or not yet; absent
	 * before it was given any in this life. */
	readonly lowered?: boolean;
	readonly failedChecks: number;
	readonly verdict?: Verdict;
	/** Since when the run has been waiting for what it waits for; deadlines count from here. */
	readonly since: Instant;
	/** Replicas of the canary when it was last wholly available: fewer ready ones than these mean failing pods. */
	readonly healthyReplicas: number;
	/** The primary's revision when the run began; undefined where that is not known. */
	readonly baseline?: string;
	/** Digest of the routing fields that the route was last written from. */
	readonly routing: string;
	/** How often somebody else's change of the route was set back, or took an adopted weight back. */
	readonly repairs: number;
	readonly halted?: {readonly from: Resumption};
	/** Since when a wait that the progress deadline bounds has lasted. */
	readonly boundedSince?: Instant;
	/** The template has begun to be copied: a failure from here on shows as a failed promotion. */
	readonly promoting?: boolean;
	/** Why a port refused for good; cleared when it is tried again. */
	readonly refusal?: string;
	/** Why the run failed, once it has. */
	readonly failure?: string;
	/** In force until somebody resumes. */
	readonly paused?: Command;
	/** How somebody wants the run to end. */
	readonly ordered?: Command;
	/** A weight that somebody set, until the API server has confirmed it. */
	readonly byHand?: Command;
};

export type Context = {
	readonly model: CanaryModel;
	/** The spec as last seen, when it names other objects than the run under way was begun with. */
	readonly rebound?: CanaryModel | undefined;
	/** Undefined until the first observation. */
	readonly world?: World | undefined;
	/** The instant of the last event. */
	readonly now: Instant;
	/** The revision last begun with (`status.lastAppliedSpec`); the same one starts no second run. */
	readonly judged: string;
	/** The revision last promoted (`status.lastPromotedSpec`). */
	readonly promoted: string;
	readonly run: Run;
	/** What the status said when this actor started; only `resuming` looks at it. */
	readonly recalled: Recalled;
	/** The last problems and wait that were announced, so that a level is said once. */
	readonly said: {readonly problems: string; readonly wait: string};
	/** How often generated objects had to be mended since the spec last changed. */
	readonly mendings: number;
};

/** What a rebuilt actor starts from: the status, in fields that the peer's own CRD keeps, and advisory ones. */
export type Recalled = {
	readonly phase: Phase | '';
	readonly canaryWeight: number;
	/** The round of checks that was under way, from 1 on; 0 where none are counted. */
	readonly iterations: number;
	readonly failedChecks: number;
	readonly lastAppliedSpec: string;
	readonly lastPromotedSpec: string;
	/** 0 when absent. */
	readonly lastTransitionTime: Instant;
	/** Advisory: `failed` tells that a run was being ended. */
	readonly state: string;
	/** Advisory: why it had failed, to be said on. */
	readonly reason?: string;
};

export type Input = {readonly model: CanaryModel; readonly recalled: Recalled; readonly at: Instant};

/** The run of a Canary that has none. */
export const noRun: Run = {
	revision: '',
	step: -1,
	routed: noShare,
	changes: 0,
	stepAt: 0,
	rounds: 0,
	passed: false,
	failedChecks: 0,
	since: 0,
	healthyReplicas: 0,
	routing: '',
	repairs: 0,
};

/** The step that a status tells of, before the route is known. */
const stepRecalled = ({analysis: {plan}}: CanaryModel, {canaryWeight, iterations}: Recalled): Partial<Run> => {
	if (canaryWeight + iterations === 0) {
		return {};
	}

	const share: Share = {canary: canaryWeight};
	const step = reachedBy(plan, share);
	return {step, share, rounds: roundsPassed(plan, step, iterations)};
};

/** A fresh context: the run as far as the status tells of it. */
export const recall = ({model, recalled, at}: Input): Context => ({
	model,
	now: at,
	judged: recalled.lastAppliedSpec,
	promoted: recalled.lastPromotedSpec,
	run: {
		...noRun,
		revision: recalled.lastAppliedSpec,
		failedChecks: recalled.failedChecks,
		...stepRecalled(model, recalled),
		promoting: recalled.phase === 'Promoting' || recalled.phase === 'Finalising',
		since: recalled.lastTransitionTime || at,
		stepAt: recalled.lastTransitionTime || at,
		...(recalled.state === 'failed' && recalled.reason && {failure: recalled.reason}),
	},
	recalled,
	said: {problems: '', wait: ''},
	mendings: 0,
});
