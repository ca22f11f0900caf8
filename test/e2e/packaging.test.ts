// What ships: the npm package, installed elsewhere from its tarball, and the image's root file system.
import {execFile, spawn} from 'node:child_process';
import {readdir, readFile, rm, mkdtemp, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {writePackage} from '../../build/package.ts';
import {writeRootFilesystem} from '../../build/root-filesystem.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {canIsolate, runImage, stagesOf} from './image.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..');
const IMAGE_MB_MAX = 160;
const PACKAGE_MB_MAX = 10;
const PAGE_KB_MAX = 60;

let dir: string;
let home: string;
let imageRoot: string;

const filesBelow = async (folder: string): Promise<readonly string[]> =>
	(await readdir(folder, {recursive: true, withFileTypes: true}))
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name));

const megabytesOf = async (files: readonly string[]): Promise<number> => {
	const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
	return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
};

/** The environment of someone who has this Node and the package's commands on the path, and nothing of ours. */
const environment = () => ({
	HOME: home,
	PATH: [path.join(home, 'node_modules', '.bin'), path.dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
});

const inHome = async (program: string, ...args: string[]): Promise<string> => {
	const {stdout} = await run(program, args, {cwd: home, env: environment(), timeout: 120_000});
	return stdout;
};

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-packaging-'));
	home = await mkdtemp(path.join(dir, 'home-'));
	const folder = path.join(dir, 'package');
	await writePackage(folder);
	const {stdout} = await run('npm', ['pack', '--json', '--pack-destination', dir, folder]);
	const [{filename}] = JSON.parse(stdout) as [{filename: string}];
	await writeFile(path.join(home, 'package.json'), '{"private": true}');
	// Nothing may be needed but the tarball.
	await run('npm', ['install', '--offline', '--omit=optional', '--no-audit', path.join(dir, filename)], {cwd: home});
	imageRoot = path.join(dir, 'image');
	await writeRootFilesystem(imageRoot);
});

test.after.always(async () => {
	await rm(dir, {recursive: true, force: true});
});

