// Plays the nodes of a cluster: registers one Node and keeps its kubelet told of all pods.
import {readFileSync} from 'node:fs';
import {KubeConfig} from '@kubernetes/client-node';
import {sleep, wallClock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import {createClient, type Client} from './client.ts';
import {isOutdated, Kubelet, NODE, NODE_IP, RETRY_MS} from './kubelet.ts';
import type {Pod} from './pod-status.ts';

export type Nodes = {
	/** Crashes the pods that are meant, and keeps them down; call the answer to let them run again. */
	crash(isMeant: (pod: Pod) => boolean): () => void;
	stop(): Promise<void>;
};

const WATCH_SECONDS = 300;

const nodeObject = (now: string) => {
	const capacity = {cpu: '1000', memory: '1000Gi', pods: '10000'};
	return {
		apiVersion: 'v1',
		kind: 'Node',
		metadata: {name: NODE, labels: {'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux'}},
		status: {
			capacity,
			allocatable: capacity,
			// The API server turns to the first for logs and exec: nobody listens there, so that it is refused at once.
			addresses: [
				{type: 'Hostname', address: '127.0.0.1'},
				{type: 'InternalIP', address: NODE_IP},
			],
			daemonEndpoints: {kubeletEndpoint: {Port: 1}},
			conditions: [
				{type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now},
			],
		},
	};
};

const clientOf = (kubeconfig: string): Client => {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const cluster = config.getCurrentCluster();
	const token = config.getCurrentUser()?.token;
	if (!cluster?.caFile || !token) {
		throw new Error(`${kubeconfig} names no cluster with a CA file, or no user with a token`);
	}

	return createClient({url: cluster.server, ca: readFileSync(cluster.caFile), token});
};

/** Lists, then watches; one that ends goes on where it was, one that breaks or is too old begins anew. */
const followPods = async (
	client: Client,
	kubelet: Kubelet,
	labelSelector: string,
	signal: AbortSignal,
): Promise<void> => {
	const list = (await client.call('GET', `/api/v1/pods?${new URLSearchParams({labelSelector}).toString()}`)) as {
		metadata: {resourceVersion: string};
		items: Pod[];
	};
	kubelet.replace(list.items);
	let version = list.metadata.resourceVersion;
	while (!signal.aborted) {
		const query = new URLSearchParams({
			watch: 'true',
			allowWatchBookmarks: 'true',
			labelSelector,
			resourceVersion: version,
			timeoutSeconds: String(WATCH_SECONDS),
		});
		for await (const {type, object} of client.watch(`/api/v1/pods?${query.toString()}`, signal)) {
			if (type === 'ERROR') {
				return;
			}

			version = object.metadata.resourceVersion ?? version;
			if (type === 'DELETED') {
				kubelet.forget(object as Pod);
			} else if (type !== 'BOOKMARK') {
				kubelet.observe(object as Pod);
			}
		}
	}
};

type Options = {
	readonly kubeconfig: string;
	readonly log: Log;
	/** Takes these pods alone; without it, all. */
	readonly labelSelector?: string;
	/** Pods grow old so many times faster than the clock; 1 without it. */
	readonly speed?: number;
};

/** Registers the node and plays it until stopped; outlives outages of the API server. */
export const startNodes = ({kubeconfig, log, labelSelector = '', speed = 1}: Options): Nodes => {
	const client = clientOf(kubeconfig);
	const kubelet = new Kubelet(client, log, speed);
	const stopping = new AbortController();
	const loop = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			try {
				const node = nodeObject(new Date(wallClock.now()).toISOString());
				await client.call('POST', '/api/v1/nodes', node).catch((error: unknown) => {
					if (!isOutdated(error)) {
						throw error;
					}
				});
				await followPods(client, kubelet, labelSelector, stopping.signal);
			} catch (error) {
				if (!stopping.signal.aborted) {
					log.debug('The nodes lost the API server', {error: String(error)});
				}
			}

			await sleep(wallClock, RETRY_MS, stopping.signal).catch(() => {});
		}
	};
	const done = loop();
	return {
		crash: (isMeant) => kubelet.crash(isMeant),
		async stop() {
			stopping.abort();
			kubelet.stop();
			await client.close();
			await done;
		},
	};
};
