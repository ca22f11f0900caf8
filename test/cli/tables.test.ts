// Tables in a terminal of 80 columns, in a pipe, and of Canaries that wait for a thousand characters.
import test from 'ava';
import {tableText} from '../../cli/terminal.ts';
import {openDesk, putCanary, run} from './desk.ts';

const lengths = (text: string): readonly number[] => text.split('\n').map(({length}) => length);

test('columns give way from the widest on, until a row fits', (t) => {
	const row = ['a'.repeat(40), 'b'.repeat(60), 'c', 'd'.repeat(30)];
	const text = tableText(['ONE', 'TWO', 'THREE', 'FOUR'], [row], 80);
	t.true(
		lengths(text).every((length) => length <= 80),
		text,
	);
	t.regex(text, /^a+… +b+… +c +d+…?$/m, 'each is still there');
	t.is(
		tableText(['ONE'], [['a'.repeat(300)]], undefined).split('\n')[1],
		'a'.repeat(300),
		'nothing is cut without a width',
	);
	t.notThrows(() => tableText(['ONE', 'TWO'], [['a'.repeat(20), 'b'.repeat(20)]], 3), 'narrower than it can be');
});

test('a broken Canary is one short line, in a pipe too, and whole where that is asked for', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const waitingFor = `what is wrong to be mended: ${'spec.targetRef.name is missing. '.repeat(30)}`.trim();
	const name = 'a-name-of-forty-characters-for-a-canary-x';
	putCanary(desk, {name, status: {phase: 'Initializing', state: 'initialized', waitingFor}});
	const at = ['--kubeconfig', desk.kubeconfig];
	const narrow = await run(['get', '-A', ...at], {columns: 80});
	t.true(
		lengths(narrow.out).every((length) => length <= 80),
		narrow.out,
	);
	const piped = await run(['get', '-A', ...at]);
	t.true(
		lengths(piped.out).every((length) => length <= 160),
		piped.out,
	);
	t.true(piped.out.includes(`test        ${name}`), 'the name is whole');
	t.true((await run(['get', '-A', '-o', 'wide', ...at])).out.includes(waitingFor));
});
