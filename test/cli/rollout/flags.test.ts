// Each flag of `aviary rollout`, given on the command line, by what it changes in a rollout on the embedded API.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {createServer, type AddressInfo, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {startApiServer, type ApiServer} from '../../../sandbox/api/server.ts';
import {writeKubeconfig} from '../../../sandbox/api/kubeconfig.ts';
import {startEmbedded, type Embedded} from '../../../sandbox/embedded.ts';
import {startPrometheusServer, type PrometheusServer} from '../../../sandbox/world/prometheus/server.ts';
import {sleep, wallClock} from '../../../services/clock.ts';
import {deployments, virtualServices} from '../../../services/kubernetes/resources.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {run, type Outcome} from '../desk.ts';
import {manifests} from './stage.ts';

/** Of pods; the command itself lives on the machine's clock. */
const SPEED = 60;

let directory: string;
let embedded: Embedded;
let api: ApiServer;
let prometheus: PrometheusServer;
const asked: string[] = [];
/** Of successes among requests, by namespace; all for any other, and none at all where it is undefined. */
const rates = new Map<string, number | undefined>();

const answer = (_: string, parameters: URLSearchParams) => {
	const query = parameters.get('query') ?? '';
	asked.push(query);
	const [, namespace = ''] = /workload_namespace=~?"([\w-]+)"/u.exec(query) ?? [];
	const rate = rates.has(namespace) ? rates.get(namespace) : 1;
	const result = rate === undefined ? [] : [{metric: {}, value: [wallClock.now() / 1000, String(rate)]}];
	const body = JSON.stringify({status: 'success', data: {resultType: 'vector', result}});
	return {status: 200, contentType: 'application/json', body};
};

/** The document's objects, in a namespace of their own. */
const put = async (namespace: string): Promise<void> => {
	const objects = await manifests();
	embedded.apply(
		objects.map((object) =>
			object.kind === 'Namespace'
				? {...object, metadata: {...object.metadata, name: namespace}}
				: {...object, metadata: {...object.metadata, namespace}},
		),
	);
};

const wordsIn = (namespace: string, ...flags: readonly string[]): readonly string[] =>
	['rollout', '-n', namespace, '--kubeconfig', join(directory, 'kubeconfig')].concat(flags);

const rollout = (namespace: string, ...flags: readonly string[]): Promise<Outcome> =>
	run(wordsIn(namespace, '--prometheus', prometheus.url, ...flags));

type Line = {readonly time: string; readonly type: string; readonly text?: string; readonly weight?: number};

const linesOf = ({out}: Outcome): readonly Line[] =>
	out
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Line);

const imageIn = (namespace: string): string =>
	/podinfo:[\d.]+/u.exec(JSON.stringify(embedded.store.get(deployments, namespace, 'podinfo')?.spec))?.[0] ?? '';

test.before(async () => {
	directory = await mkdtemp(join(tmpdir(), 'aviary-rollout-'));
	embedded = await startEmbedded({clock: wallClock, random: seededRandom(1), speed: SPEED, log: silentLog, rps: 1});
	api = await startApiServer({store: embedded.store, log: silentLog});
	prometheus = await startPrometheusServer({answer});
	await writeKubeconfig(join(directory, 'kubeconfig'), api.url);
	await symlink(fileURLToPath(new URL('../../../cli/launcher.js', import.meta.url)), join(directory, 'rollout-cli'));
});

test.after.always(async () => {
	embedded?.stop();
	await Promise.all([api?.close(), prometheus?.close()]);
	await rm(directory, {recursive: true, force: true});
});

test('--dry-run says what would be done; --step is by how much weights grow, and 10 by itself', async (t) => {
	await put('dry');
	const plain = await rollout('dry', '--dry-run');
	t.is(plain.code, 0);
	t.regex(plain.out, /canary weight 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, then/u);
	const stepped = await rollout('dry', '--dry-run', '--step', '30');
	t.regex(stepped.out, /canary weight 30, 60, 90, 100, then/u);
});

