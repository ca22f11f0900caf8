// A real cluster with the operator in it: control plane, nodes, CRDs, a played mesh, and the daemon as its own account.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {startDaemon} from '../../index.ts';
import type {DaemonConfig} from '../../index.ts';
import {sleep, wallClock} from '../../services/clock.ts';
import {createSocketTransport} from '../../services/http/transport.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {daemonSets, deployments, pathOf, statefulSets, virtualServices} from '../../services/kubernetes/resources.ts';
import {silentLog, type Log} from '../../services/log.ts';
import {saidIn, type Harness} from '../releases/harness.ts';
import {createClient, ApiError, type Client} from '../../sandbox/real/control-plane/client.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startNodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {losingAnswers, type LossyTransport} from './losses.ts';
import {startMesh, type Mesh} from './mesh.ts';
import {startMirror, type Mirror} from './mirror.ts';

export const ACCOUNT = 'system:serviceaccount:aviary-system:aviary';
const ARTIFACTS = new URL('../../artifacts/', import.meta.url).pathname;
const CONNECTIONS = 16;

export type Cluster = {
	readonly plane: ControlPlane;
	readonly transport: LossyTransport;
	/** Where Prometheus answers. */
	readonly metricsServer: string;
	/** What the daemon said was wrong with itself. */
	readonly errors: readonly string[];
	/** Runs kubectl and answers what it printed; throws when it fails. */
	kubectl(args: readonly string[], stdin?: string): Promise<string>;
	/** A harness in a namespace of its own, which its case creates. */
	harnessIn(namespace: string): Harness;
	stop(): Promise<void>;
};

export const artifact = (name: string): string => path.join(ARTIFACTS, name);

export const kubectlOf =
	(plane: ControlPlane): Cluster['kubectl'] =>
	async (args, stdin) => {
		const {stdout, stderr, code} = await plane.kubectl(args, stdin === undefined ? {} : {stdin});
		if (code !== 0) {
			throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
		}

		return stdout;
	};

export const clientOf = async ({adminKubeconfig, url, caFile}: ControlPlane): Promise<Client> => {
	const config = JSON.parse(await readFile(adminKubeconfig, 'utf8')) as {users: [{user: {token: string}}]};
	return createClient({url, ca: await readFile(caFile), token: config.users[0].user.token});
};

/** How the operator comes into a cluster, and who it is there. */
export type Operator = {
	/** Below artifacts/, in the order in which they are applied: our CRDs, and the account with its role. */
	readonly folders: readonly string[];
	readonly account: string;
	readonly config: Pick<DaemonConfig, 'leaderElection'>;
	/** What is installed besides Istio for it to route by: definitions, and the kinds that the proxies follow. */
	readonly routes?: {readonly definitions: readonly object[]; readonly kinds: readonly Resource[]};
};

export const aviary: Operator = {
	folders: ['crds', 'operator'],
	account: ACCOUNT,
	// Longer than an outage of the API server, so that one term sees it all.
	config: {leaderElection: {namespace: 'aviary-system', durationMs: 90_000, renewDeadlineMs: 60_000}},
};

/** As an administrator installs it: the mesh with its namespace and CRDs, then the operator. */
export const install = async (
	kubectl: Cluster['kubectl'],
	assets: string,
	{folders, routes}: Operator = aviary,
): Promise<void> => {
	await kubectl(['create', 'namespace', 'istio-system']);
	await kubectl(['create', '-f', path.join(assets, 'istio-crds.yaml')]);
	if (routes !== undefined) {
		const list = {apiVersion: 'v1', kind: 'List', items: routes.definitions};
		await kubectl(['create', '-f', '-'], JSON.stringify(list));
	}

	for (const folder of folders) await kubectl(['apply', '-f', artifact(folder)]);
	await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
};

const keepingErrors = (log: Log, errors: string[]): Log => ({
	...log,
	error(message, fields) {
		log.error(message, fields);
		errors.push(`${message} ${JSON.stringify(fields ?? {})}`);
	},
});

type Parts = {
	readonly client: Client;
	readonly mirror: Mirror;
	readonly mesh: Mesh;
	readonly kubectl: Cluster['kubectl'];
	readonly speed: number;
};

