// Canaries as rows: what `aviary get` shows.
import type {CanaryView} from './canary-view.ts';
import {ageText, tableText, type Terminal} from './terminal.ts';

export type TableOptions = {readonly isWide: boolean; readonly hasNamespaces: boolean; readonly terminal: Terminal};

const HEADS = ['NAME', 'STATE', 'WEIGHT', 'FAILED CHECKS', 'WAITING FOR', 'AGE'];
const WIDE_HEADS = ['PHASE', 'SINCE', 'TARGET', 'REASON'];
/** What changes by itself. */
const AGES: ReadonlySet<string> = new Set(['AGE', 'SINCE']);

/** Where the output is no terminal: a broken Canary waits for up to nine hundred characters, which `-o wide` has whole. */
const PIPE_COLUMNS = 160;

const since = (instant: number, now: number): string => (instant === 0 ? '<unknown>' : ageText(now - instant));

const cellsOf = (view: CanaryView, {isWide, hasNamespaces, terminal}: TableOptions): readonly string[] => {
	const now = terminal.now();
	return [
		...(hasNamespaces ? [view.namespace] : []),
		view.name,
		view.state || '<none>',
		String(view.weight),
		`${view.failedChecks}/${view.model.analysis.threshold}`,
		view.waitingFor || view.problems || '<unknown>',
		since(view.created, now),
		...(isWide
			? [view.phase, since(view.since, now), `${view.model.target.kind}/${view.model.target.name}`, view.reason]
			: []),
	];
};

const headsOf = ({isWide, hasNamespaces}: TableOptions): readonly string[] => [
	...(hasNamespaces ? ['NAMESPACE'] : []),
	...HEADS,
	...(isWide ? WIDE_HEADS : []),
];

const textOf = (rows: ReadonlyArray<readonly string[]>, options: TableOptions): string => {
	const {colors, columns} = options.terminal;
	const colour: Readonly<Record<string, (text: string) => string>> = {
		failed: colors.red,
		halted: colors.yellow,
		progressing: colors.cyan,
		promoting: colors.cyan,
		finished: colors.green,
	};
	return tableText(headsOf(options), rows, options.isWide ? undefined : (columns ?? PIPE_COLUMNS), (text, head) =>
		head === 'STATE' ? (colour[text]?.(text) ?? text) : text,
	);
};

export const tableOf = (views: readonly CanaryView[], options: TableOptions): string =>
	textOf(
		views.map((view) => cellsOf(view, options)),
		options,
	);

export type GrowingTable = {
	/** The lines to print for a Canary that has come or changed; none when its row, but for ages, says the same. */
	put(view: CanaryView): string;
	/** The line for one that is gone. */
	gone(view: CanaryView): string;
};

/** A table that grows by a row for each change, below heads that are printed once, in columns as wide as need be by then. */
export const growingTable = (options: TableOptions): GrowingTable => {
	const heads = headsOf(options);
	const known = new Map<string, readonly string[]>();
	let hasHeads = false;
	const saying = (cells: readonly string[]): string =>
		cells.filter((_, index) => !AGES.has(heads[index] ?? '')).join('\n');
	const line = (cells: readonly string[]): string => {
		const lines = textOf([...known.values(), cells], options).split('\n');
		const shown = [...(hasHeads ? [] : lines.slice(0, 1)), ...lines.slice(-2)].join('\n');
		hasHeads = true;
		return shown;
	};

	return {
		put(view) {
			const key = `${view.namespace}/${view.name}`;
			const cells = cellsOf(view, options);
			const before = known.get(key);
			if (before !== undefined && saying(before) === saying(cells)) {
				return '';
			}

			known.set(key, cells);
			return line(cells);
		},
		gone(view) {
			known.delete(`${view.namespace}/${view.name}`);
			return line(cellsOf({...view, state: 'deleted', waitingFor: 'nothing: it is gone'}, options));
		},
	};
};
