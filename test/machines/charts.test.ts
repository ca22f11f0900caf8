// The three small charts, walked whole.
import test from 'ava';
import * as fc from 'fast-check';
import {initialTransition, transition} from 'xstate';
import type {AnyActorRef, AnyMachineSnapshot, AnyStateMachine} from 'xstate';
import {analysisMachine, nextDue} from '../../machines/analysis.ts';
import {releaseMachine} from '../../machines/release.ts';
import {custodyMachine} from '../../machines/custody.ts';
import {arrowsOf, chartOf, configOf, telling} from './anatomy.ts';
import {managed, paired, START, verdict} from './world.ts';

type Action = {readonly type: string; readonly params?: Record<string, unknown>};
type Visit = (
	snapshot: AnyMachineSnapshot,
	event: {readonly type: string},
	next: AnyMachineSnapshot,
	actions: readonly Action[],
) => void;
type Offer = (snapshot: AnyMachineSnapshot) => ReadonlyArray<{readonly type: string}>;

type Walk = {
	readonly machine: AnyStateMachine;
	readonly inputs: readonly unknown[];
	readonly offer: Offer;
	readonly keyOf: (snapshot: AnyMachineSnapshot) => string;
	readonly visit?: Visit;
};

/** Every step of a small chart; answers the arrows that were taken and the number of pairs. */
const walkWhole = ({machine, inputs, offer, keyOf, visit}: Walk): {taken: Set<string>; pairs: number} => {
	const chart = chartOf(telling(configOf(machine)), machine);
	const taken = new Set<string>();
	const known = new Set<string>();
	const queue: AnyMachineSnapshot[] = [];
	const arrive = ([snapshot, actions]: [AnyMachineSnapshot, readonly Action[]]): void => {
		for (const {type, params} of actions) if (type === 'taken') taken.add(String(params?.['id']));
		if (!known.has(keyOf(snapshot))) {
			known.add(keyOf(snapshot));
			queue.push(snapshot);
		}
	};

	for (const input of inputs) arrive(initialTransition(chart, input as never) as never);
	for (const snapshot of queue) {
		if (snapshot.status !== 'active') continue;
		for (const event of offer(snapshot)) {
			const [next, actions] = transition(chart, snapshot, event as never) as never as [AnyMachineSnapshot, Action[]];
			visit?.(snapshot, event, next, actions);
			arrive([next, actions]);
		}
	}

	return {taken, pairs: known.size};
};

const answers = (snapshot: AnyMachineSnapshot, output: unknown, refusable: readonly string[] = []) =>
	Object.entries(snapshot.children as Record<string, AnyActorRef | undefined>).flatMap(([id, child]) =>
		child === undefined || id === 'life'
			? []
			: [
					{type: `xstate.done.actor.${id}`, actorId: id, output},
					...(refusable.includes((child as unknown as {src: string}).src)
						? [{type: `xstate.error.actor.${id}`, actorId: id, error: new Error('no')}]
						: []),
				],
	);

const arrowsIn = (machine: AnyStateMachine): readonly string[] => arrowsOf(configOf(machine)).map(({id}) => id);

test('the judge judges only the step under way, and every transition of its chart is taken', (t) => {
	// A verdict goes to a parent, which a chart on its own has not.
	const machine = analysisMachine.provide({
		actions: {'tell the verdict': () => {}} as never,
	}) as unknown as AnyStateMachine;
	const {taken, pairs} = walkWhole({
		machine,
		inputs: [{model: paired}],
		offer: (snapshot) => [
			...[1, 2].map((step) => ({type: 'step began', model: paired, step, due: START})),
			{type: 'traffic returned'},
			{type: 'model changed', model: {...paired, generation: 2}},
			...answers(snapshot, verdict('passed', snapshot.context.due + 25_000)),
		],
		keyOf: ({value, context}) => JSON.stringify([value, context.step, context.due > START, context.model.generation]),
		visit(before, {type}, after, actions) {
			const told = actions.some((action) => action.type === 'tell the verdict');
			t.is(told, before.value === 'checking' && type.startsWith('xstate.done'));
			if (told) t.is(after.context.due, before.context.due + 30_000);
			if (type === 'traffic returned') t.is(after.value, 'idle');
			if (type === 'step began') t.is(after.value, 'waiting');
			if (type === 'model changed') t.deepEqual(after.value, before.value);
		},
	});
	t.deepEqual(
		arrowsIn(machine).filter((id) => !taken.has(id)),
		[],
	);
	t.log(`${pairs} pairs, ${taken.size} transitions`);
});

