// A small abstract world for the charts: three revisions, two shapes, and what may be seen of either workload.
import {verbs} from '../../api/model.ts';
import type {CanaryModel, Command, Problem, Route, Scaler, Verb, Verdict, Workload, World} from '../../api/model.ts';
import {reachedBy, type Plan, type Step} from '../../api/plan.ts';
import {noShare, type Share} from '../../api/shares.ts';
import {recall} from '../../machines/model/context.ts';
import type {Context, Recalled, Run} from '../../machines/model/context.ts';
import {planByWeights} from '../../api/strategies/weighted.ts';
import {plainService} from '../services/workloads/podinfo.ts';

export const START = Date.UTC(2026, 0, 1);

const problem = (field: string): Problem => ({field, value: '', text: 'is missing', remedy: 'create it'});

/** The first shape: the user owns `podinfo`, `podinfo-canary` and the VirtualService. */
export const paired: CanaryModel = {
	name: 'podinfo',
	namespace: 'test',
	uid: 'uid',
	generation: 1,
	shape: 'paired',
	suspended: false,
	skipAnalysis: false,
	provider: 'istio',
	target: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo-canary'},
	primary: {name: 'podinfo'},
	hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo-canary'},
	route: {name: 'podinfo', generated: false},
	analysis: {intervalMs: 10_000, threshold: 2, plan: planByWeights([20, 50]), metrics: [], onMissingData: 'halt'},
	readyThreshold: {primary: 100, canary: 100},
	progressDeadlineMs: 60_000,
	failFast: false,
	routeSettleMs: 3000,
	drainMs: 10_000,
	problems: [],
};

/** Today's shape: `podinfo` is the target, `podinfo-primary` and the route are generated. */
export const managed: CanaryModel = {
	...paired,
	shape: 'managed',
	target: {...paired.target, name: 'podinfo'},
	primary: {name: 'podinfo-primary'},
	hosts: {apex: 'podinfo', primary: 'podinfo-primary', canary: 'podinfo-canary'},
	route: {name: 'podinfo', generated: true},
};

const byHeader = [{headers: {'x-canary': {exact: 'insider'}}}];
const checked = (share: Share): Step => ({share, rounds: 2, tells: 'rounds'});
const switched: Step = {share: {canary: 100}, rounds: 1, tells: 'switch'};

/** A plan of each strategy, as short as it can be and still have all of its kinds of steps. */
export const plans = {
	'A/B testing': {strategy: 'ab-testing', steps: [checked({canary: 100, match: byHeader})], promotion: []},
	'blue/green': {strategy: 'blue-green', steps: [checked(noShare), switched], promotion: [{canary: 40}]},
	'blue/green without routes': {strategy: 'blue-green', steps: [checked(noShare)], promotion: []},
	'mirrored weights': {
		strategy: 'canary',
		steps: [{share: {canary: 0, mirrored: 100}, rounds: 1, tells: 'weight'}, ...planByWeights([50]).steps],
		promotion: [],
	},
	'weights both ways': {...planByWeights([50]), promotion: [{canary: 30}, {canary: 10}]},
} as const satisfies Readonly<Record<string, Plan>>;

export const withPlan = (model: CanaryModel, plan: Plan): CanaryModel => ({
	...model,
	analysis: {...model.analysis, plan},
});

/** Edits of a spec, told apart by their generation. */
export const edits = {
	'a higher second step': (model: CanaryModel): CanaryModel => ({
		...model,
		generation: 2,
		analysis: {...model.analysis, plan: planByWeights([20, 70])},
	}),
	'a lower max weight': (model: CanaryModel): CanaryModel => ({
		...model,
		generation: 3,
		analysis: {...model.analysis, plan: planByWeights([10])},
	}),
	'a lower threshold': (model: CanaryModel): CanaryModel => ({
		...model,
		generation: 4,
		analysis: {...model.analysis, threshold: 1},
	}),
	'a suspension': (model: CanaryModel): CanaryModel => ({...model, generation: 5, suspended: true}),
	'a mistake': (model: CanaryModel): CanaryModel => ({...model, generation: 6, problems: [problem('spec.provider')]}),
	'another target': (model: CanaryModel): CanaryModel => ({
		...model,
		generation: 7,
		target: {...model.target, name: 'other'},
	}),
	'other routing fields': (model: CanaryModel): CanaryModel => ({
		...model,
		generation: 8,
		service: {...plainService, retries: {attempts: 3}},
	}),
	'no patience': (model: CanaryModel): CanaryModel => ({...model, generation: 10, failFast: true}),
	'no analysis': (model: CanaryModel): CanaryModel => ({...model, generation: 9, skipAnalysis: true}),
};
export type Edit = keyof typeof edits;

/** What people ask for, one command a verb. */
export const commandOf = (verb: Verb, weight?: number): Command => ({
	name: `${verb}-1`,
	verb,
	...(weight !== undefined && {weight}),
	reason: 'it is so',
	requestedBy: 'alice',
});
export const allCommands: readonly Command[] = verbs.map((verb) =>
	verb === 'set-weight' ? commandOf(verb, 35) : commandOf(verb),
);

