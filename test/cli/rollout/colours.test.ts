// What a person sees at a glance: the colours of the lines, by the escapes that terminals know.
import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import {createColors} from 'picocolors';
import {openStage} from './stage.ts';

const {yellow, red, green, bold} = createColors(true);

/** The lines without their times. */
const seen = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(' ').slice(1).join(' '));

test('a halt is yellow, a rollback red, its result red and bold', async (t) => {
	const stage = await openStage(t);
	stage.release('1.2.0', {'error-rate': '0.4'});
	const life = await stage.start({isColoured: true});
	await stage.end(life);
	const lines = seen(life.lines);
	const halts = lines.filter((line) => line.includes('Halt rollout podinfo.test'));
	t.is(halts.length, 2);
	for (const halt of halts) t.is(halt, yellow(stripVTControlCharacters(halt)));
	const back = lines.find((line) => line.includes('Rolling back'));
	t.is(back, red('! Rolling back podinfo-canary.test failed checks threshold reached 2'));
	const {text = ''} = life.results()?.[0] ?? {};
	t.is(lines.at(-1), bold(red(`✖ podinfo.test: ${text}`)));
});

test('the result of what was promoted is green and bold', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start({isColoured: true});
	const [result] = await stage.end(life);
	t.is(result?.outcome, 'promoted');
	t.is(seen(life.lines).at(-1), bold(green(`✔ podinfo.test: ${result?.text}`)));
});
