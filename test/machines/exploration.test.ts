import test from 'ava';
import type {AnyStateMachine, StateNode} from 'xstate';
import {analysisMachine} from '../../machines/analysis.ts';
import {canaryMachine} from '../../machines/canary.ts';
import {releaseMachine} from '../../machines/release.ts';
import {custodyMachine} from '../../machines/custody.ts';
import {arrowsOf, configOf, leavesOf, nameOf, statesOf} from './anatomy.ts';
import {menus} from './menus.ts';
import {arrowsNotTaken, guardsOfOneAnswer, united, walk} from './walk.ts';
import {walkInShards} from './walk-shards.ts';

const chart = canaryMachine as unknown as AnyStateMachine;
const charts = [canaryMachine, analysisMachine, custodyMachine, releaseMachine] as unknown as AnyStateMachine[];

const shards = walkInShards();

/** A hundred times what the longest takes on a machine of its own: a shard that is slower than that hangs. */
const SHARD_MS_MAX = 20 * 60_000;

for (const {menu, found} of shards) {
	test(`every reachable pair of state and context keeps the rules and comes to rest: ${menu.name}`, async (t) => {
		t.timeout(SHARD_MS_MAX);
		const {pairs, steps, faults, cpuSeconds} = await found;
		t.log(`${pairs} pairs of state and context, ${steps} steps, ${cpuSeconds.toFixed(1)} s`);
		t.deepEqual(faults, []);
	});
}

test('every transition is taken, every state is entered, every action done, and every guard answers both ways', async (t) => {
	t.timeout(SHARD_MS_MAX * shards.length);
	const walks = await Promise.all(shards.map((shard) => shard.found));
	const found = united(walks);
	const seconds = walks.reduce((sum, {cpuSeconds}) => sum + cpuSeconds, 0);
	t.log(
		`${found.pairs} pairs of state and context, ${found.steps} steps, ${seconds.toFixed(1)} s in ${walks.length} shards`,
	);
	t.log(`${found.taken.size} of ${arrowsOf(configOf(chart)).length} transitions, ${found.outcomes.size} guards`);
	t.deepEqual(arrowsNotTaken(chart, found), []);
	t.deepEqual(guardsOfOneAnswer(chart, found), []);
});

test('shards, united, found what one walk finds', (t) => {
	const few = menus.filter(({menu}) =>
		['a run without analysis', 'the first day of the first shape'].includes(menu.name),
	);
	t.is(few.length, 2);
	t.deepEqual(united(few.map((one) => walk(chart, [one]))), walk(chart, few));
});

test('every guard, action and port has a use', (t) => {
	for (const machine of charts) {
		const text = JSON.stringify(configOf(machine), (_, value: unknown) => (typeof value === 'function' ? '' : value));
		const {guards, actions, actors} = machine.implementations;
		for (const name of [...Object.keys(guards), ...Object.keys(actions), ...Object.keys(actors)]) {
			t.true(text.includes(JSON.stringify(name)), `${machine.id}: ${name}`);
		}
	}
});

const canBeLeft = ({invoke, always, type}: StateNode): boolean =>
	type === 'final' ||
	(always ?? []).length > 0 ||
	invoke.some(({src, onDone}) => !subscriptions.has(src) && onDone !== undefined);
const subscriptions: ReadonlySet<unknown> = new Set(['observe the world', 'analysis', 'live as a canary']);

/** States without an effect of their own to end them: what ends each of them instead. */
const resting: Readonly<Record<string, string>> = {
	'canary.halted.failing.recovering': 'world observed, or the deadline of halted.failing',
	'canary.halted.missingDependency.waiting': 'world observed, or the deadline of halted.missingDependency',
	'canary.halted.refused.retried': 'passed through, or the next reason',
	'analysis.idle': 'step began',
	'custody.abandoned': 'canary changed or canary deleted',
};

test('every state has a way out: an effect that ends, a level that is looked at, or a fact that ends it', (t) => {
	for (const machine of charts) {
		const below = (node: StateNode): StateNode[] => [node, ...Object.values(node.states).flatMap(below)];
		for (const node of below(machine.root as StateNode)) {
			if (node.type === 'atomic') {
				t.true(canBeLeft(node) !== node.id in resting, node.id);
			}
		}
	}
});

/** Facts that a state hears and does nothing about, with the reason; every other one is noted or acted on. */
const ignored: Readonly<Record<string, string>> = {
	'custody.crashed: actor crashed': 'it is dead already',
	'custody.sheltering: actor crashed': 'it is dead already',
	'custody.standingBack.listening: actor crashed': 'it was ended',
	'custody.deciding: actor crashed': 'it has not begun',
	'custody.abandoned: actor crashed': 'it is dead already',
	'custody.releasing: actor crashed': 'it is being let go',
	'custody.gone: actor crashed': 'it is gone',
	'custody.gone: canary deleted': 'it is gone',
	'custody.gone: canary changed': 'it is gone',
};

const facts: Readonly<Record<string, readonly string[]>> = {
	canary: ['canary changed', 'world observed', 'check judged', 'command given'],
	analysis: ['step began', 'traffic returned', 'model changed'],
	custody: ['canary changed', 'canary deleted', 'actor crashed'],
	release: [],
};

test('every fact is noted, acted on or ignored for a reason in every state', (t) => {
	for (const machine of charts) {
		const config = configOf(machine);
		const states = statesOf(config);
		const handled = (path: string, fact: string): boolean =>
			states.some(({path: around, node}) => {
				const isAround = around === '' || path === around || path.startsWith(`${around}.`);
				return isAround && node.type !== 'final' && node.on?.[fact] !== undefined;
			});
		for (const {path, node} of leavesOf(config)) {
			for (const fact of facts[machine.id] ?? []) {
				const isFinal = node.type === 'final';
				t.true(handled(path, fact) || `${machine.id}.${path}: ${fact}` in ignored, `${machine.id}.${path}: ${fact}`);
				t.false(isFinal && !(`${machine.id}.${path}: ${fact}` in ignored), `${machine.id}.${path}: ${fact}`);
			}
		}
	}
});

/** Effects that may be refused; of all others an order insists, or their rejection is a bug that ends the actor. */
const refusable = new Set([
	'bootstrap the primary',
	'keep the promoted template',
	'promote the revision',
	'take the promotion back',
]);

test('every effect that can be refused says what a refusal means', (t) => {
	for (const {path, node} of statesOf(configOf(chart))) {
		for (const {src, onError} of node.invoke ?? []) {
			t.true(!refusable.has(src) || (onError ?? []).length > 0, `${path}: ${src}`);
		}
	}
});

test('no two guards of one list are the same question', (t) => {
	for (const machine of charts) {
		for (const {path, node} of statesOf(configOf(machine))) {
			const asked = (node.always ?? []).map(({guard}) => (guard === undefined ? 'else' : nameOf(guard)));
			t.deepEqual(asked, [...new Set(asked)], path);
		}
	}
});
