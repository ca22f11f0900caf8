// `aviary __complete`: what may come next on a command line, as kubectl asks its plugins: one a line, each with what it
// is, then how the shell shall go on. Nobody types it.
import type {Command, Option} from 'commander';
import {plain, type Terminal} from '../terminal.ts';
import {COMPLETE, commandsOf, takesCanary} from './completion.ts';

type Candidate = readonly [word: string, about: string];

/** The Canaries that a command line could mean, as `namespace` and `name`; none where nobody may or can tell. */
export type LookUp = (namespace: string | undefined) => Promise<ReadonlyArray<{namespace: string; name: string}>>;

/** Of cobra, which kubectl is made with: files where nothing fits, or none. */
const FILES = 0;
const NO_FILES = 4;

const takesValue = ({required, optional}: Option): boolean => required || optional;

const valuesOf = ({argChoices = []}: Option, before = ''): readonly Candidate[] =>
	argChoices.map((value) => [`${before}${value}`, '']);

/** The option of this name that waits for its value. */
const waiting = ({options}: Command, word: string): Option | undefined =>
	options.find((option) => takesValue(option) && (option.long === word || option.short === word));

/** The value of an option among the words, written as two words or as one. */
const written = (words: readonly string[], ...names: readonly string[]): string | undefined =>
	words
		.map((word, at) =>
			names.includes(word) ? words[at + 1] : names.map((name) => word.split(`${name}=`)[1]).find(Boolean),
		)
		.find((value) => value !== undefined && value !== '');

/** Canaries' names where the argument is one, with their namespaces where one is begun. */
const canariesAt = async (words: readonly string[], current: string, lookUp: LookUp): Promise<readonly Candidate[]> => {
	const isWhole = current.includes('/');
	const found = await lookUp(isWhole ? current.split('/')[0] : written(words, '-n', '--namespace'));
	return found.map(({namespace, name}): Candidate => [isWhole ? `${namespace}/${name}` : name, namespace]);
};

const isNamespace = ({long}: Option): boolean => long === '--namespace';

const namespacesIn = async (lookUp: LookUp): Promise<readonly Candidate[]> =>
	[...new Set((await lookUp('')).map(({namespace}) => namespace))].toSorted().map((name): Candidate => [name, '']);

const within = async (
	command: Command,
	words: readonly string[],
	lookUp: LookUp,
): Promise<readonly [readonly Candidate[], number]> => {
	const current = words.at(-1) ?? '';
	const previous = words.length > 2 ? (words.at(-2) ?? '') : '';
	const [name = '', ...value] = current.split('=');
	const option = waiting(command, previous) ?? (value.length > 0 ? waiting(command, name) : undefined);
	if (option !== undefined) {
		const before = waiting(command, previous) === undefined ? `${name}=` : '';
		const values = isNamespace(option)
			? (await namespacesIn(lookUp)).map(([word, about]): Candidate => [`${before}${word}`, about])
			: valuesOf(option, before);
		return [values, option.flags.includes('<file>') ? FILES : NO_FILES];
	}

	if (current.startsWith('-')) {
		const shown = command.options.filter(({hidden}) => !hidden);
		const options = shown.map(({long, short, description}): Candidate => [long ?? short ?? '', description]);
		return [[...options, ['--help', 'display help for command']], NO_FILES];
	}

	const values = command.registeredArguments.flatMap(({argChoices}) => argChoices ?? []);
	const canaries = takesCanary(command) ? await canariesAt(words, current, lookUp) : [];
	return [[...values.map((one): Candidate => [one, '']), ...canaries], NO_FILES];
};

/** What may come, `words` being all that follows the program's name, the last one as far as it is typed. */
const completionsOf = async (program: Command, words: readonly string[], lookUp: LookUp): Promise<string> => {
	const current = words.at(-1) ?? '';
	const commands = commandsOf(program);
	const command = commands.find((one) => one.name() === words[0]);
	const [candidates, directive] =
		words.length <= 1
			? [commands.map((one): Candidate => [one.name(), one.description()]), NO_FILES]
			: command === undefined
				? [[], NO_FILES]
				: await within(command, words, lookUp);
	const lines = candidates
		.filter(([word]) => word.startsWith(current))
		.map(([word, about]) => (about === '' ? word : `${word}\t${about}`));
	return [...lines, `:${directive}`, ''].join('\n');
};

/** How long a shell is kept waiting for names. */
const PATIENCE_MS = 2000;

/** Asks the cluster that the words name. Whatever keeps it from telling, a shell is told no names and no error. */
const lookUpBy =
	(words: readonly string[]): LookUp =>
	async (namespace) => {
		const {openReader} = await import('../cluster-reader.ts');
		const kubeconfig = written(words, '--kubeconfig') ?? process.env['AVIARY_KUBECONFIG'];
		const context = written(words, '--context');
		try {
			const reader = openReader({...(kubeconfig && {kubeconfig}), ...(context && {context})});
			try {
				const where = namespace === '' ? undefined : (namespace ?? reader.namespace);
				const late = AbortSignal.timeout(PATIENCE_MS);
				const {promise: tooLate, reject} = Promise.withResolvers<never>();
				late.addEventListener('abort', () => reject(late.reason as Error), {once: true});
				const found = await Promise.race([reader.canaries(where), tooLate]);
				return found.map(({metadata}) => ({namespace: plain(metadata.namespace), name: plain(metadata.name)}));
			} finally {
				await reader.close();
			}
		} catch {
			return [];
		}
	};

/** Registers what kubectl's plugin of completions runs. */
export const registerComplete = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command(COMPLETE, {hidden: true})
		.argument('[words...]')
		.action(async (words: readonly string[]) => {
			terminal.write(await completionsOf(program, words, lookUpBy(words)));
			end(0);
		});
};
