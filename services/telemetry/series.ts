// Every series that the daemon exposes, by name, with its help text: docs/metrics.md is written from these.
import {Counter, Gauge, Histogram} from 'prom-client';
import type {Registry} from 'prom-client';
import type {Levels} from './telemetry.ts';

/** From an answer out of the API server's memory to one that its time-out ended. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** The queries' own time-out is at 5 s. */
const QUERY_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

type Family = {
	readonly name: string;
	readonly help: string;
	readonly type: 'gauge' | 'counter' | 'histogram';
	readonly labels: readonly string[];
};

const CANARY = ['name', 'namespace'] as const;
const RUN = [...CANARY, 'deployment_strategy', 'analysis_status'] as const;

/** Makers that register what they make, and keep the list of it. */
const makersIn = (registry: Registry, families: Family[]) => {
	const registers = [registry];
	const noted = <Metric>(metric: Metric, family: Family): Metric => {
		families.push(family);
		return metric;
	};

	return {
		gauge: <L extends string>(name: string, help: string, labels: readonly L[], collect?: (self: Gauge<L>) => void) =>
			noted(
				new Gauge<L>({
					name,
					help,
					labelNames: [...labels],
					registers,
					...(collect !== undefined && {
						collect() {
							collect(this);
						},
					}),
				}),
				{name, help, type: 'gauge', labels},
			),
		counter: <L extends string>(name: string, help: string, labels: readonly L[]) =>
			noted(new Counter<L>({name, help, labelNames: [...labels], registers}), {name, help, type: 'counter', labels}),
		histogram: <L extends string>(name: string, help: string, labels: readonly L[], buckets?: number[]) =>
			noted(new Histogram<L>({name, help, labelNames: [...labels], registers, ...(buckets && {buckets})}), {
				name,
				help,
				type: 'histogram',
				labels,
			}),
	};
};

type Makers = ReturnType<typeof makersIn>;

const ofCanaries = ({gauge, counter}: Makers) => ({
	state: gauge('aviary_canary_state', '1 for the state that the Canary is in; other states have no series.', [
		...CANARY,
		'state',
	]),
	weight: gauge('aviary_canary_weight', 'Percent of the traffic that a workload gets; role: primary or canary.', [
		...CANARY,
		'workload',
		'role',
	]),
	failedChecks: gauge('aviary_canary_failed_checks', 'Failed checks of the present run.', CANARY),
	checks: counter('aviary_checks_total', 'Rounds of checks by outcome: passed, failed, unknown.', [
		...CANARY,
		'outcome',
	]),
	runs: counter(
		'aviary_runs_total',
		'Runs that ended, by outcome: promoted, skipped (promoted, its analysis cut short), rolled-back, failed (the ' +
			'promotion failed, users stay on the canary), superseded, interrupted.',
		[...CANARY, 'outcome'],
	),
	runSeconds: counter(
		'aviary_run_seconds_total',
		'Seconds that runs took, added when they end; activity: progressing, halted (for what mends itself), ' +
			'waiting-for-people.',
		[...CANARY, 'activity'],
	),
});

/** Nothing here has a label that grows with the number of Canaries. */
const ofTheDaemon = ({gauge, counter, histogram}: Makers, levels: () => Levels | undefined) => ({
	leader: gauge('aviary_leader', '1 for the replica that leads, 0 for one that follows.', []),
	restarts: counter('aviary_actor_restarts_total', 'Actors of Canaries started again after an error.', []),
	requests: counter('aviary_kubernetes_requests_total', 'Attempts at the API server; code 0: no answer.', [
		'verb',
		'resource',
		'code',
	]),
	requestSeconds: histogram(
		'aviary_kubernetes_request_duration_seconds',
		'Seconds until the API server had answered; for a watch, until it was open.',
		['verb', 'resource'],
		REQUEST_SECONDS,
	),
	watchRestarts: counter(
		'aviary_watch_restarts_total',
		'Watches that ended and were opened again; reason: ended (as the server does every few minutes), silent, expired, ' +
			'malformed, failed.',
		['resource', 'reason'],
	),
	missedEvents: counter(
		'aviary_missed_events_total',
		'Changes of objects that no watch had told: found when a run had waited for a minute and nothing was heard.',
		['resource'],
	),
	cacheObjects: gauge('aviary_cache_objects', 'Objects held in memory.', ['resource'], (self) => {
		self.reset();
		for (const [resource, size] of levels()?.cacheSizes() ?? []) {
			self.set({resource}, size);
		}
	}),
	queueDepth: gauge('aviary_write_queue_depth', 'Writes that wait for a place, by lane.', ['lane'], (self) => {
		for (const [lane, waiting] of Object.entries(levels()?.load().byLane ?? {})) {
			self.set({lane}, waiting);
		}
	}),
	inFlight: gauge('aviary_writes_in_flight', 'Writes under way.', [], (self) => {
		self.set(levels()?.load().running ?? 0);
	}),
	queries: counter('aviary_metric_queries_total', 'Metric queries by the kind of their answer.', [
		'provider',
		'outcome',
	]),
	querySeconds: histogram(
		'aviary_metric_query_duration_seconds',
		'Seconds until a metric query was answered.',
		['provider'],
		QUERY_SECONDS,
	),
	events: counter(
		'aviary_events_total',
		'Kubernetes Events; outcome: posted, counted (again, with a higher count), refused, dropped (too many waited).',
		['outcome'],
	),
	notifications: counter(
		'aviary_notifications_total',
		'Notifications; provider: the type of the AlertProvider; result: sent, failed (an attempt, tried again), given up ' +
			'(not sent within an hour), dropped (too many waited).',
		['provider', 'result'],
	),
});

/** The peer's, under its names and with its labels; `name` is the target's there. */
const ofThePeer = ({gauge, counter, histogram}: Makers) => ({
	info: gauge('flagger_info', 'Version and mesh provider.', ['version', 'mesh_provider']),
	total: gauge('flagger_canary_total', 'Canaries in the namespace.', ['namespace']),
	peerStatus: gauge(
		'flagger_canary_status',
		'0: a run is under way; 1: it succeeded, or there is none; 2: failed.',
		CANARY,
	),
	peerWeight: gauge('flagger_canary_weight', 'Percent of the traffic that a workload gets.', ['workload', 'namespace']),
	peerMetric: gauge('flagger_canary_metric_analysis', 'Last value of a metric; durations in seconds.', [
		...CANARY,
		'metric',
	]),
	duration: histogram('flagger_canary_duration_seconds', 'Seconds that a round of analysis took.', CANARY),
	successes: counter('flagger_canary_successes_total', 'Runs that were promoted.', RUN),
	failures: counter('flagger_canary_failures_total', 'Runs that failed.', RUN),
});

/** Registers all; `levels` answers where levels are read from at a scrape. */
export const createSeries = (registry: Registry, levels: () => Levels | undefined) => {
	const families: Family[] = [];
	const makers = makersIn(registry, families);
	return {
		series: {...ofCanaries(makers), ...ofTheDaemon(makers, levels), ...ofThePeer(makers)},
		families: families as readonly Family[],
	};
};
