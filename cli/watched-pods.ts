// The pods of a Canary's two copies as the live view shows them: a tree, each with its reason for not being ready.
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {instantOf} from '../services/clock.ts';
import {troubleOf} from '../services/workloads/trouble.ts';
import {fit, type Piece} from './live-view/pieces.ts';
import type {Colors} from './live-view/lines.ts';
import {ageText, plain} from './terminal.ts';

/** One of the two workloads, and its pods by name. */
export type Copy = {
	readonly role: 'canary' | 'primary';
	readonly name: string;
	readonly pods: readonly KubeObject[];
};

type ContainerStatus = {readonly restartCount?: number};
type Condition = {readonly type?: string; readonly status?: string};

const isReady = ({status}: KubeObject): boolean =>
	((status?.['conditions'] ?? []) as readonly Condition[]).some(
		({type, status: value}) => type === 'Ready' && value === 'True',
	);

const restartsOf = ({status}: KubeObject): number =>
	((status?.['containerStatuses'] ?? []) as readonly ContainerStatus[]).reduce(
		(sum, {restartCount = 0}) => sum + restartCount,
		0,
	);

/** `ready`, or why it is not. */
const conditionOf = (pod: KubeObject): string => {
	if (pod.metadata.deletionTimestamp !== undefined) {
		return 'ending';
	}

	return isReady(pod) ? 'ready' : (troubleOf([pod]) ?? plain(pod.status?.['phase']).toLowerCase()) || 'pending';
};

const podLine = (pod: KubeObject, isLast: boolean, {colors, now, columns}: Frame): string => {
	const condition = conditionOf(pod);
	const paint = condition === 'ready' ? colors.green : troubleOf([pod]) === undefined ? colors.yellow : colors.red;
	const restarts = restartsOf(pod);
	const age = ageText(now - instantOf(pod.metadata.creationTimestamp));
	const pieces: readonly Piece[] = [
		[`  ${isLast ? '└─' : '├─'} `, colors.dim],
		[`${plain(pod.metadata.name)}  `],
		[plain(condition), paint],
		[`  ${age}${restarts === 0 ? '' : `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`}`, colors.dim],
	];
	return fit(pieces, columns);
};

type Frame = {readonly colors: Colors; readonly now: number; readonly columns: number};

/** A line a copy, and one a pod under it; the pods that are not ready come first. */
export const podTree = (copies: readonly Copy[], frame: Frame): readonly string[] =>
	copies.flatMap(({role, name, pods}) => {
		const {colors, columns} = frame;
		const ready = pods.filter(isReady).length;
		const ordered = pods.toSorted(
			(a, b) => Number(isReady(a)) - Number(isReady(b)) || (a.metadata.name < b.metadata.name ? -1 : 1),
		);
		return [
			fit(
				[[`  ${plain(name)}`, colors.bold], [` (${role})  `], [`${ready} of ${pods.length} ready`, colors.dim]],
				columns,
			),
			...ordered.map((pod, index) => podLine(pod, index === ordered.length - 1, frame)),
		];
	});
