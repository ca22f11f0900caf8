// The walk-through's podinfo as a Knative Service, its Revisions, and the model of a Canary of it.
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {managedModel} from './podinfo.ts';

export const PRIMARY_REVISION = 'flagger.app/primary-revision';

export const knativeModel: CanaryModel = {
	...managedModel,
	provider: 'knative',
	target: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'podinfo'},
	hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo'},
};

export type Entry = {
	readonly revisionName?: string;
	readonly latestRevision?: boolean;
	readonly percent?: number;
	readonly tag?: string;
};

type Facts = {
	readonly latest?: string;
	readonly primary?: string;
	readonly traffic?: readonly Entry[];
	readonly status?: Record<string, unknown>;
};

/** Of uid `ksvc`, whose newest revision is podinfo-00002 unless said. */
export const knativeService = ({latest = 'podinfo-00002', primary, traffic, status}: Facts = {}): KubeObject => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {
		name: 'podinfo',
		namespace: 'test',
		uid: 'ksvc',
		generation: 2,
		...(primary !== undefined && {annotations: {[PRIMARY_REVISION]: primary}}),
	},
	spec: {
		template: {spec: {containers: [{image: 'podinfo:1.2.0'}]}},
		...(traffic !== undefined && {traffic}),
	},
	status: {observedGeneration: 2, ...(latest !== '' && {latestCreatedRevisionName: latest}), ...status},
});

export const pinned = (revisionName: string, percent: number): Entry => ({
	revisionName,
	latestRevision: false,
	percent,
});

/** A Revision with the condition Ready; with none when it is undefined. */
export const knativeRevision = (name: string, ready?: Record<string, unknown>, image = 'podinfo'): KubeObject => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Revision',
	metadata: {
		name,
		namespace: 'test',
		generation: 1,
		labels: {'serving.knative.dev/service': 'podinfo', app: 'podinfo'},
		annotations: {'client.knative.dev/user-image': image, 'autoscaling.knative.dev/min-scale': '1'},
	},
	spec: {containers: [{image}]},
	status: {observedGeneration: 1, ...(ready !== undefined && {conditions: [{type: 'Ready', ...ready}]})},
});
