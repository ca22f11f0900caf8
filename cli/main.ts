// The aviary command: which subcommands there are, and what a person is told when one of them fails.
import {Command, CommanderError} from 'commander';
import {registerComplete} from './commands/complete.ts';
import {registerCompletion} from './commands/completion.ts';
import {registerDaemon} from './commands/daemon.ts';
import {registerDiff} from './commands/diff.ts';
import {registerDoctor} from './commands/doctor.ts';
import {registerExplain} from './commands/explain.ts';
import {registerGet} from './commands/get.ts';
import {registerHistory} from './commands/history.ts';
import {registerInstall} from './commands/install.ts';
import {registerLogs} from './commands/logs.ts';
import {registerMigrate} from './commands/migrate.ts';
import {registerReport} from './commands/report.ts';
import {registerRollout} from './commands/rollout.ts';
import {registerSandbox} from './commands/sandbox.ts';
import {registerStatechart} from './commands/statechart.ts';
import {registerSteering} from './commands/steer.ts';
import {registerVersion, versionText} from './commands/version.ts';
import {registerWait} from './commands/wait.ts';
import {registerWatch} from './commands/watch.ts';
import {CommandError} from './errors.ts';
import {examples} from './flags.ts';
import {ourWordFor} from './other-words.ts';
import {processTerminal, type Terminal} from './terminal.ts';

export type Io = {
	readonly terminal: Terminal;
	/** Takes a failure's line, with its line end. */
	readonly complain: (text: string) => void;
	/** Ends the process once a command that ran has stopped. */
	readonly finish: (code: number) => void;
};

type Outcome = {code: number};

/** Under which head of the help a command stands. */
const groupsOf: Readonly<Record<string, readonly string[]>> = {
	'See what happens:': ['get', 'explain', 'watch', 'wait', 'history', 'report', 'diff', 'logs', 'statechart'],
	'Steer a run:': ['pause', 'resume', 'promote', 'rollback', 'retry', 'skip', 'set-weight'],
	'Set up and mend:': ['install', 'doctor', 'migrate'],
	'Run it:': ['daemon', 'sandbox', 'rollout'],
};
const groups: Readonly<Record<string, string>> = Object.fromEntries(
	Object.entries(groupsOf).flatMap(([group, names]) => names.map((name) => [name, group])),
);

const createProgram = ({terminal, complain, finish}: Io, outcome: Outcome): Command => {
	const end = (code: number): void => {
		outcome.code = code;
	};

	const last = (code: number): void => {
		end(code);
		finish(code);
	};

	const program = new Command('aviary')
		.description('Progressive delivery for Kubernetes: every Canary is a statechart that anyone can read.')
		.version(versionText().trimEnd(), '-V, --version', 'print the versions of aviary, Node and XState')
		.addHelpText('after', examples('aviary sandbox', 'aviary get -A', 'aviary explain test/podinfo'))
		// Commander's own refusals are said below, on one line.
		.configureOutput({
			writeOut: (text) => terminal.write(text),
			writeErr: complain,
			outputError() {},
		})
		.exitOverride();
	// Subcommands inherit what is set above.
	registerDaemon(program, last);
	registerSandbox(program, last);
	registerGet(program, terminal, {end, finish: last});
	registerExplain(program, terminal, end);
	registerHistory(program, terminal, end);
	registerReport(program, terminal, end);
	registerWatch(program, terminal, last);
	registerWait(program, terminal, end);
	registerDiff(program, terminal, end);
	registerLogs(program, terminal, last);
	registerSteering(program, terminal, end);
	registerRollout(program, terminal, last);
	registerDoctor(program, terminal, end);
	registerInstall(program, terminal, end);
	registerMigrate(program, {terminal, complain}, end);
	registerStatechart(program, terminal, end);
	registerCompletion(program, terminal, end);
	registerComplete(program, terminal, end);
	registerVersion(program, terminal, end);
	// Commander's own `help` stands where what has no head of its own does.
	program.commandsGroup('For the shell:').helpCommand(true);
	for (const command of program.commands) {
		command.helpGroup(groups[command.name()] ?? 'For the shell:');
	}

	return program;
};

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim();

/** What to say of a failure, and the exit code. */
const verdictOn = (
	error: unknown,
	help: string,
	[word = '', ...rest]: readonly string[],
): {text: string; code: number} => {
	const ours = error instanceof CommanderError && error.code === 'commander.unknownCommand' && ourWordFor(word, rest);
	if (ours) {
		return {text: `there is no command ${word}: ${ours}`, code: 2};
	}

	if (error instanceof CommanderError) {
		return {text: `${error.message.replace(/^error: /, '').replace(/\.$/, '')}; see ${help}`, code: 2};
	}

	if (error instanceof CommandError) {
		return {text: `${error.message}; ${error.remedy}`, code: error.exitCode};
	}

	const text = error instanceof Error ? error.message : String(error);
	return {text: `${text}; --log-level debug tells more`, code: 1};
};

/** Runs one command line (without node and script); resolves to the exit code, and never rejects. */
export const runCommand = async (words: readonly string[], io: Io): Promise<number> => {
	const outcome: Outcome = {code: 0};
	const program = createProgram(io, outcome);
	let running = program;
	program.hook('preAction', (_, command) => {
		running = command;
	});
	try {
		await program.parseAsync(words.length === 0 ? ['--help'] : [...words], {from: 'user'});
		return outcome.code;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) {
			return 0;
		}

		const asked = running === program ? program.commands.find((one) => one.name() === words[0]) : running;
		const {text, code} = verdictOn(error, `${asked === undefined ? 'aviary' : `aviary ${asked.name()}`} --help`, words);
		io.complain(`aviary: ${oneLine(text)}\n`);
		if (asked?.opts()['logLevel'] === 'debug' && error instanceof Error && !(error instanceof CommanderError)) {
			io.complain(`${error.stack ?? ''}\n${error.cause instanceof Error ? `${error.cause.stack ?? ''}\n` : ''}`);
		}

		// What the command began may keep the process alive.
		io.finish(code);
		return code;
	}
};

/** Runs the process's own command line. */
export const runProcess = async (): Promise<void> => {
	// `aviary get | head` closes the pipe before all is written.
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		process.exit(error.code === 'EPIPE' ? 0 : 1);
	});
	process.exitCode = await runCommand(process.argv.slice(2), {
		terminal: processTerminal(),
		complain: (text) => process.stderr.write(text),
		finish: (code) => process.exit(code),
	});
};

if (import.meta.main) {
	await runProcess();
}
