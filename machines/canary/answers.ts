// What the chart says, and what it makes of what it is told: a command, a port's answer, a port's refusal.
import type {Place} from '../model/commands.ts';
import type {Resumption} from '../model/context.ts';
import type * as texts from '../words/texts.ts';

/** An action that says something. */
export const say = (what: texts.Saying) => ({type: 'announce' as const, params: {what}});

/** What a command finds. Each nested state without an answer of its own has that of the state around it. */
export const hearing = (place: Place) => ({
	'command given': {actions: {type: 'hear the command' as const, params: {place}}},
});

/** The instant of an answer, for the actions that need it. */
export const at = ({event}: {event: {output: {at: number}}}) => ({at: event.output.at});

/** What a port refused. */
export const refusal = ({event}: {event: {error: unknown}}) => ({error: event.error});

export const sayRefusal = [{type: 'note the refusal' as const, params: refusal}, say('the refusal')];

/** A refusal halts the run, which tries again from there. */
export const refusedIn = (from: Resumption) => ({
	target: '#canary.halted' as const,
	actions: [...sayRefusal, {type: 'note the halt' as const, params: {from}}],
});
