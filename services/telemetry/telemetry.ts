// What the daemon tells of itself and of its canaries, without knowing who scrapes it.
import type {RunOutcome} from '../../api/canary-run.ts';

export type CanaryName = {readonly name: string; readonly namespace: string};

/** What one canary looks like now. */
export type CanaryFacts = CanaryName & {
	/** targetRef.name: the peer's series are named by it. */
	readonly target: string;
	/** The top-level state, and Flagger's phase for it. */
	readonly state: string;
	readonly phase: string;
	/** Percent by workload, e.g. `{'podinfo-primary': 90, podinfo: 10}`. */
	readonly weights: Readonly<Record<string, number>>;
	readonly failedChecks: number;
};

export type CheckOutcome = 'passed' | 'failed' | 'unknown';

export type CountedRun = {
	readonly succeeded: boolean;
	readonly strategy: 'canary' | 'blue-green' | 'ab-testing';
	readonly status: 'completed' | 'skipped';
};

export type RunEndFacts = {
	readonly outcome: RunOutcome;
	/** By what was waited for; as in the run's record. */
	readonly seconds: Readonly<Record<'progressing' | 'halted' | 'waitingForPeople', number>>;
};

/** One attempt at the API server; code 0 is no answer. */
export type ApiAnswered = {
	readonly verb: string;
	readonly resource: string;
	readonly code: number;
	/** Until the answer was whole, or for a watch until it was open. */
	readonly seconds: number;
};

export type QueryAnswered = {
	/** The type of the metric source, as `prometheus`. */
	readonly source: string;
	/** The kind of answer: `value`, `no data`, `timed out`… */
	readonly outcome: string;
	readonly seconds: number;
};

/** What became of an announcement: posted, posted again with a higher count, given up, or never tried. */
export type EventOutcome = 'posted' | 'counted' | 'refused' | 'dropped';

/** What is read when somebody scrapes. */
export type Levels = {
	/** Objects held, by resource. */
	cacheSizes(): ReadonlyMap<string, number>;
	/** Writes that wait for a place, by lane, and those under way. */
	load(): {readonly running: number; readonly byLane: Readonly<Record<string, number>>};
};

/** All of it is cheap and never throws for any value of its types. What is told of an unknown canary is ignored. */
export type Telemetry = {
	daemonStarted(facts: {readonly version: string; readonly meshProvider: string}): void;
	/** This replica leads now, or does not any more; without leader election it always leads. */
	leadershipChanged(isLeader: boolean): void;
	/** Replaces what was known of this canary. */
	observeCanary(facts: CanaryFacts): void;
	/** Its series go away. */
	forgetCanary(canary: CanaryName): void;
	/** The last value of a metric; durations in seconds. */
	observeMetric(canary: CanaryName, metric: string, value: number): void;
	observeCheck(canary: CanaryName, outcome: CheckOutcome): void;
	/** How long one round of analysis took. */
	observeAnalysis(canary: CanaryName, seconds: number): void;
	/** For the peer's counters. */
	observeRun(canary: CanaryName, run: CountedRun): void;
	/** A run has ended: how, and what its time was spent on. */
	observeRunEnded(canary: CanaryName, facts: RunEndFacts): void;
	actorRestarted(): void;
	/** As the API's `onAnswer` tells it. */
	apiAnswered(facts: ApiAnswered): void;
	/** A watch ended, and will be opened again. `reason`: one of the few that recovery.ts knows. */
	watchRestarted(facts: {readonly resource: string; readonly reason: string}): void;
	/** A change was found by looking that no watch had told. */
	eventMissed(facts: {readonly resource: string}): void;
	queryAnswered(facts: QueryAnswered): void;
	eventSettled(outcome: EventOutcome): void;
	/** `receiver`: the type of an AlertProvider, or `unknown`; `result`: sent, failed (an attempt), given up, dropped. */
	notificationSettled(facts: {readonly receiver: string; readonly result: string}): void;
	/** Where levels are read from now on; a new term of leadership has caches and lanes of its own. */
	readLevels(levels: Levels): void;
};
