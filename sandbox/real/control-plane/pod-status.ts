// What a kubelet would report of a pod at a given age, read from the pod's annotations. Pure.
import type {AnyObject} from './client.ts';

type ContainerStatus = {
	readonly name: string;
	readonly ready: boolean;
	readonly restartCount: number;
	readonly state: Readonly<Record<string, unknown>>;
};

type Condition = {readonly type: string; readonly status: string};

export type Pod = AnyObject & {
	readonly spec: {
		readonly nodeName?: string;
		readonly containers: ReadonlyArray<{readonly name: string; readonly image: string}>;
	};
	readonly status?: {
		readonly phase?: string;
		readonly podIP?: string;
		readonly startTime?: string;
		readonly conditions?: readonly Condition[];
		readonly containerStatuses?: readonly ContainerStatus[];
	};
};

/** Where a pod's containers are in their life; `nextMs` says when that changes by itself. */
export type Stage = {
	readonly ready: boolean;
	readonly crashed: boolean;
	readonly restarts: number;
	readonly nextMs: number | undefined;
};

const CRASH_PERIOD_MS = 5000;
const UNIT_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** A duration as Go writes it: `3s`, `1m30s`, `250ms`. Undefined when absent or not one. */
const parseDuration = (text: string | undefined): number | undefined => {
	if (!text || !/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/u.test(text)) {
		return undefined;
	}

	let total = 0;
	for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)) {
		total += Number(value) * (UNIT_MS[unit ?? ''] ?? 0);
	}

	return total;
};

/** The stage of a pod whose containers started `ageMs` ago. */
export const stageOf = (pod: Pod, ageMs: number): Stage => {
	const annotation = (name: string): string | undefined => pod.metadata.annotations?.[`sandbox.aviary.dev/${name}`];
	const crashAt = parseDuration(annotation('crash-after'));
	if (crashAt !== undefined && ageMs >= crashAt) {
		const restarts = 1 + Math.floor((ageMs - crashAt) / CRASH_PERIOD_MS);
		return {ready: false, crashed: true, restarts, nextMs: crashAt + restarts * CRASH_PERIOD_MS - ageMs};
	}

	const readyAt = annotation('never-ready') === 'true' ? Infinity : (parseDuration(annotation('ready-after')) ?? 0);
	const ready = ageMs >= readyAt;
	const next = Math.min(ready ? Infinity : readyAt, crashAt ?? Infinity) - ageMs;
	return {ready, crashed: false, restarts: 0, nextMs: Number.isFinite(next) ? next : undefined};
};

/** Whether the pod's status already tells this stage, so that nothing need be written. */
export const isReported = (pod: Pod, stage: Stage): boolean => {
	const {phase, podIP, conditions = [], containerStatuses = []} = pod.status ?? {};
	const told = conditions.find(({type}) => type === 'Ready')?.status === (stage.ready ? 'True' : 'False');
	return (
		phase === 'Running' &&
		podIP !== undefined &&
		told &&
		containerStatuses.length === pod.spec.containers.length &&
		containerStatuses.every(({restartCount, state}) => {
			return restartCount === stage.restarts && 'waiting' in state === stage.crashed;
		})
	);
};

const containerState = (name: string, stage: Stage, startedAt: string, now: string) => {
	if (!stage.crashed) {
		return {state: {running: {startedAt}}};
	}

	const message = `back-off restarting failed container=${name}`;
	return {
		state: {waiting: {reason: 'CrashLoopBackOff', message}},
		lastState: {terminated: {reason: 'Error', exitCode: 1, startedAt, finishedAt: now}},
	};
};

/** The patch of the pod's status for this stage: strategic, so that conditions merge by their type. */
export const statusPatch = (pod: Pod, stage: Stage, {ip, nodeIp, now}: {ip: string; nodeIp: string; now: string}) => {
	const startTime = pod.status?.startTime ?? now;
	const condition = (type: string, holds: boolean) => {
		const status = holds ? 'True' : 'False';
		const before = pod.status?.conditions?.find((other) => other.type === type)?.status;
		const since = before === status ? {} : {lastTransitionTime: now};
		// Set to null rather than left out: a strategic merge keeps what it is not told.
		const why = holds
			? {reason: null, message: null}
			: {
					reason: 'ContainersNotReady',
					message: `containers with unready status: [${pod.spec.containers.map(({name}) => name).join(' ')}]`,
				};
		return {type, status, ...since, ...why};
	};

	return {
		// Refuses to touch a newer pod of the same name.
		metadata: {uid: pod.metadata.uid},
		status: {
			phase: 'Running',
			startTime,
			hostIP: nodeIp,
			hostIPs: [{ip: nodeIp}],
			podIP: ip,
			podIPs: [{ip}],
			conditions: [
				condition('PodReadyToStartContainers', true),
				condition('Initialized', true),
				condition('ContainersReady', stage.ready),
				condition('Ready', stage.ready),
			],
			containerStatuses: pod.spec.containers.map(({name, image}) => ({
				name,
				image,
				imageID: `sandbox://${image}`,
				containerID: `sandbox://${pod.metadata.uid ?? ''}/${name}/${stage.restarts}`,
				ready: stage.ready,
				started: !stage.crashed,
				restartCount: stage.restarts,
				...containerState(name, stage, startTime, now),
			})),
		},
	};
};
