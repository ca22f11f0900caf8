import test from 'ava';
import {cpuMsOf} from '../../../cpu-time.ts';
import {unifiedDiff} from '../../../../services/workloads/difference/unified.ts';

const names = ['before', 'after'] as const;

test('hunks have three lines around, are numbered as diff -u numbers them, and are apart when changes are', (t) => {
	const before = Array.from({length: 20}, (_, index) => `line ${index + 1}`);
	const after = before.map((line) => (line === 'line 2' ? 'second' : line)).filter((line) => line !== 'line 15');
	t.deepEqual(unifiedDiff(before, after, names), [
		'--- before',
		'+++ after',
		'@@ -1,5 +1,5 @@',
		' - line 1',
		'-- line 2',
		'+- second',
		' - line 3',
		' - line 4',
		' - line 5',
		'@@ -12,7 +12,6 @@',
		' - line 12',
		' - line 13',
		' - line 14',
		'-- line 15',
		' - line 16',
		' - line 17',
		' - line 18',
	]);
});

test('the same is nothing, in any order of keys; what is not there is an empty side', (t) => {
	t.deepEqual(unifiedDiff({a: 1, b: [{c: 2, d: 3}]}, {b: [{d: 3, c: 2}], a: 1}, names), []);
	t.deepEqual(unifiedDiff(undefined, {a: '1'}, names).slice(2), ['@@ -0,0 +1 @@', '+a: "1"']);
	t.deepEqual(unifiedDiff({a: 1}, undefined, names).slice(2), ['@@ -1 +0,0 @@', '-a: 1']);
	t.deepEqual(unifiedDiff({a: 1}, {a: 1, b: 2}, names).slice(2), ['@@ -1 +1,2 @@', ' a: 1', '+b: 2']);
});

test('texts of many lines are compared line by line', (t) => {
	const file = (level: string) => ({'settings.yaml': `level: ${level}\ncolor: blue\n`});
	t.deepEqual(unifiedDiff(file('info'), file('debug'), names).slice(3), [
		' settings.yaml: |',
		'-  level: info',
		'+  level: debug',
		'   color: blue',
	]);
});

test('what a terminal would obey, or a page reorder, is written as an escape', (t) => {
	const lines = unifiedDiff({}, {a: '\u001B[2J', b: '\u009B2J', c: 'x\u202Ey', d: 'x\u2066\ny\u0007'}, names);
	// oxlint-disable-next-line no-control-regex
	t.notRegex(lines.join('\n'), /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2060-\u2069]/);
	t.true(lines.some((line) => line.includes('x\\u202ey')));
});

test('what differs everywhere is shown one after the other, and soon', (t) => {
	const many = (mark: string) => Array.from({length: 5000}, (_, index) => `${mark}${index}`);
	let lines: readonly string[] = [];
	const cpuMs = cpuMsOf(() => {
		lines = unifiedDiff(many('a'), many('b'), names);
	});
	t.true(cpuMs < 5000);
	t.is(lines[2], '@@ -1,5000 +1,5000 @@');
	t.is(lines.length, 10_003);
	t.true(lines.slice(3, 5003).every((line) => line.startsWith('-')));
});
