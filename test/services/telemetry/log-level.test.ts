// The log's level from a file, as a mounted ConfigMap brings it: a link to a link that is replaced.
import {mkdtemp, mkdir, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Clock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import {followLogLevel} from '../../../services/telemetry/log-level.ts';

/** A clock whose next look is taken by the test; reading is real, so each look is awaited by the timer that it sets. */
const stage = async (t: ExecutionContext, file: string) => {
	const warnings: string[] = [];
	const taken: string[] = [];
	let looked = Promise.withResolvers<() => void>();
	const clock: Clock = {
		now: () => 0,
		monotonic: () => 0,
		setTimeout(callback) {
			looked.resolve(callback);
		},
		clearTimeout() {},
	};
	const log: Log = {
		debug() {},
		info() {},
		warn: (message, fields) => warnings.push(`${message}: ${String(fields?.['reason'] ?? fields?.['to'])}`),
		error() {},
	};
	t.teardown(followLogLevel({file, level: 'info', clock, log, setLevel: (level) => taken.push(level)}));
	let next = await looked.promise;
	const look = async (): Promise<void> => {
		looked = Promise.withResolvers();
		next();
		next = await looked.promise;
	};
	return {warnings, taken, look};
};

const directory = async (t: ExecutionContext): Promise<string> => {
	const path = await mkdtemp(join(tmpdir(), 'aviary-log-level-'));
	t.teardown(() => rm(path, {recursive: true}));
	return path;
};

test('a ConfigMap that is changed is followed, and one that goes gives the flag its say again', async (t) => {
	const mount = await directory(t);
	const publish = async (version: string, text: string): Promise<void> => {
		await mkdir(join(mount, version));
		await writeFile(join(mount, version, 'level'), text);
		await symlink(version, join(mount, 'next'));
		await rename(join(mount, 'next'), join(mount, '..data'));
	};
	await symlink('..data/level', join(mount, 'level'));
	const {taken, look} = await stage(t, join(mount, 'level'));
	t.deepEqual(taken, [], 'absent: the flag\u2019s');
	await publish('1', 'debug\n');
	await look();
	await look();
	t.deepEqual(taken, ['debug'], 'said once');
	await publish('2', ' warn ');
	await look();
	await rm(join(mount, '..data'));
	await look();
	t.deepEqual(taken, ['debug', 'warn', 'info']);
});

test('what is no level, or cannot be read, changes nothing and is said once', async (t) => {
	const file = join(await directory(t), 'level');
	await writeFile(file, 'debug');
	const {taken, warnings, look} = await stage(t, file);
	await writeFile(file, 'verbose');
	await look();
	await look();
	await rm(file);
	await mkdir(file);
	await look();
	await look();
	t.deepEqual(taken, ['debug']);
	t.is(warnings.length, 3, warnings.join('\n'));
	t.regex(warnings[1] ?? '', /"verbose" is none of debug, info, warn, error/);
	t.regex(warnings[2] ?? '', /EISDIR/);
});
