// A cluster on a laptop: the embedded world behind sockets on loopback, with the real daemon in it.
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startDaemon} from '../index.ts';
import type {Daemon} from '../index.ts';
import {wallClock} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {Log} from '../services/log.ts';
import {systemRandom} from '../services/random.ts';
import {writeKubeconfig} from './api/kubeconfig.ts';
import {startApiServer} from './api/server.ts';
import {createDaemonLog, daemonObjects} from './daemon-log.ts';
import {startEmbedded} from './embedded.ts';
import type {Embedded} from './embedded.ts';
import {startGateway} from './gateway/server.ts';
import {createFaults} from './scenario/faults.ts';
import {
	countUsers,
	tellCanaries,
	type Finding,
	type Happening,
	type OnHappening,
	type Started,
} from './scenario/happenings.ts';
import {createPlay} from './scenario/play.ts';
import type {Scenario} from './scenario/read.ts';
import {startRealPrometheus} from './world/prometheus/real.ts';
import {startPrometheusServer} from './world/prometheus/server.ts';

export type SandboxOptions = {
	readonly speed: number;
	readonly scenario: Scenario;
	/** Applied after the scenario's own. */
	readonly objects: readonly KubeObject[];
	readonly port: number;
	/** Of the gateway to the simulated pods; 0 takes a free one. */
	readonly gatewayPort: number;
	readonly rps: number;
	/** A real Prometheus for the daemon to ask: its address, or `auto` to start one that scrapes the sandbox. */
	readonly prometheus?: string;
	/** Written once API, CRDs and daemon are ready; a temporary file without it. */
	readonly kubeconfigOut?: string;
	readonly log: Log;
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
	readonly metricsUrl: string;
	readonly embedded: Embedded;
	stop(): Promise<void>;
};

const canariesKey = {group: 'flagger.app', plural: 'canaries'};

/** How often the users' requests are told of, in ms of the clock. */
const TRAFFIC_MS = 500;

const tellEnds = ({store}: Embedded, {onEnd}: SandboxOptions): (() => void) => {
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
const tellTraffic = (embedded: Embedded, tell: OnHappening): (() => void) => {
	const users = countUsers(embedded);
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

const kubeconfigFile = async (out: string | undefined): Promise<string> =>
	out ?? join(await mkdtemp(join(tmpdir(), 'aviary-sandbox-')), 'kubeconfig');

const podLogOf = ({namespace, name}: {namespace: string; name: string}): string =>
	`{"level":"info","msg":"simulated pod ${name}.${namespace} answers as its annotations say"}\n`;

/** Starts everything, applies the scenario, and answers once its kubeconfig can be used. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
	const {speed, log, rps, scenario, onJudged} = options;
	const embedded = await startEmbedded({clock: wallClock, random: systemRandom, speed, log, rps});
	const daemonLog = createDaemonLog(log, wallClock);
	embedded.apply(daemonObjects);
	const faults = createFaults();
	const gateway = await startGateway({world: embedded.world, port: options.gatewayPort, log});
	const api = await startApiServer({
		store: embedded.store,
		port: options.port,
		log,
		podLog: (pod) => daemonLog.of(pod) ?? podLogOf(pod),
		fetchInWorld: (call, signal) => embedded.world.fetchInWorld(call, signal),
		gatewayUrl: gateway.url,
		behind: (handler) => faults.behind(handler),
	});
	const prometheus = await startPrometheusServer({
		answer: faults.prometheus(embedded.world.prometheus),
		exposition: () => embedded.world.exposition(),
	});
	const real = options.prometheus === 'auto' ? await startRealPrometheus(prometheus.url, wallClock) : undefined;
	const prometheusUrl = real?.url ?? options.prometheus ?? prometheus.url;
	const tell = (happening: Happening): void => {
		options.onHappening(happening);
		play.hear(happening);
	};
	const play = createPlay({embedded, clock: wallClock, speed, faults, scenario, tell, onJudged});
	const stops = [tellCanaries(embedded, () => wallClock.now(), tell), tellEnds(embedded, options), () => play.stop()];
	const daemon: Daemon = await startDaemon(
		{
			server: api.url,
			metricsServer: prometheusUrl,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel: 'info',
			port: 0,
			speed,
		},
		{
			log: daemonLog.log,
			onStateChange({canary, from, to, event, at}) {
				const [before = '', after = ''] = [from, to].map((path) => path.split('.')[0]);
				if (before !== after) {
					const time = new Date(at).toISOString();
					tell({kind: 'state', at, state: {time, canary, from: before, to: after, event}});
				}
			},
			onVerdict({namespace, name}, verdict) {
				tell({kind: 'verdict', at: verdict.at, canary: `${namespace}/${name}`, verdict});
			},
		},
	);
	await daemon.ready;
	const kubeconfig = await kubeconfigFile(options.kubeconfigOut);
	await writeKubeconfig(kubeconfig, api.url);
	const addresses: Started['addresses'] = [
		['API server', api.url],
		['Prometheus', prometheusUrl],
		['Counters', `${prometheus.url}/metrics`],
		['Gateway', gateway.url],
		['Metrics', daemon.metricsUrl],
	];
	const {name, description} = scenario;
	tell({
		kind: 'started',
		at: wallClock.now(),
		started: {scenario: name, description, speed, rps, addresses, kubeconfig},
	});
	stops.push(tellTraffic(embedded, tell));
	play.begin();
	embedded.apply(options.objects);
	return {
		url: api.url,
		kubeconfig,
		prometheusUrl,
		gatewayUrl: gateway.url,
		metricsUrl: daemon.metricsUrl,
		embedded,
		async stop() {
			for (const stop of stops) {
				stop();
			}

			await daemon.stop();
			embedded.stop();
			await Promise.all([api.close(), prometheus.close(), gateway.close(), real?.stop()]);
		},
	};
};
