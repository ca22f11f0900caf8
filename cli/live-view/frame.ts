// One frame of the live view: a scene as lines that fit a terminal.
import {plain} from '../terminal.ts';
import {blockOf} from './canary-block.ts';
import {fit, width, type Piece} from './pieces.ts';
import {lineOf, type Colors} from './lines.ts';
import type {CanaryScene, Scene} from './scene.ts';
import {worldTime} from './world-time.ts';

export type Size = {readonly columns: number; readonly rows: number};

const EVENTS_LEAST = 5;
const EVENTS_MOST = 12;
/** Below this height the last events make place for the Canaries. */
const LOW_ROWS = 20;

/** What needs a look comes first. */
const ranks = ['halted', 'failed', 'promoting', 'progressing', '', 'initialized', 'finished'];

const rankOf = ({view}: CanaryScene): number => ranks.indexOf(view.state);

export const inOrder = (canaries: Iterable<CanaryScene>): readonly CanaryScene[] =>
	[...canaries].toSorted((a, b) => rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1));

/** Puts items behind one another, as many on a line as fit. */
const packed = (items: ReadonlyArray<readonly Piece[]>, columns: number): ReadonlyArray<readonly Piece[]> => {
	const lines: Piece[][] = [];
	for (const item of items) {
		const line = lines.at(-1);
		if (line !== undefined && width(line) + 3 + width(item) <= columns) {
			line.push(['   '], ...item);
		} else {
			lines.push([...item]);
		}
	}

	return lines;
};

const headOf = (
	{started, since, users}: Scene,
	colors: Colors,
	now: number,
	{columns, rows}: Size,
): readonly string[] => {
	if (started === undefined) {
		return [fit([['Aviary sandbox', colors.bold], ['  starting…']], columns)];
	}

	const {speed, rps, addresses, kubeconfig, scenario, description} = started;
	const share = users.requests === 0 ? 0 : Math.round((users.errors / users.requests) * 10_000) / 100;
	const paint = share > 0 ? colors.yellow : colors.dim;
	const title: readonly Piece[] = [
		['Aviary sandbox', colors.bold],
		[`  ${speed}×  world time ${worldTime((now - since) * speed)}`, colors.dim],
		['   Users', colors.dim],
		[` ${rps} requests/s to each host, `],
		[`${share} % failed`, paint],
	];
	const about: readonly Piece[] = [[`${plain(scenario)}: ${plain(description)}`]];
	const where = [...addresses, ['KUBECONFIG', kubeconfig] as const].map(([name, address]): readonly Piece[] => [
		[`${name} `, colors.dim],
		[address],
	]);
	const lines = [title, about, ...(rows < LOW_ROWS ? [] : packed(where, columns))];
	return lines.map((line) => fit(line, columns));
};

const restOf = (canaries: readonly CanaryScene[], colors: Colors, columns: number): string => {
	const counts = new Map<string, number>();
	for (const {view} of canaries) {
		const state = view.state || 'without a state';
		counts.set(state, (counts.get(state) ?? 0) + 1);
	}

	const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
	return fit([[`… and ${canaries.length} more: ${states}`, colors.dim]], columns);
};

/** The Canaries' blocks, as many as fit into `room` lines. */
const canariesOf = (scene: Scene, colors: Colors, now: number, columns: number, room: number): readonly string[] => {
	const canaries = inOrder(scene.canaries.values());
	if (canaries.length === 0) {
		return [fit([['No Canaries yet.', colors.dim]], columns)];
	}

	const speed = scene.started?.speed ?? 1;
	const lines: string[] = [];
	for (const [index, canary] of canaries.entries()) {
		const block = blockOf(canary, {colors, now, speed, columns});
		const isLast = index === canaries.length - 1;
		if (lines.length + block.length + (isLast ? 0 : 1) > room) {
			return [...lines, restOf(canaries.slice(index), colors, columns)];
		}

		lines.push(...block);
	}

	return lines;
};

/** The lines of a frame, painted; at most `rows - 1` of at most `columns` characters, for the cursor needs one. */
export const frameOf = (scene: Scene, colors: Colors, now: number, size: Size): readonly string[] => {
	const {columns, rows} = size;
	const head = headOf(scene, colors, now, size);
	const findings = scene.findings.map((finding) => fit([[lineOf(colors, finding) ?? '']], columns));
	const free = rows - 1 - head.length - 1 - (findings.length === 0 ? 0 : findings.length + 1);
	const least = rows < LOW_ROWS ? 0 : EVENTS_LEAST + 2;
	const canaries = canariesOf(scene, colors, now, columns, Math.max(1, free - least));
	const room = Math.min(EVENTS_MOST, free - canaries.length - 2);
	const events = room < 1 ? [] : scene.lines.slice(-room).map((one) => fit([[lineOf(colors, one) ?? '']], columns));
	return [
		...head,
		'',
		...canaries,
		...(events.length === 0 ? [] : ['', fit([['Last events', colors.bold]], columns), ...events]),
		...(findings.length === 0 ? [] : ['', ...findings]),
	].slice(0, Math.max(1, rows - 1));
};
