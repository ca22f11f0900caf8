// The first signal asks to stop, a later one ends at once; one press of Ctrl-C that arrives twice is one.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';

const signals = new URL('../../cli/signals.ts', import.meta.url).href;
const program = `
	const {onStopSignal} = await import('${signals}');
	const stop = onStopSignal();
	setInterval(() => {}, 1000);
	console.log('ready');
	await stop.asked;
	console.log('asked');
`;

const start = async (): Promise<ChildProcess> => {
	const child = spawn(process.execPath, ['--input-type=module', '-e', program], {stdio: ['ignore', 'pipe', 'inherit']});
	await once(child.stdout ?? child, 'data');
	return child;
};

test('a second signal ends the process with code 1', async (t) => {
	const child = await start();
	const asked = once(child.stdout ?? child, 'data');
	child.kill('SIGINT');
	t.is(String((await asked)[0]), 'asked\n');
	await sleep(600);
	const end = once(child, 'exit');
	child.kill('SIGTERM');
	t.deepEqual(await end, [1, null]);
});

test('the same press twice is one signal', async (t) => {
	const child = await start();
	const asked = once(child.stdout ?? child, 'data');
	child.kill('SIGINT');
	await asked;
	child.kill('SIGINT');
	await sleep(300);
	t.is(child.exitCode, null);
	const end = once(child, 'exit');
	child.kill('SIGKILL');
	await end;
});
