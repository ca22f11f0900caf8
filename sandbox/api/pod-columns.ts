// A pod's row: what `kubectl get pods` shows of its containers.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {ageOf} from './ages.ts';
import {listOf, recordOf, shown, type Json} from './json.ts';

const reasonOf = (container: Json): string | undefined => {
	const {waiting, terminated} = recordOf(container['state']);
	const waitingReason = recordOf(waiting)['reason'];
	if (typeof waitingReason === 'string' && waitingReason !== '') return waitingReason;
	const {reason, exitCode, signal} = recordOf(terminated);
	if (typeof reason === 'string' && reason !== '') return reason;
	if (terminated === undefined) return undefined;
	return signal === undefined || signal === 0 ? `ExitCode:${shown(exitCode)}` : `Signal:${shown(signal)}`;
};

const statusOf = (pod: KubeObject, containers: readonly Json[]): string => {
	const status = recordOf(pod.status);
	if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
	const reason = containers.map((container) => reasonOf(container)).find((found) => found !== undefined);
	const isRunning = containers.some(({ready, state}) => ready === true && recordOf(state)['running'] !== undefined);
	if (reason === 'Completed' && isRunning) return 'Running';
	return shown(reason ?? status['reason'] ?? status['phase'] ?? 'Unknown');
};

const restartsOf = (containers: readonly Json[], now: number): string => {
	const restarts = containers.reduce((sum, {restartCount}) => sum + Number(restartCount ?? 0), 0);
	const ends = containers
		.map(({lastState}) => recordOf(recordOf(lastState)['terminated'])['finishedAt'])
		.filter((end) => typeof end === 'string')
		.sort();
	return restarts > 0 && ends.length > 0 ? `${restarts} (${ageOf(ends.at(-1), now)} ago)` : String(restarts);
};

/** The cells after the name. */
export const podRow = (pod: KubeObject, now: number): readonly unknown[] => {
	const {spec = {}, status = {}} = pod;
	const containers = listOf(status['containerStatuses']).map((container) => recordOf(container));
	const ready = containers.filter((container) => container['ready'] === true).length;
	return [
		`${ready}/${listOf(spec['containers']).length}`,
		statusOf(pod, containers),
		restartsOf(containers, now),
		ageOf(pod.metadata.creationTimestamp, now),
		status['podIP'] ?? '<none>',
		spec['nodeName'] ?? '<none>',
		status['nominatedNodeName'] ?? '<none>',
		'<none>',
	];
};
