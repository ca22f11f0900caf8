// Writes docs/metrics.md from the series that the daemon registers. Run by `npm run generate`.
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Registry} from 'prom-client';
import {createSeries} from './series.ts';

const introduction = `<!-- Written by npm run generate from services/telemetry/series.ts; edits are overwritten. -->

# Metrics

\`/metrics\` of the daemon has these series. Dashboards that show them are in \`artifacts/dashboards/\`, alert rules in
\`artifacts/rules/\`, what to do when one fires in [the runbook](runbook.md).

- Series with the labels \`name\`, \`namespace\` or \`workload\` end when their Canary is deleted (the total of a namespace
  with its last one, where the peer's stays as it was). Nothing else has a label that grows with the number of Canaries.
- With several replicas only the one that leads has series of Canaries: sum over replicas, or take the maximum.
- Beside them are Node's own: \`nodejs_eventloop_lag_p99_seconds\` and its siblings, \`nodejs_heap_size_used_bytes\`,
  \`nodejs_gc_duration_seconds\`, \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\` and others of
  prom-client.
`;

const sections: ReadonlyArray<{
	readonly title: string;
	readonly text: string;
	readonly has: (name: string) => boolean;
}> = [
	{
		title: 'Canaries',
		text: 'A state is one of the six of [the chart](statechart.md).',
		has: (name) => /^aviary_(?:canary_|checks_|runs?_)/.test(name),
	},
	{
		title: 'The daemon and its clients',
		text: 'A histogram has the series `…_bucket`, `…_sum` and `…_count`.',
		has: (name) => name.startsWith('aviary_') && !/^aviary_(?:canary_|checks_|runs?_)/.test(name),
	},
	{
		title: 'The peer’s',
		text: 'Under its names and with its labels, so that its dashboards and alerts go on: `name` is the target’s.',
		has: (name) => name.startsWith('flagger_'),
	},
];

/** The page. */
export const metricsPage = (): string => {
	const {families} = createSeries(new Registry(), () => undefined);
	const parts = sections.map(({title, text, has}) => {
		const rows = families
			.filter(({name}) => has(name))
			.map(({name, type, labels, help}) => {
				const written = labels.map((label) => `\`${label}\``).join(', ');
				return `| \`${name}\` | ${type} | ${written} | ${help} |`;
			});
		return `## ${title}\n\n${text}\n\n| name | type | labels | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
	});
	return [introduction, ...parts].join('\n');
};

if (import.meta.main) {
	await writeFile(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), metricsPage());
}
