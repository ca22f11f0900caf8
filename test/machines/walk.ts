// One walk of the canary's chart by all menus: what was met on it, and which rules were broken.
import type {AnyStateMachine} from 'xstate';
import {arrowsOf, chartOf, configOf, nameOf, telling} from './anatomy.ts';
import {explore, storyOf, stuckIn} from './explorer.ts';
import type {Menu, Pair} from './pairs.ts';
import {rules} from './rules.ts';

export type Found = {
	readonly pairs: number;
	readonly steps: number;
	/** Arrows that were taken, by id. */
	readonly taken: ReadonlySet<string>;
	/** What each guard answered. */
	readonly outcomes: ReadonlyMap<string, ReadonlySet<boolean>>;
	/** Broken rules and dead ends, each once, with the story of the first. */
	readonly faults: readonly string[];
};

type Guard = (args: unknown, params: unknown) => boolean;

/** A guard's answers are told apart by the reason it asks for, and by nothing that only an event brings. */
const asked = (name: string, params: unknown): string =>
	nameOf({type: name, params: (params as {reason?: string} | undefined)?.reason === undefined ? undefined : params});

const listening = (machine: AnyStateMachine, outcomes: Map<string, Set<boolean>>): AnyStateMachine => {
	const guards = Object.fromEntries(
		Object.entries(machine.implementations.guards as unknown as Record<string, Guard>).map(([name, guard]) => [
			name,
			(args: unknown, params: unknown) => {
				const answer = guard(args, params);
				const answers = outcomes.get(asked(name, params)) ?? new Set();
				outcomes.set(asked(name, params), answers.add(answer));
				return answer;
			},
		]),
	);
	return machine.provide({guards} as never);
};

export type WalkOptions = {
	/** Stops at the first fault. */
	readonly hurried?: boolean;
};

class Enough extends Error {}

/** Explores `machine` by `menus`; a chart that throws has a fault too. */
export const walk = (
	machine: AnyStateMachine,
	menus: ReadonlyArray<{readonly menu: Menu; readonly mishaps: number}>,
	{hurried = false}: WalkOptions = {},
): Found => {
	const taken = new Set<string>();
	const outcomes = new Map<string, Set<boolean>>();
	const faults = new Map<string, string>();
	const chart = listening(chartOf(telling(configOf(machine)), machine), outcomes);
	let pairs = 0;
	let steps = 0;
	const report = (what: string, pair: Pair | undefined): void => {
		if (!faults.has(what)) faults.set(what, `${what}\n${storyOf(pair)}`);
		if (hurried) throw new Enough(what);
	};

	for (const {menu, mishaps} of menus) {
		let last: Pair | undefined;
		try {
			const explored = explore(
				chart,
				menu,
				(step) => {
					last = step.after;
					for (const id of step.taken) taken.add(id);
					const broken = rules.find((rule) => rule.broken(step));
					if (broken !== undefined) report(`${menu.name}: ${broken.name}`, step.after);
				},
				mishaps,
			);
			pairs += explored.pairs.size;
			steps += explored.steps;
			for (const pair of stuckIn(chart, menu, explored)) report(`${menu.name}: stuck in ${pair.path}`, pair);
		} catch (error) {
			if (error instanceof Enough) break;
			faults.set(String(error), `${menu.name}: ${(error as Error).stack ?? ''}\n${storyOf(last)}`);
			if (hurried) break;
		}
	}

	return {pairs, steps, taken, outcomes, faults: [...faults.values()]};
};

/** What several walks found, as if it had been one. */
export const united = (walks: readonly Found[]): Found => {
	const outcomes = new Map<string, Set<boolean>>();
	for (const [name, answers] of walks.flatMap((one) => [...one.outcomes])) {
		outcomes.set(name, (outcomes.get(name) ?? new Set()).union(answers));
	}

	return {
		pairs: walks.reduce((sum, {pairs}) => sum + pairs, 0),
		steps: walks.reduce((sum, {steps}) => sum + steps, 0),
		taken: new Set(walks.flatMap(({taken}) => [...taken])),
		outcomes,
		faults: walks.flatMap(({faults}) => faults),
	};
};

/** The states that were entered: of each arrow taken, where it starts; of each pair, where it is. */
export const arrowsNotTaken = (machine: AnyStateMachine, {taken}: Found): readonly string[] =>
	arrowsOf(configOf(machine)).flatMap(({id}) => (taken.has(id) ? [] : [id]));

/** Guards that always answered the same, or were never asked. */
export const guardsOfOneAnswer = (machine: AnyStateMachine, {outcomes}: Found): readonly string[] => [
	...[...outcomes].filter(([, answers]) => answers.size < 2).map(([name, [answer]]) => `${name}: always ${answer}`),
	...Object.keys(machine.implementations.guards)
		.filter((name) => ![...outcomes.keys()].some((one) => one === name || one.startsWith(`${name}: `)))
		.map((name) => `${name}: never asked`),
];
