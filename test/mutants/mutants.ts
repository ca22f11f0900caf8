// Charts that are wrong in one place, made from the right one: a guard that says the contrary, an arrow that is missing,
// two effects that changed places.
import type {AnyStateMachine} from 'xstate';
import {arrowsOf, chartOf, configOf, statesOf} from '../machines/anatomy.ts';
import type {Invoke, Node} from '../machines/anatomy.ts';

export type Mutant = {readonly name: string; readonly make: () => AnyStateMachine};

type Guard = (args: unknown, params: unknown) => boolean;

const negations = (machine: AnyStateMachine): readonly Mutant[] =>
	Object.entries(machine.implementations.guards as unknown as Record<string, Guard>).map(([name, guard]) => ({
		name: `not: ${name}`,
		make: () => machine.provide({guards: {[name]: (args: unknown, params: unknown) => !guard(args, params)}} as never),
	}));

const omissions = (machine: AnyStateMachine): readonly Mutant[] =>
	arrowsOf(configOf(machine)).map(({id}, position) => ({
		name: `without: ${id}`,
		make() {
			const config = configOf(machine);
			const arrow = arrowsOf(config)[position];
			arrow?.list.splice(arrow.index, 1);
			return chartOf(config, machine);
		},
	}));

/** Neighbours: the first effect's being done leads to the state of the second. */
const neighboursIn = (root: Node): ReadonlyArray<readonly [string, Invoke, Invoke]> => {
	const states = statesOf(root);
	const soleEffect = (path: string): Invoke | undefined => states.find((one) => one.path === path)?.node.invoke?.[0];
	return states.flatMap(({path, node}) => {
		const [first] = node.invoke ?? [];
		const target = first?.onDone?.[0]?.target;
		if (path === '' || first === undefined || target === undefined) return [];
		const beside = target.startsWith('#')
			? target.split('.').slice(1).join('.')
			: [...path.split('.').slice(0, -1), target].join('.');
		const second = soleEffect(beside);
		return second === undefined || second === first ? [] : [[`${path} and ${beside}`, first, second] as const];
	});
};

const swaps = (machine: AnyStateMachine): readonly Mutant[] =>
	neighboursIn(configOf(machine)).map(([name], position) => ({
		name: `swapped: ${name}`,
		make() {
			const config = configOf(machine);
			const [, first, second] = neighboursIn(config)[position] ?? [];
			if (first !== undefined && second !== undefined) {
				const {src, input} = first;
				first.src = second.src;
				first.input = second.input;
				second.src = src;
				second.input = input;
			}

			return chartOf(config, machine);
		},
	}));

/** An action that was forgotten. */
export const forgottenActions = (machine: AnyStateMachine): readonly Mutant[] =>
	arrowsOf(configOf(machine)).flatMap(({id, list, index}, position) =>
		((list[index]?.actions ?? []) as unknown[]).map((action, which) => ({
			name: `without the action ${JSON.stringify(action)}: ${id}`,
			make() {
				const config = configOf(machine);
				const arrow = arrowsOf(config)[position];
				(arrow?.list[arrow.index]?.actions as unknown[] | undefined)?.splice(which, 1);
				return chartOf(config, machine);
			},
		})),
	);

/** Every mutant of a chart. */
export const mutantsOf = (machine: AnyStateMachine): readonly Mutant[] => [
	...negations(machine),
	...omissions(machine),
	...swaps(machine),
];
