// `aviary rollout` on a real API server that knows no kind of ours: the document's manifests, good, bad and interrupted,
// by an account that may do what its page says and nothing else.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startNodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {startMirror} from '../../sandbox/real/mirror.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import {silentLog} from '../../services/log.ts';
import {artifact, clientOf, kubectlOf} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {startMesh, type Mesh} from './mesh.ts';
import {permissionsIn, useIn} from './permissions.ts';

/** Of visitors and of Prometheus; the command lives on the machine's clock. */
const SPEED = 20;
/** The manifests' own, and another for the bad canary, so that nobody waits for both one after another. */
const places = ['test', 'shop'] as const;
type Place = (typeof places)[number];
const accountIn = (place: Place): string => `system:serviceaccount:${place}:rollout-cli`;
const PARTS = 'examples/002/artifacts';
const LAUNCHER = new URL('../../cli/launcher.js', import.meta.url).pathname;
const PACE = ['--step', '50', '--interval', '1s', '--window', '5s', '--failed-checks', '2'];

/** Read only when something has gone wrong: after a conflict, a silent watch, a promotion to be taken back. */
const rarely = new Set([
	'get controllerrevisions.apps',
	'get deployments.apps',
	'get horizontalpodautoscalers.autoscaling',
	'get services',
	'get virtualservices.networking.istio.io',
]);

/** What the visitors and Prometheus are played from. */
const mirrored = [
	resources.deployments,
	resources.destinationRules,
	resources.pods,
	resources.services,
	resources.virtualServices,
];

const started = new AsyncDisposableStack();
let plane: ControlPlane;
let mesh: Mesh;
const kubeconfigs = new Map<Place, string>();
/** Requests that nobody answered, before there were pods. */
const droppedBefore = new Map<Place, number>();
let kubectl: ReturnType<typeof kubectlOf>;

type Run = {readonly child: ChildProcess; readonly out: () => string; readonly end: Promise<number | string>};

/** Starts the command as its account in this namespace, or as somebody else. */
const begin = (place: Place, flags: readonly string[], kubeconfig = kubeconfigs.get(place) ?? ''): Run => {
	const words = ['rollout', '-n', place, '--kubeconfig', kubeconfig, '--prometheus', mesh.url, ...PACE, ...flags];
	const child = spawn(process.execPath, [LAUNCHER, ...words], {stdio: ['ignore', 'pipe', 'pipe']});
	let out = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => {
			out += chunk;
		});
	}

	started.defer(() => void child.kill('SIGKILL'));
	const end = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
	return {child, out: () => out, end};
};

const fieldOf = (place: Place, what: string, field: string): Promise<string> =>
	kubectl(['-n', place, 'get', what, '-o', `jsonpath={${field}}`]);

type State = {readonly weights: string; readonly status: string; readonly image: string};

/** Of the route, the record, and GA. */
const stateOf = async (place: Place): Promise<State> => {
	const annotation = String.raw`.metadata.annotations.apps\.weave\.works/progressive-status`;
	const [weights, status, image] = await Promise.all([
		fieldOf(place, 'virtualservice/podinfo', '.spec.http[0].route[*].weight'),
		fieldOf(place, 'virtualservice/podinfo', annotation),
		fieldOf(place, 'deployment/podinfo', '.spec.template.spec.containers[0].image'),
	]);
	return {weights, status, image: image.split(':')[1] ?? ''};
};

const put = async (place: Place): Promise<void> => {
	for (const part of ['namespace', 'workloads', 'rollout-cli']) {
		const folder = artifact(`${PARTS}/${part}`);
		const texts = await Promise.all((await readdir(folder)).map((file) => readFile(path.join(folder, file), 'utf8')));
		const text = texts.join('\n---\n').replaceAll(/(\bnamespace|^ {2}name): test$/gmu, `$1: ${place}`);
		await kubectl(['apply', '-f', '-'], text);
	}

	for (const name of ['podinfo', 'podinfo-canary']) {
		await kubectl(['-n', place, 'rollout', 'status', `deployment/${name}`, '--timeout=60s']);
	}

	const account = accountIn(place);
	kubeconfigs.set(place, await plane.kubeconfigFor(account));
	// The API server learns of roles by a watch of its own.
	await eventually('the account may patch', async () => {
		const may = ['auth', 'can-i', 'patch', 'deployments', '-n', place, `--as=${account}`];
		return (await plane.kubectl(may)).stdout.trim() === 'yes' || undefined;
	});
	droppedBefore.set(place, mesh.droppedIn(place));
};

