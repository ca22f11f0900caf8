// Plays the nodes of a cluster: registers one Node and keeps its kubelet told of all pods.
import {readFileSync} from 'node:fs';
import {KubeConfig} from '@kubernetes/client-node';
import {sleep, wallClock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import {createClient, type Client} from './client.ts';
import {isOutdated, Kubelet, NODE, NODE_IP, RETRY_MS} from './kubelet.ts';
import type {Pod} from './pod-status.ts';

export type Nodes = {stop(): Promise<void>};

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
			addresses: [{type: 'InternalIP', address: NODE_IP}],
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
const followPods = async (client: Client, kubelet: Kubelet, signal: AbortSignal): Promise<void> => {
	const list = (await client.call('GET', '/api/v1/pods')) as {
		metadata: {resourceVersion: string};
		items: Pod[];
	};
	kubelet.replace(list.items);
	let version = list.metadata.resourceVersion;
	while (!signal.aborted) {
		const query = new URLSearchParams({
			watch: 'true',
			allowWatchBookmarks: 'true',
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

/** Registers the node and plays it until stopped; outlives outages of the API server. */
export const startNodes = ({kubeconfig, log}: {readonly kubeconfig: string; readonly log: Log}): Nodes => {
	const client = clientOf(kubeconfig);
	const kubelet = new Kubelet(client, log);
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
				await followPods(client, kubelet, stopping.signal);
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
		async stop() {
			stopping.abort();
			kubelet.stop();
			await client.close();
			await done;
		},
	};
};
