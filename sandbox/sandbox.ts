// A cluster on a laptop, embedded or of real binaries, with the real daemon in it.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {DaemonConfig} from '../index.ts';
import {wallClock} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {Log} from '../services/log.ts';
import type {Level} from '../services/telemetry/log.ts';
import type {ReadableStore} from './api/types.ts';
import {createDaemonMetrics} from './daemon/metrics.ts';
import {startDaemonInThread, type DaemonInThread} from './daemon/in-thread.ts';
import {startEmbeddedGround, type Ground} from './ground.ts';
import {createFaults, type Faults} from './scenario/faults.ts';
import {
	countUsers,
	tellCanaries,
	type Finding,
	type Happening,
	type OnHappening,
	type Started,
} from './scenario/happenings.ts';
import {createPlay} from './scenario/play.ts';
import {canaryOf, type Scenario} from './scenario/read.ts';
import {startRealPrometheus} from './world/prometheus/real.ts';
import {startPrometheusServer} from './world/prometheus/server.ts';
import type {World} from './world/world.ts';

export type SandboxOptions = {
	readonly speed: number;
	readonly scenario: Scenario;
	/** Applied after the scenario's own. */
	readonly objects: readonly KubeObject[];
	readonly port: number;
	/** Of the gateway to the simulated pods; 0 takes a free one. */
	readonly gatewayPort: number;
	readonly rps: number;
	/** The folder with the programs of a real control plane to stand on, instead of the embedded API. */
	readonly assets?: string;
	/** A real Prometheus for the daemon to ask: its address, or `auto` to start one that scrapes the sandbox. */
	readonly prometheus?: string;
	/** Written once API, CRDs and daemon are ready; a temporary file without it. */
	readonly kubeconfigOut?: string;
	/** Where Stately's inspector may look at the actors. */
	readonly inspect?: DaemonConfig['inspect'];
	readonly log: Log;
	/** From which level on the daemon tells the log, but never less than `info`. */
	readonly logLevel?: Level;
	/** Told of all that happens, from `started` on. */
	readonly onHappening: OnHappening;
	/** A Canary rests after a run, with nothing on its canary: `Succeeded` or `Failed`. */
	readonly onEnd: (phase: 'Succeeded' | 'Failed', canary: string) => void;
	/** The scenario's expectations have been judged. */
	readonly onJudged: (findings: readonly Finding[]) => void;
};

export type Sandbox = {
	readonly url: string;
	readonly kubeconfig: string;
	readonly prometheusUrl: string;
	readonly gatewayUrl: string;
	/** What the simulated proxies have counted; `/daemon` below it are the daemon's own metrics. */
	readonly countersUrl: string;
	readonly metricsUrl: string;
	stop(): Promise<void>;
};

const canariesKey = {group: 'flagger.app', plural: 'canaries'};

/** How often the users' requests are told of, in ms of the clock. */
const TRAFFIC_MS = 500;

const tellEnds = (store: ReadableStore, {onEnd}: SandboxOptions): (() => void) => {
	const phases = new Map<string, unknown>();
	return store.watch(canariesKey, {}, ({object: {metadata, status}}) => {
		const key = `${metadata.name}.${metadata.namespace ?? ''}`;
		const phase = status?.['phase'];
		const changed = phases.get(key) !== phase;
		phases.set(key, phase);
		if (changed && (phase === 'Succeeded' || phase === 'Failed') && status?.['canaryWeight'] === 0) {
			onEnd(phase, key);
		}
	});
};

/** Tells now and then how many requests users have sent; the answer ends it. */
const tellTraffic = (world: World, tell: OnHappening): (() => void) => {
	const users = countUsers(world);
	let told = 0;
	const turn = (): void => {
		const counted = users.counted();
		if (counted.requests !== told) {
			told = counted.requests;
			tell({kind: 'traffic', at: wallClock.now(), ...counted});
		}

		timer = wallClock.setTimeout(turn, TRAFFIC_MS);
	};
	let timer = wallClock.setTimeout(turn, TRAFFIC_MS);
	return () => {
		wallClock.clearTimeout(timer);
		users.stop();
	};
};

/** The file that was asked for, or one of its own, which goes with the sandbox. */
const kubeconfigFile = async (out: string | undefined, started: AsyncDisposableStack): Promise<string> => {
	if (out !== undefined) return out;
	const folder = await mkdtemp(join(tmpdir(), 'aviary-sandbox-'));
	started.defer(() => rm(folder, {recursive: true, force: true}));
	return join(folder, 'kubeconfig');
};