/** What stands in the cluster as far as the chart's own effects made it. */
export type Standing = {
	/** Replicas of the target. */
	readonly replicas: number;
	/** The share that the route gives. */
	readonly route: Share;
	/** The revision whose template the primary has; empty: there is no primary. */
	readonly primary: string;
	/** The revision kept to be taken back to; empty: none. */
	readonly kept: string;
	/** The judge was told of a step and not dismissed since. */
	readonly judging: boolean;
};

/** What is seen of it; defaults to all well. */
export type Sight = {
	readonly target?: 'v1' | 'v2' | 'v3' | 'none';
	readonly canary?: 'whole' | 'rising' | 'failing' | 'fewer';
	/** `overwritten`: it has v1’s template again, whatever was promoted onto it. */
	readonly primary?: 'whole' | 'rolling' | 'down' | 'overwritten' | 'none';
	/** The primary tells no promoted revision: another controller promoted it. */
	readonly foreign?: boolean;
	readonly problem?: boolean;
	readonly scaling?: 'target' | 'primary';
	/** `pending`: written, and not taken up by whoever is to carry it out. */
	readonly route?: 'stray' | 'emptied' | 'pending' | 'none';
};

/** Of either workload, when it is not at zero. */
export const REPLICAS = 2;

const workload = (name: string, revision: string, replicas: number, ready: number): Workload => ({
	name,
	uid: name,
	resourceVersion: '1',
	revision,
	replicas,
	observed: true,
	total: replicas,
	updated: replicas,
	available: ready,
	ready,
	deadlineExceeded: false,
});

const readyCanaries = {whole: REPLICAS, rising: 1, failing: 0, fewer: 1};
const readyPrimaries = {whole: REPLICAS, rolling: 1, down: 0, overwritten: REPLICAS, none: 0};

const targetOf = (standing: Standing, {target = 'v2', canary = 'whole'}: Sight): Workload => {
	const ready = standing.replicas === 0 ? 0 : readyCanaries[canary];
	const seen = workload('target', target, standing.replicas, ready);
	return canary === 'failing' && standing.replicas > 0
		? {...seen, trouble: 'container podinfod: CrashLoopBackOff'}
		: seen;
};

const scalerOf = (of: Scaler['of']): Scaler => ({name: of, of, desired: 3, current: 2, minReplicas: 1});

/** The world as observed: the standing as it is, seen so. */
export const observe = (standing: Standing, sight: Sight, at = START): World => {
	const {target = 'v2', primary = 'whole', problem: isMissing = false, scaling, route} = sight;
	const has = primary === 'overwritten' ? 'v1' : standing.primary;
	const hasPrimary = standing.primary !== '' && primary !== 'none';
	return {
		at,
		...(target !== 'none' && {target: targetOf(standing, sight)}),
		...(hasPrimary && {
			primary: {
				...workload('primary', `${has}-primary`, REPLICAS, readyPrimaries[primary]),
				...(sight.foreign !== true && {promoted: standing.primary}),
			},
		}),
		primaryRunsTarget: hasPrimary && has === target,
		scalers: scaling === undefined ? [] : [scalerOf(scaling)],
		...(route !== 'none' && {
			route: {
				...routeOf(route === 'stray' ? strayFrom(standing) : route === 'emptied' ? noShare : standing.route),
				...(route === 'pending' && {awaits: 'HTTPRoute podinfo.test to be accepted by Gateway public.test'}),
			},
		}),
		problems: isMissing ? [problem('VirtualService podinfo.test')] : [],
	};
};

/** A share that somebody else would write. */
export const strayFrom = ({route}: Standing): Share => ({canary: route.canary === 30 ? 40 : 30});

const routeOf = (share: Share): Route => ({...share, primary: 100 - share.canary, resourceVersion: '1'});

export const verdict = (outcome: Verdict['outcome'], at = START): Verdict => ({
	outcome,
	text: {passed: '', failed: 'success rate 69.17% < 99%', unknown: 'no values found for metric request-success-rate'}[
		outcome
	],
	evidence: [],
	at,
});

/** What a fresh Canary's status tells: nothing. */
export const unknownPast: Recalled = {
	phase: '',
	canaryWeight: 0,
	iterations: 0,
	failedChecks: 0,
	lastAppliedSpec: '',
	lastPromotedSpec: '',
	lastTransitionTime: 0,
	state: '',
};

/** A Canary at rest with v1. */
export const initializedPast: Recalled = {
	...unknownPast,
	phase: 'Initialized',
	lastAppliedSpec: 'v1',
	lastPromotedSpec: 'v1',
	lastTransitionTime: START,
	state: 'initialized',
};

/** A run at this weight of the plan, as the API server has confirmed it. */
export const atWeight = (canary: number, {analysis: {plan}}: CanaryModel = paired): Partial<Run> => ({
	step: reachedBy(plan, {canary}),
	share: {canary},
	routed: {canary},
});

/** A context in the middle of a run of v2, seen so. */
export const contextOf = (
	sight: Sight,
	run: Partial<Run> = {},
	standing: Partial<Standing> = {},
	model: CanaryModel = paired,
): Context => {
	const stands = {replicas: REPLICAS, route: {canary: 0}, primary: 'v1', kept: 'v1', judging: false, ...standing};
	const context = recall({model, recalled: initializedPast, at: START});
	return {...context, judged: 'v2', world: observe(stands, sight), run: {...context.run, revision: 'v2', ...run}};
};
