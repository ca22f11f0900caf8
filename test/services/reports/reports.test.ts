// Reports are what people read of a run; the examples in docs/ are the reports of the record in records.ts.
import {readFileSync} from 'node:fs';
import test from 'ava';
import {htmlReport} from '../../../services/reports/html.ts';
import {markdownReport} from '../../../services/reports/markdown.ts';
import {durationText, storyOf} from '../../../services/reports/run-story.ts';
import {at, hostile, rolledBack} from './records.ts';
import {exampleReports} from './write-examples.ts';

for (const [path, text] of exampleReports()) {
	test(`${path} is the report of today`, (t) => {
		const written = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
		t.true(written === text, 'stale: run node test/services/reports/write-examples.ts');
	});
}

test('the facts: outcome, times by what they were spent on, and what every metric came to', (t) => {
	const {title, facts, metrics, timeline, commands} = storyOf(rolledBack);
	t.is(title, 'podinfo in test: rolled-back');
	const told = new Map(facts);
	t.is(told.get('Took'), '15m 30s');
	t.is(told.get('Time'), 'progressing 7m 30s, halted 2m, waiting for people 5m');
	t.deepEqual(metrics.rows[0], ['request-success-rate', 'at least 99 %', '5', '2', '1', '90.5 %', '99.95 %', '90.5 %']);
	t.deepEqual(
		timeline.rows.map(([after, state]) => [after, state]),
		[
			['0s', 'progressing › scaling up › scaling'],
			['21s', 'progressing › settling'],
			['1m 40s', 'halted › paused'],
			['6m 40s', 'progressing › soaking'],
			['10m', 'progressing › routing'],
			['13m', 'halted › failed check'],
			['15m', 'failed › routing'],
			['15m 30s', 'failed › idle'],
		],
	);
	t.deepEqual(commands.rows[1]?.slice(1), ['alice', 'resume', 'they are fine', 'Done: the run goes on']);
});

test('what was wanted of a metric that was compared is said, with the unit of its values', (t) => {
	const against = {by: 'ratio', tolerance: 0.2, worse: 'higher'} as const;
	const measurements = [{at: at(81), weight: 10, outcome: 'passed', value: 3, primary: 2.9}];
	const metric = {name: 'queue against the primary', kind: 'query', unit: 'jobs <b>', against, measurements};
	const run = {...rolledBack, status: {...rolledBack.status, metrics: [metric]}};
	t.deepEqual(storyOf(run).metrics.rows[0]?.slice(1, 2), ["at most 20 % above the primary's"]);
	t.is(storyOf(run).metrics.rows[0]?.at(-1), '3 jobs <b>');
	t.regex(markdownReport(run), /at most 20 % above the primary's/);
	t.notRegex(htmlReport(run), /<b>/);
});

test('a record of which nearly nothing was written yet has a report', (t) => {
	const young = {spec: rolledBack.spec};
	t.regex(markdownReport(young), /^# podinfo: under way\n/);
	t.regex(htmlReport(young), /<td>–<\/td>/);
});

test('a run under way: that it goes on, and until when it was recorded, so that nobody takes so far for all', (t) => {
	const {spec} = rolledBack;
	const begun = {knownUntil: at(0), seconds: {progressing: 0, halted: 0, waitingForPeople: 0}};
	const told = new Map(storyOf({spec, status: begun}).facts);
	t.is(told.get('Outcome'), 'under way: the run goes on, and this is what was recorded until 2026-11-21 09:00:00 UTC');
	t.is(told.get('So far'), '0s');
	t.is(told.get('Time so far'), 'progressing 0s, halted 0s, waiting for people 0s');
	t.false(['Took', 'Time', 'Ended'].some((title) => told.has(title)));
	const young = new Map(storyOf({spec}).facts);
	t.is(young.get('Outcome'), 'under way: the run goes on, and nothing but its beginning was recorded');
	t.is(young.get('So far'), '–');
});

test('charts: breaches are marked, bounds drawn, and every point is inside', (t) => {
	const html = htmlReport(rolledBack);
	t.is(html.match(/<svg /g)?.length, 3);
	t.is(html.match(/<circle class="bad"/g)?.length, 2);
	t.is(html.match(/<circle class="good"/g)?.length, 6);
	t.is(html.match(/<line class="bound"/g)?.length, 2);
	t.is(html.match(/<rect class="unseen"/g)?.length, 3);
	const numbers = [...html.matchAll(/ (?:cx|cy|x|y|x1|y1|width|height)="([^"]*)"/g)].map(([, value]) => Number(value));
	t.true(numbers.every((value) => value >= 0 && value <= 720));
});

test('charts: where the two were compared, the primary is a dashed line that is named', (t) => {
	t.notRegex(htmlReport(rolledBack), /class="series primary"|dashed/);
	const measurements = [81, 540].map((seconds) => ({
		at: at(seconds),
		weight: 10,
		outcome: 'passed',
		value: 300,
		primary: 2500,
	}));
	const html = htmlReport({...rolledBack, status: {metrics: [{name: 'latency', kind: 'duration', measurements}]}});
	t.regex(html, /<h3>latency, ms; dashed: the primary<\/h3>/);
	t.is(html.match(/<path class="series primary" d="M[^"]*L[^"]*"/g)?.length, 1);
	t.regex(html, />2720<\/text>/, 'the axis has room for it');
});

test('HTML: nothing that a record says becomes markup, and nothing is loaded or run', (t) => {
	for (const run of [rolledBack, hostile]) {
		const html = htmlReport(run);
		const tags = new Set([...html.matchAll(/<\/?([a-z!][\w-]*)/gi)].map(([, name]) => name?.toLowerCase()));
		const known =
			'!doctype circle div h1 h2 h3 html li line meta p path rect style svg table td text th title tr ul'.split(' ');
		t.deepEqual(
			[...tags].filter((tag) => !known.includes(tag ?? '')),
			[],
		);
		const attributes = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""')).join('');
		t.notRegex(attributes, /\bon\w+=|\b(?:src|href|srcset|action)=/i);
		t.false(['\u001B', '\u202E', 'NaN', 'Infinity'].some((text) => html.includes(text)));
		t.regex(html, /default-src 'none'/);
	}
});

test('Markdown: a text stays in its cell, and is neither markup nor a link', (t) => {
	const markdown = markdownReport(hostile);
	t.false(['\u001B', '\u202E'].some((text) => markdown.includes(text)));
	t.notRegex(markdown, /(?<!\\)<|(?<!\\)\]\(/);
	const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
	for (const row of rows) t.true([2, 4, 5, 8].includes((row.match(/(?<!\\)\|/g)?.length ?? 0) - 1), row);
	t.is(markdown.split('\n').filter((line) => line.startsWith('# ')).length, 1);
});

test('durations have two units at most', (t) => {
	t.deepEqual(
		[0, 0.4, 59, 60, 3600, 3661, 90_061, -5].map((seconds) => durationText(seconds)),
		['0s', '0s', '59s', '1m', '1h', '1h 1m', '1d 1h', '0s'],
	);
});