test('--once ends, --step and --interval pace it, --window is in the query, and --prometheus is asked', async (t) => {
	await put('steps');
	const flags = ['--once', '--step', '50', '--interval', '4s', '--window', '90s', '-o', 'json'];
	const outcome = await rollout('steps', ...flags);
	t.deepEqual([outcome.code, outcome.err], [0, '']);
	const lines = linesOf(outcome);
	t.deepEqual(
		lines.filter(({type}) => type === 'weights').map(({weight}) => weight),
		[50, 100, 0],
	);
	const [routed, checked] = ['weights', 'check'].map((type) => lines.find((line) => line.type === type)?.time ?? '');
	t.true(Date.parse(checked ?? '') - Date.parse(routed ?? '') >= 3900);
	const queries = asked.filter((query) => query.includes('"steps"'));
	t.true(queries.length >= 2);
	t.true(
		queries.every((query) => query.includes('[90s]')),
		queries[0],
	);
	t.is(imageIn('steps'), 'podinfo:1.2.0');
});

test('--threshold is the least success rate; at --failed-checks it is rolled back', async (t) => {
	await put('rates');
	rates.set('rates', 0.6);
	const flags = ['--once', '--step', '100', '--interval', '1s', '--threshold', '60.5', '--failed-checks', '3'];
	const bad = await rollout('rates', ...flags, '-o', 'json');
	t.is(bad.code, 1);
	const lines = linesOf(bad);
	const halts = lines.filter(({text}) => text === 'Halt rollout podinfo.rates success rate 60.00% < 60.5%');
	t.is(halts.length, 3);
	const [first, , third] = halts.map(({time}) => Date.parse(time)) as [number, number, number];
	t.true(third - first >= 1900, 'two intervals');
	t.is(imageIn('rates'), 'podinfo:1.1.1');
	t.true(lines.some(({text}) => text === 'Rolling back podinfo-canary.rates failed checks threshold reached 3'));
});

test('a revision that has failed is rolled out again by --retry only, and --threshold may be met exactly', async (t) => {
	await put('again');
	rates.set('again', 0.6);
	const [, revision] = /\(revision (\w+)\)/u.exec((await rollout('again', '--dry-run')).out) ?? [];
	const value = {'apps.weave.works/progressive-revision': revision, 'apps.weave.works/progressive-status': 'failed'};
	const failed = [{op: 'add', path: '/metadata/annotations', value}] as const;
	embedded.store.patch(virtualServices, 'again', 'podinfo', failed, 'user');
	const flags = ['--once', '--step', '100', '--interval', '1s', '--threshold', '60'];
	const left = await rollout('again', ...flags);
	t.is(left.code, 1);
	t.regex(left.out, /failed before and is not rolled out again; update podinfo-canary, or add --retry\n$/u);
	const retried = await rollout('again', ...flags, '--retry');
	t.is(retried.code, 0, retried.out);
	t.is(imageIn('again'), 'podinfo:1.2.0');
});

test('what waits for metrics is rolled back after --deadline', async (t) => {
	await put('silent');
	rates.set('silent', undefined);
	const outcome = await rollout('silent', '--once', '--step', '100', '--interval', '1s', '--deadline', '2s');
	t.is(outcome.code, 1);
	t.regex(outcome.out, /rolled back revision \w+: progress deadline exceeded: no values found for metric .*\n$/u);
	t.is(imageIn('silent'), 'podinfo:1.1.1');
});

const refused = {
	'--step': '0',
	'--interval': 'soon',
	'--threshold': '101',
	'--window': '0s',
	'--failed-checks': '-1',
	'--deadline': '-1m',
	'--prometheus': 'prometheus:9090',
	'--output': 'yaml',
};

