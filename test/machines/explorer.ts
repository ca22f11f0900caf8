// Walks every reachable pair of state and context of the canary's chart, breadth first, with xstate's pure functions.
// Only what can happen is offered: facts from outside always, answers only of the effects that are under way.
import {initialTransition, transition} from 'xstate';
import type {AnyActorRef, AnyMachineSnapshot, AnyStateMachine} from 'xstate';
import type {Verdict} from '../../api/model.ts';
import type {Context, Recalled} from '../../machines/model/context.ts';
import {pathOf} from '../../machines/model/explain.ts';
import {Refused} from '../../machines/ports.ts';
import {edits, observe, REPLICAS, START, verdict} from './world.ts';
import type {Edit, Sight, Standing} from './world.ts';
import type {CanaryModel} from '../../api/model.ts';

/** An effect that was begun and has not been answered. */
export type Effect = {readonly id: string; readonly src: string; readonly input: Record<string, unknown>};

export type Pair = {
	readonly path: string;
	readonly context: Context;
	readonly snapshot: AnyMachineSnapshot;
	readonly standing: Standing;
	readonly effects: readonly Effect[];
	readonly key: string;
	/** How it was first reached. */
	readonly from?: {readonly pair: Pair; readonly by: string};
};

/** Something that can happen in a pair. */
export type Happening = {readonly name: string; readonly event: object; readonly standing: Standing};

export type Step = {
	readonly before?: Pair;
	readonly happening: Happening;
	readonly after: Pair;
	/** The effects that it began. */
	readonly begun: readonly Effect[];
	/** What was announced. */
	readonly said: readonly string[];
	/** The arrows that were taken, when the chart tells (anatomy.ts). */
	readonly taken: readonly string[];
};

export type Menu = {
	readonly name: string;
	readonly model: CanaryModel;
	readonly starts: ReadonlyArray<{readonly recalled: Recalled; readonly standing: Standing; readonly sight: Sight}>;
	readonly sights: readonly Sight[];
	readonly edits: readonly Edit[];
	readonly verdicts: ReadonlyArray<Verdict['outcome']>;
};

