// The sandbox as a process of its own, measured from outside.
import {execFile, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

/** The command as it lies in the sources. */
export const sourceLauncher = fileURLToPath(new URL('../../cli/launcher.js', import.meta.url));

export type Subject = {
	/** From the start of the process to the line that says where everything is. */
	readonly readyMs: number;
	readonly apiUrl: string;
	/** Resident memory now, in MB. */
	memory(): Promise<number>;
	/** CPU time so far, in s. */
	cpu(): Promise<number>;
	stop(): Promise<void>;
};

const secondsOf = (text: string): number =>
	text
		.trim()
		.split(/[-:]/)
		.reduce((sum, part) => sum * 60 + Number(part), 0);

/** Linux tells hundredths of a second: user's and system's are the 14th and 15th field, after the name in brackets. */
const linuxCpu = (pid: number | undefined): number | undefined => {
	const file = `/proc/${pid}/stat`;
	const fields = existsSync(file) ? readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') : undefined;
	return fields && (Number(fields[11]) + Number(fields[12])) / 100;
};

const ps = async (child: ChildProcess, field: string): Promise<string> => {
	const {stdout} = await promisify(execFile)('ps', ['-o', `${field}=`, '-p', String(child.pid)]);
	return stdout;
};

/** Starts the sandbox and waits until it is ready. Rejects with what it said when it ends before. */
export const startSubject = async (launcher: string, words: readonly string[]): Promise<Subject> => {
	const begun = performance.now();
	const child = spawn(process.execPath, [launcher, 'sandbox', ...words], {stdio: ['ignore', 'pipe', 'pipe']});
	let said = '';
	const {promise: apiUrl, resolve, reject} = Promise.withResolvers<string>();
	child.stdout.on('data', (chunk) => {
		said = (said + String(chunk)).slice(-4000);
		const url = /API server +(http\S+)/.exec(said)?.[1];
		if (url !== undefined) {
			resolve(url);
		}
	});
	child.stderr.on('data', (chunk) => {
		process.stderr.write(String(chunk));
	});
	child.once('exit', () => {
		reject(new Error(`the sandbox ended: ${said}`));
	});
	const url = await apiUrl;
	return {
		readyMs: performance.now() - begun,
		apiUrl: url,
		memory: async () => Number(await ps(child, 'rss')) / 1024,
		cpu: async () => linuxCpu(child.pid) ?? secondsOf(await ps(child, 'time')),
		async stop() {
			const ended = once(child, 'exit');
			child.kill('SIGINT');
			await ended;
		},
	};
};
