// The composition root: configuration → services → actors → start; the command line owns the signals.
import {toModel} from './api/model-of-canary.ts';
import {modelOfRollout} from './api/model-of-rollout.ts';
import type {CanaryModel, Verdict, World} from './api/model.ts';
import type {StateChange} from './actors/canary.ts';
import type {Services} from './actors/bindings.ts';
import {startSupervisor} from './actors/supervisor.ts';
import type {Supervisor} from './actors/supervisor.ts';
import type {Clock} from './services/clock.ts';
import {wallClock} from './services/clock.ts';
import {createDoor} from './services/http/door.ts';
import type {Door, Transport} from './services/http/door.ts';
import {createApi} from './services/kubernetes/api.ts';
import type {Api} from './services/kubernetes/api.ts';
import type {Cluster} from './services/kubernetes/cluster.ts';
import {loadConnection, openConnection} from './services/kubernetes/connection.ts';
import {createLeaseEvents} from './services/kubernetes/lease-events.ts';
import {fenced} from './services/kubernetes/lease-fence.ts';
import {defaultTiming} from './services/kubernetes/lease-record.ts';
import type {LeaseTiming} from './services/kubernetes/lease-record.ts';
import {LEASE_NAME, startCandidate} from './services/kubernetes/lease.ts';
import {createCluster} from './services/kubernetes/live-cluster.ts';
import type {ClusterOptions} from './services/kubernetes/live-cluster.ts';
import type {Log} from './services/log.ts';
import type {Random} from './services/random.ts';
import {systemRandom} from './services/random.ts';
import {routerOf} from './services/routers/index.ts';
import {createAnnouncer} from './services/telemetry/events.ts';
import type {AnnouncerOptions} from './services/telemetry/events.ts';
import {startTelemetryServer} from './services/telemetry/http-server.ts';
import {createLog} from './services/telemetry/log.ts';
import type {Level} from './services/telemetry/log.ts';
import {followLogLevel} from './services/telemetry/log-level.ts';
import {createMetrics} from './services/telemetry/metrics.ts';
import {observedChecks} from './services/telemetry/observed-checks.ts';
import type {Telemetry} from './services/telemetry/telemetry.ts';
import {createTracing} from './services/telemetry/tracing.ts';
import {workloadsOf} from './services/workloads/index.ts';
import {openSurvey} from './services/workloads/open-survey.ts';

export const version = '0.1.0';

export type DaemonConfig = {
	/** A kubeconfig file; without one KUBECONFIG, then ~/.kube/config, then the pod's service account. */
	readonly kubeconfig?: string;
	/** An API server without authentication, instead of a kubeconfig: the sandbox's. */
	readonly server?: string;
	readonly metricsServer: string;
	readonly meshProvider: string;
	/** The check interval of Canaries that name none, in ms. */
	readonly intervalMs: number;
	/** Undefined watches all namespaces. */
	readonly namespaces?: readonly string[];
	readonly logLevel: Level;
	/** Holds another level, which wins; looked at now and then. */
	readonly logLevelFile?: string;
	/** Of /metrics, /healthz and /readyz; 0 takes a free one. */
	readonly port: number;
	/** Where the Lease lives for which replicas stand; without it this is the only replica, and leads from the start. */
	readonly leaderElection?: Partial<LeaseTiming> & {readonly namespace: string};
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
	/** Resolves when every Canary that exists has its actor, here or in the replica that leads. */
	readonly ready: Promise<void>;
	/** Ends the actors, then what they use; what was announced is posted first. */
	stop(): Promise<void>;
};

/** A Canary whose provider or target kind is not supported refers to nothing that could be observed. */
const nothing = (at: number): World => ({at, primaryRunsTarget: false, scalers: [], problems: []});

const openSurveyOf =
	(cluster: Cluster, clock: Clock): Services['openSurvey'] =>
	(model, onWorld) => {
		const workloads = workloadsOf(model.target.kind);
		const router = routerOf(model.provider);
		if (workloads !== undefined && router !== undefined) {
			return openSurvey({cluster, clock, model, onWorld, workloads, router});
		}

		const timer = clock.setTimeout(() => {
			onWorld(nothing(clock.now()));
		}, 0);
		return {
			setRunning() {},
			close() {
				clock.clearTimeout(timer);
			},
		};
	};

type Leading = {
	readonly ready: Promise<void>;
	isAlive(): boolean;
	stop(): Promise<void>;
};

