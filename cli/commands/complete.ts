// `aviary __complete`: what may come next on a command line, as kubectl asks its plugins: one a line, each with what it
// is, then how the shell shall go on. Nobody types it.
import type {Command, Option} from 'commander';
import type {Terminal} from '../terminal.ts';
import {COMPLETE, commandsOf} from './completion.ts';

type Candidate = readonly [word: string, about: string];

/** Of cobra, which kubectl is made with: files where nothing fits, or none. */
const FILES = 0;
const NO_FILES = 4;

const takesValue = ({required, optional}: Option): boolean => required || optional;

const valuesOf = ({argChoices = []}: Option, before = ''): readonly Candidate[] =>
	argChoices.map((value) => [`${before}${value}`, '']);

/** The option of this name that waits for its value. */
const waiting = ({options}: Command, word: string): Option | undefined =>
	options.find((option) => takesValue(option) && (option.long === word || option.short === word));

const within = (command: Command, previous: string, current: string): readonly [readonly Candidate[], number] => {
	const [name = '', ...written] = current.split('=');
	const option = waiting(command, previous) ?? (written.length > 0 ? waiting(command, name) : undefined);
	if (option !== undefined) {
		const before = waiting(command, previous) === undefined ? `${name}=` : '';
		return [valuesOf(option, before), option.flags.includes('<file>') ? FILES : NO_FILES];
	}

	if (current.startsWith('-')) {
		const shown = command.options.filter(({hidden}) => !hidden);
		const options = shown.map(({long, short, description}): Candidate => [long ?? short ?? '', description]);
		return [[...options, ['--help', 'display help for command']], NO_FILES];
	}

	const values = command.registeredArguments.flatMap(({argChoices}) => argChoices ?? []);
	return [values.map((value) => [value, '']), NO_FILES];
};

/** What may come, `words` being all that follows the program's name, the last one as far as it is typed. */
export const completionsOf = (program: Command, words: readonly string[]): string => {
	const current = words.at(-1) ?? '';
	const commands = commandsOf(program);
	const command = commands.find((one) => one.name() === words[0]);
	const [candidates, directive] =
		words.length <= 1
			? [commands.map((one): Candidate => [one.name(), one.description()]), NO_FILES]
			: command === undefined
				? [[], NO_FILES]
				: within(command, words.length > 2 ? (words.at(-2) ?? '') : '', current);
	const lines = candidates
		.filter(([word]) => word.startsWith(current))
		.map(([word, about]) => (about === '' ? word : `${word}\t${about}`));
	return [...lines, `:${directive}`, ''].join('\n');
};

/** Registers what kubectl's plugin of completions runs. */
export const registerComplete = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command(COMPLETE, {hidden: true})
		.argument('[words...]')
		.action((words: readonly string[]) => {
			terminal.write(completionsOf(program, words));
			end(0);
		});
};
