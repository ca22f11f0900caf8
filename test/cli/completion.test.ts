// completion: scripts that shells take, for every command that there is.
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import test from 'ava';
import {run} from './desk.ts';

const execute = promisify(execFile);

const completed = async (words: string): Promise<readonly string[]> => {
	const {out} = await run(['completion', 'bash']);
	const count = words.split(' ').length - 1;
	const script = `${out}\nCOMP_WORDS=(${words.replace(/ $/, " ''")}); COMP_CWORD=${count}; _aviary; echo "\${COMPREPLY[*]}"`;
	const {stdout} = await execute('bash', ['--norc', '-c', script]);
	return stdout.trim().split(' ');
};

test('bash completes commands, options and values', async (t) => {
	t.deepEqual(await completed('aviary wa'), ['watch', 'wait']);
	t.true((await completed('aviary get --')).includes('--all-namespaces'));
	t.deepEqual(await completed('aviary get --output '), ['wide', 'json', 'yaml', 'name']);
	t.deepEqual(await completed('aviary completion f'), ['fish']);
});

test('every command is in every shell’s script, and another shell is refused', async (t) => {
	const help = (await run(['--help'])).out;
	const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+) .*$/gm)]
		.map(([, name]) => name ?? '')
		.filter((name) => name !== 'help' && name !== 'aviary');
	t.true(commands.length > 15);
	for (const shell of ['bash', 'zsh', 'fish']) {
		const {code, out} = await run(['completion', shell]);
		t.is(code, 0);
		t.deepEqual(
			commands.filter((name) => !out.includes(name)),
			[],
			shell,
		);
	}

	const {code, err} = await run(['completion', 'tcsh']);
	t.is(code, 2);
	t.regex(err, /Allowed choices are bash, zsh, fish; see aviary completion --help/);
});