/** Without others there is nothing to wait for. */
const leadAlone = (supervisor: Supervisor, telemetry: Telemetry): Leading => {
	telemetry.leadershipChanged(true);
	return {...supervisor, isAlive: () => true};
};

type Stand = Required<Pick<Doors, 'clock' | 'random' | 'log'>> & {
	readonly lease: NonNullable<DaemonConfig['leaderElection']>;
	readonly door: Door;
	readonly apiThrough: (door: Door) => Api;
	readonly telemetry: Telemetry;
	readonly lead: (door: Door) => Supervisor;
};

/** Stands for election, and leads whenever it has won; each term has caches and actors of its own, behind its fence. */
const standForElection = (stand: Stand): Leading => {
	const {lease, door, apiThrough, telemetry, lead, ...doors} = stand;
	const {namespace, ...timing} = lease;
	const {promise: ready, resolve, reject} = Promise.withResolvers<void>();
	const api = apiThrough(door);
	const words = createLeaseEvents({...doors, cluster: createCluster({...doors, api})});
	telemetry.leadershipChanged(false);
	const candidate = startCandidate({
		...doors,
		api,
		lease: {namespace, name: LEASE_NAME},
		timing: {...defaultTiming, ...timing},
		lead(fence) {
			const supervisor = lead(fenced(door, fence));
			supervisor.ready.then(resolve, () => {});
			return {
				async stop() {
					const keys = supervisor.keys();
					await supervisor.stop();
					for (const [inside = '', name = ''] of keys.map((key) => key.split('/'))) {
						telemetry.forgetCanary({namespace: inside, name});
					}
				},
			};
		},
		onRole(role) {
			telemetry.leadershipChanged(role === 'leading');
			if (role === 'following') {
				resolve();
			}
		},
		say(about, text) {
			words.say(about, text);
		},
	});
	return {
		ready,
		isAlive: () => candidate.isAlive(),
		async stop() {
			await candidate.stop();
			await words.close();
			reject(new Error('stopped before it was ready'));
		},
	};
};

/** Starts the daemon. Rejects when its port is taken or its kubeconfig cannot be read. */
export const startDaemon = async (config: DaemonConfig, doors: Doors = {}): Promise<Daemon> => {
	const {clock = wallClock, random = systemRandom} = doors;
	const own = createLog({level: config.logLevel, clock});
	const {log = own} = doors;
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
	const lead = (through: Door): Supervisor => {
		const api = apiThrough(through);
		const onRestart: ClusterOptions['onRestart'] = (facts) => telemetry.watchRestarted(facts);
		const cluster = createCluster({api, clock, random, log, onRestart});
		telemetry.readLevels({cacheSizes: () => cluster.cacheSizes(), load: () => api.load()});
		const onSettled: AnnouncerOptions['onSettled'] = (outcome) => telemetry.eventSettled(outcome);
		const announcer = createAnnouncer({cluster, clock, random, log, onSettled});
		const supervisor = startSupervisor({
			services: {
				cluster,
				clock,
				random,
				log,
				openSurvey: openSurveyOf(cluster, clock),
				runChecks: observedChecks({
					door: through,
					clock,
					telemetry,
					tracing,
					metricsServer: config.metricsServer,
					onVerdict: doors.onVerdict,
				}),
			},
			announcer,
			telemetry,
			tracing,
			namespaces: config.namespaces,
			toModel: (object) =>
				(object.kind === 'Rollout' ? modelOfRollout : toModel)(object, {
					meshProvider: config.meshProvider,
					intervalMs: config.intervalMs,
					speed: config.speed ?? 1,
				}),
			...(doors.onStateChange !== undefined && {onStateChange: doors.onStateChange}),
		});
		const tell = async (): Promise<void> => {
			await supervisor.ready;
			log.info('Started operator', {canaries: supervisor.keys().length});
		};
		// Rejects only when stopped before.
		tell().catch(() => {});
		return supervisor;
	};
	let isReady = false;
	let leading: Leading | undefined;
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
			? leadAlone(lead(door), telemetry)
			: standForElection({lease: config.leaderElection, door, apiThrough, telemetry, lead, clock, random, log});
	const {ready} = leading;
	const becomeReady = async (): Promise<void> => {
		await ready;
		isReady = true;
	};
	becomeReady().catch(() => {});
	return {
		metricsUrl: `http://127.0.0.1:${server.port}/metrics`,
		ready,
		async stop() {
			await leading.stop();
			await server.close();
			await door.close();
			log.info('Stopped operator');
			ignoreLevel();
		},
	};
};
