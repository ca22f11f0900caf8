// Plays the container runtime for the image's root file system: its entry point as its user, on a read-only root, with
// /proc, /dev and nothing else of this machine but the network. Where that is not allowed, only the environment is kept
// away.
import {spawn, spawnSync, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {text} from 'node:stream/consumers';

export type Instruction = {readonly name: string; readonly value: string};

/** The Dockerfile's stages, each from its FROM on. */
export const stagesOf = (dockerfile: string): ReadonlyArray<readonly Instruction[]> => {
	const stages: Instruction[][] = [];
	for (const [, name = '', value = ''] of dockerfile.matchAll(/^([A-Z]+) (.+)$/gmu)) {
		if (name === 'FROM') {
			stages.push([]);
		}

		stages.at(-1)?.push({name, value});
	}

	return stages;
};

/** What the Dockerfile's last stage says of how the image is run. */
const configOf = (dockerfile: string) => {
	const stage = stagesOf(dockerfile).at(-1) ?? [];
	const last = (wanted: string): string => stage.findLast(({name}) => name === wanted)?.value ?? '';
	const env = stage.filter(({name}) => name === 'ENV').map(({value}) => value.split('=') as [string, string]);
	return {
		user: last('USER'),
		env: Object.fromEntries(env),
		entrypoint: JSON.parse(last('ENTRYPOINT')) as readonly string[],
	};
};

const config = configOf(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8'));

/** Whether this machine lets us give a process another root. */
export const canIsolate = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

const ISOLATED = [
	'set -e',
	'root=$1 user=$2',
	'shift 2',
	'mount --bind "$root" "$root"',
	'mount --rbind /proc "$root/proc"',
	'mount --rbind /dev "$root/dev"',
	'mount -o remount,bind,ro "$root"',
	'exec chroot --userspec="$user" --groups= "$root" "$@"',
].join('\n');

/** Starts the entry point with these arguments; `env` is laid over the image's own. */
export const startImage = async (
	root: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<ChildProcessWithoutNullStreams> => {
	const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
	const options = {env: {PATH, ...config.env, ...env}, stdio: 'pipe' as const};
	if (canIsolate) {
		// A container runtime makes them, too.
		await Promise.all(['proc', 'dev'].map((name) => mkdir(path.join(root, name), {recursive: true})));
		const {user, entrypoint} = config;
		return spawn('unshare', ['--mount', 'sh', '-c', ISOLATED, 'sh', root, user, ...entrypoint, ...args], options);
	}

	const [program = '', ...words] = config.entrypoint.map((word) =>
		word.startsWith('/') ? path.join(root, word) : word,
	);
	return spawn(program, [...words, ...args], options);
};

/** Runs the entry point to its end. */
export const runImage = async (root: string, args: readonly string[]) => {
	const child = await startImage(root, args);
	const [out, err, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'close') as Promise<[number | null]>,
	]);
	return {out, err, code};
};
