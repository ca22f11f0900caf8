// What the daemon tells of itself and of its canaries, without knowing who scrapes it.

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

export type RunOutcome = {
	readonly succeeded: boolean;
	readonly strategy: 'canary' | 'blue-green' | 'ab-testing';
	readonly status: 'completed' | 'skipped';
};

/** All of it is cheap and never throws for any value of its types. */
export type Telemetry = {
	daemonStarted(facts: {readonly version: string; readonly meshProvider: string}): void;
	/** Replaces what was known of this canary. */
	observeCanary(facts: CanaryFacts): void;
	/** Its series go away. */
	forgetCanary(canary: CanaryName): void;
	/** The last value of a metric; durations in seconds. */
	observeMetric(canary: CanaryName, metric: string, value: number): void;
	observeCheck(canary: CanaryName, outcome: CheckOutcome): void;
	/** How long one round of analysis took. */
	observeAnalysis(canary: CanaryName, seconds: number): void;
	observeRun(canary: CanaryName, outcome: RunOutcome): void;
	actorRestarted(): void;
	/** As the API's `onAnswer` tells it; code 0 is no answer. */
	apiAnswered(facts: {readonly verb: string; readonly resource: string; readonly code: number}): void;
};
