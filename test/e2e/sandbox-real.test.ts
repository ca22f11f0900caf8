// `aviary sandbox --real` as its user starts it: a release to its end, kubectl meanwhile, and nothing left behind.
import {execFile, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {builtAssets} from './control-plane/build-assets.ts';

const launcher = new URL('../../cli/launcher.js', import.meta.url).pathname;

type Run = {readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<number | null>};

let dir: string;

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-sandbox-real-'));
});

test.after.always(async () => {
	await rm(dir, {recursive: true, force: true});
});

const start = (words: readonly string[], environment: NodeJS.ProcessEnv): Run => {
	const child = spawn(process.execPath, [launcher, 'sandbox', '--real', ...words], {
		// The temporary files of the run are to be found, whatever else uses the machine.
		env: {...process.env, TMPDIR: dir, ...environment},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => {
			said += chunk;
		});
	}

	const ended = once(child, 'close').then(([code]) => code as number | null);
	return {child, said: () => said, ended};
};

type Answer = {readonly out: string; readonly failed: boolean};

const kubectl = async (kubeconfig: string, ...words: readonly string[]): Promise<Answer> =>
	new Promise((resolve) => {
		const program = path.join(builtAssets(), 'kubectl');
		const fixed = ['--kubeconfig', kubeconfig, '--cache-dir', path.join(dir, 'kubectl-cache')];
		execFile(program, [...fixed, ...words], {timeout: 30_000}, (error, stdout, stderr) => {
			resolve({out: stdout + stderr, failed: error !== null});
		});
	});

/** The programs that run with files of this test's folder. */
const programs = (): readonly string[] =>
	readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
			} catch {
				// It has ended meanwhile.
				return '';
			}
		})
		.filter((line) => line.includes(`${dir}/aviary-control-plane-`));

const traces = (): readonly string[] => readdirSync(dir).filter((name) => name.startsWith('aviary-control-plane-'));

test.serial('a release runs to its end on real binaries, kubectl sees it, and nothing is left', async (t) => {
	const kubeconfig = path.join(dir, 'kubeconfig');
	const run = start(
		['--scenario', 'good', '--speed', '60', '--exit-when', 'finished', '--kubeconfig-out', kubeconfig],
		{KUBE_ASSETS: builtAssets()},
	);
	await eventually('the kubeconfig', async () => existsSync(kubeconfig) || undefined, 90_000);
	const version = await kubectl(kubeconfig, 'version', '-o', 'json');
	t.regex(version.out, /"gitVersion": "v1\.\d+\.\d+"/);
	const weight = '{.items[*].status.canaryWeight}';
	await eventually('traffic on the canary', async () => {
		const {out} = await kubectl(kubeconfig, 'get', 'canaries', '-A', '-o', `jsonpath=${weight}`);
		return Number(out) > 0 || undefined;
	});
	t.true(programs().some((line) => line.includes('kube-apiserver')));
	const gateway = /Gateway +(http\S+)/.exec(run.said())?.[1] ?? '';
	const answer = await fetch(`${gateway}/version`);
	t.regex(await answer.text(), /Hosts:\n.*podinfo\.test/s, 'the gateway knows the routes');
	const logs = await kubectl(kubeconfig, 'logs', '-n', 'test', 'deployment/podinfo', '--request-timeout=20s');
	t.true(logs.failed, 'no kubelet serves logs, and kubectl says so at once');
	t.is(await run.ended, 0, run.said());
	t.regex(run.said(), /Promotion completed!/);
	t.deepEqual(programs(), []);
	t.deepEqual(traces(), []);
});

test.serial('Ctrl-C ends every program', async (t) => {
	const run = start(['--scenario', 'none'], {KUBE_ASSETS: builtAssets()});
	await eventually('the sandbox', async () => /API server +https/.test(run.said()) || undefined, 90_000);
	t.true(programs().length >= 3);
	run.child.kill('SIGINT');
	t.is(await run.ended, 130, run.said());
	t.deepEqual(programs(), []);
	t.deepEqual(traces(), []);
});

test.serial('without the programs it says how to come by them', async (t) => {
	const run = start(['--scenario', 'none'], {KUBE_ASSETS: dir});
	t.is(await run.ended, 1);
	t.regex(run.said(), /KUBE_ASSETS is .* lacks etcd, kube-apiserver, .*npm run build:control-plane/);
	const elsewhere = start(['--scenario', 'none'], {KUBE_ASSETS: '', XDG_CACHE_HOME: dir});
	t.is(await elsewhere.ended, 1);
	t.regex(elsewhere.said(), /there is no control plane in .*npm run build:control-plane/);
	const outage = start(['--scenario', 'api-server-outage'], {KUBE_ASSETS: builtAssets()});
	t.is(await outage.ended, 2);
	t.regex(outage.said(), /fault api: unavailable .* needs the embedded API/);
});
