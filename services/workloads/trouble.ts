// Why pods do not become ready, when they tell.
import type {KubeObject} from '../kubernetes/cluster.ts';
import type {Condition} from '../objects/shapes.ts';

/** Reasons that a container does not get over by itself soon; `ContainerCreating` and the like are no trouble. */
const troubling: ReadonlySet<string> = new Set([
	'CrashLoopBackOff',
	'ImagePullBackOff',
	'ErrImagePull',
	'ErrImageNeverPull',
	'ImageInspectError',
	'InvalidImageName',
	'RegistryUnavailable',
	'SignatureValidationFailed',
	'CreateContainerConfigError',
	'CreateContainerError',
	'PreStartHookError',
	'PostStartHookError',
	'RunContainerError',
]);

type ContainerStatus = {
	name: string;
	image?: string;
	state?: {waiting?: {reason?: string}};
	lastState?: {terminated?: {exitCode?: number; reason?: string}};
};

type PodStatus = {
	phase?: string;
	conditions?: Condition[];
	containerStatuses?: ContainerStatus[];
	initContainerStatuses?: ContainerStatus[];
};

/** How it ended last, or the image that cannot be had. The kubelet's own messages change with each back-off. */
const detailOf = ({image, state, lastState}: ContainerStatus): string => {
	const {exitCode, reason} = lastState?.terminated ?? {};
	if (exitCode !== undefined) {
		return `, last exit ${exitCode}${reason === undefined || reason === 'Error' ? '' : ` (${reason})`}`;
	}

	const isAboutImage = /Image/.test(state?.waiting?.reason ?? '');
	return isAboutImage && image !== undefined && image !== '' ? ` ${image}` : '';
};

const firstWaiting = (what: string, statuses: readonly ContainerStatus[] = []): string | undefined => {
	for (const status of statuses) {
		const reason = status.state?.waiting?.reason;
		if (reason !== undefined && troubling.has(reason)) return `${what} ${status.name}: ${reason}${detailOf(status)}`;
	}

	return undefined;
};

const troubleOfOne = (pod: KubeObject): string | undefined => {
	const status: PodStatus = pod.status ?? {};
	const scheduled = status.conditions?.find(({type}) => type === 'PodScheduled');
	if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
		return scheduled.message === undefined ? 'unschedulable' : `unschedulable: ${scheduled.message}`;
	}

	return (
		firstWaiting('init container', status.initContainerStatuses) ?? firstWaiting('container', status.containerStatuses)
	);
};

/**
 * The first trouble of the pods in their order: `container podinfod: CrashLoopBackOff, last exit 1`, `init
 * container migrate: ImagePullBackOff podinfo:1.2.0`, `unschedulable: 0/3 nodes are available`. Pods on their way out, or finished, do not count.
 */
export const troubleOf = (pods: readonly KubeObject[]): string | undefined => {
	for (const pod of pods) {
		const phase = (pod.status as PodStatus | undefined)?.phase;
		const isLeaving = pod.metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed';
		const trouble = isLeaving ? undefined : troubleOfOne(pod);
		if (trouble !== undefined) return trouble;
	}

	return undefined;
};
