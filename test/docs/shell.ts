// One bash for a page, as its reader has one: what a block exports, defines and starts is there for the next.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {randomUUID} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

export type Shell = {
	/** Runs a script; answers what it and jobs before it printed, and whether it ended well. */
	run(script: string): Promise<{readonly output: string; readonly isGood: boolean}>;
	/** Ends the shell and everything that was started in it. */
	close(): Promise<void>;
};

/** A block that is not done by then has failed; what waits in it has bounds of its own, and better words. */
const BLOCK_MS_MAX = 100_000;

// A failing command ends the shell. Jobs that are process groups of their own end with it as well.
const PROLOGUE = `set -e -o pipefail
trap 'for job in $(jobs -p); do kill -- -$job 2>/dev/null || kill $job 2>/dev/null || true; done; wait' EXIT
`;

/** Starts a shell in a folder. `scratch` is for its scripts. */
export const openShell = (cwd: string, scratch: string, env: NodeJS.ProcessEnv): Shell => {
	const bash = spawn('bash', ['--noprofile', '--norc'], {cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe']});
	const exited = once(bash, 'exit');
	const closed = once(bash, 'close');
	let output = '';
	let hear = (): void => {};
	for (const stream of [bash.stdout, bash.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => {
			output += chunk;
			hear();
		});
	}

	// Broken where a block has ended the shell.
	bash.stdin.on('error', () => {});
	bash.stdin.write(PROLOGUE);
	const endGroup = (): void => {
		try {
			if (bash.pid !== undefined) process.kill(-bash.pid, 'SIGTERM');
		} catch {
			// Nothing is left of it.
		}
	};
	let count = 0;
	const run: Shell['run'] = async (script) => {
		output = '';
		const file = path.join(scratch, `block-${++count}.sh`);
		await writeFile(file, script);
		const mark = `[end of block ${randomUUID()}]`;
		const {promise: done, resolve} = Promise.withResolvers<void>();
		hear = () => {
			if (output.includes(mark)) resolve();
		};
		const limit = setTimeout(endGroup, BLOCK_MS_MAX);
		bash.stdin.write(`. '${file}' </dev/null 2>&1\necho '${mark}'\n`);
		await Promise.race([done, closed]);
		clearTimeout(limit);
		const [said = '', ...rest] = output.split(mark);
		return {output: said, isGood: rest.length > 0};
	};

	return {
		run,
		async close() {
			bash.stdin.end();
			const limit = setTimeout(endGroup, 30_000);
			await exited;
			clearTimeout(limit);
			endGroup();
			await closed;
		},
	};
};
