// What a kubelet says of a pod in each phase of its life.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {addressOfNode} from '../nodes.ts';
import {specOf, statusOf, timestamp, withCondition, type Condition, type Container} from '../objects.ts';

/** Where a pod stands. `startedAt` and the like are ms of the clock. */
export type PodStage =
	| {readonly name: 'starting'}
	| {readonly name: 'running'; readonly startedAt: number; readonly isReady: boolean}
	| {readonly name: 'crashed'; readonly startedAt: number; readonly crashedAt: number; readonly restarts: number};

const stateOf = (stage: PodStage): Record<string, unknown> => {
	if (stage.name === 'starting') return {waiting: {reason: 'ContainerCreating'}};
	if (stage.name === 'running') return {running: {startedAt: timestamp(stage.startedAt)}};
	return {waiting: {reason: 'CrashLoopBackOff', message: 'back-off restarting failed container'}};
};

const containerStatus = ({name, image = ''}: Container, stage: PodStage): Record<string, unknown> => ({
	name,
	image,
	imageID: stage.name === 'starting' ? '' : `${image}@sandbox`,
	ready: stage.name === 'running' && stage.isReady,
	started: stage.name === 'running',
	restartCount: stage.name === 'crashed' ? stage.restarts : 0,
	state: stateOf(stage),
	lastState:
		stage.name === 'crashed'
			? {
					terminated: {
						exitCode: 1,
						reason: 'Error',
						startedAt: timestamp(stage.startedAt),
						finishedAt: timestamp(stage.crashedAt),
					},
				}
			: {},
});

/** The status that the kubelet writes for a pod in this stage. */
export const podStatus = (pod: KubeObject, stage: PodStage, podIp: string, now: number): Record<string, unknown> => {
	const {containers = [], nodeName} = specOf<{
		readonly containers?: readonly Container[];
		readonly nodeName?: string;
	}>(pod);
	const before = statusOf<{conditions: readonly Condition[]; startTime: string; qosClass: string}>(pod);
	const isReady = stage.name === 'running' && stage.isReady;
	const names = containers.map(({name}) => name).join(' ');
	const why = {reason: 'ContainersNotReady', message: `containers with unready status: [${names}]`};
	let conditions = before.conditions ?? [];
	const set = (type: string, isTrue: boolean): void => {
		const condition = {type, status: isTrue ? 'True' : 'False', ...(isTrue ? {} : why)};
		conditions = withCondition(conditions, condition, now);
	};

	set('PodReadyToStartContainers', stage.name !== 'starting');
	set('Initialized', true);
	set('Ready', isReady);
	set('ContainersReady', isReady);
	set('PodScheduled', true);
	return {
		phase: stage.name === 'starting' ? 'Pending' : 'Running',
		conditions,
		hostIP: addressOfNode(nodeName),
		...(stage.name !== 'starting' && {podIP: podIp, podIPs: [{ip: podIp}]}),
		startTime: before.startTime ?? timestamp(now),
		containerStatuses: containers.map((container) => containerStatus(container, stage)),
		// Decided by the API server when the pod was made; it never changes.
		qosClass: before.qosClass ?? 'BestEffort',
	};
};