test('rounds fall on the grid that began with the step, each later than the answer before it', (t) => {
	fc.assert(
		fc.property(
			fc.integer({min: 0, max: 1e9}),
			fc.integer({min: 0, max: 1e7}),
			fc.integer({min: 1, max: 1e6}),
			(due, late, every) => {
				const following = nextDue(due, due + late, every);
				t.true(following > due + late && following - (due + late) <= every);
				t.is((following - due) % every, 0);
			},
		),
	);
});

const contestedAt = (at: number) => ({...paired, generation: 2, otherOperator: {manager: 'flagger', at}});
const isStandingBack = ({value}: AnyMachineSnapshot): boolean => typeof value === 'object';

test("another operator's write keeps us away for two intervals of our clock, whatever its clock says", (t) => {
	const ahead = contestedAt(START + 3_600_000);
	const [start] = initialTransition(custodyMachine, {model: ahead, at: START});
	t.deepEqual(start.value, {standingBack: 'listening'});
	const silentUntil = START + 2 * paired.analysis.intervalMs;
	t.is(start.context.silentUntil, silentUntil);
	const [later] = transition(custodyMachine, start, {type: 'canary changed', model: ahead, at: START + 1000});
	t.is(later.context.silentUntil, silentUntil, 'the same write again is no news');
	const again = contestedAt(START + 2000);
	const [heard] = transition(custodyMachine, later, {type: 'canary changed', model: again, at: START + 2000});
	t.is(heard.context.silentUntil, START + 2000 + 2 * paired.analysis.intervalMs);
	const [old] = initialTransition(custodyMachine, {model: contestedAt(START), at: silentUntil});
	t.is(old.value, 'living');
});

test('a chart that dies is started again three times with ever longer pauses, then its users are sheltered', (t) => {
	const machine = custodyMachine as unknown as AnyStateMachine;
	const {taken, pairs} = walkWhole({
		machine,
		inputs: [paired, contestedAt(START)].map((model) => ({model, at: START})),
		offer: (snapshot) => [
			{type: 'canary changed', model: contestedAt(snapshot.context.now + 1), at: snapshot.context.now + 1} as never,
			{type: 'canary changed', model: {...paired, generation: 2}, at: snapshot.context.now + 1} as never,
			{type: 'canary deleted', at: snapshot.context.now + 1} as never,
			...(snapshot.value === 'living'
				? [1, 11 * 60_000].map((ms) => ({type: 'actor crashed', error: 'bug', at: snapshot.context.now + ms}) as never)
				: []),
			// A wait for another's silence ends no earlier.
			...answers(snapshot, {at: Math.max(snapshot.context.now + 1, snapshot.context.silentUntil)}, ['release']),
		],
		keyOf: ({value, context}) =>
			JSON.stringify([
				value,
				context.crashes,
				context.model.generation,
				context.crashedAt > 0,
				context.now < context.silentUntil,
			]),
		visit(before, {type}, after) {
			t.true(after.context.crashes <= 4);
			if (after.value === 'sheltering') t.is(after.context.crashes, 4);
			if (after.value === 'crashed') t.true(after.context.crashes <= 3);
			if (before.value === 'abandoned' && after.value === 'living') t.is(type, 'canary changed');
			if (before.value === 'abandoned' && after.value === 'living') t.is(after.context.crashes, 0);
			if (type === 'canary deleted') t.is(after.value, isStandingBack(before) ? 'gone' : 'releasing');
			if (after.value === 'living') t.true(after.context.now >= after.context.silentUntil);
			const {silentUntil} = after.context;
			if (isStandingBack(after)) t.true(after.context.now < silentUntil || silentUntil === 0);
			if (type === 'canary changed') t.is(after.context.model.generation, 2);
		},
	});
	t.deepEqual(
		arrowsIn(machine).filter((id) => !taken.has(id)),
		[],
	);
	t.log(`${pairs} pairs, ${taken.size} transitions`);
});

test('a route that outlives its Canary is given back to the primary, and a deletion always ends', (t) => {
	const machine = releaseMachine as unknown as AnyStateMachine;
	const {taken, pairs} = walkWhole({
		machine,
		inputs: [paired, managed].map((model) => ({model, at: START})),
		offer: (snapshot) => answers(snapshot, {at: START + 1}, ['route traffic']),
		keyOf: ({value, context}) => JSON.stringify([value, context.model.shape]),
		visit(before, _, after) {
			t.is(before.context.model.shape, 'paired');
			t.is(after.status, 'done');
		},
	});
	t.deepEqual(
		arrowsIn(machine).filter((id) => !taken.has(id)),
		[],
	);
	t.log(`${pairs} pairs, ${taken.size} transitions`);
});
