// Flags by the environment: a process of its own, for the environment is the process's.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import test from 'ava';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

const daemon = (environment: Readonly<Record<string, string>>, ...flags: readonly string[]) =>
	spawnSync(process.execPath, [main, 'daemon', ...flags], {
		encoding: 'utf8',
		env: {...process.env, ...environment},
		timeout: 300_000,
	});

test('a wrong value from the environment is refused with the name of its variable', (t) => {
	const {status, stderr} = daemon({AVIARY_CONTROL_LOOP_INTERVAL: 'soon'});
	t.is(status, 2);
	t.regex(stderr, /^aviary: .*--control-loop-interval.*'soon'.*AVIARY_CONTROL_LOOP_INTERVAL.*\n$/);
});

test('the flag wins over the environment', (t) => {
	const {status, stderr} = daemon({AVIARY_PORT: 'many'}, '--port', 'few');
	t.is(status, 2);
	t.regex(stderr, /'few'/);
	t.notRegex(stderr, /many/);
});
