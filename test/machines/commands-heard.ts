// What a chart answers to a command in each of its states, asked without an actor.
import {transition} from 'xstate';
import type {AnyMachineSnapshot, AnyStateMachine} from 'xstate';
import type {Command} from '../../api/model.ts';
import type {Context} from '../../machines/model/context.ts';
import {START} from './world.ts';

export type Heard = {readonly outcome: string; readonly message: string};

const valueOf = (path: string): unknown =>
	path
		.split('.')
		.toReversed()
		.reduce<unknown>((value, name) => (value === undefined ? name : {[name]: value}), undefined);

/** All answers to one command in one state. */
export const heardAt = (
	machine: AnyStateMachine,
	path: string,
	context: Context,
	command: Command,
): readonly Heard[] => {
	const state = machine.resolveState({value: valueOf(path), context} as never) as AnyMachineSnapshot;
	const [, actions] = transition(machine, state, {type: 'command given', command, at: START} as never);
	return actions.flatMap(({params}) => {
		const {event} = (params ?? {}) as {event?: {type?: string} & Heard};
		return event?.type === 'command answered' ? [{outcome: event.outcome, message: event.message}] : [];
	});
};
