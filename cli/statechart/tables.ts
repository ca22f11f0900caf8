// A chart as tables for people who look something up: what each noted fact does in each state.
import type {Chart, ChartState, Named, Transition} from './walk.ts';
import {statesBelow} from './walk.ts';
import {causesOf, condition, phrase, type Cause} from './words.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const table = (heads: readonly string[], rows: ReadonlyArray<readonly string[]>): readonly string[] => [
	row(heads),
	row(heads.map(() => '---')),
	...rows.map((cells) => row(cells)),
];

const actionsText = (actions: readonly Named[]): string => actions.map((action) => phrase(action)).join('; ');

/** What a transition does, for one cell: where it leads. */
const leadsTo = ({target}: Transition): string => (target === undefined ? 'stays' : `\`${target}\``);

/** The states of one outermost state, itself first. */
const within = (key: string, state: ChartState) => [{path: key, state}, ...statesBelow(state, key)];

const doings = ({entry, invoke}: ChartState): string =>
	[...entry.map((action) => phrase(action)), ...invoke.map(({src}) => src)].join('; ');

const stateTable = (key: string, state: ChartState): readonly string[] => {
	const rows = within(key, state).flatMap(({path, state: one}) => {
		const title = [`\`${path}\``, ...(one.initial === undefined ? [] : [`(begins in \`${one.initial}\`)`])].join(' ');
		const causes = causesOf(one);
		return causes.length === 0
			? [[title, doings(one), '', '', '']]
			: causes.map((caused, index) => [
					index === 0 ? title : '',
					index === 0 ? doings(one) : '',
					condition(caused),
					leadsTo(caused),
					actionsText(caused.actions),
				]);
	});
	const sentences = within(key, state).flatMap(({path, state: {description}}) =>
		description === undefined ? [] : [`- \`${path}\`: ${description}`],
	);
	return [...sentences, '', ...table(['state', 'on entry and meanwhile', 'when', 'leads to', 'and does'], rows)];
};

/** One row for each cause of a kind, one column for each outermost state: where it leads from there. */
const matrix = (chart: Chart, isWanted: (cause: Cause) => boolean, head: string): readonly string[] => {
	const tops = Object.entries(chart.states);
	const all = tops.map(([key, state]) =>
		within(key, state).flatMap(({state: one}) => causesOf(one).filter(({cause}) => isWanted(cause))),
	);
	const causes = [...new Set(all.flat().map((caused) => condition(caused)))];
	const rows = causes.map((cause) => [
		cause,
		...all.map((list) => {
			const led = list.filter((caused) => condition(caused) === cause).map((caused) => leadsTo(caused));
			return led.length === 0 ? '·' : [...new Set(led)].join(', ');
		}),
	]);
	return table([head, ...tops.map(([key]) => key)], rows);
};

const everywhere = (chart: Chart): readonly string[] => {
	const causes = causesOf(chart);
	return causes.length === 0
		? []
		: [
				'In every state:',
				'',
				...table(
					['when', 'leads to', 'and does'],
					causes.map((caused) => [condition(caused), leadsTo(caused), actionsText(caused.actions)]),
				),
				'',
			];
};

/** The tables of a chart in Markdown: what holds in every state, causes × outermost states, and each state in full. */
export const tablesOf = (chart: Chart): string =>
	[
		...everywhere(chart),
		'### What leads where',
		'',
		'A dot: it changes nothing there. Of several that hold at once, the first of the state’s own table counts, and an',
		'inner state’s before its frame’s.',
		'',
		...matrix(chart, ({kind}) => kind === 'always', 'noted'),
		'',
		...matrix(chart, ({kind}) => kind !== 'always', 'answered, or heard'),
		'',
		...Object.entries(chart.states).flatMap(([key, state]) => [`### ${key}`, '', ...stateTable(key, state), '']),
	].join('\n');
