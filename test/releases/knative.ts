// Knative's podinfo and its Canary, and what the history of a Service tells of its users.
import {at} from '../../api/reading.ts';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {knativeServices} from '../../services/kubernetes/resources.ts';
import type {Harness} from './harness.ts';
import {PROMOTED, type Version} from './shapes.ts';

const PRIMARY_REVISION = 'flagger.app/primary-revision';

const metadataOf = ({behaviour = {}}: Version) => ({
	annotations: Object.fromEntries(
		Object.entries(behaviour).map(([name, value]) => [`sandbox.aviary.dev/${name}`, value]),
	),
});
const imageOf = ({tag}: Version): string => `quay.io/stefanprodan/podinfo:${tag}`;

/** As `kubectl apply` makes it, with the traffic that Knative's webhook fills in. */
export const knativePodinfo = (namespace: string, version: Version = {tag: PROMOTED}): KubeObject => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'podinfo', namespace},
	spec: {
		template: {
			metadata: metadataOf(version),
			spec: {containers: [{name: 'user-container', image: imageOf(version), ports: [{containerPort: 9898}]}]},
		},
		traffic: [{latestRevision: true, percent: 100}],
	},
});

/** A Canary of it that names no provider, with steps of a minute. */
export const knativeCanary = (namespace: string, spec: Record<string, unknown> = {}): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name: 'podinfo', namespace},
	spec: {
		targetRef: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'podinfo'},
		progressDeadlineSeconds: 300,
		analysis: {
			interval: '1m',
			threshold: 3,
			maxWeight: 50,
			stepWeight: 25,
			metrics: [
				{name: 'request-success-rate', thresholdRange: {min: 99}, interval: '1m'},
				{name: 'request-duration', thresholdRange: {max: 500}, interval: '1m'},
			],
		},
		...spec,
	},
});

/** Pushes another version, as a pipeline would. */
export const push = (harness: Harness, version: Version): Promise<void> => {
	const operations: Operation[] = [
		{op: 'add', path: '/spec/template/metadata', value: metadataOf(version)},
		{op: 'replace', path: '/spec/template/spec/containers/0/image', value: imageOf(version)},
	];
	return harness.patch(knativeServices, 'podinfo', operations);
};

type Entry = {readonly revisionName?: string; readonly latestRevision?: boolean; readonly percent?: number};

/** Who has users by `spec.traffic`: `00001:75 00002:25`; `latest` is whichever comes, as it is where nothing is said. */
export const usersOf = (service: KubeObject | undefined): string =>
	((at(service, 'spec', 'traffic') ?? [{percent: 100}]) as readonly Entry[])
		.filter(({percent = 0}) => percent > 0)
		.map(({revisionName = 'latest', percent = 0}) => `${revisionName.replace('podinfo-', '')}:${percent}`)
		.join(' ');

export const primaryOf = (service: KubeObject | undefined): string | undefined =>
	service?.metadata.annotations?.[PRIMARY_REVISION];

const isOfKnative = ({apiVersion, kind}: KubeObject): boolean =>
	apiVersion === 'serving.knative.dev/v1' && kind === 'Service';

/** Who had users, change by change. */
export const courseOfUsers = async (harness: Harness): Promise<readonly string[]> => {
	const changes = (await harness.history()).filter(({object}) => isOfKnative(object));
	return changes.map(({object}) => usersOf(object)).filter((users, index, all) => users !== all[index - 1]);
};
