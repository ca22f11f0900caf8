// The words that every part shares: a Canary of any shape as the charts see it, and what is observed of the world.
// Types only; nothing here knows Kubernetes' wire format.
import type {Problem} from './findings.ts';
import type {ServiceModel} from './service-model.ts';
import type {Plan} from './plan.ts';
import type {Share} from './shares.ts';
import type {WorkloadMapping} from './workload-mapping.ts';

export type {Problem} from './findings.ts';

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** A limit that is never reached: a number, for models are compared as JSON, which knows no Infinity. */
export const unlimited = Number.MAX_SAFE_INTEGER;

/** Whose words are said and whose queries asked: today's, those of the first Canary, or those of the Rollout before it. */
export type Dialect = 'today' | 'first' | 'rollout';

/** The kind that a model was read from, and the component in whose name its events are said. */
export type Origin = {
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly kind: string;
	readonly component: string;
};

/** How far the canary's value may be on the worse side of the primary's, over the same window. */
export type Comparison = {
	readonly by: 'ratio' | 'difference';
	/** A share of the primary's value (0.1: a tenth), or an amount in the metric's own unit. */
	readonly tolerance: number;
	readonly worse: 'higher' | 'lower' | 'either';
};

/** `spec.analysis.metrics[]` (either shape) made definite. */
export type Metric = {
	readonly name: string;
	/** The user's name for it, where `name` tells its comparison from its bounds. */
	readonly written?: string;
	/** What decides the query and the words of a breach. `unknown`: refused as a problem, never queried. */
	readonly kind: 'success-rate' | 'duration' | 'query' | 'unknown';
	/** The metric's family for built-in ones: whose names and queries. */
	readonly dialect: Dialect;
	/** PromQL for kind `query`, template variables not yet rendered. */
	readonly query?: string;
	/** A MetricTemplate for kind `query`, whose query and source count. */
	readonly template?: {readonly name: string; readonly namespace: string};
	/** What `{{ variables.… }}` of the query stand for. */
	readonly variables?: Readonly<Record<string, string>>;
	/** Window of the query. */
	readonly intervalMs: number;
	/** Inclusive bounds; success rate in percent, duration in milliseconds. */
	readonly min?: number;
	readonly max?: number;
	/** Judged against the primary; such a metric has no bounds of its own. */
	readonly against?: Comparison;
	/** Said behind the values of kind `query`. */
	readonly unit?: string;
};

/** How urgent it is that people are told. */
export type Severity = 'info' | 'warn' | 'error';

