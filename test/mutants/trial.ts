// Tries a mutant by what the tests of the charts ask: whole runs first, for most die of them at once, then the walk.
import {isDeepStrictEqual} from 'node:util';
import type {AnyStateMachine} from 'xstate';
import {configOf, leavesOf} from '../machines/anatomy.ts';
import {heardAt} from '../machines/commands-heard.ts';
import {menus} from '../machines/menus.ts';
import {perform, scripts} from '../machines/scripts.ts';
import {arrowsNotTaken, guardsOfOneAnswer, walk} from '../machines/walk.ts';
import type {Found} from '../machines/walk.ts';
import {allCommands, contextOf} from '../machines/world.ts';
import {canaryMachine} from '../../machines/canary.ts';

const sameJournal = (one: readonly string[], other: readonly string[]): boolean =>
	JSON.stringify(one) === JSON.stringify(other);

/** The script that a chart does not play as written, if any. */
const misplayed = async (machine: AnyStateMachine): Promise<string | undefined> => {
	for (const script of scripts) {
		try {
			const {journal, path, death} = await perform(machine, script);
			if (death !== undefined || path !== script.ends || !sameJournal(journal, script.journal)) return script.title;
		} catch (error) {
			return `${script.title}: ${(error as Error).message}`;
		}
	}

	return undefined;
};

/** The walk with one mishap less than the tests', for there are hundreds of mutants. */
const shorter = menus
	.map(({menu, mishaps}) => ({menu, mishaps: Math.max(1, Math.min(2, mishaps), mishaps - 1)}))
	.toSorted((one, other) => one.mishaps - other.mishaps);

/** What kills a mutant; nothing when it survives. */
export const killerOf = async (machine: AnyStateMachine): Promise<string | undefined> => {
	const script = await misplayed(machine);
	if (script !== undefined) return script;
	const place = misanswered(machine);
	if (place !== undefined) return `a command in ${place}`;
	const found = walk(machine, shorter, {hurried: true});
	return found.faults[0]?.split('\n')[0] ?? oneSided(machine, found)[0];
};

const context = contextOf({target: 'v2'});

/** All answers of a chart, by state. */
const answersOf = (machine: AnyStateMachine): ReadonlyMap<string, unknown> =>
	new Map(
		leavesOf(configOf(machine)).map(({path}) => [
			path,
			allCommands.map((command) => heardAt(machine, path, context, command)),
		]),
	);

/** A state in which commands are not answered as they are there in the right chart. */
const misanswered = (machine: AnyStateMachine): string | undefined => {
	const answers = answersOf(machine);
	return [...rightAnswers].find(([path, right]) => !isDeepStrictEqual(answers.get(path), right))?.[0];
};

/** Arrows that nothing takes any more, and guards that have one answer left, where the right chart has none. */
const oneSided = (machine: AnyStateMachine, found: Found): readonly string[] =>
	[...arrowsNotTaken(machine, found), ...guardsOfOneAnswer(machine, found)].filter((one) => !known.has(one));

const right = canaryMachine as unknown as AnyStateMachine;
const rightAnswers = answersOf(right);
const known = (() => {
	const found = walk(right, shorter);
	return new Set([...arrowsNotTaken(right, found), ...guardsOfOneAnswer(right, found)]);
})();
