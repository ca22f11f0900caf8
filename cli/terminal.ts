// What the commands write on: a terminal, a pipe, or a test.
import {createColors} from 'picocolors';

export type Terminal = {
	/** Writes to standard output as it is. */
	write(text: string): void;
	/** Columns of a terminal; undefined when the output goes elsewhere, where nothing is cut. */
	readonly columns: number | undefined;
	readonly colors: ReturnType<typeof createColors>;
	/** Milliseconds since the epoch. */
	now(): number;
};

/** The process's own standard output; colours only on a terminal that wants them. */
export const processTerminal = (): Terminal => {
	const {stdout} = process;
	const isColoured = (stdout.isTTY && process.env['NO_COLOR'] === undefined) || process.env['FORCE_COLOR'] === '1';
	return {
		write(text) {
			stdout.write(text);
		},
		columns: stdout.isTTY ? stdout.columns : undefined,
		colors: createColors(isColoured),
		now: () => Date.now(),
	};
};

/** Text from a cluster on one line, without what a terminal would obey. */
export const plain = (value: unknown): string => {
	const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
	return text
		.replaceAll(/\p{Cc}+/gu, ' ')
		.replaceAll(/[\u202A-\u202E\u2066-\u2069]/gu, '')
		.trim();
};

const cut = (text: string, width: number): string =>
	text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`;

/** What a column is never made narrower than. */
const NARROWEST = 8;
const GAP = 3;

/** Widths that fit in so many columns: the widest one is cut to the next one's, and so on. */
const fitted = (widths: readonly number[], columns: number): readonly number[] => {
	const fit = [...widths];
	let excess = fit.reduce((sum, width) => sum + width + GAP, -GAP) - columns;
	while (excess > 0) {
		const widest = Math.max(...fit);
		if (widest <= NARROWEST) {
			break;
		}

		const less = Math.min(excess, widest - Math.max(NARROWEST, ...fit.filter((width) => width < widest)));
		fit[fit.indexOf(widest)] = widest - less;
		excess -= less;
	}

	return fit;
};

/** Rows under their heads, in columns; the widest ones are cut when all of them do not fit in `columns`. */
export const tableText = (
	heads: readonly string[],
	rows: ReadonlyArray<readonly string[]>,
	columns: number | undefined,
	paint: (text: string, head: string) => string = (text) => text,
): string => {
	const whole = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)));
	const widths = columns === undefined ? whole : fitted(whole, columns);

	const line = (cells: readonly string[], isHead: boolean): string =>
		cells
			.map((cell, index) => {
				const width = widths[index] ?? 0;
				const text = cut(cell, width);
				const painted = isHead ? text : paint(text, heads[index] ?? '');
				return index === cells.length - 1 ? painted : painted + ' '.repeat(width - text.length);
			})
			.join(' '.repeat(GAP))
			.trimEnd();
	return [line(heads, true), ...rows.map((row) => line(row, false)), ''].join('\n');
};

/** The time between two instants as kubectl shows ages: `45s`, `12m`, `3h20m`, `5d`. */
export const ageText = (ms: number): string => {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const minutes = Math.floor(seconds / 60);
	const hours = Math.floor(minutes / 60);
	if (seconds < 120) {
		return `${seconds}s`;
	}

	if (minutes < 120) {
		return minutes < 10 && seconds % 60 > 0 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
	}

	if (hours < 48) {
		return hours < 8 && minutes % 60 > 0 ? `${hours}h${minutes % 60}m` : `${hours}h`;
	}

	return `${Math.floor(hours / 24)}d`;
};