/** The daemon, which tells what its machines do. */
const daemonOn = async (
	{connection, daemonLog}: Ground,
	metricsServer: string,
	{speed, inspect, logLevel = 'info'}: SandboxOptions,
	tell: OnHappening,
): Promise<DaemonInThread> =>
	startDaemonInThread(
		{
			...connection,
			metricsServer,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel,
			port: 0,
			speed,
			inspect,
			ui: {port: 0, address: '127.0.0.1', auth: 'open'},
		},
		{
			log: daemonLog,
			onStateChange({canary, from, to, event, at}) {
				const [before = '', after = ''] = [from, to].map((path) => path.split('.')[0]);
				if (before !== after) {
					const time = new Date(at).toISOString();
					tell({kind: 'state', at, state: {time, canary, from: before, to: after, event}});
				}
			},
			onVerdict(canary, verdict) {
				tell({kind: 'verdict', at: verdict.at, canary, verdict});
			},
		},
	);

const groundOf = async (options: SandboxOptions, faults: Faults): Promise<Ground> => {
	if (options.assets === undefined) {
		return startEmbeddedGround({...options, faults});
	}

	const {startRealGround} = await import('./real/ground.ts');
	return startRealGround({...options, faults, assets: options.assets});
};

/** Starts everything, applies the scenario, and answers once its kubeconfig can be used. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
	const {speed, rps, scenario, onJudged} = options;
	// Whatever has been started by then ends, if something after it fails.
	await using started = new AsyncDisposableStack();
	const faults = createFaults();
	const ground = await groundOf(options, faults);
	started.defer(() => ground.stop());
	const {world, store, hands} = ground;
	const daemonMetrics = createDaemonMetrics(wallClock, (series) => world.alsoScrape(series));
	started.defer(() => daemonMetrics.stop());
	const prometheus = await startPrometheusServer({
		answer: faults.prometheus(world.prometheus),
		exposition: () => world.exposition(),
		ofDaemon: () => daemonMetrics.text(),
	});
	started.defer(() => prometheus.close());
	const real = options.prometheus === 'auto' ? await startRealPrometheus(prometheus.url, wallClock) : undefined;
	started.defer(() => real?.stop());
	const prometheusUrl = real?.url ?? options.prometheus ?? prometheus.url;
	const tell = (happening: Happening): void => {
		options.onHappening(happening);
		play.hear(happening);
	};
	const play = createPlay({hands, world, clock: wallClock, speed, faults, scenario, tell, onJudged});
	started.defer(() => play.stop());
	started.defer(tellCanaries(store, () => wallClock.now(), tell));
	started.defer(tellEnds(store, options));
	const daemon = await daemonOn(ground, prometheusUrl, options, tell);
	started.defer(() => daemon.stop());
	daemonMetrics.follow(daemon.metricsUrl);
	const kubeconfig = await kubeconfigFile(options.kubeconfigOut, started);
	await ground.writeKubeconfig(kubeconfig, daemon.pageUrl);
	const countersUrl = `${prometheus.url}/metrics`;
	const addresses: Started['addresses'] = [
		['API server', ground.url],
		['Prometheus', prometheusUrl],
		['Counters', countersUrl],
		['Gateway', ground.gatewayUrl],
		['Metrics', daemon.metricsUrl],
		...(daemon.pageUrl === undefined ? [] : [['Page', daemon.pageUrl] as const]),
		...(daemon.inspectUrl === undefined ? [] : [['Inspector', daemon.inspectUrl] as const]),
	];
	const {name, description} = scenario;
	const first = canaryOf([...scenario.objects, ...options.objects]);
	const canary = first && `${first.namespace}/${first.name}`;
	tell({
		kind: 'started',
		at: wallClock.now(),
		started: {scenario: name, description, speed, rps, addresses, kubeconfig, ...(canary !== undefined && {canary})},
	});
	started.defer(tellTraffic(world, tell));
	await play.begin();
	await hands.apply(options.objects);
	const all = started.move();
	return {
		url: ground.url,
		kubeconfig,
		prometheusUrl,
		gatewayUrl: ground.gatewayUrl,
		countersUrl,
		metricsUrl: daemon.metricsUrl,
		stop: () => all.disposeAsync(),
	};
};
