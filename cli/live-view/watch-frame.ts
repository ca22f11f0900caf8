// One frame of `aviary watch`: Canaries in a cluster, the pods of the one that was named, and what happened last.
import {podTree, type Copy} from '../watched-pods.ts';
import {blockOf} from './canary-block.ts';
import {inOrder, type Size} from './frame.ts';
import {lineOf, type Colors} from './lines.ts';
import {fit} from './pieces.ts';
import type {Scene} from './scene.ts';

export type Watched = {
	readonly scene: Scene;
	/** Of the Canary that was named; none where all are watched. */
	readonly copies: readonly Copy[];
	/** What is in the way: a broken connection, a right that lacks. Empty when nothing is. */
	readonly trouble: string;
	/** What is watched: `test/podinfo`, `the namespace test`. */
	readonly title: string;
};

const EVENTS_MOST = 10;
const EVENTS_LEAST = 3;

const clockTime = (at: number): string => `${new Date(at).toISOString().slice(11, 19)}Z`;

/** Lines that fit a terminal; what is left out is counted. */
export const watchFrameOf = (
	watched: Watched,
	colors: Colors,
	now: number,
	{columns, rows}: Size,
): readonly string[] => {
	const {scene, copies, trouble, title} = watched;
	const canaries = inOrder(scene.canaries.values());
	const head = [
		fit(
			[
				[`Aviary  ${title}`, colors.bold],
				[`  ${clockTime(now)}`, colors.dim],
			],
			columns,
		),
		...(trouble === '' ? [] : [fit([[trouble, colors.yellow]], columns)]),
		'',
	];
	const blocks =
		canaries.length === 0
			? ['No Canaries yet.']
			: canaries.flatMap((canary) => blockOf(canary, {colors, now, speed: 1, columns}));
	const tree = podTree(copies, {colors, now, columns});
	const body = [...blocks, ...(tree.length === 0 ? [] : ['', ...tree])];
	const room = Math.max(1, rows - 1 - head.length);
	const forEvents = scene.lines.length === 0 ? 0 : Math.min(EVENTS_LEAST, scene.lines.length) + 2;
	const most = Math.max(1, room - forEvents);
	const shown =
		body.length <= most
			? body
			: [...body.slice(0, most - 1), fit([[`… ${body.length - most + 1} more lines`, colors.dim]], columns)];
	const left = Math.min(EVENTS_MOST, room - shown.length - 2);
	const events = left < 1 ? [] : scene.lines.slice(-left).map((one) => fit([[lineOf(colors, one) ?? '']], columns));
	return [
		...head,
		...shown,
		...(events.length === 0 ? [] : ['', fit([['Last events', colors.bold]], columns), ...events]),
	];
};
