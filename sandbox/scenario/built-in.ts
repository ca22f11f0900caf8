// Which scenarios come with Aviary, and what a word names. Loads nothing else, for the command line's help asks it.
import {readdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const FOLDER = fileURLToPath(new URL('../scenarios/', import.meta.url));

/** Names of the built-in scenarios, by the alphabet. */
export const builtInScenarios = (): readonly string[] =>
	readdirSync(FOLDER)
		.filter((file) => file.endsWith('.yaml'))
		.map((file) => file.slice(0, -'.yaml'.length))
		.toSorted();

/** The file that a word names: a built-in scenario, or a path from `folder`. */
export const scenarioPath = (word: string, folder = '.'): string =>
	builtInScenarios().includes(word) ? join(FOLDER, `${word}.yaml`) : resolve(folder, word);
