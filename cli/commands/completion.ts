// `aviary completion`: a script with which a shell completes commands, their options, and values that are known.
import {Argument, type Command} from 'commander';
import {examples, logLevel} from '../flags.ts';
import type {Terminal} from '../terminal.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** A command by its name, and the words that can follow it. */
type Words = {
	readonly name: string;
	readonly about: string;
	readonly options: ReadonlyArray<{
		readonly long: string;
		readonly about: string;
		readonly values: readonly string[];
		readonly takesValue: boolean;
	}>;
	/** Of its arguments. */
	readonly values: readonly string[];
	/** Its first argument is a Canary's name. */
	readonly takesCanary: boolean;
};

/** The command that kubectl's plugin of completions runs; no help has it. */
export const COMPLETE = '__complete';

/** Whether the first argument is a Canary's name. */
export const takesCanary = ({registeredArguments: [first]}: Command): boolean => first?.name() === 'name';

/** The commands that people type. */
export const commandsOf = (program: Command): readonly Command[] =>
	program.commands.filter((command) => command.name() !== COMPLETE);

const wordsOf = (program: Command): readonly Words[] =>
	commandsOf(program).map((command) => ({
		name: command.name(),
		about: command.description(),
		options: [
			...command.options
				.filter(({long, hidden}) => long !== undefined && long !== null && !hidden)
				.map(({long, description, argChoices, required, optional}) => ({
					long: long ?? '',
					about: description,
					values: argChoices ?? [],
					takesValue: required || optional,
				})),
			{long: '--help', about: 'display help for command', values: [], takesValue: false},
		],
		values: command.registeredArguments.flatMap(({argChoices}) => argChoices ?? []),
		takesCanary: takesCanary(command),
	}));

/** In single quotes, for any of the shells; fish and the POSIX ones end them alike. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`;

const bashOf = (all: readonly Words[], name: string, shell: 'bash' | 'zsh'): string => {
	const cases = all.map(({name: command, options, values}) => {
		const words = [...values, ...options.map(({long}) => long)].join(' ');
		return `    ${command}) words=${quoted(words)} ;;`;
	});
	const valued = all.flatMap(({name: command, options}) =>
		options
			.filter(({values}) => values.length > 0)
			.map(({long, values}) => `    ${command}:${long}) words=${quoted(values.join(' '))} ;;`),
	);
	return [
		...(shell === 'zsh' ? [`#compdef ${name}`, 'autoload -U +X bashcompinit && bashcompinit'] : []),
		'_aviary() {',
		// What completion hands over is a word list of its own: no other function of the shell is needed.
		'  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
		'  if [ "$COMP_CWORD" -eq 1 ]; then',
		`    words=${quoted([...all.map(({name: command}) => command), '--help'].join(' '))}`,
		'  else',
		'    case "${COMP_WORDS[1]}" in',
		...cases,
		'    esac',
		'    case "${COMP_WORDS[1]}:$previous" in',
		...valued,
		'    esac',
		'  fi',
		// Names are the cluster's: whoever typed no option yet, or waits for a namespace, is told them.
		'  if [ "$COMP_CWORD" -gt 1 ] && { [ "${current#-}" = "$current" ] || [ "$previous" = -n ]; }; then',
		`    words="$words $(${name} ${COMPLETE} -- "\${COMP_WORDS[@]:1}" 2>/dev/null | sed '/^:/d' | cut -f 1)"`,
		'  fi',
		'  COMPREPLY=($(compgen -W "$words" -- "$current"))',
		'}',
		`complete -o default -F _aviary ${name} kubectl-${name}`,
		'',
	].join('\n');
};

/** What the cluster tells, asked when the shell completes. */
const fishNames = (name: string): string =>
	`'(${name} ${COMPLETE} -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null | string match -v ":*")'`;

const fishOf = (all: readonly Words[], name: string): string =>
	[
		...all.map(
			({name: command, about}) => `complete -c ${name} -f -n __fish_use_subcommand -a ${command} -d ${quoted(about)}`,
		),
		...all.flatMap(({name: command, options, values, takesCanary}) => [
			...(takesCanary
				? [`complete -c ${name} -f -n '__fish_seen_subcommand_from ${command}' -a ${fishNames(name)}`]
				: []),
			...(values.length === 0
				? []
				: [`complete -c ${name} -f -n '__fish_seen_subcommand_from ${command}' -a ${quoted(values.join(' '))}`]),
			...options.map(({long, about, values: known, takesValue}) => {
				const follows = known.length > 0 ? ` -x -a ${quoted(known.join(' '))}` : takesValue ? ' -r' : '';
				const option = `-l ${long.slice(2)}${follows} -d ${quoted(about)}`;
				return `complete -c ${name} -n '__fish_seen_subcommand_from ${command}' ${option}`;
			}),
		]),
		'',
	].join('\n');

/** The script for a shell, of the commands that there are. */
const completionOf = (program: Command, shell: Shell): string => {
	const words = wordsOf(program);
	return shell === 'fish' ? fishOf(words, program.name()) : bashOf(words, program.name(), shell);
};

/** Registers `completion`. */
export const registerCompletion = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('completion')
		.description('print the script with which a shell completes the command line')
		.addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
		.addOption(logLevel())
		.addHelpText(
			'after',
			`\nkubectl aviary is completed by kubectl’s own script, with kubectl_complete-aviary on the PATH.\n${examples(
				'source <(aviary completion bash)',
				'aviary completion zsh > "${fpath[1]}/_aviary"',
				'aviary completion fish > ~/.config/fish/completions/aviary.fish',
			)}`,
		)
		.action((shell: Shell) => {
			terminal.write(completionOf(program, shell));
			end(0);
		});
};
