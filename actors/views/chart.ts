// The chart as it was drawn when the code was built, and what a view reads off it.
import {canaryMachine} from '../../machines/canary.ts';
import type {ChartTransitionView, ChartView} from '../../api/http/chart-view.ts';
import type {Context} from '../../machines/model/context.ts';
import {around, isPath, stateOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {guards} from '../../machines/model/guards.ts';
import type {Place} from '../../machines/model/commands.ts';
import drawn from './generated/chart.json' with {type: 'json'};

/** The chart of a Canary, with where everything goes. */
export const chart: ChartView = drawn as ChartView;

const states = new Map(chart.states.map((state) => [state.path, state]));
const bySource = Map.groupBy(chart.transitions, ({from}) => from);

/** Every transition that a state has, its own first, those of the chart itself last. */
export const transitionsOf = (path: string): readonly ChartTransitionView[] =>
	[...around(path), ''].flatMap((one) => bySource.get(one) ?? []);

/** What a command finds in a state. */
export const placeOf = (path: Path): Place => (states.get(path)?.hears ?? 'starting') as Place;

/** An event of the chart in words: `done: route traffic`. */
export const eventText = (event: string): string => {
	const [, kind, state = ''] = /^xstate\.(done|error)\.actor\.\d+\.canary\.(.+)$/.exec(event) ?? [];
	const cause = kind === 'done' ? 'done' : 'refused';
	const found = kind === undefined ? undefined : bySource.get(state)?.find((one) => one.cause === cause);
	return found?.event ?? event;
};

/** The same of an event that a record tells as `done` or `refused` alone. */
export const recordedEventText = (event: string, from: string, arrived: string): string => {
	const texts = transitionsOf(from)
		.filter(({cause, to}) => cause === event && to !== undefined && around(arrived).includes(to))
		.map((one) => one.event);
	return new Set(texts).size === 1 ? (texts[0] ?? event) : event;
};

type Guard = (args: {readonly context: Context}) => boolean;

/** Whether a condition holds; those that depend on their event do not, before it comes. */
export const isTrue = (guard: string, context: Context): boolean => {
	if (guard === '') {
		return true;
	}

	const found = Object.hasOwn(guards, guard) ? (guards[guard as keyof typeof guards] as Guard) : undefined;
	return found !== undefined && found.length <= 1 && found({context});
};

type Invoked = {readonly src: unknown; readonly input?: unknown};
type Node = {readonly invoke: readonly Invoked[]; readonly states: Readonly<Record<string, Node>>};

const nodeAt = (path: string): Node | undefined => {
	let node: Node | undefined = canaryMachine.root as unknown as Node;
	for (const key of path.split('.')) {
		node = node?.states[key];
	}

	return node;
};

/** `of`: the state whose wait it is, the present one or one around it. `by`: at the deadline the run
 * fails, else it goes on. */
export type EndOfWait = {readonly of: string; readonly until: number; readonly by: 'deadline' | 'time'};

/** When the waits of a state end, by its own reckoning, the first one first; `enteredAt`: when it was entered. */
export const endsOfWait = (path: Path, context: Context, enteredAt: number): readonly EndOfWait[] =>
	around(path)
		.flatMap((one) =>
			(nodeAt(one)?.invoke ?? [])
				.filter(({src, input}) => src === 'wait until' && typeof input === 'function')
				.map(({input}) => {
					const ask = input as (args: {context: Context}) => {readonly until: number};
					const led = bySource
						.get(one)
						?.find(({event, to, guard}) => event === 'the time is up' && to !== undefined && isTrue(guard, context));
					const to = led?.to ?? '';
					const fails = isPath(to) && stateOf(to) === 'failed' && stateOf(path) !== 'failed';
					const by = fails ? ('deadline' as const) : ('time' as const);
					return {of: one, until: ask({context: {...context, now: enteredAt}}).until, by};
				}),
		)
		.toSorted((a, b) => a.until - b.until);
