import test from 'ava';
import {applyEvent, countsOf, namespacesOf, rowsOf, shownRows, windowOf} from '../../ui/model/rows.ts';
import {noFilter} from '../../ui/model/routes.ts';
import {summary} from './summaries.ts';

const rows = [
	summary({name: 'calm'}),
	summary({name: 'going', state: 'progressing', attention: 'going', weight: 30, run: {id: 'a', began: ''}}),
	summary({name: 'failed', state: 'failed', attention: 'failed', reason: 'failed checks threshold reached 5'}),
	summary({name: 'paused', namespace: 'shop', state: 'halted', attention: 'people', since: '2026-11-21T11:00:00.000Z'}),
	summary({name: 'broken', state: '', attention: 'broken', custody: 'abandoned'}),
];
const names = (filter: Partial<typeof noFilter>): readonly string[] =>
	shownRows(rows, {...noFilter, ...filter}).map(({name}) => name);

test('what needs somebody comes first, or what else is asked for', (t) => {
	t.deepEqual(names({}), ['broken', 'failed', 'paused', 'going', 'calm']);
	t.deepEqual(names({sort: 'name'}), ['paused', 'broken', 'calm', 'failed', 'going']);
	t.is(names({sort: 'newest'})[0], 'paused');
	t.is(names({sort: 'weight'})[0], 'going');
});

test('search finds all of its words in name, namespace, state and reason', (t) => {
	t.deepEqual(names({search: 'shop pau'}), ['paused']);
	t.deepEqual(names({search: '  THRESHOLD '}), ['failed']);
	t.deepEqual(names({search: 'threshold shop'}), []);
	t.deepEqual(names({search: 'test/calm'}), ['calm']);
});

test('filters tell states, needs and namespaces apart', (t) => {
	t.deepEqual(names({state: 'halted'}), ['paused']);
	t.deepEqual(names({state: 'needy'}), ['broken', 'failed', 'paused']);
	t.deepEqual(names({state: 'running'}), ['going']);
	t.deepEqual(names({namespace: 'shop'}), ['paused']);
	t.deepEqual(namespacesOf(rows), ['shop', 'test']);
	t.deepEqual(countsOf(rows)[0], ['broken', 1]);
});

test('events change one row, a reset forgets the others', (t) => {
	const known = rowsOf(rows);
	const canary = summary({name: 'calm', weight: 5});
	t.true(applyEvent(known, {event: 'canary', data: {namespace: 'test', name: 'calm', canary}}));
	t.is(known.get('Canary/test/calm')?.weight, 5);
	t.is(known.size, 5);
	t.true(applyEvent(known, {event: 'gone', data: {namespace: 'test', name: 'calm'}}));
	t.false(applyEvent(known, {event: 'gone', data: {namespace: 'test', name: 'calm'}}));
	t.is(known.size, 4);
	t.true(applyEvent(known, {event: 'reset', data: {canaries: [canary]}}));
	t.deepEqual([...known.keys()], ['Canary/test/calm']);
});

test('a Rollout of the same name is another row', (t) => {
	t.is(rowsOf([summary(), summary({kind: 'Rollout'})]).size, 2);
});

test('only rows in sight are drawn, wherever one has scrolled to', (t) => {
	for (const top of [-200, 0, 44 * 5000, 44 * 10_000, 1e9]) {
		const {first, last} = windowOf(10_000, 44, top, 900);
		t.true(last - first <= 40, `${first}–${last}`);
		t.true(first >= 0 && last <= 10_000);
	}

	const {first, last} = windowOf(10_000, 44, 44 * 5000, 900);
	t.true(first <= 5000 && last >= 5000 + 900 / 44);
	t.deepEqual(windowOf(0, 44, 0, 900), {first: 0, last: 0});
});