/** The watches have brought all that a read now finds: history until here is complete. */
const caughtUp = async ({client, mirror}: Parts, namespace: string): Promise<void> => {
	for (const kind of [deployments, daemonSets, statefulSets, virtualServices]) {
		const {items} = (await client.call('GET', pathOf(kind, namespace))) as {items: readonly KubeObject[]};
		await eventually('the watches to catch up', async () => {
			const isKnown = ({metadata: {name, resourceVersion}}: KubeObject): boolean =>
				mirror.versionOf(kind.plural, namespace, name) >= Number(resourceVersion);
			return items.every(isKnown) || undefined;
		});
	}
};

const harnessOf = (parts: Parts, namespace: string): Harness => {
	const {client, mirror, mesh, kubectl, speed} = parts;
	return {
		namespace,
		async apply(objects) {
			// One list, as a file would be: kubectl keeps the order.
			await kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items: objects}));
		},
		async get(kind: Resource, name) {
			try {
				return (await client.call('GET', pathOf(kind, namespace, name))) as KubeObject;
			} catch (error) {
				if (error instanceof ApiError && error.code === 404) {
					return undefined;
				}

				throw error;
			}
		},
		async patch(kind, name, operations) {
			await client.call('PATCH', pathOf(kind, namespace, name), operations, 'application/json-patch+json');
		},
		async remove(kind, name) {
			await client.call('DELETE', pathOf(kind, namespace, name), {propagationPolicy: 'Background'});
		},
		async events(canary) {
			await caughtUp(parts, namespace);
			return saidIn(await mirror.changesIn(namespace), canary);
		},
		async history() {
			await caughtUp(parts, namespace);
			return mirror.changesIn(namespace);
		},
		dropped: () => mesh.droppedIn(namespace),
		eventually: (description, ask) => eventually(description, ask),
		pass: (ms) => sleep(wallClock, ms / speed),
	};
};

/** A cluster in which no operator runs yet: control plane, nodes, CRDs, visitors and Prometheus. */
export type Ground = {
	readonly plane: ControlPlane;
	readonly client: Client;
	readonly mirror: Mirror;
	readonly mesh: Mesh;
	readonly speed: number;
	/** Runs kubectl and answers what it printed; throws when it fails. */
	readonly kubectl: (args: readonly string[], stdin?: string) => Promise<string>;
	readonly harnessIn: (namespace: string) => Harness;
	stop(): Promise<void>;
};

/** Starts the ground; `speed` multiplies visitors. */
export const startGround = async (
	dir: string,
	assets: string,
	speed: number,
	operator: Operator = aviary,
): Promise<Ground> => {
	await using started = new AsyncDisposableStack();
	const plane = await startControlPlane({dir, assets, log: silentLog});
	started.defer(() => plane.stop());
	const nodes = startNodes({kubeconfig: plane.adminKubeconfig, log: silentLog});
	started.defer(() => nodes.stop());
	const kubectl = kubectlOf(plane);
	await install(kubectl, assets, operator);
	const client = await clientOf(plane);
	started.defer(() => client.close());
	const mirror = await startMirror(client, operator.routes?.kinds);
	started.defer(() => mirror.stop());
	const mesh = await startMesh(mirror.store, speed);
	started.defer(() => mesh.stop());
	const all = started.move();
	return {
		plane,
		client,
		mirror,
		mesh,
		speed,
		kubectl,
		harnessIn: (namespace) => harnessOf({client, mirror, mesh, kubectl, speed}, namespace),
		stop: () => all.disposeAsync(),
	};
};

/** Starts everything; `speed` divides the durations of Canaries and multiplies visitors. */
export const startCluster = async (
	dir: string,
	assets: string,
	speed: number,
	log: Log = silentLog,
	config: Partial<DaemonConfig> = {},
	operator: Operator = aviary,
): Promise<Cluster> => {
	await using started = new AsyncDisposableStack();
	const ground = await startGround(dir, assets, speed, operator);
	started.defer(() => ground.stop());
	const {plane, mesh, kubectl, harnessIn} = ground;
	const errors: string[] = [];
	const transport = losingAnswers(createSocketTransport({connections: CONNECTIONS}));
	const daemon = await startDaemon(
		{
			kubeconfig: await plane.kubeconfigFor(operator.account),
			metricsServer: mesh.url,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel: 'error',
			port: 0,
			speed,
			...operator.config,
			...config,
		},
		{log: keepingErrors(log, errors), transport},
	);
	started.defer(() => daemon.stop());
	await daemon.ready;
	const all = started.move();
	return {
		plane,
		transport,
		metricsServer: mesh.url,
		errors,
		kubectl,
		harnessIn,
		stop: () => all.disposeAsync(),
	};
};
