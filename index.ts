// The composition root: configuration → services → actors → start; the command line owns the signals.
import {toModel} from './api/model-of-canary.ts';
import {modelOfRollout} from './api/model-of-rollout.ts';
import type {CanaryModel, Verdict, World} from './api/model.ts';
import type {WorkloadMapping} from './api/workload-mapping.ts';
import type {StateChange} from './actors/life/canary.ts';
import type {Services} from './actors/life/bindings.ts';
import {startInspectorIfPossible} from './actors/inspection/inspector.ts';
import type {InspectionConfig} from './actors/inspection/inspector.ts';
import {createRunArchive} from './actors/record/run-archive.ts';
import type {RunHistory} from './actors/record/run-shelf.ts';
import {leadAlone, standForElection} from './actors/supervision/leading.ts';
import type {Leading} from './actors/supervision/leading.ts';
import {startSupervisor} from './actors/supervision/supervisor.ts';
import type {Supervisor} from './actors/supervision/supervisor.ts';
import {openPageIfPossible} from './actors/views/page.ts';
import type {PageConfig} from './actors/views/page.ts';
import type {Clock} from './services/clock.ts';
import {wallClock} from './services/clock.ts';
import {createDoor} from './services/http/door.ts';
import {createOuterDoors} from './services/http/outer-doors.ts';
import type {Door, Transport} from './services/http/door.ts';
import {createApi} from './services/kubernetes/api.ts';
import type {Api} from './services/kubernetes/api.ts';
import type {Cluster} from './services/kubernetes/cluster.ts';
import {loadConnection, openConnection} from './services/kubernetes/connection.ts';
import {fenced} from './services/election/lease-fence.ts';
import type {Fence} from './services/election/lease-fence.ts';
import type {LeaseTiming} from './services/election/lease-record.ts';
import {createCluster} from './services/kubernetes/live-cluster.ts';
import type {ClusterOptions} from './services/kubernetes/live-cluster.ts';
import type {Log} from './services/log.ts';
import {createNotifications} from './services/notifiers/notifications.ts';
import type {NotificationConfig} from './services/notifiers/notifications.ts';
import type {Random} from './services/random.ts';
import {systemRandom} from './services/random.ts';
import {routerOf} from './services/providers/index.ts';
import {createEventRecorder} from './services/telemetry/event-recorder.ts';
import type {EventRecorderOptions} from './services/telemetry/event-recorder.ts';
import {annotationsOf} from './services/telemetry/grafana.ts';
import type {GrafanaPlace} from './services/telemetry/grafana.ts';
import {startTelemetryServer} from './services/telemetry/http-server.ts';
import {createLog} from './services/telemetry/log.ts';
import type {Level} from './services/telemetry/log.ts';
import {followLogLevel} from './services/telemetry/log-level.ts';
import {createMetrics} from './services/telemetry/metrics.ts';
import {observedChecks} from './services/telemetry/observed-checks.ts';
import {createTracing} from './services/telemetry/tracing.ts';
import {workloadsOf} from './services/workloads/index.ts';
import {shippedMappings} from './services/workloads/mapping-files.ts';
import {LOOK_AGAIN_MS, openSurvey} from './services/survey/open-survey.ts';

export const version = '0.1.0';

export type DaemonConfig = NotificationConfig & {
	/** A kubeconfig file; without one KUBECONFIG, then ~/.kube/config, then the pod's service account. */
	readonly kubeconfig?: string;
	/** An API server without authentication, instead of a kubeconfig: the sandbox's. */
	readonly server?: string;
	readonly metricsServer: string;
	readonly meshProvider: string;
	/** The check interval of Canaries that name none, in ms. */
	readonly intervalMs: number;
	/** How kinds are released that nothing here knows, besides those that ship. */
	readonly workloadMappings?: readonly WorkloadMapping[];
	/** Undefined watches all namespaces. */
	readonly namespaces?: readonly string[];
	readonly logLevel: Level;
	/** Holds another level, which wins; looked at now and then. */
	readonly logLevelFile?: string;
	/** Of /metrics, /healthz and /readyz; 0 takes a free one. */
	readonly port: number;
	/** The page and its HTTP interface; none without it. */
	readonly ui?: PageConfig | undefined;
	/** Where the Lease lives for which replicas stand; without it this is the only replica, and leads from the start. */
	readonly leaderElection?: Partial<LeaseTiming> & {readonly namespace: string};
	/** How many records of runs are kept a Canary, and for how long; ten and 90 days. */
	readonly runHistory?: Partial<RunHistory> | undefined;
	/** Where Stately's inspector may look at the actors; nowhere without it. */
	readonly inspect?: InspectionConfig | undefined;
	/** Where runs are annotated. */
	readonly grafana?: GrafanaPlace | undefined;
	/** How many times faster than written durations pass; 1 but in the sandbox. */
	readonly speed?: number;
};

/** The doors to the outside, for those who own time and chance: tests and the sandbox. */
export type Doors = {
	readonly clock?: Clock;
	readonly random?: Random;
	readonly log?: Log;
	readonly transport?: Transport;
	readonly onStateChange?: (change: StateChange) => void;
	/** Called with each round of checks. */
	readonly onVerdict?: (model: CanaryModel, verdict: Verdict) => void;
};

export type Daemon = {
	readonly metricsUrl: string;
	/** Undefined where the page is not served. */
	readonly pageUrl: string | undefined;
	/** Undefined where nobody may look at the actors. */
	readonly inspectUrl: string | undefined;
	/** Resolves when every Canary that exists has its actor, here or in the replica that leads. */
	readonly ready: Promise<void>;
	/** Ends the actors, then what they use; what was announced is posted first. */
	stop(): Promise<void>;
};

