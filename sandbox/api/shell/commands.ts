// The commands that simulated pods know: what the walk-throughs type, and little more.
import {sleep} from '../../../services/clock.ts';
import {curl, wget} from './curl.ts';
import {hey} from './hey.ts';
import {INTERRUPTED, type Command, type Terminal} from './terminal.ts';

const NOT_FOUND = 127;
const WATCH_SECONDS = 2;

/** Splits as a shell does: at spaces that no quotes enclose. */
const words = (line: string): readonly string[] =>
	[...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/gu)].map(([word]) =>
		word.replaceAll(/'([^']*)'|"([^"]*)"/gu, (_all, single?: string, double?: string) => single ?? double ?? ''),
	);

/** Runs one line: commands with `;` between them. Answers the last one's exit code. */
export const runLine = async (line: string, terminal: Terminal, signal: AbortSignal): Promise<number> => {
	let code = 0;
	for (const part of line.split(/;(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/u)) {
		const typed = words(part.replace(/(?:^|\s)#.*$/u, ''));
		if (typed.length > 0 && !signal.aborted) code = await runCommand(typed, terminal, signal);
	}

	return code;
};

/** `watch [-n SECONDS] COMMAND`: again and again, until ^C. */
const watch: Command = async (args, terminal, signal) => {
	const [first = '', second = ''] = args;
	const given = /^-n(\d*(?:\.\d+)?)$/u.exec(first)?.[1];
	const skipped = given === undefined ? 0 : given === '' ? 2 : 1;
	const seconds = Math.max(0.1, given === undefined ? WATCH_SECONDS : Number(given === '' ? second : given));
	const inner = args.slice(skipped);
	if (inner.length === 0 || Number.isNaN(seconds)) {
		terminal.err('Usage: watch [-n seconds] command\n');
		return 1;
	}

	while (!signal.aborted) {
		if (terminal.hasTty) terminal.out(`\u001B[H\u001B[2JEvery ${seconds.toFixed(1)}s: ${inner.join(' ')}\n\n`);
		await runLine(inner.join(' '), terminal, signal);
		terminal.out('\n');
		await sleep(terminal.clock, seconds * 1000, signal).catch(() => undefined);
	}

	return INTERRUPTED;
};

const pause: Command = async ([seconds = ''], {clock}, signal) => {
	await sleep(clock, Number.parseFloat(seconds) * 1000 || 0, signal).catch(() => undefined);
	return signal.aborted ? INTERRUPTED : 0;
};

const sh: Command = async (args, terminal, signal) => {
	if (args[0] === '-c') return runLine(args[1] ?? '', terminal, signal);
	terminal.err('sh: only -c is known here\n');
	return 2;
};

const saying =
	(say: (terminal: Terminal, args: readonly string[]) => string): Command =>
	async (args, terminal) => {
		terminal.out(say(terminal, args));
		return 0;
	};

const commands: Readonly<Record<string, Command>> = {
	bash: sh,
	curl,
	echo: saying((_terminal, args) => `${args.join(' ')}\n`),
	env: saying(({env}) =>
		Object.entries(env)
			.map(([name, value]) => `${name}=${value}\n`)
			.join(''),
	),
	false: async () => 1,
	hey,
	hostname: saying(({pod}) => `${pod}\n`),
	sh,
	sleep: pause,
	true: async () => 0,
	watch,
	wget,
};

/** True for a command that, without arguments, reads what to do line by line. */
export const isShell = ([name = '', ...args]: readonly string[]): boolean =>
	['sh', 'bash'].includes(name.replace(/^.*\//u, '')) && args.every((arg) => ['-i', '-l'].includes(arg));

/** Runs a command by its words; one that is unknown says what there is, and answers 127. */
export const runCommand: Command = async ([name = '', ...args], terminal, signal) => {
	const found = name.replace(/^(?:\/usr)?(?:\/local)?\/s?bin\//u, '');
	if (Object.hasOwn(commands, found)) return (commands[found] as Command)(args, terminal, signal);
	const known = Object.keys(commands).join(', ');
	terminal.err(`sh: ${name}: not found. The sandbox has no containers; its pods know ${known}\n`);
	return NOT_FOUND;
};
