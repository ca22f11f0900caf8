// completion: scripts that shells take, for every command that there is.
import {execFile} from 'node:child_process';
import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {casesWith, programNamed} from '../kubectl/program.ts';
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

/** What kubectl's plugin of completions says for the words, without descriptions; the directive last. */
const plugged = async (...words: readonly string[]): Promise<readonly string[]> => {
	const {code, out} = await run(['__complete', '--', ...words]);
	if (code !== 0) throw new Error(`exit code ${code}`);
	return out
		.trim()
		.split('\n')
		.map((line) => line.split('\t')[0] ?? '');
};

test('for kubectl: one a line with what it is, then cobra’s directive', async (t) => {
	t.deepEqual(await plugged('wa'), ['watch', 'wait', ':4']);
	const {out} = await run(['__complete', '--', 'exp']);
	t.is(out, 'explain\tsay what a Canary does, what it waits for, and what you can do\n:4\n');
	const all = await plugged('');
	t.true(all.length > 15);
	t.false(all.some((word) => word.startsWith('_')));
	t.deepEqual(await plugged('get', '--all'), ['--all-namespaces', ':4']);
	t.deepEqual(await plugged('get', '-A', '-o', ''), ['wide', 'json', 'yaml', 'name', ':4']);
	t.deepEqual(await plugged('get', '--output', 'n'), ['name', ':4']);
	t.deepEqual(await plugged('get', '--output=j'), ['--output=json', ':4']);
	t.deepEqual(await plugged('completion', 'z'), ['zsh', ':4']);
	t.deepEqual(await plugged('get', '--context', ''), [':4']);
	t.deepEqual(await plugged('get', '--kubeconfig', ''), [':0'], 'the shell’s own files');
	t.deepEqual(await plugged('nothing', ''), [':4']);
	t.deepEqual(await plugged(), await plugged(''));
});

/** A folder with kubectl's plugin in it, and what kubectl asks for completions. */
const pluginFolder = async (t: ExecutionContext): Promise<string> => {
	const directory = await mkdtemp(join(tmpdir(), 'aviary-plugin-'));
	t.teardown(() => rm(directory, {recursive: true}));
	const launcher = fileURLToPath(new URL('../../cli/launcher.js', import.meta.url));
	for (const name of ['kubectl-aviary', 'kubectl_complete-aviary']) {
		await symlink(launcher, join(directory, name));
	}

	return directory;
};

test('the plugin answers by the name that kubectl looks for', async (t) => {
	const plugin = join(await pluginFolder(t), 'kubectl_complete-aviary');
	const {stdout} = await execute(process.execPath, [plugin, 'get', '--wat']);
	t.regex(stdout, /^--watch\t[^\n]+\n:4\n$/);
});

const withKubectl = casesWith('kubectl');

withKubectl('kubectl finds it beside its plugin, and completes with it', async (t) => {
	const kubectl = programNamed('kubectl') ?? '';
	const env = {...process.env, PATH: [await pluginFolder(t), process.env['PATH'] ?? ''].join(delimiter)};
	const asked = await execute(kubectl, ['__complete', 'aviary', 'wa'], {env});
	t.regex(asked.stdout, /^watch\t[^\n]+\nwait\t[^\n]+\n:4\n/);
	const flags = await execute(kubectl, ['__completeNoDesc', 'aviary', 'get', '--all'], {env});
	t.regex(flags.stdout, /^--all-namespaces\n:4\n/);
});
