// A chart as plain data: what XState's own export leaves out (`always`) or turns to nothing is read off its nodes.
import type {AnyStateMachine, AnyStateNode} from 'xstate';

/** A guard or an action by name, with the parameters that are written down in the chart. */
export type Named = {readonly type: string; readonly params?: Readonly<Record<string, unknown>>};

/** `target` is a path from the machine's root, `halted.failing`; absent when the state stays. */
export type Transition = {
	readonly target?: string;
	readonly guard?: Named;
	readonly actions: readonly Named[];
};

/** A port or a chart that runs as long as its state lasts. */
export type Invoked = {
	readonly src: string;
	readonly id: string;
	readonly onDone: readonly Transition[];
	readonly onError: readonly Transition[];
};

/** A state and all within it. */
export type ChartState = {
	/** What it is for, in a sentence, where somebody has written one. */
	readonly description?: string;
	readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
	readonly initial?: string;
	readonly entry: readonly Named[];
	readonly exit: readonly Named[];
	readonly invoke: readonly Invoked[];
	/** Tried at once, in order. */
	readonly always: readonly Transition[];
	/** By the name of the event. */
	readonly on: Readonly<Record<string, readonly Transition[]>>;
	readonly states: Readonly<Record<string, ChartState>>;
};

export type Chart = ChartState & {readonly id: string};

/** As XState holds a guard or an action. */
type Written = string | {readonly type: string; readonly params?: unknown} | ((...args: never[]) => unknown);

const DONE = 'xstate.done.actor.';
const FAILED = 'xstate.error.actor.';
/** Actions by which XState itself keeps the time of `after`. */
const OF_XSTATE = new Set(['xstate.raise', 'xstate.cancel']);

const named = (written: Written, where: string): Named => {
	if (typeof written === 'string') {
		return {type: written};
	}

	if (typeof written === 'function') {
		throw new Error(`${where}: a guard or an action without a name (${written.name || 'anonymous'})`);
	}

	const {type, params} = written;
	return typeof params === 'object' && params !== null ? {type, params: params as Record<string, unknown>} : {type};
};

const actionsOf = (written: unknown, where: string): readonly Named[] =>
	(written as readonly Written[])
		.filter((action) => !OF_XSTATE.has((action as {type?: string}).type ?? ''))
		.map((action) => named(action, where));

const pathOf = ({path}: AnyStateNode): string => path.join('.');

type Definition = {
	readonly target?: readonly AnyStateNode[] | undefined;
	readonly guard?: unknown;
	readonly actions: unknown;
};

const transition = ({target, guard, actions}: Definition, where: string): Transition => ({
	...(target?.[0] !== undefined && {target: pathOf(target[0])}),
	...(guard !== undefined && {guard: named(guard as Written, where)}),
	actions: actionsOf(actions, where),
});

const stateOf = (node: AnyStateNode): ChartState => {
	const where = node.id;
	const answers = (event: string): readonly Transition[] =>
		(node.transitions.get(event) ?? []).map((one) => transition(one, where));
	const isFact = (event: string): boolean => !event.startsWith(DONE) && !event.startsWith(FAILED);
	return {
		type: node.type,
		...(node.type === 'compound' && {initial: node.initial.target[0]?.key ?? ''}),
		entry: actionsOf(node.entry, where),
		exit: actionsOf(node.exit, where),
		invoke: node.invoke.map(({src, id}) => ({
			src: typeof src === 'string' ? src : id,
			id,
			onDone: answers(`${DONE}${id}`),
			onError: answers(`${FAILED}${id}`),
		})),
		always: (node.always ?? []).map((one) => transition(one, where)),
		on: Object.fromEntries(
			[...node.transitions.keys()].filter((event) => isFact(event)).map((event) => [event, answers(event)]),
		),
		states: Object.fromEntries(Object.entries(node.states).map(([key, state]) => [key, stateOf(state)])),
	};
};

/** The whole chart of a machine. Throws when a guard or an action has no name, for then nobody could read it. */
export const chartOf = (machine: AnyStateMachine): Chart => ({id: machine.id, ...stateOf(machine.root)});

/** A state with its path, for those who go through all of them. */
export type Placed = {readonly path: string; readonly state: ChartState};

/** Every state below `state`, outer ones first, in the order in which they are written. */
export const statesBelow = (state: ChartState, path = ''): readonly Placed[] =>
	Object.entries(state.states).flatMap(([key, inner]) => {
		const own = path === '' ? key : `${path}.${key}`;
		return [{path: own, state: inner}, ...statesBelow(inner, own)];
	});
