// The ways out of a state, each with what it lacks; and what each command would do.
import type {CanaryDetail, NextView} from '../../api/http/canary-views.ts';
import type {ChartTransitionView} from '../../api/http/chart-view.ts';
import {verbs} from '../../api/model.ts';
import {decide} from '../../machines/model/commands.ts';
import type {Context} from '../../machines/model/context.ts';
import type {Path} from '../../machines/model/explain.ts';
import {guards} from '../../machines/model/guards.ts';
import {lackOf} from '../../machines/model/lacks.ts';
import {placeOf, transitionsOf} from './chart.ts';

type Guard = (args: {readonly context: Context}) => boolean;

/** Whether a condition holds; those that depend on their event do not, before it comes. */
const isTrue = (guard: string, context: Context): boolean => {
	if (guard === '') {
		return true;
	}

	const found = Object.hasOwn(guards, guard) ? (guards[guard as keyof typeof guards] as Guard) : undefined;
	return found !== undefined && found.length <= 1 && found({context});
};

/** `done: route traffic` as what is yet to come. */
const toCome = (event: string): string => {
	const [, kind, what = ''] = /^(done|refused): (.+)$/.exec(event) ?? [];
	return kind === undefined ? event.replace('the time is up', 'the time to be up') : `${what} to be ${kind}`;
};

const lacksOf = (transition: ChartTransitionView, holds: boolean, path: Path, context: Context): string[] => [
	...(transition.event === '' ? [] : [toCome(transition.event)]),
	...(holds ? [] : [lackOf(transition.guard, path, context)]),
];

/** Every transition of the present state and those around it that leads anywhere, in the order in which it is tried. */
export const waysOn = (path: Path, context: Context): NextView[] =>
	transitionsOf(path).flatMap((transition) => {
		const {id, from, to, text, guard} = transition;
		if (to === undefined) {
			return [];
		}

		const holds = isTrue(guard, context);
		return [{id, from, to, text, holds, lacks: lacksOf(transition, holds, path, context)}];
	});

/** What would come of each command now. */
export const actionsOf = (path: Path, context: Context): CanaryDetail['actions'] =>
	verbs.map((verb) => {
		if (context.model.origin !== undefined) {
			return {verb, possible: false, message: `commands are for Canaries; this is a ${context.model.origin.kind}`};
		}

		const isWeight = verb === 'set-weight';
		const asked = {name: '', verb, reason: '', requestedBy: '', ...(isWeight && {weight: 1})};
		const {outcome, message} = decide(context, placeOf(path), asked);
		const possible = outcome !== 'Refused';
		return {verb, possible, message: isWeight && possible ? 'the canary gets the weight that is asked for' : message};
	});
