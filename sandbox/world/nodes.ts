// The nodes that pods are said to run on. More than one, so that a roll over a DaemonSet leaves somebody to answer.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {VERSION} from '../api/version.ts';
import {timestamp, type Labels} from './objects.ts';

export type Node = {readonly name: string; readonly ip: string; readonly labels: Labels};

export const nodes: readonly Node[] = ['sandbox', 'sandbox-2', 'sandbox-3'].map((name, index) => ({
	name,
	ip: `10.0.0.${index + 1}`,
	labels: {'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux'},
}));

/** The address of a node; of the first where a pod names none. */
export const addressOfNode = (name: unknown): string =>
	(nodes.find((node) => node.name === name) ?? nodes[0])?.ip ?? '';

const conditionsAt = (time: string): ReadonlyArray<Readonly<Record<string, string>>> =>
	[
		{type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory'},
		{type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure'},
		{type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID'},
		{type: 'Ready', status: 'True', reason: 'KubeletReady'},
	].map((condition) => ({
		...condition,
		message: 'the node is simulated',
		lastHeartbeatTime: time,
		lastTransitionTime: time,
	}));

const capacity = {cpu: '1000', 'ephemeral-storage': '1000Gi', memory: '1000Gi', pods: '10000'};

/** The nodes as kubectl shows them: ready, with room for everything. */
export const nodeObjects = (now: number): readonly KubeObject[] =>
	nodes.map(({name, ip, labels}) => ({
		apiVersion: 'v1',
		kind: 'Node',
		metadata: {name, labels},
		status: {
			addresses: [
				{type: 'InternalIP', address: ip},
				{type: 'Hostname', address: name},
			],
			allocatable: capacity,
			capacity,
			conditions: conditionsAt(timestamp(now)),
			nodeInfo: {
				architecture: 'amd64',
				bootID: '',
				containerRuntimeVersion: 'sandbox://1',
				kernelVersion: 'none',
				kubeProxyVersion: '',
				kubeletVersion: VERSION,
				machineID: '',
				operatingSystem: 'linux',
				osImage: 'Aviary sandbox',
				systemUUID: '',
			},
		},
	}));
