// Telemetry as Prometheus reads it: our own names, and the peer's as its dashboards and alerts expect them.
import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client';
import type {CanaryFacts, CanaryName, Telemetry} from './telemetry.ts';

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

/** The peer's numbers for a phase. */
const peerStatus = (phase: string): number => (phase === 'Progressing' ? 0 : phase === 'Failed' ? 2 : 1);

const createSeries = (registry: Registry) => {
	const registers = [registry];
	const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
		new Gauge({name, help, labelNames: [...labelNames], registers});
	const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
		new Counter({name, help, labelNames: [...labelNames], registers});
	const canary = ['name', 'namespace'] as const;
	const run = [...canary, 'deployment_strategy', 'analysis_status'] as const;
	return {
		state: gauge('aviary_canary_state', '1 for the state that the canary is in.', [...canary, 'state']),
		weight: gauge('aviary_canary_weight', 'Percent of the traffic.', [...canary, 'workload']),
		failedChecks: gauge('aviary_canary_failed_checks', 'Failed checks of this run.', canary),
		restarts: counter('aviary_actor_restarts_total', 'Canary actors started again after an error.', []),
		requests: counter('aviary_api_requests_total', 'Attempts at the API server; code 0: no answer.', [
			'verb',
			'resource',
			'code',
		]),
		checks: counter('aviary_checks_total', 'Checks by outcome.', [...canary, 'outcome']),
		info: gauge('flagger_info', 'Version and mesh provider.', ['version', 'mesh_provider']),
		total: gauge('flagger_canary_total', 'Canaries in the namespace.', ['namespace']),
		peerStatus: gauge('flagger_canary_status', '0 running, 1 successful, 2 failed.', canary),
		peerWeight: gauge('flagger_canary_weight', 'Percent of the traffic.', ['workload', 'namespace']),
		peerMetric: gauge('flagger_canary_metric_analysis', 'Last value of a metric.', [...canary, 'metric']),
		duration: new Histogram({
			name: 'flagger_canary_duration_seconds',
			help: 'Seconds that a round of analysis took.',
			labelNames: canary,
			registers,
		}),
		successes: counter('flagger_canary_successes_total', 'Runs that were promoted.', run),
		failures: counter('flagger_canary_failures_total', 'Runs that failed.', run),
	};
};

/** Its own registry; `processMetrics` adds Node's (they take a timer in prom-client, so not in a simulation). */
export const createMetrics = (options: {readonly processMetrics?: boolean} = {}): Metrics => {
	const registry = new Registry();
	const series = createSeries(registry);
	const canaries = new Map<string, Canary>();
	if (options.processMetrics === true) {
		collectDefaultMetrics({register: registry});
	}

	const keyOf = ({namespace, name}: CanaryName): string => `${namespace}/${name}`;

	/** The peer names its series by target; before anything is known of the canary its own name has to do. */
	const peerName = (canary: CanaryName): {name: string; namespace: string} => ({
		name: canaries.get(keyOf(canary))?.facts.target ?? canary.name,
		namespace: canary.namespace,
	});

	const count = (namespace: string): void => {
		const inside = [...canaries.values()].filter(({facts}) => facts.namespace === namespace);
		series.total.set({namespace}, inside.length);
	};

	/** Gauges that the next facts would not overwrite. */
	const clearGauges = ({name, namespace, state, weights}: CanaryFacts): void => {
		series.state.remove({name, namespace, state});
		for (const workload of Object.keys(weights)) {
			series.weight.remove({name, namespace, workload});
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
				series.weight.set({name, namespace, workload}, weight);
				series.peerWeight.set({workload, namespace}, weight);
			}
		},
		forgetCanary({name, namespace}) {
			const known = canaries.get(keyOf({name, namespace}));
			if (known === undefined) {
				return;
			}

			clearGauges(known.facts);
			clearPeer(known);
			series.failedChecks.remove({name, namespace});
			for (const outcome of OUTCOMES) {
				series.checks.remove({name, namespace, outcome});
			}

			canaries.delete(keyOf({name, namespace}));
			count(namespace);
		},
		observeMetric(canary, metric, value) {
			canaries.get(keyOf(canary))?.metrics.add(metric);
			series.peerMetric.set({...peerName(canary), metric}, value);
		},
		observeCheck({name, namespace}, outcome) {
			series.checks.inc({name, namespace, outcome});
		},
		observeAnalysis(canary, seconds) {
			series.duration.observe(peerName(canary), seconds);
		},
		observeRun(canary, {succeeded, strategy, status}) {
			series[succeeded ? 'successes' : 'failures'].inc({
				...peerName(canary),
				deployment_strategy: strategy,
				// The peer knows no skipped failure.
				analysis_status: succeeded ? status : 'completed',
			});
		},
		actorRestarted() {
			series.restarts.inc();
		},
		apiAnswered({verb, resource, code}) {
			series.requests.inc({verb, resource, code: String(code)});
		},
		async render() {
			return {text: await registry.metrics(), contentType: registry.contentType};
		},
	};
};
