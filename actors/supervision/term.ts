// One term of leadership: what a replica has for as long as it may act. Its caches, queues and actors are its own, behind
// its own fence, and end with it.
import {toModel} from '../../api/model-of-canary.ts';
import {modelOfRollout} from '../../api/model-of-rollout.ts';
import type {WorkloadMapping} from '../../api/workload-mapping.ts';
import type {Clock} from '../../services/clock.ts';
import {fenced} from '../../services/election/lease-fence.ts';
import type {Fence} from '../../services/election/lease-fence.ts';
import type {Door} from '../../services/http/door.ts';
import type {OuterDoors} from '../../services/http/outer-doors.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import {createCluster} from '../../services/kubernetes/live-cluster.ts';
import type {Log} from '../../services/log.ts';
import {createNotifications} from '../../services/notifiers/notifications.ts';
import type {NotificationConfig} from '../../services/notifiers/notifications.ts';
import type {Random} from '../../services/random.ts';
import {providers} from '../../services/providers/index.ts';
import {createSurveys} from '../../services/survey/surveys.ts';
import {createEventRecorder} from '../../services/telemetry/event-recorder.ts';
import {annotationsOf} from '../../services/telemetry/grafana.ts';
import type {GrafanaPlace} from '../../services/telemetry/grafana.ts';
import {observedChecks} from '../../services/telemetry/observed-checks.ts';
import type {Telemetry} from '../../services/telemetry/telemetry.ts';
import type {Tracing} from '../../services/telemetry/tracing.ts';
import type {Inspector} from '../inspection/inspector.ts';
import {metricsOnlooker} from '../life/metrics-onlooker.ts';
import {allOnlookers} from '../life/onlookers.ts';
import {createRunArchive} from '../record/run-archive.ts';
import type {RunHistory} from '../record/run-shelf.ts';
import {changesOnlooker} from '../views/changes.ts';
import type {ChangeListeners} from '../views/changes.ts';
import type {Page} from '../views/page.ts';
import {startSupervisor} from './supervisor.ts';
import type {Supervisor} from './supervisor.ts';

export type TermConfig = NotificationConfig & {
	readonly metricsServer: string;
	readonly meshProvider: string;
	/** The check interval of Canaries that name none, in ms. */
	readonly intervalMs: number;
	/** Undefined watches all namespaces. */
	readonly namespaces?: readonly string[];
	/** How many records of runs are kept a Canary, and for how long; ten and 90 days. */
	readonly runHistory?: Partial<RunHistory> | undefined;
	/** Where runs are annotated. */
	readonly grafana?: GrafanaPlace | undefined;
	/** How many times faster than written durations pass; 1 but in the sandbox. */
	readonly speed?: number;
};

/** What outlives a term. */
export type TermOptions = {
	readonly config: TermConfig;
	/** How kinds are released that nothing here knows. */
	readonly mappings: readonly WorkloadMapping[];
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** To the API server and to Prometheus. */
	readonly door: Door;
	/** To everybody else. */
	readonly outer: OuterDoors;
	readonly apiThrough: (door: Door) => Api;
	readonly telemetry: Telemetry;
	readonly tracing: Tracing;
	readonly page: Page | undefined;
	readonly inspector: Inspector | undefined;
	readonly listeners: ChangeListeners;
};

/** Watches, and acts, until it is stopped. `fence`: refuses what leaves when the term is over; without one it never is. */
export const beginTerm = (options: TermOptions, fence?: Fence): Supervisor => {
	const {config, mappings, clock, random, log, door, outer, apiThrough, telemetry, tracing, page, inspector} = options;
	const {namespaces, meshProvider, metricsServer, intervalMs, speed = 1} = config;
	const behind = (one: Door): Door => (fence === undefined ? one : fenced(one, fence));
	const through = behind(door);
	const api = apiThrough(through);
	const cluster = createCluster({
		api,
		clock,
		random,
		log,
		onRestart: (facts) => telemetry.watchRestarted(facts),
		onMissed: (facts) => telemetry.eventMissed(facts),
	});
	telemetry.readLevels({cacheSizes: () => cluster.cacheSizes(), load: () => api.load()});
	const eventRecorder = createEventRecorder({
		cluster,
		clock,
		random,
		log,
		onSettled: (outcome) => telemetry.eventSettled(outcome),
	});
	const supervisor = startSupervisor({
		services: {
			cluster,
			clock,
			random,
			log,
			openSurvey: createSurveys({cluster, clock, speed}),
			runChecks: observedChecks({cluster, door: through, clock, telemetry, tracing, metricsServer}),
			notifications: createNotifications({cluster, clock, random, log, config, outer, behind, telemetry}),
		},
		eventRecorder,
		archive: createRunArchive({cluster, api, eventRecorder, clock, random, log, history: config.runHistory}),
		annotations: annotationsOf(config.grafana, {door: behind(outer.through(undefined)), clock, log}),
		telemetry,
		tracing,
		namespaces,
		toModel: (object) =>
			(object.kind === 'Rollout' ? modelOfRollout : toModel)(object, {
				meshProvider,
				intervalMs,
				mappings,
				providers,
				speed,
			}),
		onlookers: allOnlookers(log, {
			'the metrics': metricsOnlooker(telemetry),
			'the page': page?.onlooker,
			'the sandbox': changesOnlooker(options.listeners),
		}),
		inspector,
	});
	const tell = async (): Promise<void> => {
		await supervisor.ready;
		log.info('Started operator', {canaries: supervisor.keys().length});
	};
	// Rejects only when stopped before.
	tell().catch(() => {});
	page?.leads(cluster);
	return {
		...supervisor,
		async stop() {
			page?.leads(undefined);
			await supervisor.stop();
		},
	};
};