/** A Canary whose provider or target kind is not supported refers to nothing that could be observed. */
const nothing = (at: number): World => ({at, primaryRunsTarget: false, scalers: [], problems: []});

const openSurveyOf =
	(cluster: Cluster, clock: Clock, speed: number): Services['openSurvey'] =>
	(model, onWorld) => {
		const workloads = workloadsOf(model.target);
		const router = routerOf(model.provider);
		if (workloads !== undefined && router !== undefined) {
			return openSurvey({cluster, clock, model, onWorld, workloads, router, lookAgainMs: LOOK_AGAIN_MS / speed});
		}

		const timer = clock.setTimeout(() => {
			onWorld(nothing(clock.now()));
		}, 0);
		return {
			setRunning() {},
			setAwaited() {},
			close() {
				clock.clearTimeout(timer);
			},
		};
	};

/** Starts the daemon. Rejects when its port is taken or its kubeconfig cannot be read. */
export const startDaemon = async (config: DaemonConfig, doors: Doors = {}): Promise<Daemon> => {
	const {clock = wallClock, random = systemRandom} = doors;
	const own = createLog({level: config.logLevel, clock});
	const {log = own} = doors;
	const mappings = [...(await shippedMappings()), ...(config.workloadMappings ?? [])];
	const telemetry = createMetrics({processMetrics: doors.clock === undefined});
	const tracing = createTracing(clock, version);
	const connection =
		config.server === undefined
			? loadConnection({clock, kubeconfig: config.kubeconfig})
			: openConnection(config.server);
	const door = createDoor({
		clock,
		log,
		userAgent: `aviary/${version}`,
		...(doors.transport !== undefined && {transport: doors.transport}),
	});
	const apiThrough = (through: Door): Api =>
		createApi({connection, door: through, clock, random, log, onAnswer: (facts) => telemetry.apiAnswered(facts)});
	const outer = createOuterDoors({clock, log, userAgent: `aviary/${version}`, transport: doors.transport});
	const {ui, speed = 1} = config;
	let leading: Leading | undefined;
	const page =
		ui &&
		(await openPageIfPossible({
			config: ui,
			connection,
			door,
			api: apiThrough(door),
			leader: () => leading?.holder() ?? '',
			metricsServer: config.metricsServer,
			clock,
			random,
			log,
			version,
			speed,
		}));
	const inspector = config.inspect && (await startInspectorIfPossible({config: config.inspect, clock, log}));
	const lead = (fence?: Fence): Supervisor => {
		const behind = (one: Door): Door => (fence === undefined ? one : fenced(one, fence));
		const through = behind(door);
		const api = apiThrough(through);
		const onRestart: ClusterOptions['onRestart'] = (facts) => telemetry.watchRestarted(facts);
		const onMissed: ClusterOptions['onMissed'] = (facts) => telemetry.eventMissed(facts);
		const cluster = createCluster({api, clock, random, log, onRestart, onMissed});
		telemetry.readLevels({cacheSizes: () => cluster.cacheSizes(), load: () => api.load()});
		const onSettled: EventRecorderOptions['onSettled'] = (outcome) => telemetry.eventSettled(outcome);
		const eventRecorder = createEventRecorder({cluster, clock, random, log, onSettled});
		const supervisor = startSupervisor({
			services: {
				cluster,
				clock,
				random,
				log,
				openSurvey: openSurveyOf(cluster, clock, config.speed ?? 1),
				runChecks: observedChecks({
					cluster,
					door: through,
					clock,
					telemetry,
					tracing,
					metricsServer: config.metricsServer,
					onVerdict: doors.onVerdict,
				}),
				notifications: createNotifications({cluster, clock, random, log, config, outer, behind, telemetry}),
			},
			eventRecorder,
			archive: createRunArchive({cluster, api, eventRecorder, clock, random, log, history: config.runHistory}),
			annotations: annotationsOf(config.grafana, {door: behind(outer.through(undefined)), clock, log}),
			telemetry,
			tracing,
			namespaces: config.namespaces,
			toModel: (object) =>
				(object.kind === 'Rollout' ? modelOfRollout : toModel)(object, {
					meshProvider: config.meshProvider,
					intervalMs: config.intervalMs,
					mappings,
					speed: config.speed ?? 1,
				}),
			...(doors.onStateChange !== undefined && {onStateChange: doors.onStateChange}),
			watcher: page?.watcher,
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
	let isReady = false;
	const server = await startTelemetryServer({
		port: config.port,
		metrics: telemetry,
		log,
		isAlive: () => leading?.isAlive() ?? true,
		isReady: () => isReady,
	});
	const {logLevel: level, logLevelFile: file} = config;
	const setLevel = (next: Level): void => own.setLevel(next);
	const ignoreLevel = file === undefined ? () => {} : followLogLevel({file, level, clock, log, setLevel});
	telemetry.daemonStarted({version, meshProvider: config.meshProvider});
	log.info('Starting operator', {version, meshProvider: config.meshProvider, server: connection.server});
	leading =
		config.leaderElection === undefined
			? leadAlone(lead(), telemetry)
			: standForElection({lease: config.leaderElection, door, apiThrough, telemetry, lead, clock, random, log});
	const {ready} = leading;
	const becomeReady = async (): Promise<void> => {
		await ready;
		isReady = true;
	};
	becomeReady().catch(() => {});
	return {
		metricsUrl: `http://127.0.0.1:${server.port}/metrics`,
		pageUrl: page?.url,
		inspectUrl: inspector?.url,
		ready,
		async stop() {
			await leading.stop();
			await page?.close();
			await inspector?.close();
			await server.close();
			await Promise.all([door.close(), outer.close()]);
			log.info('Stopped operator');
			ignoreLevel();
		},
	};
};
