// What a person at a terminal is told when a command cannot do what was asked: one line, with what to do about it.

/** A command's failure in words; `exitCode` 2 for a wrong command line, 1 for everything else. */
export class CommandError extends Error {
	readonly remedy: string;
	readonly exitCode: number;

	constructor(text: string, remedy: string, {exitCode = 1, cause}: {exitCode?: number; cause?: unknown} = {}) {
		super(text, {cause});
		this.name = 'CommandError';
		this.remedy = remedy;
		this.exitCode = exitCode;
	}
}
