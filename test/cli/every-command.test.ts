// What holds for every command: examples in its help, and failures that say what to do, on one line, without a stack.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {writeKubeconfig} from '../../sandbox/api/kubeconfig.ts';
import {run, type Outcome} from './desk.ts';

/** Arguments with which each command asks the API server; none where a command needs none, or never gives up. */
const asking: Readonly<Record<string, readonly string[] | undefined>> = {
	completion: undefined,
	daemon: undefined,
	diff: ['test/podinfo'],
	doctor: [],
	explain: ['test/podinfo'],
	get: ['-A'],
	history: ['test/podinfo'],
	install: undefined,
	logs: ['test/podinfo'],
	migrate: undefined,
	pause: ['test/podinfo', '--reason', 'so'],
	promote: ['test/podinfo', '--reason', 'so'],
	report: ['test/podinfo'],
	resume: ['test/podinfo', '--reason', 'so'],
	retry: ['test/podinfo', '--reason', 'so'],
	rollback: ['test/podinfo', '--reason', 'so'],
	rollout: undefined,
	sandbox: undefined,
	'set-weight': ['test/podinfo', '20', '--reason', 'so'],
	skip: ['test/podinfo', '--reason', 'so'],
	statechart: ['test/podinfo'],
	version: undefined,
	wait: ['test/podinfo'],
	watch: ['test/podinfo'],
};

/** What the others cannot do without. */
const needed: Readonly<Record<string, readonly string[]>> = {migrate: ['-f', import.meta.filename]};

const commands = async (): Promise<readonly string[]> => {
	const {out} = await run(['--help']);
	const [list = ''] = out.split('\nExamples:\n');
	const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name ?? '');
	return names.filter((name) => name !== 'help' && name !== 'aviary').toSorted();
};

const withArguments = Object.entries(asking).flatMap(([name, words]) =>
	words === undefined ? [] : [[name, ...words]],
);

test('this list is of all commands', async (t) => {
	t.deepEqual(await commands(), Object.keys(asking).toSorted());
});

test('the help of every command ends with examples of its own', async (t) => {
	for (const name of await commands()) {
		const {code, out} = await run([name, '--help']);
		t.is(code, 0, name);
		const [, examples = ''] = out.split('\nExamples:\n');
		t.true(examples.trim() !== '' && examples.includes(`aviary ${name}`), `${name}: ${examples}`);
	}
});

test('a flag that no command has, and a form of output that one lacks: one line, the help or the forms named, and 2', async (t) => {
	const formed: string[] = [];
	for (const name of await commands()) {
		const strange = await run([name, ...(asking[name] ?? needed[name] ?? []), '--strange']);
		t.is(strange.code, 2, name);
		t.is(strange.out, '', name);
		t.is(strange.err, `aviary: unknown option '--strange'; see aviary ${name} --help\n`);
		const {out} = await run([name, '--help']);
		if (/--output <format>/.test(out)) {
			formed.push(name);
			const {code, err} = await run([name, ...(asking[name] ?? []), '-o', 'smoke']);
			t.is(code, 2, name);
			t.regex(
				err,
				/^aviary: option '[^']*--output <format>' argument 'smoke' is invalid\. Allowed choices are [^\n]+\n$/,
			);
		}
	}

	for (const name of ['get', 'explain', 'history', 'report', 'doctor', 'wait', 'watch', 'pause']) {
		t.true(formed.includes(name), `${name} prints for people alone`);
	}
});

/** Which options a command's help names, `--namespace` without its value. */
const optionsOf = async (name: string): Promise<readonly string[]> => {
	const {out} = await run([name, '--help']);
	return [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option ?? '');
};

test('every command that asks an API server can be told which, as whom and where', async (t) => {
	const common = ['--namespace', '--kubeconfig', '--context', '--log-level'];
	for (const [name = ''] of [...withArguments, ['rollout']]) {
		const options = await optionsOf(name);
		t.deepEqual(
			common.filter((option) => !options.includes(option)),
			[],
			name,
		);
	}
});

test('docs/cli.md tells which forms of output every command has', async (t) => {
	const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
	const [, section = ''] = page.split('\n## Forms of output\n');
	const [table = ''] = section.split('\n## ');
	const wordsOf = (cell: string): readonly string[] => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, word]) => word ?? '');
	const told = [...table.matchAll(/^\| (`[^|]+) \| ([^|]*) \|/gm)].flatMap(([, names = '', forms = '']) =>
		wordsOf(names).map((name) => [name, wordsOf(forms)] as const),
	);
	t.deepEqual(told.map(([name]) => name).toSorted(), Object.keys(asking).toSorted());
	for (const [name, forms] of told) {
		const help = (await run([name, '--help'])).out.replaceAll(/\s+/g, ' ');
		const [, choices = ''] = /--output <format>[^(]*\(choices: ((?:"[a-z]+"(?:, )?)+)/.exec(help) ?? [];
		t.deepEqual(
			forms,
			[...choices.matchAll(/"([a-z]+)"/g)].map(([, form]) => form ?? ''),
			name,
		);
	}
});

/** One line, that names a remedy after a semicolon. */
const isForPeople = ({out, err}: Outcome): boolean =>
	/^aviary: [^\n]+; [^\n]+\n$/.test(err) && !/\n\s+at |node:/.test(out + err);

test('an API server that cannot be reached: one line with a remedy, and a failure', async (t) => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-silent-'));
	t.teardown(() => rm(folder, {recursive: true}));
	// A port that was free a moment ago.
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const {port} = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	const kubeconfig = join(folder, 'kubeconfig');
	await writeKubeconfig(kubeconfig, `http://127.0.0.1:${port}`);
	for (const words of [...withArguments, ['get', '-w'], ['explain', 'test/podinfo', '-o', 'json']]) {
		const outcome = await run([...words, '--kubeconfig', kubeconfig]);
		t.is(outcome.code, words[0] === 'wait' ? 4 : 1, words.join(' '));
		t.true(isForPeople(outcome), `${words.join(' ')}: ${outcome.err}`);
		t.regex(outcome.err, /check that the API server at http:\/\/127\.0\.0\.1:\d+ runs, or name another kubeconfig/);
	}
});

test('a kubeconfig that is not there, or is none: the flag is named, and 2 or 1', async (t) => {
	for (const words of [...withArguments, ['daemon']]) {
		const missing = await run([...words, '--kubeconfig', '/nowhere/kubeconfig']);
		t.is(missing.code, 2, words.join(' '));
		t.regex(
			missing.err,
			/^aviary: option '--kubeconfig <file>' .*There is no such file, or it cannot be read; see aviary [^\n]+\n$/,
		);
	}

	for (const words of withArguments) {
		const spoiled = await run([...words, '--kubeconfig', import.meta.filename]);
		t.not(spoiled.code, 0);
		t.true(isForPeople(spoiled), `${words.join(' ')}: ${spoiled.err}`);
		t.regex(spoiled.err, /--kubeconfig/);
	}
});
