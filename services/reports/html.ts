// A run's report as one HTML file: no scripts, nothing loaded, light and dark. Pure.
import {chartSvg, escaped} from './charts.ts';
import {storyOf} from './run-story.ts';
import type {RecordedRun, Table} from './run-story.ts';

const style = `
:root { color-scheme: light dark; --bad: #c0392b; --good: #1e7d4f; --line: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a7a; --good: #6fd6a3; --line: #7fb6f5; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: 0; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; border-bottom: 1px solid #8884; }
td { overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.axis { fill: none; stroke: currentColor; opacity: .4; } .series { fill: none; stroke: var(--line); stroke-width: 1.5; }
.primary { stroke-dasharray: 9 4; opacity: .7; }
line.bound { stroke: var(--bad); stroke-dasharray: 5 4; } svg text.bound { fill: var(--bad); }
.good { fill: var(--good); } .bad { fill: var(--bad); } .unseen { fill: currentColor; opacity: .12; }
`;

const rowsOf = (rows: ReadonlyArray<readonly string[]>): string =>
	rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n');

const section = (title: string, {heads, rows}: Table): readonly string[] => {
	const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
	return rows.length === 0
		? []
		: [`<h2>${title}</h2>`, `<div class="wide"><table><tr>${head}</tr>`, rowsOf(rows), '</table></div>'];
};

/** The report: a whole document. Every text of the record is escaped. */
export const htmlReport = (run: RecordedRun): string => {
	const story = storyOf(run);
	const facts = story.facts.map(
		([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
	);
	const charts = story.charts.flatMap((chart) => [`<h3>${escaped(chart.title)}</h3>`, chartSvg(chart, story)]);
	return `${[
		'<!doctype html>',
		'<html lang="en">',
		'<meta charset="utf-8">',
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		`<title>${escaped(story.title)}</title>`,
		`<style>${style}</style>`,
		`<h1>${escaped(story.title)}</h1>`,
		'<table>',
		...facts,
		'</table>',
		...(charts.length === 0 ? [] : ['<h2>Weight and metrics</h2>', ...charts]),
		...section('Metrics', story.metrics),
		...section('What happened', story.timeline),
		...section('What people asked', story.commands),
		...(story.gaps.length === 0
			? []
			: ['<h2>What is not known</h2>', '<ul>', ...story.gaps.map((gap) => `<li>${escaped(gap)}</li>`), '</ul>']),
		...(story.omitted === '' ? [] : [`<p>${escaped(story.omitted)}</p>`]),
		'</html>',
	].join('\n')}\n`;
};
