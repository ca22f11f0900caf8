// What of the drawn chart is lit.
import type {ChartView} from '../../api/http/chart-view.ts';
import type {NextView} from '../../api/http/canary-views.ts';
import {pathWords} from '../../api/http/state-words.ts';

type Arrow = ChartView['arrows'][number];

const isWithin = (path: string, frame: string): boolean => path === frame || path.startsWith(`${frame}.`);

const depthOf = (path: string): number => path.split('.').length;

/** The arrow that stands for a transition: between outermost frames one arrow stands for all of a pair. */
export const arrowOf = (chart: ChartView, from: string, to: string): Arrow | undefined => {
	const found = chart.arrows.filter(
		(arrow) =>
			isWithin(from, arrow.from) && isWithin(to, arrow.to) && !(isWithin(to, arrow.from) && arrow.from !== from),
	);
	const [best] = found.sort(
		(one, other) => depthOf(other.from) + depthOf(other.to) - depthOf(one.from) - depthOf(one.to),
	);
	return best;
};

/** The transitions that an arrow stands for, a line each; the dot of a frame has none, and what it leads to is told. */
export const arrowTitles = (chart: ChartView): ReadonlyMap<Arrow, string> => {
	const lines = new Map<Arrow, string[]>();
	for (const {from, to, text} of chart.transitions) {
		const arrow = to === undefined ? undefined : arrowOf(chart, from, to);
		if (arrow !== undefined && to !== undefined) {
			const line = `${pathWords(from)} → ${pathWords(to)}${text === '' ? '' : `: ${text}`}`;
			lines.set(arrow, [...(lines.get(arrow) ?? []), line]);
		}
	}

	return new Map(
		chart.arrows.map((arrow) => {
			const {from, to, labels} = arrow;
			const start = from === '' || from.endsWith('^') ? 'begins in' : `${pathWords(from)} →`;
			const told = lines.get(arrow) ?? [[`${start} ${pathWords(to)}`, ...labels].join(': ')];
			return [arrow, [...new Set(told)].join('\n')];
		}),
	);
};

export type Lit = 'current' | 'around' | 'left' | 'open' | '';

/** How a state is lit: where the Canary is, what is around it, where it came from, where it can go. */
export const litOf = (path: string, current: string, cameFrom: string, open: ReadonlySet<string>): Lit => {
	if (path === current) {
		return 'current';
	}

	if (current !== '' && isWithin(current, path)) {
		return 'around';
	}

	return path === cameFrom ? 'left' : open.has(path) ? 'open' : '';
};

/** One way on for each state that it leads to and what it lacks, nearest first, as the chart tries them. */
export const waysOn = (next: readonly NextView[], current: string): readonly NextView[] => {
	const known = new Set<string>();
	return next.filter(({to, text, lacks}) => {
		const key = [to, text, ...lacks].join('\n');
		const isNew = !known.has(key) && (to !== current || lacks.length > 0);
		known.add(key);
		return isNew;
	});
};

/** Ways that only wait for time, checks or pods, before those that somebody would have to want. */
export const isUsual = ({holds, lack, until}: NextView): boolean =>
	holds || until !== undefined || lack === 'checks' || lack === 'workloads';

/** Breaks at spaces, so that no line is longer than `max` where that can be: as the boxes were measured. */
const wrap = (text: string, max: number): readonly string[] => {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + word.length < max) {
			lines[lines.length - 1] = `${last} ${word}`;
		} else {
			lines.push(word);
		}
	}

	return lines;
};

/** The lines in a box, below its name; frames inside of frames are narrow, outermost ones wide. */
export const linesOf = ({
	kind,
	path,
	does,
	ways,
	height,
}: Pick<ChartView['states'][number], 'kind' | 'path' | 'does' | 'ways' | 'height'>): readonly string[] => {
	const max = kind !== 'compound' ? 44 : path.includes('.') ? 26 : Number.POSITIVE_INFINITY;
	const lines = [...does, ...ways].flatMap((text) => wrap(text, max));
	// The last ones are what a small box was measured for: what is waited for.
	return kind === 'compound' ? lines : lines.slice(Math.max(0, lines.length - Math.floor((height - 34) / 14 + 0.01)));
};

/** Where to scroll along one axis: the state in the middle, and nothing beyond its frame if that is large enough. */
export const scrollOf = (
	state: readonly [from: number, size: number],
	frame: readonly [from: number, size: number],
	view: number,
): number => {
	const middle = state[0] + state[1] / 2 - view / 2;
	const [least, most] = [frame[0], frame[0] + frame[1] - view];
	return Math.max(0, most < least ? frame[0] + frame[1] / 2 - view / 2 : Math.min(most, Math.max(least, middle)));
};
