// How large a room may be.
import test from 'ava';
import {functionsOf} from './lengths.ts';
import {all, sampleOf, sources} from './source.ts';

const LINES_MAX = 300;
/** What most files stay under. */
const LINES_USUAL = 250;
const FUNCTION_LINES_MAX = 70;

const linesOf = (text: string): number => text.split('\n').length - 1;

test('no file is too large to hold in the head', (t) => {
	const large = all.map(({file, text}) => ({file, lines: linesOf(text)})).filter(({lines}) => lines > LINES_USUAL);
	t.log(`${large.length} of ${all.length} files have more than ${LINES_USUAL} lines`);
	t.deepEqual(
		large.filter(({lines}) => lines > LINES_MAX).map(({file, lines}) => `${file}: ${lines} lines`),
		[],
	);
});

/** Why each of these is longer than a screen. The list only shrinks. */
const longFunctions: Readonly<Record<string, string>> = {
	'index.ts:startDaemon': 'the composition root: what is made of what, in order',
	'actors/inspection/inspector.ts:startInspector': 'one closure over who looks on; to be divided',
	'actors/record/annotated-run.ts:startAnnotatedRun': 'the host of one chart, in the order of its life',
	'actors/record/run-archive.ts:createRunArchive': 'one closure over the runs that are kept; to be divided',
	'actors/record/run-archive.ts:open': 'a part of the one above',
	'actors/supervision/command-desk.ts:openCommandDesk': 'one closure over the commands under way; to be divided',
	'actors/supervision/supervisor.ts:startSupervisor': 'the host of all charts; to be divided',
	'actors/views/page-routes.ts:pageRoutes': 'a table of routes, a few lines each',
	'services/kubernetes/cache.ts:createCache': 'one map and the rules by which it never goes back',
	'services/kubernetes/live-cluster.ts:createCluster': 'a table of what a cluster can do, over what they share',
	'services/kubernetes/shared-watch.ts:createSharedWatch': 'one watch and who follows it; to be divided',
	'services/kubernetes/watch.ts:startWatch': 'one loop, with what it does on each turn',
	'services/survey/open-survey.ts:openSurvey': 'one closure over what is followed; to be divided',
	'services/telemetry/grafana.ts:createGrafana': 'an annotation’s life, in order',
	'services/telemetry/metrics.ts:createMetrics': 'a table of instruments and what counts on each',
	'services/telemetry/tracing.ts:createTracing': 'a table of spans',
	'services/web/event-stream.ts:openStream': 'one stream, and everything that can end it',
};
const LONG_FUNCTIONS_MAX = 32;

const measured = sources.flatMap(functionsOf);
const long = measured.filter(({lines}) => lines > FUNCTION_LINES_MAX);

test('no function is longer than a screen, with all that is defined in it', (t) => {
	t.log(`${long.length} of ${measured.length} functions have more than ${FUNCTION_LINES_MAX} lines`);
	t.deepEqual(
		long
			.filter(({file, name}) => !(`${file}:${name}` in longFunctions))
			.map(({file, name, lines}) => `${file}:${name} has ${lines} lines`),
		[],
	);
});

test('the exceptions are still needed, and no more than they were', (t) => {
	const needed = new Set(long.map(({file, name}) => `${file}:${name}`));
	t.deepEqual(
		Object.keys(longFunctions).filter((name) => !needed.has(name)),
		[],
		'has become short, or has another name: drop its exception',
	);
	t.true(Object.keys(longFunctions).length <= LONG_FUNCTIONS_MAX);
});

test('the measure sees every kind of function, by its whole extent', (t) => {
	const body = (indent: string): string => Array.from({length: 80}, () => `${indent}call();`).join('\n');
	const texts = [
		`export const arrow = (): void => {\n${body('\t')}\n};`,
		`export const curried = () => () => {\n${body('\t')}\n};`,
		`export async function declared() {\n${body('\t')}\n}`,
		`export const factory = () => {\n\tconst inner = (\n\t\tone: string,\n\t): void => {\n${body('\t\t')}\n\t};\n\treturn {inner};\n};`,
		`export class Room {\n\t#method() {\n${body('\t\t')}\n\t}\n\tfield = () => {\n${body('\t\t')}\n\t};\n}`,
		`export const table = {\n\tport: listen(function () {\n${body('\t\t')}\n\t}),\n};`,
		`call(() => {\n${body('\t')}\n});`,
	];
	const seen = sampleOf({'long.ts': texts.join('\n')}).flatMap(functionsOf);
	t.deepEqual(
		seen.map(({name, lines}) => `${name}: ${lines}`),
		[
			'arrow: 82',
			'curried: 82',
			'declared: 82',
			'factory: 87',
			'inner: 84',
			'#method: 82',
			'field: 82',
			'port: 82',
			'without a name: 82',
		],
	);
});
