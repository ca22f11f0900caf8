// The launcher under the operating system's Node, which may be older than what the command needs.
import {spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {copyFile, mkdir, mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {openDesk, type Desk} from './desk.ts';

const launcher = fileURLToPath(new URL('../../cli/launcher.js', import.meta.url));

/** A Node older than 24 on the path; else this one, which then says that it is. */
const oldNode = ((): readonly [string, ...string[]] => {
	const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
	const found = places
		.map((place) => join(place, 'node'))
		.find((file) => {
			const {status, stdout} = spawnSync(file, ['-p', 'process.versions.node'], {encoding: 'utf8'});
			const major = Number.parseInt(stdout ?? '', 10);
			return status === 0 && major >= 20 && major < 24;
		});
	const pretence = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;
	return found === undefined ? [process.execPath, '--import', `data:text/javascript,${pretence}`] : [found];
})();

const begin = (file: string, words: readonly string[]): ChildProcess => {
	const [node, ...flags] = oldNode;
	return spawn(node, [...flags, file, ...words], {stdio: ['ignore', 'pipe', 'pipe']});
};

const whole = async (child: ChildProcess): Promise<{code: number | null; out: string; err: string}> => {
	let out = '';
	let err = '';
	child.stdout?.on('data', (chunk) => {
		out += String(chunk);
	});
	child.stderr?.on('data', (chunk) => {
		err += String(chunk);
	});
	const [code] = (await once(child, 'close')) as [number | null];
	return {code, out, err};
};

/** Waits until the child has said `text`. */
const said = (child: ChildProcess, text: string): Promise<void> =>
	new Promise((resolve, reject) => {
		let heard = '';
		const listen = (chunk: unknown): void => {
			heard += String(chunk);
			if (heard.includes(text)) resolve();
		};

		child.stdout?.on('data', listen);
		child.stderr?.on('data', listen);
		child.once('close', () => {
			reject(new Error(`ended without saying "${text}": ${heard}`));
		});
	});

const daemonAt = async (desk: Desk): Promise<ChildProcess> => {
	const child = begin(launcher, ['daemon', '--kubeconfig', desk.kubeconfig, '--port', '0']);
	await said(child, 'Started operator');
	return child;
};

test('it can be executed', async (t) => {
	t.log(`old Node: ${oldNode.join(' ')}`);
	t.is((await stat(launcher)).mode & 0o111, 0o111);
});

test('an old Node runs the command with the pinned one', async (t) => {
	const {code, out, err} = await whole(begin(launcher, ['version']));
	t.is(err, '');
	t.is(code, 0);
	t.regex(out, /\nnode 2[4-9]\./);
});

test('this Node runs it by itself', (t) => {
	const {status, stdout} = spawnSync(process.execPath, [launcher, 'version'], {encoding: 'utf8'});
	t.is(status, 0);
	t.true(stdout.includes(`\nnode ${process.versions.node}\n`));
});

test('the exit code and what is said are passed on', async (t) => {
	const {code, out, err} = await whole(begin(launcher, ['daemon', '--port', 'x']));
	t.is(code, 2);
	t.is(out, '');
	t.regex(err, /^aviary: [^\n]*--port[^\n]*\n$/);
});

test('without a fitting Node it says on one line what it needs', async (t) => {
	const directory = await mkdtemp(join(tmpdir(), 'aviary-launcher-'));
	try {
		await mkdir(join(directory, 'cli'));
		await writeFile(join(directory, 'package.json'), '{"type": "module"}');
		await copyFile(launcher, join(directory, 'cli/launcher.js'));
		const {code, out, err} = await whole(begin(join(directory, 'cli/launcher.js'), ['version']));
		t.is(code, 1);
		t.is(out, '');
		t.regex(err, /^aviary: needs Node 24 or newer and this is 20\.[\d.]+; [^\n]+\n$/);
	} finally {
		await rm(directory, {recursive: true});
	}
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
	test(`${signal} stops the daemon in order, with exit code 0`, async (t) => {
		const desk = await openDesk();
		t.teardown(() => desk.close());
		const child = await daemonAt(desk);
		const end = whole(child);
		child.kill(signal);
		const {code, err} = await end;
		t.is(code, 0);
		t.regex(err, /Stopped operator/);
	});
}

test('a signal that ends the child ends the launcher the same way', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const child = await daemonAt(desk);
	const end = once(child, 'close') as Promise<[number | null, string | null]>;
	child.kill('SIGHUP');
	t.deepEqual((await end).slice(0, 2), [null, 'SIGHUP']);
});
