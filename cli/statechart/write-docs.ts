// Writes docs/statechart.md and docs/statechart.svg from the charts in machines/. Run by `npm run generate`.
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {AnyStateMachine} from 'xstate';
import {analysisMachine} from '../../machines/analysis.ts';
import {canaryMachine} from '../../machines/canary.ts';
import {releaseMachine} from '../../machines/release.ts';
import {custodyMachine} from '../../machines/custody.ts';
import {canaryChart} from './canary-chart.ts';
import {drawingOf} from './drawing.ts';
import {layOut} from './layout.ts';
import {mermaidOf} from './mermaid.ts';
import {svgOf} from './svg.ts';
import {tablesOf} from './tables.ts';
import {chartOf} from './walk.ts';

const introduction = `<!-- Written by npm run generate from machines/; edits are overwritten. -->

# The statecharts

One Canary is one chart. This page is generated from the code that runs, so it cannot differ from it; a test sees to
that. \`aviary statechart NAMESPACE/NAME\` draws it with the present state lit, \`--format json\` has every detail.

**How to read it.** A state lasts; what it does meanwhile stands in its box. \`[…]\` is a condition, tried whenever
anything is noted; words before it are an event or an answer: \`done: route traffic\`. \`whenever …\` in a box: from
any state of the frame around it. \`→ failed: …\` in a box: from here to a state of another frame.

![The chart of a Canary](statechart.svg)
`;

const others: ReadonlyArray<{readonly machine: AnyStateMachine; readonly title: string; readonly text: string}> = [
	{
		machine: analysisMachine,
		title: 'The judge',
		text: 'Runs beside the chart of a Canary, from a run’s first traffic to its last (`machines/analysis.ts`).',
	},
	{
		machine: custodyMachine,
		title: 'The supervisor’s view of one Canary',
		text: 'Starts its actor, and starts it again when it dies (`machines/custody.ts`).',
	},
	{machine: releaseMachine, title: 'A Canary deleted', text: 'Its last life (`machines/release.ts`).'},
];

const fenced = (machine: AnyStateMachine): string => `\`\`\`mermaid\n${mermaidOf(drawingOf(chartOf(machine)))}\`\`\`\n`;

/** Every generated file by its path in the repository. */
export const statechartFiles = async (): Promise<ReadonlyMap<string, string>> => {
	const chart = canaryChart();
	const page = [
		introduction,
		'## A Canary\n\nThe same picture for readers without SVG (`machines/canary.ts`):\n',
		fenced(canaryMachine),
		tablesOf(chart),
		...others.map(({machine, title, text}) => `## ${title}\n\n${text}\n\n${fenced(machine)}`),
	];
	const picture = svgOf(await layOut(drawingOf(chart)), 'The statechart of a Canary');
	return new Map([
		['docs/statechart.md', page.join('\n')],
		['docs/statechart.svg', picture],
	]);
};

if (import.meta.main) {
	const root = join(import.meta.dirname, '..', '..');
	for (const [path, text] of await statechartFiles()) {
		const file = join(root, path);
		await mkdir(dirname(file), {recursive: true});
		await writeFile(file, text);
	}
}