test.before(async () => {
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-rollout-cli-'));
	started.defer(() => rm(dir, {recursive: true, force: true}));
	const assets = builtAssets();
	plane = await startControlPlane({dir, assets, log: silentLog});
	started.defer(() => plane.stop());
	const nodes = startNodes({kubeconfig: plane.adminKubeconfig, log: silentLog});
	started.defer(() => nodes.stop());
	kubectl = kubectlOf(plane);
	await kubectl(['create', '-f', path.join(assets, 'istio-crds.yaml')]);
	await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
	const client = await clientOf(plane);
	started.defer(() => client.close());
	const mirror = await startMirror(client, mirrored);
	started.defer(() => mirror.stop());
	mesh = await startMesh(mirror.store, SPEED);
	started.defer(() => mesh.stop());
	await Promise.all(places.map((place) => put(place)));
});

test.after.always(() => started.disposeAsync());

test.serial('a dry run writes nothing', async (t) => {
	const run = begin('test', ['--dry-run']);
	t.is(await run.end, 0, run.out());
	t.regex(run.out(), /would roll out podinfo-canary \(revision \w{32}\): canary weight 50, 100, then/u);
	t.deepEqual(await stateOf('test'), {weights: '100 0', status: '', image: '1.1.1'});
});

test.serial('Ctrl-C in mid-run gives GA all traffic, with exit code 130', async (t) => {
	const run = begin('test', ['--once']);
	await eventually('the first weight', async () => run.out().includes('podinfo-canary 50 %') || undefined);
	t.like(await stateOf('test'), {weights: '50 50', status: 'running'});
	run.child.kill('SIGINT');
	t.is(await run.end, 130, run.out());
	t.regex(run.out(), /■ podinfo\.test: all traffic to podinfo \(GA\); [^\n]+\n$/u);
	t.deepEqual(await stateOf('test'), {weights: '100 0', status: 'running', image: '1.1.1'});
});

test.serial('who may not is told what to ask for', async (t) => {
	const nobody = await plane.kubeconfigFor('system:serviceaccount:test:nobody');
	const run = begin('test', ['--once'], nobody);
	t.is(await run.end, 1);
	t.regex(run.out(), /^aviary: .*cannot list resource .*; ask for the right to list deployments in test\n$/u);
});

test('a good canary becomes GA, with exit code 0, and by no more than the rights of the page', async (t) => {
	const run = begin('test', ['--once']);
	t.is(await run.end, 0, run.out());
	t.regex(run.out(), /✔ podinfo\.test: promoted revision \w{32}; all traffic to podinfo \(GA\)\n$/u);
	t.deepEqual(await stateOf('test'), {weights: '100 0', status: 'finished', image: '1.2.0'});
	t.is(await fieldOf('test', 'deployment/podinfo-canary', '.spec.replicas'), '0');
	t.is(droppedBefore.get('test'), mesh.droppedIn('test'));

	const allowed = await permissionsIn(artifact(`${PARTS}/rollout-cli/account.yaml`));
	const {used, forbidden} = await useIn(plane.auditLog, accountIn('test'), []);
	t.deepEqual(forbidden, []);
	const isOrdinary = (right: string): boolean => !rarely.has(right);
	t.deepEqual(used.filter(isOrdinary), allowed.filter(isOrdinary));
	t.true([...rarely].every((right) => allowed.includes(right)));
});

test('a bad canary is rolled back, with exit code 1', async (t) => {
	const annotations = {'sandbox.aviary.dev/error-rate': '0.4'};
	const patch = JSON.stringify({spec: {template: {metadata: {annotations}}}});
	await kubectl(['-n', 'shop', 'patch', 'deployment', 'podinfo-canary', '-p', patch]);
	const run = begin('shop', ['--once']);
	t.is(await run.end, 1, run.out());
	t.regex(run.out(), /! Halt rollout podinfo\.shop success rate [\d.]+% < 99%\n/u);
	t.regex(run.out(), /✖ podinfo\.shop: rolled back revision \w{32}: [^\n]+; all traffic to podinfo \(GA\)\n$/u);
	t.deepEqual(await stateOf('shop'), {weights: '100 0', status: 'failed', image: '1.1.1'});
	t.is(await fieldOf('shop', 'deployment/podinfo-canary', '.spec.replicas'), '0');
	t.deepEqual((await useIn(plane.auditLog, accountIn('shop'), [])).forbidden, []);
	t.is(droppedBefore.get('shop'), mesh.droppedIn('shop'));
});
