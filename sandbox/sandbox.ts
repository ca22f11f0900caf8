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
import {startEmbedded} from './embedded.ts';
import type {Embedded} from './embedded.ts';
import {releaseOf} from './scenarios.ts';
import type {Scenario, Shape} from './scenarios.ts';
import {startPrometheusServer} from './world/prometheus/server.ts';

/** An event of a Canary, as `--output json` prints it. */
export type EventLine = {
	readonly time: string;
	readonly type: string;
	readonly reason: string;
	readonly object: string;
	readonly message: string;
};

/** A change of a Canary's top-level state. */
export type StateLine = {
	readonly time: string;
	readonly canary: string;
	readonly from: string;
	readonly to: string;
	readonly event: string;
};

export type SandboxOptions = {
	readonly speed: number;
	readonly scenario: Scenario;
	readonly shape: Shape;
	/** Applied after the scenario's own. */
	readonly objects: readonly KubeObject[];
	readonly port: number;
	readonly rps: number;
	/** Written once API, CRDs and daemon are ready; a temporary file without it. */
	readonly kubeconfigOut?: string;
	readonly log: Log;
	readonly onEvent: (line: EventLine) => void;
	readonly onState: (line: StateLine) => void;
	/** A Canary rests after a run, with nothing on its canary: `Succeeded` or `Failed`. */
	readonly onEnd: (phase: 'Succeeded' | 'Failed', canary: string) => void;
	/** Called before the scenario is applied, when kubectl finds everything. */
	readonly onReady: (sandbox: Sandbox) => void;
};

export type Sandbox = {
	readonly url: string;
	readonly kubeconfig: string;
	readonly prometheusUrl: string;
	readonly metricsUrl: string;
	readonly embedded: Embedded;
	stop(): Promise<void>;
};

const canariesKey = {group: 'flagger.app', plural: 'canaries'};
const eventsKey = {group: '', plural: 'events'};
const deploymentsKey = {group: 'apps', plural: 'deployments'};

type EventObject = KubeObject & {
	involvedObject: {kind: string; name: string; namespace: string};
	type: string;
	reason: string;
	message: string;
	lastTimestamp?: string;
};

const tellEvents = ({store}: Embedded, {onEvent}: SandboxOptions): (() => void) =>
	store.watch(eventsKey, {}, ({type, object}) => {
		const event = object as EventObject;
		if (type !== 'DELETED' && event.involvedObject.kind === 'Canary') {
			onEvent({
				time: event.lastTimestamp ?? '',
				type: event.type,
				reason: event.reason,
				object: `${event.involvedObject.kind}/${event.involvedObject.name}.${event.involvedObject.namespace}`,
				message: event.message,
			});
		}
	});

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

/** Today's shape: the new version is applied as soon as a Canary stands initialized. */
const releaseWhenInitialized = ({store}: Embedded, target: KubeObject): (() => void) => {
	const stop = store.watch(canariesKey, {}, ({object: {metadata, status}}) => {
		const {namespace, name} = target.metadata;
		if (status?.['phase'] !== 'Initialized' || metadata.namespace !== namespace) {
			return;
		}

		stop();
		const template = target.spec?.['template'];
		store.patch(
			deploymentsKey,
			namespace,
			name,
			[{op: 'replace', path: '/spec/template', value: template}],
			'scenario',
		);
	});
	return stop;
};

const kubeconfigFile = async (out: string | undefined): Promise<string> =>
	out ?? join(await mkdtemp(join(tmpdir(), 'aviary-sandbox-')), 'kubeconfig');

const podLogOf = ({namespace, name}: {namespace: string; name: string}): string =>
	`{"level":"info","msg":"simulated pod ${name}.${namespace} answers as its annotations say"}\n`;

/** Starts everything, applies the scenario, and answers once its kubeconfig can be used. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
	const {speed, log, rps} = options;
	const embedded = await startEmbedded({clock: wallClock, random: systemRandom, speed, log, rps});
	const api = await startApiServer({store: embedded.store, port: options.port, log, podLog: podLogOf});
	const prometheus = await startPrometheusServer({answer: embedded.world.prometheus});
	const stops = [tellEvents(embedded, options), tellEnds(embedded, options)];
	const daemon: Daemon = await startDaemon(
		{
			server: api.url,
			metricsServer: prometheus.url,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel: 'info',
			port: 0,
			speed,
		},
		{
			log,
			onStateChange({canary, from, to, event, at}) {
				const [before = '', after = ''] = [from, to].map((path) => path.split('.')[0]);
				if (before !== after) {
					options.onState({time: new Date(at).toISOString(), canary, from: before, to: after, event});
				}
			},
		},
	);
	await daemon.ready;
	const kubeconfig = await kubeconfigFile(options.kubeconfigOut);
	await writeKubeconfig(kubeconfig, api.url);
	const sandbox: Sandbox = {
		url: api.url,
		kubeconfig,
		prometheusUrl: prometheus.url,
		metricsUrl: daemon.metricsUrl,
		embedded,
		async stop() {
			for (const stop of stops) {
				stop();
			}

			await daemon.stop();
			embedded.stop();
			await Promise.all([api.close(), prometheus.close()]);
		},
	};
	options.onReady(sandbox);
	const release = await releaseOf(options.scenario, options.shape);
	embedded.apply([...release.objects, ...options.objects]);
	if (release.next !== undefined) {
		stops.push(releaseWhenInitialized(embedded, release.next));
	}

	return sandbox;
};
