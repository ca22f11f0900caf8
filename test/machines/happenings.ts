// What can happen in a pair: facts from outside, answers to effects that are under way, and what a kind world would do.
import type {CanaryModel, Command, Verdict} from '../../api/model.ts';
import type {Share} from '../../api/shares.ts';
import type {Context} from '../../machines/model/context.ts';
import {Refused} from '../../machines/ports.ts';
import type {Effect, Happening, Menu, Pair} from './pairs.ts';
import {commandOf, edits, observe, REPLICAS, strayFrom, verdict} from './world.ts';
import type {Sight, Standing} from './world.ts';

/** v2 and v3 are alike but for which of them is under analysis: a key calls that one v2. */
export const mirrored = (text: string): string => text.replaceAll(/v[23]/g, (one) => (one === 'v2' ? 'v3' : 'v2'));

/** What the world is after an effect was done. */
const afterEffect = (standing: Standing, {src, input}: Effect, target: string): Standing => {
	switch (src) {
		case 'route traffic': {
			return {...standing, route: input['share'] as Share};
		}

		case 'scale the canary': {
			return {...standing, replicas: input['replicas'] === 0 ? 0 : REPLICAS};
		}

		case 'bootstrap the primary': {
			return input['part'] === 'routing'
				? {...standing, route: input['share'] as Share}
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
const answersTo = (pair: Pair, effect: Effect): readonly Happening[] => {
	const {id, src, input} = effect;
	const {standing, context} = pair;
	const target = context.world?.target?.revision ?? '';
	const done: Happening = {
		name: `${src}: done`,
		event: {type: `xstate.done.actor.${id}`, actorId: id, output: {at: next(context)}},
		standing: afterEffect(standing, effect, target),
	};
	const refused = (kind: 'refused' | 'superseded'): Happening => ({
		name: `${src}: ${kind}`,
		event: {type: `xstate.error.actor.${id}`, actorId: id, error: new Refused(kind, 'no', next(context))},
		standing,
	});
	const isPromotion = src === 'promote the revision';
	return [
		...(isPromotion && target !== input['revision'] ? [] : [done]),
		...(isPromotion ? [refused('superseded')] : []),
		...(insists.has(src) || input['insist'] === true ? [] : [refused('refused')]),
	];
};

const sightName = (sight: Sight): string =>
	Object.entries(sight)
		.map(([what, how]) => `${what} ${String(how)}`)
		.join(', ') || 'all well';

/** Instants only tell what was before what. */
const next = ({now}: Context): number => now + 1;

export const observation = ({path, context, standing}: Pair, sight: Sight, revision = 'v2'): Happening => {
	const {target = 'v2'} = sight;
	const meant = revision === 'v3' ? (mirrored(target) as typeof target) : target;
	return {
		name: `seen: ${sightName(sight)}`,
		event: {type: 'world observed', world: observe(standing, {...sight, target: meant}, next(context))},
		// What is adopted stands; all other strays are gone when all is seen to be well.
		standing:
			sight.route === 'stray' && context.model.onRouteChange === 'adopt' && /soaking|halted/.test(path)
				? {...standing, route: strayFrom(standing)}
				: standing,
	};
};

const judgement = ({context, standing}: Pair, outcome: Verdict['outcome']): Happening => ({
	name: `check ${outcome}`,
	event: {type: 'check judged', change: context.run.changes, verdict: verdict(outcome, next(context))},
	standing,
});

const change = ({context, standing}: Pair, model: CanaryModel, name: string): Happening => ({
	name: `edited: ${name}`,
	event: {type: 'canary changed', model, at: next(context)},
	standing,
});

const asking = ({context, standing}: Pair, command: Command): Happening => ({
	name: `asked: ${command.verb}`,
	event: {type: 'command given', command, at: next(context)},
	standing,
});

/** All that a menu offers in a pair. */
export const offers = (pair: Pair, menu: Menu): readonly Happening[] => [
	...menu.sights.map((sight) => observation(pair, sight, pair.context.run.revision)),
	...(pair.standing.judging ? menu.verdicts.map((outcome) => judgement(pair, outcome)) : []),
	...(pair.standing.judging && menu.edits.length > 0
		? [{...judgement(pair, 'failed'), name: 'check failed of a former step', event: stale(pair)}]
		: []),
	...(menu.edits.length > 0 ? [change(pair, menu.model, 'as it was')] : []),
	...(menu.commands ?? []).map((command) => asking(pair, command)),
	...menu.edits.map((edit) => change(pair, edits[edit](menu.model), edit)),
	...pair.effects.flatMap((effect) => answersTo(pair, effect)),
];

const stale = ({context}: Pair): object => ({
	type: 'check judged',
	change: context.run.changes - 1,
	verdict: verdict('failed'),
});

/** The effect of the innermost state: an answer to a state around it is its deadline. */
const innermost = (effects: readonly Effect[]): Effect | undefined =>
	effects.toSorted((one, other) => other.id.split('.').length - one.id.split('.').length)[0];

const allIsWell: Sight = {};

/** What happens when nobody troubles anybody: all is seen to be well, effects are done, checks pass. */
export const kindly = (pair: Pair, menu: Menu): Happening | undefined => {
	const {context, standing, effects} = pair;
	const resting = pair.path.endsWith('.idle') && context.run.revision === '';
	const present = context.world?.target?.revision ?? (resting ? 'v1' : 'v2');
	if (/^halted\.(?:contested|yielded)/.test(pair.path)) {
		// Whoever writes the route gives in.
		return observation({...pair, standing: {...standing, route: context.run.routed}}, {target: present as 'v2'});
	}

	const well = observe(standing, {...allIsWell, target: present as 'v2'});
	if (JSON.stringify({...context.world, at: 0}) !== JSON.stringify({...well, at: 0})) {
		return observation(pair, {target: present as 'v2'});
	}

	if (context.model.problems.length > 0 || context.model.suspended) {
		return change(pair, menu.model, 'as it was');
	}

	if (pair.path === 'halted.paused') {
		return asking(pair, commandOf('resume'));
	}

	const effect = innermost(effects.filter(({id}) => context.run.lowered === true || !deadlines.has(stateOf(id))));
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
	...[
		'failing',
		'misspecified',
		'missingDependency',
		'refused',
		'unhealthy',
		'scaling',
		'contested',
		'missingData',
	].map((reason) => `halted.${reason}`),
]);
