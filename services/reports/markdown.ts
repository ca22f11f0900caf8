// A run's report as Markdown, for issues and chats. Pure.
import {storyOf} from './run-story.ts';
import type {RecordedRun, Table} from './run-story.ts';

/** Text that Markdown shows as it is. */
const shown = (text: string): string =>
	text.replaceAll(/[\\`*_{}[\]()<>#+!|~&-]/g, (character) =>
		character === '-' || character === '(' || character === ')' || character === '+' ? character : `\\${character}`,
	);

const tableOf = ({heads, rows}: Table): string =>
	[heads, heads.map(() => '---'), ...rows.map((row) => row.map(shown))]
		.map((cells) => `| ${cells.join(' | ')} |`)
		.join('\n');

const section = (title: string, table: Table): readonly string[] =>
	table.rows.length === 0 ? [] : [`## ${title}`, tableOf(table)];

/** The report. Every text of the record is escaped; it ends with a line feed. */
export const markdownReport = (run: RecordedRun): string => {
	const story = storyOf(run);
	return `${[
		`# ${shown(story.title)}`,
		tableOf({heads: ['', ''], rows: story.facts}),
		...section('Metrics', story.metrics),
		...section('What happened', story.timeline),
		...section('What people asked', story.commands),
		...(story.gaps.length === 0 ? [] : ['## What is not known', story.gaps.map((gap) => `- ${shown(gap)}`).join('\n')]),
		...(story.omitted === '' ? [] : [shown(story.omitted)]),
	].join('\n\n')}\n`;
};