test.serial('the package is small, stands alone, and names what it contains', async (t) => {
	t.deepEqual(
		await readdir(path.join(home, 'node_modules')).then((names) => names.filter((name) => !name.startsWith('.'))),
		['aviary'],
	);
	const place = path.join(home, 'node_modules', 'aviary');
	const files = await filesBelow(place);
	const size = await megabytesOf(files);
	t.log(`${size.toFixed(1)} MB in ${files.length} files`);
	t.true(size < PACKAGE_MB_MAX);
	t.deepEqual(
		files.filter((file) => /(?<!\.d)\.ts$/u.test(file)),
		[],
	);
	// What takes memory and is of no use: client-node's classes for every kind, and what `import` of node:http brings.
	for (const file of files.filter((name) => name.startsWith(path.join(place, 'cli')))) {
		t.notRegex(await readFile(file, 'utf8'), /\bV1PodSpec\b|from ?"(?:node:)?http"/u, file);
	}

	// npm packs no links, of which the chart has some.
	for (const name of ['crds/canaries.flagger.app.yaml', 'rbac.yaml', 'user-roles.yaml', 'command-policy.yaml']) {
		t.true(files.includes(path.join(place, 'artifacts', 'charts', 'aviary', name)), name);
	}

	const licences = await readFile(path.join(place, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
	for (const name of ['@kubernetes/client-node', 'elkjs', 'preact', 'undici', 'winston', 'xstate']) {
		t.true(licences.includes(`Source: the npm package ${name}@`), name);
	}
});

test.serial('the installed command runs', async (t) => {
	const {version} = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {version: string};
	t.regex(await inHome('aviary', 'version'), new RegExp(`^aviary ${version}\nnode 2\\d\\..+\nxstate \\d`, 'u'));
	t.regex(await inHome('aviary', 'statechart', '--format', 'svg'), /^<svg [\s\S]*progressing[\s\S]*<\/svg>\n$/u);
});

test.serial('the installed rollout-cli is the command of that name', async (t) => {
	const installed = await inHome('rollout-cli', '--help');
	t.regex(installed, /^Usage: aviary rollout \[options\]\n/u);
	t.is(installed, await inHome('aviary', 'rollout', '--help'));
});

test.serial('the installed sandbox releases podinfo', async (t) => {
	const said = await inHome('aviary', 'sandbox', '--scenario', 'good', '--exit-when', 'finished', '--speed', '120');
	t.regex(said, /Promotion completed! Scaling down podinfo-canary\.test/u);
});

test.serial('the installed sandbox serves the page, small and whole', async (t) => {
	const args = ['sandbox', '--scenario', 'none'];
	const sandbox = spawn(path.join(home, 'node_modules', '.bin', 'aviary'), args, {env: environment()});
	t.teardown(() => sandbox.kill());
	let said = '';
	sandbox.stdout.on('data', (chunk) => {
		said += String(chunk);
	});
	const url = await eventually('the address of its page', async () => /Page +(http\S+)/u.exec(said)?.[1]);
	const html = await (await fetch(url)).text();
	const [script = ''] = /assets\/page-\w+\.js/u.exec(html) ?? [];
	const [style = ''] = /assets\/style-\w+\.css/u.exec(html) ?? [];
	const files = await Promise.all([script, style].map(async (name) => (await fetch(new URL(name, url))).arrayBuffer()));
	const size = files.reduce((sum, file) => sum + gzipSync(file).length, 0) / 1024;
	t.log(`${size.toFixed(1)} KB of script and style, compressed`);
	t.true(files.every((file) => file.byteLength > 5000) && size < PAGE_KB_MAX);
});

test.serial('the installed sandbox answers kubectl', async (t) => {
	const kubeconfig = path.join(home, 'kubeconfig');
	const args = ['sandbox', '--scenario', 'none', '--kubeconfig-out', kubeconfig];
	const sandbox = spawn(path.join(home, 'node_modules', '.bin', 'aviary'), args, {env: environment(), stdio: 'ignore'});
	t.teardown(() => sandbox.kill());
	await eventually('its kubeconfig', async () => {
		const written = await readFile(kubeconfig, 'utf8').catch(() => '');
		return written.includes('current-context') || undefined;
	});
	const kubectl = path.join(builtAssets(), 'kubectl');
	const explained = await inHome(kubectl, '--kubeconfig', kubeconfig, 'explain', 'deployment.spec.replicas');
	t.regex(explained, /FIELD: +replicas <integer>[\s\S]*Number of desired pods/u);
	t.regex(await inHome(kubectl, '--kubeconfig', kubeconfig, 'get', 'crds'), /^canaries\.flagger\.app /mu);
});

test.serial('an older Node starts it with the one that npm brought along', async (t) => {
	const name = `node-${process.platform}-${process.arch}`;
	await symlink(path.join(ROOT, 'node_modules', name), path.join(home, 'node_modules', name));
	const pretence = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;
	const launcher = path.join(home, 'node_modules', 'aviary', 'cli', 'launcher.js');
	const start = ['--import', `data:text/javascript,${pretence}`, launcher, 'version'];
	t.regex(await inHome(process.execPath, ...start), /\nnode 24\./u);
	await rm(path.join(home, 'node_modules', name));
	const {stderr = ''} = await t.throwsAsync<Error & {stderr?: string}>(inHome(process.execPath, ...start));
	t.is(
		stderr,
		'aviary: needs Node 24 or newer and this is 20.0.0; install it, or install aviary with its optional dependencies, ' +
			'which bring one\n',
	);
});

test.serial('kubectl finds it as a plugin', async (t) => {
	t.regex(await inHome(path.join(builtAssets(), 'kubectl'), 'aviary', 'version'), /^aviary \d/u);
});

test.serial('the image holds what the Dockerfile assembles, and no shell', async (t) => {
	const [build = [], final = []] = stagesOf(await readFile(path.join(ROOT, 'Dockerfile'), 'utf8'));
	t.true(
		build.some(({name, value}) => name === 'RUN' && value === 'npx node build/root-filesystem.ts /root-filesystem'),
	);
	t.deepEqual(
		final.filter(({name}) => ['FROM', 'COPY', 'ADD', 'RUN'].includes(name)),
		[
			{name: 'FROM', value: 'scratch'},
			{name: 'COPY', value: '--from=build /root-filesystem /'},
		],
	);
	const files = await filesBelow(imageRoot);
	const size = await megabytesOf(files);
	t.log(`${size.toFixed(1)} MB in ${files.length} files`);
	t.true(size < IMAGE_MB_MAX);
	const programs = files.map((file) => path.relative(imageRoot, file)).filter((file) => /(?:^|\/)s?bin\//u.test(file));
	t.deepEqual(programs, ['usr/bin/node']);
});

test.serial('the image starts as its user on a read-only root', async (t) => {
	t.log(canIsolate ? 'in a root of its own' : 'without root: in this file system');
	const {out, err, code} = await runImage(imageRoot, ['version']);
	t.is(err, '');
	t.is(code, 0);
	t.regex(out, /^aviary \d[\s\S]*xstate \d/u);
	const wrong = await runImage(imageRoot, ['daemon', '--log-level', 'loud']);
	t.is(wrong.code, 2);
	t.regex(wrong.err, /--log-level/u);
});
