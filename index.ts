// The composition root: configuration → services → actors → start; the command line owns the signals.
import {toModel} from './api/model-of-canary.ts';
import type {CanaryModel, World} from './api/model.ts';
import type {StateChange} from './actors/canary.ts';
import type {Services} from './actors/bindings.ts';
import {startSupervisor} from './actors/supervisor.ts';
import type {Clock} from './services/clock.ts';
import {wallClock} from './services/clock.ts';
import {createDoor} from './services/http/door.ts';
import type {Door, Transport} from './services/http/door.ts';
import {createApi} from './services/kubernetes/api.ts';
import type {Cluster} from './services/kubernetes/cluster.ts';
import {loadConnection, openConnection} from './services/kubernetes/connection.ts';
import {createCluster} from './services/kubernetes/live-cluster.ts';
import type {Log} from './services/log.ts';
import {runChecks} from './services/metrics/checks.ts';
import {questionsOf} from './services/metrics/index.ts';
import {createPrometheus} from './services/metrics/prometheus.ts';
import type {Random} from './services/random.ts';
import {systemRandom} from './services/random.ts';
import {routerOf} from './services/routers/index.ts';
import {createAnnouncer} from './services/telemetry/events.ts';
import {startTelemetryServer} from './services/telemetry/http-server.ts';
import {createLog} from './services/telemetry/log.ts';
import type {Level} from './services/telemetry/log.ts';
import {createMetrics} from './services/telemetry/metrics.ts';
import type {Telemetry} from './services/telemetry/telemetry.ts';
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
	/** Of /metrics, /healthz and /readyz; 0 takes a free one. */
	readonly port: number;
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
};

export type Daemon = {
	readonly metricsUrl: string;
	/** Resolves when every Canary that exists has its actor. */
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

/** Rounds of checks against Prometheus, each told to the metrics. */
const checksWith = (door: Door, clock: Clock, telemetry: Telemetry, metricsServer: string): Services['runChecks'] => {
	const provider = createPrometheus((url, options) => door.request({url, ...options}));
	return async (model: CanaryModel, signal: AbortSignal) => {
		const questions = questionsOf(model.provider);
		if (questions === undefined) {
			const text = `no metrics are known for provider ${model.provider}`;
			return {outcome: 'unknown', text, evidence: [], at: clock.now()};
		}

		const begun = clock.monotonic();
		const verdict = await runChecks(model, {provider, questions, metricsServer, clock, signal});
		telemetry.observeAnalysis(model, (clock.monotonic() - begun) / 1000);
		telemetry.observeCheck(model, verdict.outcome);
		for (const evidence of verdict.evidence) {
			if ('value' in evidence) {
				const kind = model.analysis.metrics.find(({name}) => name === evidence.metric)?.kind;
				telemetry.observeMetric(model, evidence.metric, kind === 'duration' ? evidence.value / 1000 : evidence.value);
			}
		}

		return verdict;
	};
};

/** Starts the daemon. Rejects when its port is taken or its kubeconfig cannot be read. */
export const startDaemon = async (config: DaemonConfig, doors: Doors = {}): Promise<Daemon> => {
	const {clock = wallClock, random = systemRandom} = doors;
	const log = doors.log ?? createLog({level: config.logLevel, clock});
	const telemetry = createMetrics({processMetrics: doors.clock === undefined});
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
	const api = createApi({connection, door, clock, random, log, onAnswer: (facts) => telemetry.apiAnswered(facts)});
	const cluster = createCluster({api, clock, random, log});
	const announcer = createAnnouncer({cluster, clock, random, log});
	const supervisor = startSupervisor({
		services: {
			cluster,
			clock,
			random,
			log,
			openSurvey: openSurveyOf(cluster, clock),
			runChecks: checksWith(door, clock, telemetry, config.metricsServer),
		},
		announcer,
		telemetry,
		namespaces: config.namespaces,
		toModel: (canary) =>
			toModel(canary, {
				meshProvider: config.meshProvider,
				intervalMs: config.intervalMs,
				speed: config.speed ?? 1,
			}),
		...(doors.onStateChange !== undefined && {onStateChange: doors.onStateChange}),
	});
	let isReady = false;
	const becomeReady = async (): Promise<void> => {
		await supervisor.ready;
		isReady = true;
		log.info('Started operator', {canaries: supervisor.keys().length});
	};
	const ready = becomeReady();
	// Rejects only when stopped before.
	ready.catch(() => {});
	const server = await startTelemetryServer({port: config.port, metrics: telemetry, log, isReady: () => isReady});
	telemetry.daemonStarted({version, meshProvider: config.meshProvider});
	log.info('Starting operator', {version, meshProvider: config.meshProvider, server: connection.server});
	return {
		metricsUrl: `http://127.0.0.1:${server.port}/metrics`,
		ready,
		async stop() {
			await supervisor.stop();
			await server.close();
			await door.close();
			log.info('Stopped operator');
		},
	};
};
