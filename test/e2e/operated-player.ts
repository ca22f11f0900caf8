// Plays the operators of HelmReleases and Functions on a real API server: each object is as wanted, and told so.
import {at} from '../../api/reading.ts';
import {sleep, wallClock} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Harness} from '../releases/harness.ts';
import type {Cluster} from './cluster.ts';

const LOOK_MS = 300;

type Wanted = {
	readonly name: string;
	readonly namespace: string;
	readonly version: string;
	/** How many replicas its own manifest asks for, where no promotion takes it along. */
	readonly own: number;
};

export type OperatedKind = {
	readonly resource: Resource;
	/** The condition by which its operator tells that all is as wanted. */
	readonly condition: string;
	readonly objectOf: (wanted: Wanted) => KubeObject;
	readonly isAtZero: (object: KubeObject | undefined) => boolean;
};

export const helmRelease: OperatedKind = {
	resource: {group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases', kind: 'HelmRelease'},
	condition: 'Ready',
	objectOf: ({name, namespace, version, own}) => ({
		apiVersion: 'helm.toolkit.fluxcd.io/v2',
		kind: 'HelmRelease',
		metadata: {name, namespace},
		spec: {interval: '5m', chart: {spec: {chart: 'podinfo', version}}, values: {replicaCount: own}},
	}),
	isAtZero: (object) => at(object, 'spec', 'values', 'replicaCount') === 0,
};

export const openFaasFunction: OperatedKind = {
	resource: {group: 'openfaas.com', version: 'v1', plural: 'functions', kind: 'Function'},
	condition: 'Healthy',
	objectOf: ({name, namespace, version, own}) => ({
		apiVersion: 'openfaas.com/v1',
		kind: 'Function',
		metadata: {name, namespace},
		spec: {
			name,
			image: `quay.io/stefanprodan/podinfo:${version}`,
			labels: {'com.openfaas.scale.min': String(own)},
			environment: {VERSION: version},
		},
	}),
	// Its operator knows no zero: who looks at it is told, and nothing else of it changes.
	isAtZero: (object) => object?.metadata.annotations?.['aviary.dev/scaled-to-zero'] === 'true',
};

/** Tells of each object that it is as wanted now, until it is stopped, which rejects with what went wrong. */
export const playOperator = (
	harness: Harness,
	{resource, condition}: OperatedKind,
	kubectl: Cluster['kubectl'],
): {readonly stop: () => Promise<void>} => {
	const stopping = new AbortController();
	const tell = async (name: string): Promise<void> => {
		const {metadata, status} = (await harness.get(resource, name)) ?? {};
		const {generation, namespace = ''} = metadata ?? {};
		if (generation === undefined || status?.['observedGeneration'] === generation) return;
		const conditions = [{type: condition, status: 'True', reason: 'AsWanted', observedGeneration: generation}];
		const patch = JSON.stringify({status: {observedGeneration: generation, conditions}});
		const about = `${resource.plural}.${resource.group}/${name}`;
		await kubectl(['-n', namespace, 'patch', about, '--subresource=status', '--type=merge', '-p', patch]);
	};
	const loop = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			for (const name of ['podinfo', 'podinfo-canary']) await tell(name);
			await sleep(wallClock, LOOK_MS, stopping.signal).catch(() => {});
		}
	};
	const done = loop();
	// Whoever stops it hears of it.
	done.catch(() => {});
	return {
		stop() {
			stopping.abort();
			return done;
		},
	};
};
