// The chart in its three forms, and with the present state of a Canary lit.
import test from 'ava';
import {parse} from 'yaml';
import {chartOf, statesBelow, type Chart} from '../../cli/statechart/walk.ts';
import {canaryChart} from '../../cli/statechart/canary-chart.ts';
import {causesOf, condition} from '../../cli/statechart/words.ts';
import {canaryMachine} from '../../machines/canary.ts';
import {openDesk, putCanary, run} from './desk.ts';

const states = ['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'];

const json = async (...words: readonly string[]): Promise<Chart & {current?: string}> => {
	const {code, out} = await run(['statechart', '--format', 'json', ...words]);
	if (code !== 0) throw new Error(`exit code ${code}`);
	return JSON.parse(out) as Chart & {current?: string};
};

test('json has exactly the six states, and all within them', async (t) => {
	const chart = await json();
	t.deepEqual(Object.keys(chart.states), states);
	t.is(chart.initial, 'initialized');
	t.is(chart.current, undefined);
	const rising = chart.states['progressing']?.states['scalingUp']?.states['rising'];
	t.true(
		rising?.always.some(({guard, target}) => guard?.type === 'both are healthy' && target === 'progressing.routing'),
	);
	t.deepEqual(
		chart.invoke.map(({src, id}) => [src, id]),
		[
			['observe the world', 'world'],
			['analysis', 'judge'],
		],
	);
	t.deepEqual(Object.keys(chart.on), ['canary changed', 'world observed', 'check judged']);
});

test('the walk loses no state and no transition of the machine', (t) => {
	const chart = chartOf(canaryMachine);
	const count = (node: typeof canaryMachine.root): number =>
		(node.always?.length ?? 0) +
		[...node.transitions.values()].reduce((sum, list) => sum + list.length, 0) +
		Object.values(node.states).reduce((sum, inner) => sum + count(inner), 0);
	const walked = [chart, ...statesBelow(chart).map(({state}) => state)];
	t.is(
		walked.reduce((sum, state) => sum + causesOf(state).length, 0),
		count(canaryMachine.root),
	);
	const paths = (node: typeof canaryMachine.root): readonly string[] =>
		Object.values(node.states).flatMap((inner) => [inner.path.join('.'), ...paths(inner)]);
	t.deepEqual(
		statesBelow(chart).map(({path}) => path),
		paths(canaryMachine.root),
	);
});

test('every target in json is a state', async (t) => {
	const chart = await json();
	const paths = new Set(statesBelow(chart).map(({path}) => path));
	const targets = statesBelow(chart)
		.flatMap(({state}) => causesOf(state))
		.flatMap(({target}) => (target === undefined ? [] : [target]));
	t.true(targets.length > 50);
	t.deepEqual(
		targets.filter((target) => !paths.has(target)),
		[],
	);
});

test('mermaid nests the states, and draws every target', async (t) => {
	const {code, out} = await run(['statechart']);
	t.is(code, 0);
	t.regex(out, /^stateDiagram-v2\n\t\[\*\] --> initialized\n/);
	for (const state of states) {
		t.regex(out, new RegExp(`\\n\\tstate "${state}[^"]*" as ${state} \\{\\n`));
	}

	t.regex(out, /\n\tprogressing --> halted\n/);
	t.regex(out, /\n\tprogressing_routing --> progressing_settling : done: route traffic\n/);
	t.is(out.split('{').length, out.split('}').length);
	t.notRegex(out, /;|#/);
});

test('svg is a picture of all states', async (t) => {
	const {code, out} = await run(['statechart', '--format', 'svg']);
	t.is(code, 0);
	t.regex(out, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
	for (const {path} of statesBelow(chartOf(canaryMachine))) {
		t.true(out.includes(`<g id="${path}"`), path);
	}

	t.notRegex(out, /class="[^"]*current"|NaN|undefined|<script/);
});

test('with a name the present state is lit', async (t) => {
	const desk = await openDesk();
	try {
		putCanary(desk, {status: {phase: 'Progressing', state: 'halted', canaryWeight: 10, failedChecks: 1}});
		putCanary(desk, {name: 'old', status: {phase: 'Succeeded', canaryWeight: 0, failedChecks: 0}});
		putCanary(desk, {name: 'new'});
		const at = ['--kubeconfig', desk.kubeconfig];
		t.is((await json('test/podinfo', ...at)).current, 'halted');
		t.is((await json('podinfo', '-n', 'test', ...at)).current, 'halted');
		t.is((await json('test/old', ...at)).current, 'finished', 'by the phase, where the CRD knows no state');
		t.is((await json('test/new', ...at)).current, undefined);
		const mermaid = await run(['statechart', 'test/podinfo', ...at]);
		t.regex(mermaid.out, /\n\tclass halted current\n$/);
		const svg = await run(['statechart', 'test/podinfo', '--format', 'svg', ...at]);
		t.regex(svg.out, /<g id="halted" class="frame top current">/);
	} finally {
		await desk.close();
	}
});

test('-o is --format, and a context of the kubeconfig is taken as by every other command', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {status: {phase: 'Progressing', state: 'halted', canaryWeight: 10, failedChecks: 1}});
	const words = ['statechart', 'test/podinfo', '--kubeconfig', desk.kubeconfig, '--context'];
	const {code, out} = await run([...words, 'aviary-sandbox', '-o', 'yaml']);
	t.is(code, 0);
	t.deepEqual(parse(out), await json('test/podinfo', '--kubeconfig', desk.kubeconfig));
	const nowhere = await run([...words, 'nowhere']);
	t.regex(nowhere.err, /^aviary: cannot use the kubeconfig: .*nowhere.*; [^\n]+\n$/);
	const both = await run(['statechart', '-o', 'svg', '--format', 'json']);
	t.is(both.code, 2);
	t.regex(both.err, /cannot be used with option '-o, --output <format>'/);
});

test('each transition is a sentence without names of the code', (t) => {
	const found = statesBelow(canaryChart()).flatMap(({path, state}) =>
		causesOf(state)
			.map((caused) => condition(caused))
			.filter((text) => text === '' || /undefined|\b[a-z]+[A-Z]|[_$]/.test(text))
			.map((text) => `${path}: ${text}`),
	);
	t.deepEqual(found, []);
});
