// The list: what is known of all Canaries, what of it is shown, and in which order.
import type {CanarySummary} from '../../api/http/canary-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import type {Filter, Sort} from './routes.ts';

/** What tells Canaries apart: a Rollout may have the name of a Canary. */
export const keyOf = ({kind, namespace, name}: Pick<CanarySummary, 'kind' | 'namespace' | 'name'>): string =>
	`${kind}/${namespace}/${name}`;

export const rowsOf = (items: readonly CanarySummary[]): Map<string, CanarySummary> =>
	new Map(items.map((item) => [keyOf(item), item]));

/** Changes the rows in place by one event of the stream; tells whether anything is different. */
export const applyEvent = (rows: Map<string, CanarySummary>, {event, data}: StreamEvent): boolean => {
	if (event === 'reset') {
		rows.clear();
		for (const item of data.canaries) {
			rows.set(keyOf(item), item);
		}

		return true;
	}

	if (event === 'canary') {
		rows.set(keyOf(data.canary), data.canary);
		return true;
	}

	if (event === 'gone') {
		const {namespace, name} = data;
		const keys = (['Canary', 'Rollout'] as const).map((kind) => keyOf({kind, namespace, name}));
		return keys.map((key) => rows.delete(key)).includes(true);
	}

	return false;
};

/** In the order of urgency, with words for people. */
export const attentionWords: Readonly<Record<CanarySummary['attention'], string>> = {
	broken: 'broken',
	failed: 'failed',
	people: 'waits for you',
	halted: 'halted',
	going: 'going',
	rest: 'at rest',
};
const urgency = Object.keys(attentionWords);

/** What a filter of the state may be: what a Canary needs, or a state of the chart. */
export const stateFilters: ReadonlyArray<readonly [string, string]> = [
	['', 'any state'],
	['needy', 'needs somebody'],
	['running', 'in a run'],
	...['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'].map(
		(state) => [state, state] as const,
	),
];

const inState = ({state, attention, run}: CanarySummary, wanted: string): boolean => {
	if (wanted === 'needy') {
		return attention === 'broken' || attention === 'failed' || attention === 'people';
	}

	return wanted === 'running' ? run !== undefined : wanted === '' || state === wanted;
};

/** Every word must be found in its name, namespace, state or reason. */
const isFound = (row: CanarySummary, words: readonly string[]): boolean => {
	if (words.length === 0) {
		return true;
	}

	const text = `${row.namespace}/${row.name} ${row.state} ${row.reason} ${row.waitingFor}`.toLowerCase();
	return words.every((word) => text.includes(word));
};

const compareTexts = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

const byName = (left: CanarySummary, right: CanarySummary): number =>
	compareTexts(left.namespace, right.namespace) || compareTexts(left.name, right.name);

/** Instants compare as texts, for all are of one form. */
const orders: Readonly<Record<Sort, (left: CanarySummary, right: CanarySummary) => number>> = {
	urgency: (left, right) => urgency.indexOf(left.attention) - urgency.indexOf(right.attention) || byName(left, right),
	name: byName,
	newest: (left, right) => compareTexts(right.since, left.since) || byName(left, right),
	weight: (left, right) => right.weight - left.weight || byName(left, right),
};

/** The rows that a filter shows, in its order. */
export const shownRows = (rows: Iterable<CanarySummary>, filter: Filter): readonly CanarySummary[] => {
	const words = filter.search
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== '');
	return [...rows]
		.filter(
			(row) =>
				(filter.namespace === '' || row.namespace === filter.namespace) &&
				inState(row, filter.state) &&
				isFound(row, words),
		)
		.sort(orders[filter.sort]);
};

export const namespacesOf = (rows: Iterable<CanarySummary>): readonly string[] =>
	[...new Set([...rows].map(({namespace}) => namespace))].sort();

/** How many there are of each need, most urgent first; none of what there is none of. */
export const countsOf = (
	rows: Iterable<CanarySummary>,
): ReadonlyArray<readonly [CanarySummary['attention'], number]> => {
	const counts = new Map<CanarySummary['attention'], number>();
	for (const {attention} of rows) {
		counts.set(attention, (counts.get(attention) ?? 0) + 1);
	}

	return [...counts].sort(([left], [right]) => urgency.indexOf(left) - urgency.indexOf(right));
};

export type RowWindow = {readonly first: number; readonly last: number};

const OVERSCAN = 8;

/** Which rows to draw, of all that there are: those in sight and a few around; `last` is exclusive. */
export const windowOf = (count: number, rowHeight: number, top: number, height: number): RowWindow => {
	const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - OVERSCAN);
	return {first, last: Math.min(count, Math.ceil((Math.max(0, top) + height) / rowHeight) + OVERSCAN)};
};
