// Telemetry as Prometheus reads it: our own names, and the peer's as its dashboards and alerts expect them.
import {collectDefaultMetrics, Registry} from 'prom-client';
import {runOutcomes} from '../../api/canary-run.ts';
import {createSeries} from './series.ts';
import type {CanaryFacts, CanaryName, Levels, Telemetry} from './telemetry.ts';

export type Metrics = Telemetry & {
	/** The exposition text, and its content type. */
	render(): Promise<{readonly text: string; readonly contentType: string}>;
};

type Canary = {
	readonly facts: CanaryFacts;
	readonly metrics: Set<string>;
};

type Removable = {remove(labels: Record<string, string>): void};

const STRATEGIES = ['canary', 'blue-green', 'ab-testing'] as const;
const STATUSES = ['completed', 'skipped'] as const;
const OUTCOMES = ['passed', 'failed', 'unknown'] as const;
const ACTIVITIES = {progressing: 'progressing', halted: 'halted', waitingForPeople: 'waiting-for-people'} as const;

/** The peer's numbers for a phase. */
const peerStatus = (phase: string): number => (phase === 'Progressing' ? 0 : phase === 'Failed' ? 2 : 1);

const roleOf = ({target}: CanaryFacts, workload: string): string => (workload === target ? 'canary' : 'primary');

/** Its own registry; `processMetrics` adds Node's (they take a timer in prom-client, so not in a simulation). */
export const createMetrics = (options: {readonly processMetrics?: boolean} = {}): Metrics => {
	const registry = new Registry();
	let levels: Levels | undefined;
	const {series} = createSeries(registry, () => levels);
	const canaries = new Map<string, Canary>();
	if (options.processMetrics === true) {
		collectDefaultMetrics({register: registry});
	}

	const keyOf = ({namespace, name}: CanaryName): string => `${namespace}/${name}`;

	/** The peer names its series by target. Late words about a canary that is gone must not bring its series back. */
	const known = (canary: CanaryName, tell: (peer: {name: string; namespace: string}, known: Canary) => void): void => {
		const found = canaries.get(keyOf(canary));
		if (found !== undefined) {
			tell({name: found.facts.target, namespace: canary.namespace}, found);
		}
	};

	const count = (namespace: string): void => {
		const inside = [...canaries.values()].filter(({facts}) => facts.namespace === namespace);
		if (inside.length === 0) {
			// Namespaces come and go: what is of none any more must not stay.
			series.total.remove({namespace});
		} else {
			series.total.set({namespace}, inside.length);
		}
	};

	/** Gauges that the next facts would not overwrite. */
	const clearGauges = (facts: CanaryFacts): void => {
		const {name, namespace, state, weights} = facts;
		series.state.remove({name, namespace, state});
		for (const workload of Object.keys(weights)) {
			series.weight.remove({name, namespace, workload, role: roleOf(facts, workload)});
			series.peerWeight.remove({workload, namespace});
		}
	};

	const clearPeer = ({facts: {target, namespace}, metrics}: Canary): void => {
		const peer = {name: target, namespace};
		series.peerStatus.remove(peer);
		series.duration.remove(peer);
		for (const metric of metrics) {
			series.peerMetric.remove({...peer, metric});
		}

		for (const counter of [series.successes, series.failures] as readonly Removable[]) {
			for (const strategy of STRATEGIES) {
				for (const status of STATUSES) {
					counter.remove({...peer, deployment_strategy: strategy, analysis_status: status});
				}
			}
		}
	};

	return {
		daemonStarted({version, meshProvider}) {
			series.info.set({version, mesh_provider: meshProvider}, 1);
		},
		leadershipChanged(isLeader) {
			series.leader.set(isLeader ? 1 : 0);
		},
		observeCanary(facts) {
			const {name, namespace, target, state, weights} = facts;
			const before = canaries.get(keyOf(facts));
			if (before !== undefined) {
				clearGauges(before.facts);
				if (before.facts.target !== target) {
					clearPeer(before);
				}
			}

			const metrics = before?.facts.target === target ? before.metrics : new Set<string>();
			canaries.set(keyOf(facts), {facts, metrics});
			if (before === undefined) {
				count(namespace);
			}

			series.state.set({name, namespace, state}, 1);
			series.failedChecks.set({name, namespace}, facts.failedChecks);
			series.peerStatus.set({name: target, namespace}, peerStatus(facts.phase));
			for (const [workload, weight] of Object.entries(weights)) {
				series.weight.set({name, namespace, workload, role: roleOf(facts, workload)}, weight);
				series.peerWeight.set({workload, namespace}, weight);
			}
		},
		forgetCanary({name, namespace}) {
			const forgotten = canaries.get(keyOf({name, namespace}));
			if (forgotten === undefined) {
				return;
			}

			clearGauges(forgotten.facts);
			clearPeer(forgotten);
			series.failedChecks.remove({name, namespace});
			for (const outcome of OUTCOMES) {
				series.checks.remove({name, namespace, outcome});
			}

			for (const outcome of runOutcomes) {
				series.runs.remove({name, namespace, outcome});
			}

			for (const activity of Object.values(ACTIVITIES)) {
				series.runSeconds.remove({name, namespace, activity});
			}

			canaries.delete(keyOf({name, namespace}));
			count(namespace);
		},
		observeMetric(canary, metric, value) {
			known(canary, (peer, {metrics}) => {
				metrics.add(metric);
				series.peerMetric.set({...peer, metric}, value);
			});
		},
		observeCheck(canary, outcome) {
			const {name, namespace} = canary;
			known(canary, () => {
				series.checks.inc({name, namespace, outcome});
			});
		},
		observeAnalysis(canary, seconds) {
			known(canary, (peer) => {
				series.duration.observe(peer, seconds);
			});
		},
		observeRun(canary, {succeeded, strategy, status}) {
			known(canary, (peer) => {
				series[succeeded ? 'successes' : 'failures'].inc({
					...peer,
					deployment_strategy: strategy,
					// The peer knows no skipped failure.
					analysis_status: succeeded ? status : 'completed',
				});
			});
		},
		observeRunEnded({name, namespace}, {outcome, seconds}) {
			known({name, namespace}, () => {
				series.runs.inc({name, namespace, outcome});
				for (const [field, activity] of Object.entries(ACTIVITIES)) {
					series.runSeconds.inc({name, namespace, activity}, seconds[field as keyof typeof ACTIVITIES]);
				}
			});
		},
		actorRestarted() {
			series.restarts.inc();
		},
		apiAnswered({verb, resource, code, seconds}) {
			series.requests.inc({verb, resource, code: String(code)});
			series.requestSeconds.observe({verb, resource}, seconds);
		},
		watchRestarted({resource, reason}) {
			series.watchRestarts.inc({resource, reason});
		},
		eventMissed({resource}) {
			series.missedEvents.inc({resource});
		},
		queryAnswered({source, outcome, seconds}) {
			series.queries.inc({provider: source, outcome});
			series.querySeconds.observe({provider: source}, seconds);
		},
		eventSettled(outcome) {
			series.events.inc({outcome});
		},
		notificationSettled({receiver, result}) {
			series.notifications.inc({provider: receiver, result});
		},
		readLevels(source) {
			levels = source;
		},
		async render() {
			return {text: await registry.metrics(), contentType: registry.contentType};
		},
	};
};
