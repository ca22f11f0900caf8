// A cluster of real binaries: etcd, kube-apiserver and kube-controller-manager. Nodes, Istio's proxies and Prometheus
// are played; the daemon is let in as an administrator's manifests let it in.
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {stringify} from 'yaml';
import {daemonExtension} from '../../api/kubeconfig-extension.ts';
import {wallClock} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import {systemRandom} from '../../services/random.ts';
import {aviaryDefinitions, NAMESPACES, objectsOf} from '../embedded.ts';
import {startGateway} from '../gateway/server.ts';
import type {Ground, GroundOptions} from '../ground.ts';
import {podsKey} from '../world/keys.ts';
import {startMeshedWorld} from '../world/world.ts';
import {createClient} from './control-plane/client.ts';
import {startNodes} from './control-plane/nodes.ts';
import {startControlPlane, type ControlPlane} from './control-plane/start.ts';
import {createHands} from './hands.ts';
import {startMirror} from './mirror.ts';
import {followReadiness} from './readiness.ts';

const OPERATOR = new URL('../../artifacts/operator/', import.meta.url);
/** Of the operator's manifests those that let the daemon in; it runs in this process. */
const TARGETS = ['daemonsets', 'statefulsets'].map((kind) => `../targets/${kind}.yaml`);
const ADMISSION = ['namespace.yaml', 'service-account.yaml', 'rbac.yaml', ...TARGETS];
const ACCOUNT = 'system:serviceaccount:aviary-system:aviary';
const MESH_KINDS = new Set(['VirtualService', 'DestinationRule', 'Gateway']);

/** What the users' requests depend on, and what is told of. */
const watched: readonly Resource[] = [
	resources.canaries,
	resources.destinationRules,
	resources.events,
	resources.pods,
	resources.services,
	resources.virtualServices,
];

const namespace = (name: string): KubeObject => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name}});

const isOfMesh = ({spec}: KubeObject): boolean => {
	const {group, names} = (spec ?? {}) as {group?: string; names?: {kind?: string}};
	return group === 'networking.istio.io' && MESH_KINDS.has(names?.kind ?? '');
};

/** All that an administrator installs before the first Canary. */
const installed = async (assets: string): Promise<readonly KubeObject[]> => {
	const istio = objectsOf(await readFile(path.join(assets, 'istio-crds.yaml'), 'utf8'));
	const admission = await Promise.all(ADMISSION.map((name) => readFile(new URL(name, OPERATOR), 'utf8')));
	return [
		...NAMESPACES.map((name) => namespace(name)),
		...istio.filter((definition) => isOfMesh(definition)),
		...(await aviaryDefinitions()),
		...admission.flatMap((text) => objectsOf(text)),
	];
};

type Credentials = {readonly url: string; readonly ca: Buffer; readonly token: string};

const credentialsOf = async ({adminKubeconfig, url, caFile}: ControlPlane): Promise<Credentials> => {
	const config = JSON.parse(await readFile(adminKubeconfig, 'utf8')) as {users: [{user: {token: string}}]};
	return {url, ca: await readFile(caFile), token: config.users[0].user.token};
};

const writeKubeconfig = async (file: string, {url, ca, token}: Credentials, page?: string): Promise<void> => {
	const name = 'aviary-sandbox';
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [
			{name, cluster: {server: url, 'certificate-authority-data': ca.toString('base64'), ...daemonExtension(page)}},
		],
		users: [{name, user: {token}}],
		contexts: [{name, context: {cluster: name, user: name, namespace: 'default'}}],
		'current-context': name,
	};
	await writeFile(file, stringify(config), {mode: 0o600});
};

/** Starts the programs of a folder that has them all, and plays what they lack. Everything ends with `stop`. */
export const startRealGround = async (options: GroundOptions & {readonly assets: string}): Promise<Ground> => {
	const {assets, speed, rps, port, gatewayPort, log} = options;
	await using started = new AsyncDisposableStack();
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-control-plane-'));
	started.defer(async () => rm(dir, {recursive: true, force: true, maxRetries: 3}));
	const plane = await startControlPlane({dir, assets, log, port});
	started.defer(async () => plane.stop());
	const nodes = startNodes({kubeconfig: plane.adminKubeconfig, log, speed});
	started.defer(async () => nodes.stop());
	const credentials = await credentialsOf(plane);
	const client = createClient(credentials);
	started.defer(async () => client.close());
	const hands = createHands(client);
	await hands.apply(await installed(assets));
	const mirror = await startMirror(client, watched);
	started.defer(() => mirror.stop());
	// Before the visitors, so that a pod's readiness is known when they come.
	const readiness = followReadiness(mirror.store, wallClock);
	const world = startMeshedWorld(
		{store: mirror.store, clock: wallClock, random: systemRandom, speed, rps},
		{
			...readiness,
			crash(isMeant) {
				const meant = mirror.store.list(podsKey, {}).items.filter((pod) => isMeant(pod));
				const uids = new Set(meant.map(({metadata}) => metadata.uid));
				return nodes.crash(({metadata}) => uids.has(metadata.uid));
			},
		},
	);
	started.defer(() => world.stop());
	const gateway = await startGateway({world, port: gatewayPort, log});
	started.defer(async () => gateway.close());
	const kubeconfig = await plane.kubeconfigFor(ACCOUNT);
	const all = started.move();
	return {
		url: plane.url,
		gatewayUrl: gateway.url,
		store: mirror.store,
		world,
		hands,
		connection: {kubeconfig},
		daemonLog: log,
		writeKubeconfig: async (file, page) => writeKubeconfig(file, credentials, page),
		stop: async () => all.disposeAsync(),
	};
};
