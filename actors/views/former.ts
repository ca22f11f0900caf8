// What the record of a run has from before that which is kept of its Canary: of a longer run little else is remembered.
import type {RunCommand, RunRecord, RunTransition} from '../../api/canary-run.ts';
import type {CommandView, TransitionView} from '../../api/http/canary-views.ts';
import {factsOf, isPath} from '../../machines/facts.ts';
import {recordedEventText} from './chart.ts';
import {instantOf, timestamp} from '../../services/clock.ts';

const transitionOf = ({from = '', event = '', reason = '', at, to, weight}: RunTransition): TransitionView => ({
	at,
	from,
	to,
	course: isPath(to) ? factsOf(to).course : '',
	event: recordedEventText(event, from, to),
	why: reason,
	weight,
});

const commandOf = ({message = '', ...rest}: RunCommand): CommandView => ({...rest, message});

/** Transitions of the record that came before those that are kept. */
export const formerTransitions = (
	{transitions = []}: RunRecord,
	kept: ReadonlyArray<Pick<TransitionView, 'at' | 'to'>>,
): readonly TransitionView[] => {
	// A record tells whole seconds: within the first one of those that are kept, the same states are the same changes.
	const second = timestamp(instantOf(kept[0]?.at));
	const known = kept.filter(({at}) => timestamp(instantOf(at)) === second).map(({to}) => to);
	const isKept = (to: string): boolean => {
		const index = known.lastIndexOf(to);
		return index !== -1 && known.splice(index, 1).length > 0;
	};
	return transitions
		.filter(({at}) => kept.length === 0 || at <= second)
		.toReversed()
		.filter(({at, to}) => at !== second || !isKept(to))
		.map((one) => transitionOf(one))
		.toReversed();
};

/** Commands of the record and those that are kept, by when each was first heard: one in force is heard again after a restart. */
export const allCommands = ({commands = []}: RunRecord, kept: readonly CommandView[]): CommandView[] => {
	const recorded = new Map(commands.map((one) => [one.name, one]));
	const names = new Set(kept.map(({name}) => name));
	const own = kept.map((one) => {
		const at = recorded.get(one.name)?.at ?? one.at;
		return at < timestamp(instantOf(one.at)) ? {...one, at} : one;
	});
	return [...commands.filter(({name}) => !names.has(name)).map((one) => commandOf(one)), ...own].toSorted(
		(one, other) => instantOf(one.at) - instantOf(other.at),
	);
};