test('a wrong value is refused by the name of its flag, and so are flags that contradict each other', async (t) => {
	for (const [flag, value] of Object.entries(refused)) {
		const {code, out, err} = await run(wordsIn('steps', `${flag}=${value}`));
		t.is(code, 2, flag);
		t.is(out, '');
		t.true(err.includes(flag) && err.includes(value) && err.endsWith('; see aviary rollout --help\n'), err);
	}

	for (const [one, other] of [
		['--once', '--watch'],
		['--dry-run', '--watch'],
		['--dry-run', '--retry'],
	] as const) {
		const {code, err} = await run(wordsIn('steps', one, other));
		t.is(code, 2);
		t.true(err.includes(one) && err.includes(other), err);
	}
});

const begin = (name: string, words: readonly string[]): {child: ChildProcess; said: () => string} => {
	let out = '';
	const env = {...process.env, AVIARY_METRICS_SERVER: prometheus.url};
	const child = spawn(process.execPath, [join(directory, name), ...words], {env, stdio: ['ignore', 'pipe', 'inherit']});
	child.stdout?.on('data', (chunk) => {
		out += String(chunk);
	});
	return {child, said: () => out};
};

const until = async (t: ExecutionContext, child: ChildProcess, isSo: () => boolean, said: () => string) => {
	while (!isSo()) {
		if (child.exitCode !== null) t.fail(`ended with ${child.exitCode}: ${said()}`);
		await sleep(wallClock, 50);
	}
};

for (const [flags, signal, code] of [
	[['--watch'], 'SIGINT', 130],
	[[], 'SIGTERM', 143],
] as const) {
	test(`rollout-cli ${flags.join('')} waits for what is missing; ${signal} in mid-run gives GA all traffic`, async (t) => {
		const namespace = signal.toLowerCase();
		await put(namespace);
		const {metadata, ...rest} = embedded.store.get(virtualServices, namespace, 'podinfo')!;
		embedded.store.remove(virtualServices, namespace, 'podinfo', 'user', {propagationPolicy: 'Background'});
		// Where its checkout is, under the name it is installed by.
		const {child, said} = begin('rollout-cli', wordsIn(namespace, '--step', '70', ...flags).slice(1));
		t.teardown(() => child.kill('SIGKILL'));
		await until(t, child, () => said().includes('waiting for this to be mended'), said);
		embedded.apply([{...rest, metadata: {name: metadata.name, namespace}}]);
		await until(t, child, () => said().includes('podinfo-canary 70 %'), said);
		const end = once(child, 'exit');
		child.kill(signal);
		t.deepEqual(await end, [code, null]);
		t.regex(
			said(),
			/interrupted: giving all traffic to GA within 7 s; .*\n.* ■ podinfo\.\w+: all traffic to podinfo \(GA\); .*\n$/u,
		);
		const {spec} = embedded.store.get(virtualServices, namespace, 'podinfo')!;
		t.regex(JSON.stringify(spec), /"podinfo",.*"weight":100.*"podinfo-canary",.*"weight":0/u);
	});
}

test('Ctrl-C before the API server has answered ends at once', async (t) => {
	const connected = Promise.withResolvers<Socket>();
	const silent = createServer((socket) => {
		socket.on('error', () => {});
		connected.resolve(socket);
	}).listen(0, '127.0.0.1');
	await once(silent, 'listening');
	t.teardown(() => silent.close());
	const kubeconfig = join(directory, 'silent');
	await writeKubeconfig(kubeconfig, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
	const {child, said} = begin('rollout-cli', ['-n', 'test', '--kubeconfig', kubeconfig]);
	const socket = await connected.promise;
	const began = wallClock.monotonic();
	const end = once(child, 'exit');
	child.kill('SIGINT');
	t.deepEqual(await end, [130, null]);
	socket.destroy();
	// Which has half a minute.
	t.true(wallClock.monotonic() - began < 25_000, 'and not with the request');
	t.regex(said(), /^\S+ · interrupted; nothing is under way\n$/u);
});
