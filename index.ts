// The composition root: configuration → services → actors → start; the command line owns the signals.
import type {WorkloadMapping} from './api/workload-mapping.ts';
import {startInspectorIfPossible} from './actors/inspection/inspector.ts';
import type {InspectionConfig} from './actors/inspection/inspector.ts';
import {leadAlone, standForElection} from './actors/supervision/leading.ts';
import type {Leading} from './actors/supervision/leading.ts';
import type {Supervisor} from './actors/supervision/supervisor.ts';
import {beginTerm} from './actors/supervision/term.ts';
import type {TermConfig} from './actors/supervision/term.ts';
import type {ChangeListeners} from './actors/views/changes.ts';
import {openPageIfPossible} from './actors/views/page.ts';
import type {PageConfig} from './actors/views/page.ts';
import type {Clock} from './services/clock.ts';
import {wallClock} from './services/clock.ts';
import {createDoor} from './services/http/door.ts';
import {createOuterDoors} from './services/http/outer-doors.ts';
import type {Door, Transport} from './services/http/door.ts';
import {createApi} from './services/kubernetes/api.ts';
import type {Api} from './services/kubernetes/api.ts';
import {loadConnection, openConnection} from './services/kubernetes/connection.ts';
import type {Fence} from './services/election/lease-fence.ts';
import type {LeaseTiming} from './services/election/lease-record.ts';
import type {Log} from './services/log.ts';
import type {Random} from './services/random.ts';
import {systemRandom} from './services/random.ts';
import {startTelemetryServer} from './services/telemetry/http-server.ts';
import {createLog} from './services/telemetry/log.ts';
import type {Level} from './services/telemetry/log.ts';
import {followLogLevel} from './services/telemetry/log-level.ts';
import {createMetrics} from './services/telemetry/metrics.ts';
import {createTracing} from './services/telemetry/tracing.ts';
import {shippedMappings} from './services/workloads/mapping-files.ts';

export const version = '0.1.0';

export type DaemonConfig = TermConfig & {
	/** A kubeconfig file; without one KUBECONFIG, then ~/.kube/config, then the pod's service account. */
	readonly kubeconfig?: string;
	/** An API server without authentication, instead of a kubeconfig: the sandbox's. */
	readonly server?: string;
	/** How kinds are released that nothing here knows, besides those that ship. */
	readonly workloadMappings?: readonly WorkloadMapping[];
	readonly logLevel: Level;
	/** Holds another level, which wins; looked at now and then. */
	readonly logLevelFile?: string;
	/** Of /metrics, /healthz and /readyz; 0 takes a free one. */
	readonly port: number;
	/** The page and its HTTP interface; none without it. */
	readonly ui?: PageConfig | undefined;
	/** Where the Lease lives for which replicas stand; without it this is the only replica, and leads from the start. */
	readonly leaderElection?: Partial<LeaseTiming> & {readonly namespace: string};
	/** Where Stately's inspector may look at the actors; nowhere without it. */
	readonly inspect?: InspectionConfig | undefined;
};

/** The doors to the outside, for those who own time and chance: tests and the sandbox. */
export type Doors = ChangeListeners & {
	readonly clock?: Clock;
	readonly random?: Random;
	readonly log?: Log;
	readonly transport?: Transport;
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
	const outlasting = {clock, random, log, door, outer, apiThrough, telemetry, tracing, page, inspector};
	const lead = (fence?: Fence): Supervisor => beginTerm({...outlasting, config, mappings, listeners: doors}, fence);
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
