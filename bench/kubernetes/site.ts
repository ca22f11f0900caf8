// Where measurements take place: a real control plane with default limits on requests, a played node, a metrics server
// that only counts, foreign objects, and accounts under RBAC for the operator and for the harness' own writes.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {deployments, pathOf, pods} from '../../services/kubernetes/resources.ts';
import {silentLog} from '../../services/log.ts';
import {ACCOUNT, clientOf, install, kubectlOf} from '../../test/e2e/cluster.ts';
import {builtAssets} from '../../test/e2e/control-plane/build-assets.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startNodes, type Nodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {inParallel} from './in-parallel.ts';
import {startMetricsServer, type MetricsServer} from './metrics-server.ts';
import {
	foreignDeployment,
	foreignPod,
	foreignSecret,
	namespacesOf,
	otherNamespaces,
	PODS_OF_CANARIES,
	type Place,
} from './objects.ts';
import type {Foreign} from './options.ts';

export {ACCOUNT};
const OWN_NAMESPACE = 'bench';
export const OWN_ACCOUNT = `system:serviceaccount:${OWN_NAMESPACE}:bench`;
const WIDTH = 32;
const CONTROLLERS_MS_MAX = 600_000;

const secrets: Resource = {group: '', version: 'v1', plural: 'secrets', kind: 'Secret'};

const flags = {
	apiServer: [
		// The default; tests go without.
		'--enable-priority-and-fairness=true',
		// One file, so that a place in it stays one.
		'--audit-log-maxsize=4000',
	],
	// They stand for many machines' controllers: pods must not wait for their turn.
	controllerManager: [
		'--kube-api-qps=2000',
		'--kube-api-burst=4000',
		'--concurrent-deployment-syncs=20',
		'--concurrent-replicaset-syncs=20',
		'--horizontal-pod-autoscaler-sync-period=15s',
	],
};

export type Site = {
	readonly plane: ControlPlane;
	/** The administrator's, whom no limit holds back and no audit counts. */
	readonly admin: Client;
	/** Under RBAC and limits, and in the audit log, as the operator is. */
	readonly own: Client;
	readonly metrics: MetricsServer;
	readonly nodes: Pick<Nodes, 'crash'>;
	readonly kubeconfig: string;
	readonly dir: string;
	stop(): Promise<void>;
};

/** Makes objects as fast as the server takes them. */
export const create = async (client: Client, kind: Resource, objects: readonly KubeObject[]): Promise<void> => {
	await inParallel(objects, WIDTH, async (object) => {
		await client.call('POST', pathOf(kind, object.metadata.namespace), object);
	});
};

const namespace = (name: string): KubeObject => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name}});

/** Foreign objects lie in the Canaries' namespaces and in as many others, alike. */
const createForeign = async (admin: Client, places: readonly Place[], foreign: Foreign): Promise<void> => {
	const homes = [...namespacesOf(places), ...otherNamespaces];
	const make = (count: number, one: (home: string, index: number) => KubeObject): readonly KubeObject[] =>
		Array.from({length: count}, (_, index) => one(homes[index % homes.length] ?? '', index));
	await create(admin, secrets, make(foreign.secrets, foreignSecret));
	await create(admin, pods, make(foreign.pods, foreignPod));
	await create(admin, deployments, make(foreign.deployments, foreignDeployment));
	const last = foreign.deployments - 1;
	if (last >= 0) {
		const where = pathOf(deployments, homes[last % homes.length], `other-${last}`);
		await eventually(
			'the controllers have seen the foreign Deployments',
			async () => {
				const {status} = (await admin.call('GET', where)) as KubeObject;
				return status?.['observedGeneration'] === undefined ? undefined : true;
			},
			CONTROLLERS_MS_MAX,
		);
	}
};

const prepare = async (plane: ControlPlane, admin: Client, places: readonly Place[], foreign: Foreign) => {
	const names = [OWN_NAMESPACE, ...namespacesOf(places), ...otherNamespaces];
	await create(
		admin,
		{group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace'},
		names.map((name) => namespace(name)),
	);
	// A namespace takes pods as soon as it has its account.
	await inParallel(names, WIDTH, (name) =>
		eventually(`namespace ${name} has its account`, () =>
			admin.call('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`).catch(() => undefined),
		),
	);
	await createForeign(admin, places, foreign);
	const own = await plane.kubeconfigFor(OWN_ACCOUNT);
	const who = `--serviceaccount=${OWN_NAMESPACE}:bench`;
	await kubectlOf(plane)(['create', 'clusterrolebinding', 'bench', '--clusterrole=cluster-admin', who]);
	return clientOf({...plane, adminKubeconfig: own});
};

/** Starts everything but the operator. */
export const startSite = async (
	places: readonly Place[],
	foreign: Foreign,
	manifests: string | undefined,
): Promise<Site> => {
	await using started = new AsyncDisposableStack();
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-bench-'));
	started.defer(() => rm(dir, {recursive: true, force: true}));
	const assets = builtAssets();
	const plane = await startControlPlane({dir, assets, log: silentLog, flags});
	started.defer(() => plane.stop());
	const nodes = startNodes({
		kubeconfig: plane.adminKubeconfig,
		log: silentLog,
		labelSelector: PODS_OF_CANARIES,
	});
	started.defer(() => nodes.stop());
	const kubectl = kubectlOf(plane);
	await install(kubectl, assets);
	if (manifests !== undefined) {
		await kubectl(['apply', '-f', manifests]);
	}

	const admin = await clientOf(plane);
	started.defer(() => admin.close());
	const own = await prepare(plane, admin, places, foreign);
	started.defer(() => own.close());
	const metrics = await startMetricsServer();
	started.defer(() => metrics.close());
	const kubeconfig = await plane.kubeconfigFor(ACCOUNT);
	const all = started.move();
	return {plane, admin, own, metrics, nodes, kubeconfig, dir, stop: () => all.disposeAsync()};
};