type Action = {
	readonly type: string;
	readonly params?: {
		readonly id?: string;
		readonly src?: string;
		readonly input?: Record<string, unknown>;
		readonly event?: {readonly type: string; readonly announcement?: {readonly text: string}};
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

/** v2 and v3 are alike but for which of them is under analysis: a key calls that one v2. */
const mirrored = (text: string): string => text.replaceAll(/v[23]/g, (one) => (one === 'v2' ? 'v3' : 'v2'));

const isUnderWay = (path: string): boolean => /^(?:progressing|halted|promoting)/.test(path);

/** What decisions can rest on of a run; once it is over only what it leaves. */
const countedOf = (path: string, {run, model}: Context): unknown => {
	const {revision, routed, promoting, halted, refusal, failure, weight, passed, repairs, healthyReplicas} = run;
	const left = [revision, routed, model.route.generated && run.routing];
	return isUnderWay(path)
		? [
				...left,
				[Math.min(run.failedChecks, model.analysis.threshold), run.verdict?.outcome, passed],
				[weight, repairs, healthyReplicas, promoting, halted?.from, refusal],
				run.boundedSince === undefined,
			]
		: [
				...left,
				run.failedChecks >= model.analysis.threshold,
				[failure === undefined, promoting === true || halted?.from === 'copying'],
			];
};

const seenOf = ({world}: Context): unknown => world && {...world, at: 0};

/** All of a pair that a decision can rest on; instants and the count of steps only grow. */
const keyOf = (path: string, context: Context, standing: Standing): string => {
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

/** What the world is after an effect was done. */
const afterEffect = (standing: Standing, {src, input}: Effect, target: string): Standing => {
	switch (src) {
		case 'route traffic': {
			return {...standing, route: input['canaryWeight'] as number};
		}

		case 'scale the canary': {
			return {...standing, replicas: input['replicas'] === 0 ? 0 : REPLICAS};
		}

		case 'bootstrap the primary': {
			return input['part'] === 'routing'
				? {...standing, route: 0}
				: {...standing, primary: standing.primary || standing.kept || target};
		}

		case 'keep the promoted template': {
			return {...standing, kept: standing.primary};
		}

		case 'promote the revision': {
			return {...standing, primary: input['revision'] as string};
		}

		case 'take the promotion back': {
			return {...standing, primary: standing.kept || standing.primary};
		}

		default: {
			return standing;
		}
	}
};

const insists = new Set(['wait until']);

/** How an effect can end: done, or refused unless it insists; a promotion also by a target that has moved on. */
export const answersTo = (pair: Pair, effect: Effect): readonly Happening[] => {
	const {id, src, input} = effect;
	const {standing, context} = pair;
	const target = context.world?.target?.revision ?? '';
	const done: Happening = {
		name: `${src}: done`,
		event: {type: `xstate.done.actor.${id}`, actorId: id, output: {at: START}},
		standing: afterEffect(standing, effect, target),
	};
	const refused = (kind: 'refused' | 'superseded'): Happening => ({
		name: `${src}: ${kind}`,
		event: {type: `xstate.error.actor.${id}`, actorId: id, error: new Refused(kind, 'no', START)},
		standing,
	});
	const isPromotion = src === 'promote the revision';
	return [
		...(isPromotion && target !== input['revision'] ? [] : [done]),
		...(insists.has(src) || input['insist'] === true ? [] : [refused('refused')]),
		...(isPromotion ? [refused('superseded')] : []),
	];
};

export const sightName = (sight: Sight): string =>
	Object.entries(sight)
		.map(([what, how]) => `${what} ${String(how)}`)
		.join(', ') || 'all well';

export const observation = (standing: Standing, sight: Sight, revision = 'v2'): Happening => {
	const {target = 'v2'} = sight;
	const meant = revision === 'v3' ? (mirrored(target) as typeof target) : target;
	return {
		name: `seen: ${sightName(sight)}`,
		event: {type: 'world observed', world: observe(standing, {...sight, target: meant})},
		standing,
	};
};

export const judgement = ({context, standing}: Pair, outcome: Verdict['outcome']): Happening => ({
	name: `check ${outcome}`,
	event: {type: 'check judged', step: context.run.step, verdict: verdict(outcome)},
	standing,
});

export const change = ({standing}: Pair, model: CanaryModel, name: string): Happening => ({
	name: `edited: ${name}`,
	event: {type: 'canary changed', model, at: START},
	standing,
});

const offers = (pair: Pair, menu: Menu): readonly Happening[] => [
	...menu.sights.map((sight) => observation(pair.standing, sight, pair.context.run.revision)),
	...(pair.standing.judging ? menu.verdicts.map((outcome) => judgement(pair, outcome)) : []),
	...(pair.standing.judging && menu.edits.length > 0
		? [{...judgement(pair, 'failed'), name: 'check failed of a former step', event: stale(pair)}]
		: []),
	...(menu.edits.length > 0 ? [change(pair, menu.model, 'as it was')] : []),
	...menu.edits.map((edit) => change(pair, edits[edit](menu.model), edit)),
	...pair.effects.flatMap((effect) => answersTo(pair, effect)),
];

const stale = ({context}: Pair): object => ({
	type: 'check judged',
	step: context.run.step - 1,
	verdict: verdict('failed'),
});

/** A second run from rest is walked no further: it is the first one over again, under other names. */
const beginsAnew = ({before, after}: Step): boolean =>
	before?.path.endsWith('.idle') === true && !after.path.endsWith('.idle') && before.context.judged !== 'v1';

const MICROSTEPS_MAX = 200;

/** Takes one step; rejects what kills the actor. */
export const take = (
	machine: AnyStateMachine,
	before: Pair | undefined,
	happening: Happening,
	input?: unknown,
): Step => {
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

/** The effect of the innermost state: an answer to a state around it is its deadline. */
const innermost = (effects: readonly Effect[]): Effect | undefined =>
	effects.toSorted((one, other) => other.id.split('.').length - one.id.split('.').length)[0];

const allIsWell: Sight = {};

/** What happens when nobody troubles anybody: all is seen to be well, effects are done, checks pass. */
export const kindly = (pair: Pair, menu: Menu): Happening | undefined => {
	const {context, standing, effects} = pair;
	const resting = pair.path.endsWith('.idle') && context.run.revision === '';
	const present = context.world?.target?.revision ?? (resting ? 'v1' : 'v2');
	const well = observe(standing, {...allIsWell, target: present as 'v2'});
	if (JSON.stringify({...context.world, at: 0}) !== JSON.stringify({...well, at: 0})) {
		return observation(standing, {target: present as 'v2'});
	}

	if (context.model.problems.length > 0 || context.model.suspended) {
		return change(pair, menu.model, 'as it was');
	}

	const effect = innermost(effects.filter(({id}) => !deadlines.has(stateOf(id))));
	if (effect !== undefined) {
		return answersTo(pair, effect)[0];
	}

	return standing.judging ? judgement(pair, 'passed') : undefined;
};

/** The state that an invoked effect belongs to, from its id (`0.canary.halted.refused.pausing`). */
const stateOf = (id: string): string => id.split('.').slice(2).join('.');

/** States whose wait is no step of a run but its deadline. */
const deadlines = new Set([
	'progressing.scalingUp.rising',
	'promoting.rolling',
	'promoting.takingBack.returning',
	...['failing', 'misspecified', 'missingDependency', 'refused', 'unhealthy', 'scaling', 'missingData'].map(
		(reason) => `halted.${reason}`,
	),
]);

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
			queues[spent]?.push(step.after);
		}
	};

	for (const {recalled, standing, sight} of menu.starts) {
		const input = {model: menu.model, recalled, at: START};
		const born = take(machine, undefined, {name: 'started', event: {}, standing}, input);
		visit(born, menu);
		arrive(take(machine, born.after, observation(standing, sight)), 0);
	}

	for (const [spent, queue] of queues.entries()) {
		for (const pair of queue) {
			if (spent > (cheapest.get(pair.key) ?? 0)) continue;
			const kind = kindly(pair, menu);
			if (kind !== undefined) arrive(take(machine, pair, kind), spent);
			if (spent === mishaps) continue;
			for (const happening of offers(pair, menu)) {
				if (happening.name !== kind?.name) arrive(take(machine, pair, happening), spent + 1);
			}
		}
	}

	return {pairs, steps};
};

export {MICROSTEPS_MAX};
