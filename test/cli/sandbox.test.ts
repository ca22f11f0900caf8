// The command as a user runs it: a recording shows the same again, Ctrl-C leaves a terminal in order, exit codes tell.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {startRecording} from '../../sandbox/recording.ts';
import {casesWith, programNamed} from '../kubectl/program.ts';
import {run} from './desk.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const script = programNamed('script') ?? '';

const folderOf = async (t: ExecutionContext): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-command-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return folder;
};

type End = {readonly code: number | null; readonly out: string; readonly err: string};

/** Runs to the end; `until` is what must be on the screen before `keys` are typed. */
const play = async (
	file: string,
	words: readonly string[],
	typing?: {readonly until: RegExp; readonly keys: string},
): Promise<End> => {
	const child = spawn(file, words, {
		stdio: 'pipe',
		env: {...process.env, NO_COLOR: '1', FORCE_COLOR: '0', TERM: 'xterm'},
	});
	let out = '';
	let err = '';
	let isTyped = false;
	child.stdout.on('data', (chunk) => {
		out += String(chunk);
		if (typing !== undefined && !isTyped && typing.until.test(out)) {
			isTyped = true;
			child.stdin.write(typing.keys);
		}
	});
	child.stderr.on('data', (chunk) => {
		err += String(chunk);
	});
	const [code] = (await once(child, 'close')) as [number | null];
	return {code, out, err};
};

const sandbox = (...words: readonly string[]): Promise<End> => play(process.execPath, [main, 'sandbox', ...words]);

test('a replay prints what was printed when it was recorded, in text and as JSON', async (t) => {
	const file = join(await folderOf(t), 'run.jsonl');
	const live = await sandbox('--shape', 'today', '--speed', '120', '--exit-when', 'finished', '--record', file);
	t.is(live.code, 0, live.err);
	t.regex(live.out, /Advance podinfo\.test canary weight 50/);
	t.regex(live.out, /promoting → finished/);
	const [text, json] = await Promise.all([
		sandbox('--replay', file, '--speed', '1000000'),
		sandbox('--replay', file, '--speed', '1000000', '--output', 'json'),
	]);
	t.deepEqual(text, live);
	const lines = json.out
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as {message?: string; to?: string});
	t.true(lines.some(({message}) => message === 'Advance podinfo.test canary weight 50'));
	t.is(lines.findLast(({to}) => to !== undefined)?.to, 'finished');
});

test('--exit-when met: 0 when all expectations hold, else 1 and what was found instead', async (t) => {
	const folder = await folderOf(t);
	const file = join(folder, 'mine.yaml');
	const text = 'name: mine\ndescription: mine\nextends: good\nexpect:\n  state: finished\n  within: 100h\n';
	await writeFile(file, text);
	const met = await sandbox('--scenario', file, '--speed', '120', '--exit-when', 'met');
	t.is(met.code, 0, met.err);
	t.regex(met.out, /✓ expected: ends in state finished\n/);
	await writeFile(file, `${text}  never: [promoting]\n`);
	const unmet = await sandbox('--scenario', file, '--speed', '120', '--exit-when', 'met', '--output', 'json');
	t.is(unmet.code, 1, unmet.err);
	t.regex(
		unmet.out,
		/"expected":"is never promoting","met":false,"found":"states progressing, (?:halted, progressing, )*promoting, finished"/,
	);
});

test('a wrong scenario or recording is refused on one line', async (t) => {
	const folder = await folderOf(t);
	const file = join(folder, 'mine.yaml');
	await writeFile(file, 'name: mine\ndescription: mine\nexpect: {state: done}\n');
	const wrong = await run(['sandbox', '--scenario', file]);
	t.is(wrong.code, 2);
	t.regex(wrong.err, /^aviary: .*mine\.yaml:3: expect\.state is done; write one of initialized, .*\n$/);
	const idle = await run(['sandbox', '--scenario', 'none', '--exit-when', 'met']);
	t.is(idle.code, 2);
	t.regex(idle.err, /--exit-when met: the scenario none expects nothing; write expect/);
	const recording = await run(['sandbox', '--replay', file]);
	t.is(recording.code, 1);
	t.regex(recording.err, /mine\.yaml is no recording of the sandbox; name a file that --record has written\n$/);
	const both = await run(['sandbox', '--replay', file, '--rps', '3']);
	t.is(both.code, 2);
	t.regex(both.err, /'--replay <file>' cannot be used with option '--rps <number>'/);
});

test('Ctrl-C ends the plain lines, too, with exit code 130', async (t) => {
	const child = spawn(process.execPath, [main, 'sandbox'], {stdio: ['ignore', 'pipe', 'inherit']});
	let out = '';
	child.stdout.on('data', (chunk) => {
		out += String(chunk);
		if (/canary weight 5/.test(out)) {
			child.kill('SIGINT');
		}
	});
	t.deepEqual(await once(child, 'close'), [130, null]);
	t.false(out.includes('\u001B['));
});

/** util-linux's: runs a command on a pseudo terminal and passes on what is typed. Others have other flags. */
if (process.platform === 'linux') {
	const withScript = casesWith('script');
	const terminal = (size: string, words: string, typing?: {until: RegExp; keys: string}): Promise<End> =>
		play(script, ['-qec', `stty ${size}; exec ${process.execPath} ${main} sandbox ${words}`, '/dev/null'], typing);

	withScript('on a terminal: drawn in place, and Ctrl-C leaves the last frame and the cursor', async (t) => {
		const typing = {until: /✓ request-success-rate 100 %/, keys: '\u0003'};
		const {code, out} = await terminal('rows 24 cols 100', '--shape today', typing);
		t.is(code, 130);
		t.regex(out, /test\/podinfo +progressing +━+─* +\d+ % {2}step \d of 5/);
		t.regex(out, /next check in \d+s/);
		t.true(out.includes('\u001B[?25l'), 'the cursor is hidden');
		t.true(out.lastIndexOf('\u001B[?25h') > out.lastIndexOf('\u001B[?25l'), 'and comes back');
		t.false(out.includes('\u001B[?1049'), 'the screen is no other one, so that the last frame stays');
		// In place: the screen is never cleared.
		t.false(out.includes('\u001B[2J'));
	});

	withScript('a replay draws the same view, and ends by itself', async (t) => {
		const file = join(await folderOf(t), 'run.jsonl');
		const recorder = await startRecording(file);
		const [at, metadata] = [1_767_225_600_000, {name: 'podinfo', namespace: 'test'}];
		const status = {state: 'finished', phase: 'Succeeded', canaryWeight: 0, failedChecks: 0};
		const object = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata, spec: {}, status};
		recorder.write({kind: 'canary', at, canary: 'test/podinfo', object});
		recorder.write({kind: 'timeline', at: at + 100, text: 'released: podinfo:1.2.0'});
		await recorder.close();
		const {code, out} = await terminal('rows 24 cols 100', `--replay ${file}`);
		t.is(code, 0);
		t.regex(out, /test\/podinfo +finished/);
		t.regex(out, /Last events\r?\n.*released: podinfo:1\.2\.0/);
	});
}
