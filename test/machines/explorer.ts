// Walks every reachable pair of state and context of the canary's chart, breadth first, with xstate's pure functions.
// Only what can happen is offered: facts from outside always, answers only of the effects that are under way.
import {initialTransition, transition} from 'xstate';
import type {AnyActorRef, AnyMachineSnapshot, AnyStateMachine} from 'xstate';
import type {Context} from '../../machines/model/context.ts';
import {factsOf, pathOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {roundsNeeded} from '../../machines/model/plan.ts';
import {kindly, mirrored, observation, offers} from './happenings.ts';
import type {Effect, Happening, Menu, Pair, Step} from './pairs.ts';
import {START} from './world.ts';
import type {Standing} from './world.ts';

type Action = {
	readonly type: string;
	readonly params?: {
		readonly id?: string;
		readonly src?: string;
		readonly input?: Record<string, unknown>;
		readonly event?: {
			readonly type: string;
			readonly announcement?: {readonly text: string};
			readonly outcome?: string;
		};
	};
};

const hosts = new Set(['world', 'judge']);

const effectsOf = (snapshot: AnyMachineSnapshot): readonly Effect[] =>
	Object.entries(snapshot.children as Record<string, AnyActorRef | undefined>)
		.filter(([id, child]) => child !== undefined && !hosts.has(id))
		.map(([id, child]) => {
			const {src, options} = child as unknown as {src: string; options: {input: Record<string, unknown>}};
			return {id, src, input: options.input};
		});

const isUndecided = (path: Path): boolean => factsOf(path).course === 'run';

/** What decisions can rest on of a run; once it is over only what it leaves. */
const countedOf = (path: Path, context: Context): unknown => {
	const {run, model} = context;
	const {revision, routed, promoting, halted, refusal, failure, share, passed, repairs, healthyReplicas} = run;
	const left = [revision, run.baseline, routed, model.route.generated && run.routing];
	return isUndecided(path)
		? [
				...left,
				[Math.min(run.failedChecks, model.analysis.threshold), run.verdict?.outcome, passed],
				[
					run.step,
					share,
					Math.min(run.rounds, roundsNeeded(context)),
					repairs,
					healthyReplicas,
					promoting,
					halted?.from,
					refusal,
				],
				[run.lowered, run.paused?.verb, run.ordered?.verb, run.byHand?.weight],
				run.boundedSince === undefined,
			]
		: [
				...left,
				run.failedChecks >= model.analysis.threshold,
				[failure === undefined, promoting === true || halted?.from === 'copying'],
			];
};

const seenOf = ({world, run}: Context): unknown =>
	world && [{...world, at: 0}, world.at > run.stepAt, world.at >= run.since];

/** All of a pair that a decision can rest on; instants and the count of steps only grow. */
const keyOf = (path: Path, context: Context, standing: Standing): string => {
	const {model, judged, promoted, mendings, recalled, rebound} = context;
	const key = JSON.stringify([
		path,
		[model.generation, model.suspended, rebound?.generation, judged, promoted, mendings],
		[path.startsWith('initialized') ? recalled.phase : '', seenOf(context), countedOf(path, context), standing],
	]);
	return context.run.revision === 'v3' ? mirrored(key) : key;
};

const isJudging = (was: boolean, actions: readonly Action[]): boolean => {
	let judging = was;
	for (const {type, params} of actions) {
		if (type === 'xstate.sendTo' && params?.event?.type === 'step began') judging = true;
		if (type === 'xstate.sendTo' && params?.event?.type === 'traffic returned') judging = false;
	}

	return judging;
};

/** A second run from rest is walked no further: it is the first one over again, under other names. */
const beginsAnew = ({before, after}: Step): boolean =>
	before?.path.endsWith('.idle') === true && !after.path.endsWith('.idle') && before.context.judged !== 'v1';

/** Takes one step; rejects what kills the actor. */
const take = (machine: AnyStateMachine, before: Pair | undefined, happening: Happening, input?: unknown): Step => {
	const [snapshot, actions] = (
		before === undefined
			? initialTransition(machine, input as never)
			: transition(machine, before.snapshot, happening.event as never)
	) as [AnyMachineSnapshot, readonly Action[]];
	const standing = {...happening.standing, judging: isJudging(happening.standing.judging, actions)};
	const path = pathOf(snapshot.value);
	const context = snapshot.context as Context;
	const effects = effectsOf(snapshot);
	const after: Pair = {
		path,
		context,
		snapshot,
		standing,
		effects,
		key: keyOf(path, context, standing),
		...(before && {from: {pair: before, by: happening.name}}),
	};
	const begunIds = new Set(actions.filter(({type}) => type === 'xstate.spawnChild').map(({params}) => params?.id));
	return {
		...(before && {before}),
		happening,
		after,
		begun: effects.filter(({id}) => begunIds.has(id)),
		said: actions.flatMap(({params}) => params?.event?.announcement?.text ?? []),
		answered: actions.flatMap(({params}) => params?.event?.outcome ?? []),
		taken: actions.flatMap(({type, params}) => (type === 'taken' ? [params?.id ?? ''] : [])),
	};
};

/** How a pair was reached, for whoever reads a failure. */
export const storyOf = (pair: Pair | undefined): string => {
	const lines: string[] = [];
	for (let one = pair; one !== undefined; one = one.from?.pair) {
		lines.unshift(`${one.from?.by ?? 'resumed'} → ${one.path}`);
	}

	return lines.slice(-14).join('\n');
};

/** Several times what the right chart has. */
const PAIRS_MAX = 40_000;

export type Explored = {readonly pairs: ReadonlyMap<string, Pair>; readonly steps: number};

/**
 * Walks a menu: every history with at most `mishaps` steps that are not kind. `visit` sees each step once. The machine
 * must stop endless `always` loops itself (`maxIterations`).
 */
export const explore = (
	machine: AnyStateMachine,
	menu: Menu,
	visit: (step: Step, menu: Menu) => void,
	mishaps = 3,
): Explored => {
	const pairs = new Map<string, Pair>();
	const cheapest = new Map<string, number>();
	// Walked in the order of mishaps, so that each pair is met first by the mildest history.
	const queues: Pair[][] = Array.from({length: mishaps + 1}, () => []);
	let steps = 0;
	const arrive = (step: Step, spent: number): void => {
		steps += 1;
		visit(step, menu);
		const {key} = step.after;
		if (spent < (cheapest.get(key) ?? Infinity) && !beginsAnew(step)) {
			cheapest.set(key, spent);
			pairs.set(key, step.after);
			if (pairs.size > PAIRS_MAX) throw new Error(`${menu.name}: more than ${PAIRS_MAX} pairs`);
			queues[spent]?.push(step.after);
		}
	};

	for (const {recalled, standing, sight} of menu.starts) {
		const input = {model: menu.model, recalled, at: START};
		const born = take(machine, undefined, {name: 'started', event: {}, standing}, input);
		visit(born, menu);
		arrive(take(machine, born.after, observation(born.after, sight)), 0);
	}

	for (const [spent, queue] of queues.entries()) {
		for (const pair of queue) {
			if (spent > (cheapest.get(pair.key) ?? 0)) continue;
			const kind = kindly(pair, menu);
			if (kind !== undefined) arrive(take(machine, pair, kind), spent);
			if (spent === mishaps) continue;
			for (const happening of offers(pair, menu)) {
				const isFree = happening.name.endsWith(': done') && !happening.name.startsWith('wait until');
				if (happening.name !== kind?.name) arrive(take(machine, pair, happening), spent + (isFree ? 0 : 1));
			}
		}
	}

	return {pairs, steps};
};

/** Pairs from which a world without further mishaps never comes to rest; all is well when there are none. */
export const stuckIn = (machine: AnyStateMachine, menu: Menu, {pairs}: Explored): readonly Pair[] => {
	const comesToRest = new Set<string>();
	return [...pairs.values()].filter((start) => {
		const seen = new Set<string>();
		let pair = start;
		while (!comesToRest.has(pair.key)) {
			if (seen.has(pair.key)) return true;
			seen.add(pair.key);
			const kind = kindly(pair, menu);
			if (kind === undefined) {
				if (!pair.path.endsWith('.idle')) return true;
				break;
			}

			pair = take(machine, pair, kind).after;
		}

		for (const key of seen) comesToRest.add(key);
		return false;
	});
};
