import {readFileSync} from 'node:fs';
import test from 'ava';
import type {NextView} from '../../api/http/canary-views.ts';
import type {ChartView} from '../../api/http/chart-view.ts';
import {stateWords} from '../../api/http/state-words.ts';
import {arrowOf, arrowTitles, isUsual, linesOf, litOf, scrollOf, waysOn} from '../../ui/model/chart-focus.ts';

const file = new URL('../../actors/views/generated/chart.json', import.meta.url);
const chart = JSON.parse(readFileSync(file, 'utf8')) as ChartView;

test('the arrow of a transition is found: its own, or the one that its outermost states share', (t) => {
	t.like(arrowOf(chart, 'progressing.settling', 'progressing.soaking'), {
		from: 'progressing.settling',
		to: 'progressing.soaking',
	});
	t.like(arrowOf(chart, 'progressing.soaking', 'halted.failedCheck'), {from: 'progressing', to: 'halted'});
	t.is(arrowOf(chart, 'nowhere', 'halted'), undefined);
});

test('every way between outermost states has an arrow', (t) => {
	const outermost = (path: string): string => path.split('.')[0] ?? '';
	const ways = chart.transitions.flatMap(({from, to}) =>
		from !== '' && to !== undefined && outermost(from) !== outermost(to) ? [[from, to] as const] : [],
	);
	t.true(ways.length > 10);
	t.deepEqual(
		ways.filter(([from, to]) => arrowOf(chart, from, to) === undefined),
		[],
	);
});

test('every arrow says which transitions it stands for', (t) => {
	const titles = arrowTitles(chart);
	for (const arrow of chart.arrows) {
		t.regex(titles.get(arrow) ?? '', /→|^begins in/, `${arrow.from} ${arrow.to}`);
		t.notRegex(titles.get(arrow) ?? '', /undefined|\\^|[a-z][A-Z]/);
	}

	const told = (from: string, to: string) => titles.get(arrowOf(chart, from, to)!) ?? '';
	t.is(
		told('progressing.settling', 'progressing.soaking'),
		'progressing › settling → progressing › soaking: the time is up',
	);
	t.true(told('progressing', 'halted').split('\n').includes('progressing › soaking → halted: the step must halt'));
	const lines = [...titles.values()].flatMap((title) => title.split('\n'));
	const ways = chart.transitions.filter(({from, to}) => to !== undefined && arrowOf(chart, from, to) !== undefined);
	t.true(ways.every(({text}) => lines.some((line) => line.endsWith(text))));
});

test('where it is, what is around it, whence it came and whither it can go are lit apart', (t) => {
	const lit = (path: string) => litOf(path, 'progressing.soaking', 'progressing.settling', new Set(['failed']));
	t.is(lit('progressing.soaking'), 'current');
	t.is(lit('progressing'), 'around');
	t.is(lit('progressing.settling'), 'left');
	t.is(lit('failed'), 'open');
	t.is(lit('promoting'), '');
});

const way = (fields: Partial<NextView>): NextView => ({
	id: '',
	from: 'progressing.soaking',
	to: 'failed',
	text: 'too many checks have failed',
	holds: false,
	lacks: ['2 more failed checks'],
	lack: 'checks',
	...fields,
});

test('the same way is told once, and what needs nobody comes first', (t) => {
	const restart = way({to: 'progressing.restarting', lacks: ['a new revision of podinfo'], lack: 'people'});
	t.is(waysOn([way({}), restart, way({from: 'progressing'})], 'progressing.soaking').length, 2);
	t.true(isUsual(way({})));
	t.true(isUsual(way({lacks: ['1 of 2 updated replicas are available'], lack: 'workloads'})));
	t.false(isUsual(restart));
	t.true(
		isUsual(way({lacks: ['the time to be up'], lack: 'the world', until: '2026-11-21T10:00:00Z'})),
		'it comes by itself',
	);
});

test('the text of every state fits into its box', (t) => {
	const tooTall = chart.states
		.filter(({kind}) => kind !== 'compound')
		.filter((state) => 20 + linesOf(state).length * 14 > state.height);
	t.deepEqual(
		tooTall.map(({path}) => path),
		[],
	);
});

test('the name of every state fits into its box, in words', (t) => {
	// Bold letters of 13 px are 7 px wide on average, with 8 px of air on each side.
	const tooWide = chart.states.filter(({name, width}) => 16 + stateWords(name).length * 7 > width);
	t.deepEqual(
		tooWide.map(({path}) => path),
		[],
	);
});

test('the current state is in sight, and its frame fills the view', (t) => {
	t.is(scrollOf([2000, 200], [0, 2400], 1000), 1400, 'not beyond the frame');
	t.is(scrollOf([1000, 200], [0, 2400], 1000), 600, 'in the middle');
	t.is(scrollOf([500, 100], [400, 600], 1000), 200, 'a small frame is in the middle');
	t.is(scrollOf([0, 100], [-24, 2400], 1000), 0);
});