/** What people are told of, once for each time that it happens. */
export const noticeKinds = ['initialized', 'started', 'waiting', 'superseded', 'succeeded', 'failed', 'held'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Who is told of a Canary's runs, from which severity on. */
export type Alert = {
	readonly name: string;
	readonly severity: Severity;
	/** An AlertProvider. */
	readonly receiver: {readonly name: string; readonly namespace: string};
};

/** A Canary of either shape, cut on today's. Every duration is already divided by the sandbox's speed. */
export type CanaryModel = {
	readonly name: string;
	readonly namespace: string;
	readonly uid: string;
	readonly generation: number;
	/** `managed`: today's shape, we own `{target}-primary`. `paired`: the first shape, the user owns both workloads. */
	readonly shape: 'managed' | 'paired';
	/** That of the shape when absent. */
	readonly dialect?: Dialect;
	/** What status and events go to, where that is no Canary. */
	readonly origin?: Origin;
	readonly suspended: boolean;
	/** Who else writes this Canary's status, and when that was last; undefined when nobody ever did. */
	readonly otherOperator?: {readonly manager: string; readonly at: Instant};
	readonly skipAnalysis: boolean;
	/** `spec.provider`, else the daemon's `--mesh-provider`. */
	readonly provider: string;
	/** The workload whose new revision is the canary: `spec.targetRef`, or `spec.canary.name` of the first shape. */
	readonly target: {
		readonly apiVersion: string;
		readonly kind: string;
		readonly name: string;
		/** How its kind is released, where that is declared. */
		readonly mapping?: WorkloadMapping;
	};
	readonly primary: {readonly name: string};
	/** Services: the host users call, and the two that the route's destinations name. */
	readonly hosts: {readonly apex: string; readonly primary: string; readonly canary: string};
	/** Which subsets of the one Service are whose, where both hosts are one and the Canary says so. */
	readonly subsets?: {readonly primary?: string; readonly canary?: string};
	/** The VirtualService (or whatever the provider routes by): its name, and whether we generate it. */
	readonly route: {readonly name: string; readonly generated: boolean};
	readonly autoscaler?: {readonly apiVersion: string; readonly kind: string; readonly name: string};
	/** `spec.service` of today's shape, for the generated Services and routes. */
	readonly service?: ServiceModel;
	readonly analysis: {
		readonly intervalMs: number;
		/** Failed checks at which a run is rolled back; at least 1, and `unlimited` where a run only halts. */
		readonly threshold: number;
		/** What a run does, step by step. */
		readonly plan: Plan;
		readonly metrics: readonly Metric[];
		/** `halt` waits for data until the progress deadline; `fail` counts a failed check (the peer's way). */
		readonly onMissingData: 'halt' | 'fail';
	};
	/** Absent where there are none. */
	readonly alerts?: readonly Alert[];
	readonly metricsServer?: string;
	readonly readyThreshold: {readonly primary: number; readonly canary: number};
	readonly progressDeadlineMs: number;
	/** A canary whose pods cannot start fails before that. */
	readonly failFast: boolean;
	readonly routeSettleMs: number;
	/** What a run does about weights that somebody else writes; `restore` when absent. */
	readonly onRouteChange?: 'restore' | 'adopt' | 'yield';
	readonly drainMs: number;
	/** What the user must mend before a run can start; empty when the spec is sound. */
	readonly problems: readonly Problem[];
	/** What is written but ignored, without harm to a run; said once. */
	readonly warnings?: readonly Problem[];
};

/** What of the cluster a state waits for, beside the Canary; `nothing`: for time, checks or people, or at rest. */
export type Awaited = 'nothing' | 'the Canary' | 'workloads' | 'routes' | 'all';

/** What a person may ask of a Canary by a CanaryCommand. */
export const verbs = ['pause', 'resume', 'skip', 'promote', 'rollback', 'retry', 'set-weight'] as const;
export type Verb = (typeof verbs)[number];

/** A CanaryCommand that waits for its answer. */
export type Command = {
	readonly name: string;
	readonly verb: Verb;
	/** Of `set-weight`: 1…100. */
	readonly weight?: number;
	/** The revision that it is meant for; refused for any other. */
	readonly revision?: string;
	readonly reason: string;
	readonly requestedBy: string;
};

/** `Accepted` is in force until the run or another command ends it; the other two are final. */
export type CommandOutcome = 'Accepted' | 'Done' | 'Refused';

/** A workload as read from the cluster, whatever its kind, in the words of a Deployment. */
export type Workload = {
	readonly name: string;
	readonly uid: string;
	readonly resourceVersion: string;
	/** Digest (32 hex digits) of the pod template, canonically serialised. */
	readonly revision: string;
	/** `spec.replicas`. */
	readonly replicas: number;
	/** `status.observedGeneration` has reached `metadata.generation`. */
	readonly observed: boolean;
	/** `status.replicas`, `updatedReplicas`, `availableReplicas`, `readyReplicas`. */
	readonly total: number;
	readonly updated: number;
	readonly available: number;
	readonly ready: number;
	/** Condition Progressing has reason ProgressDeadlineExceeded. */
	readonly deadlineExceeded: boolean;
	/** On a primary: the target's revision that was last promoted onto it (annotation `aviary.dev/promoted-revision`). */
	readonly promoted?: string;
	/** Why its pods do not become ready, when they tell: `container podinfod: CrashLoopBackOff`. */
	readonly trouble?: string;
};

/** A HorizontalPodAutoscaler of the target or the primary. */
export type Scaler = {
	readonly name: string;
	readonly of: 'target' | 'primary';
	readonly desired: number;
	readonly current: number;
	readonly minReplicas: number;
};

/** The share as the routing object holds it, and what it leaves to the primary (percent). */
export type Route = Share & {
	readonly primary: number;
	readonly resourceVersion: string;
	/** Who has yet to take up what is written, in words; absent where nobody tells, and once it is in force. */
	readonly awaits?: string;
};

/** Everything observed that a decision may rest on: levels, not edges. Absent means: not there. */
export type World = {
	readonly at: Instant;
	readonly target?: Workload;
	readonly primary?: Workload;
	/** The primary's template is what the target's would be rendered to. */
	readonly primaryRunsTarget: boolean;
	readonly scalers: readonly Scaler[];
	readonly route?: Route;
	/** What is missing or wrong out there, in a fixed order; empty when all is found. */
	readonly problems: readonly Problem[];
};

/** What one metric's query told; `primary` is the primary's value, where that was asked and is a number. */
export type Evidence = {readonly metric: string; readonly primary?: number} & (
	| {readonly kind: 'passed'; readonly value: number}
	| {readonly kind: 'breached'; readonly value: number; readonly text: string}
	| {
			readonly kind: 'no data' | 'not a number' | 'several series' | 'provider failed' | 'timed out' | 'not understood';
			readonly text: string;
	  }
);

/** The answer of one round of checks. `unknown`: nothing may be concluded. `text` is the first reason, empty if passed. */
export type Verdict = {
	readonly outcome: 'passed' | 'failed' | 'unknown';
	readonly text: string;
	readonly evidence: readonly Evidence[];
	readonly at: Instant;
};

/** A thing to say: becomes a Kubernetes event and a log line. */
export type Announcement = {
	readonly type: 'Normal' | 'Warning';
	readonly text: string;
	/** It tells that a run fails. */
	readonly isEnd?: boolean;
};

/** What a run leaves in `status`; see `api/canary.ts` for the fields' meanings. */
export type Phase =
	| 'Initializing'
	| 'Initialized'
	| 'Waiting'
	| 'Progressing'
	| 'WaitingPromotion'
	| 'Promoting'
	| 'Finalising'
	| 'Succeeded'
	| 'Failed'
	| 'Terminating'
	| 'Terminated';
