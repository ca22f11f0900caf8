// A shell that somebody types into: lines from the input, a prompt and an echo where there is a terminal.
import {runLine} from './commands.ts';
import type {Terminal} from './terminal.ts';

const PROMPT = '~ $ ';
// There is no history and no cursor to move.
const arrows = new RegExp(String.raw`\x1B(?:\[[\d;]*[A-Za-z~]|O[A-Z])`, 'gu');
const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\u0008', '\u007F'];

export type Prompt = {
	/** What was typed. */
	hear(text: string): void;
	/** There will be no more input. */
	end(): void;
	/** The shell's exit code, once it has ended. */
	readonly ended: Promise<number>;
};

type Runner = {
	/** Whether a line is running. */
	isBusy(): boolean;
	/** One line after the other; what is entered meanwhile waits. */
	enter(line: string): void;
	/** Ends the line that is running. */
	interrupt(): void;
	/** Ends the shell at once. */
	finish(): void;
	/** Ends the shell once all that was entered has run. */
	finishAfterwards(): void;
};

/** Runs lines until one of them is `exit`; `prompt` is called after each other one. */
const createRunner = (
	terminal: Terminal,
	signal: AbortSignal,
	{isAlive, prompt, over}: {isAlive: () => boolean; prompt: () => void; over: (code: number) => void},
): Runner => {
	const lines: string[] = [];
	let code = 0;
	let running: AbortController | undefined;
	let working: Promise<void> = Promise.resolve();
	const finish = (): void => {
		over(code);
	};

	const run = async (line: string): Promise<void> => {
		running = new AbortController();
		code = await runLine(line, terminal, AbortSignal.any([signal, running.signal]));
		running = undefined;
	};

	const work = async (): Promise<void> => {
		for (let line = lines.shift(); line !== undefined && isAlive(); line = lines.shift()) {
			const [, leaving] = /^\s*exit(?:\s+(\d+))?\s*$/u.exec(line) ?? [];
			if (/^\s*exit\b/u.test(line)) {
				code = leaving === undefined ? code : Number(leaving);
				finish();
			} else {
				await run(line);
				prompt();
			}
		}
	};

	return {
		isBusy: () => running !== undefined,
		enter(line) {
			lines.push(line);
			working = working.then(work);
		},
		interrupt() {
			running?.abort();
		},
		finish,
		finishAfterwards() {
			working = working.then(finish);
		},
	};
};

/** Opens a shell; the signal ends it and what it runs. */
export const openPrompt = (terminal: Terminal, signal: AbortSignal): Prompt => {
	const {promise: ended, resolve} = Promise.withResolvers<number>();
	let typed = '';
	let isOver = false;
	const isAlive = (): boolean => !isOver && !signal.aborted;
	const prompt = (): void => {
		if (terminal.hasTty && isAlive()) terminal.out(PROMPT);
	};

	const over = (code: number): void => {
		isOver = true;
		resolve(code);
	};

	const runner = createRunner(terminal, signal, {isAlive, prompt, over});
	const enter = (): void => {
		const line = typed;
		typed = '';
		runner.enter(line);
	};

	const echo = (text: string): void => {
		if (terminal.hasTty) terminal.out(text);
	};

	const key = (letter: string): void => {
		if (letter === '\r' || letter === '\n') {
			echo('\n');
			enter();
		} else if (letter === INTERRUPT && terminal.hasTty) {
			typed = '';
			echo('^C\n');
			if (!runner.isBusy()) prompt();
			runner.interrupt();
		} else if (letter === END && terminal.hasTty) {
			if (typed === '' && !runner.isBusy()) runner.finish();
		} else if ((letter === DELETE || letter === BACKSPACE) && terminal.hasTty) {
			if (typed !== '') echo('\b \b');
			typed = typed.slice(0, -1);
		} else {
			typed += letter;
			echo(letter);
		}
	};

	signal.addEventListener('abort', () => runner.finish(), {once: true});
	prompt();
	return {
		hear(text) {
			for (const letter of text.replaceAll(arrows, '')) key(letter);
		},
		end() {
			if (typed !== '') enter();
			runner.finishAfterwards();
		},
		ended,
	};
};
