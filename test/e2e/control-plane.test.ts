// The control plane that the other end-to-end tests stand on: a real API server, real controllers, played nodes.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {silentLog} from '../../services/log.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startNodes, type Nodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';

let dir: string;
let plane: ControlPlane;
let nodes: Nodes;

const assets = builtAssets();

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-e2e-'));
	plane = await startControlPlane({dir, assets, log: silentLog});
	nodes = startNodes({kubeconfig: plane.adminKubeconfig, log: silentLog});
	await run(['create', 'namespace', 'test']);
});

test.after.always(async () => {
	await nodes?.stop();
	await plane?.stop();
	await rm(dir, {recursive: true, force: true});
});

/** Runs kubectl and returns what it printed; fails the test when it fails. */
const run = async (args: readonly string[], stdin?: string): Promise<string> => {
	const {stdout, stderr, code} = await plane.kubectl(args, stdin === undefined ? {} : {stdin});
	if (code !== 0) {
		throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
	}

	return stdout;
};

const apply = (object: unknown): Promise<string> => run(['apply', '-f', '-'], JSON.stringify(object));

const deployment = (name: string, replicas: number, annotations: Readonly<Record<string, string>> = {}) => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: 'test'},
	spec: {
		replicas,
		progressDeadlineSeconds: 3,
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}, annotations},
			spec: {containers: [{name: 'web', image: 'podinfo:1', ports: [{name: 'http', containerPort: 9898}]}]},
		},
	},
});

test.serial('says its own version, which kubectl shares', async (t) => {
	const version = JSON.parse(await run(['version', '-o', 'json'])) as {
		clientVersion: {gitVersion: string};
		serverVersion: {gitVersion: string; major: string; minor: string};
	};
	t.regex(version.serverVersion.gitVersion, /^v1\.36\.\d+$/u);
	t.is(version.clientVersion.gitVersion, version.serverVersion.gitVersion);
	t.is(`${version.serverVersion.major}.${version.serverVersion.minor}`, '1.36');
});

test.serial('rolls out a Deployment and lists its pods as the endpoints of a Service', async (t) => {
	await apply({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'web', namespace: 'test'},
		spec: {selector: {app: 'web'}, ports: [{name: 'http', port: 80, targetPort: 'http'}]},
	});
	await apply(deployment('web', 2));
	t.regex(
		await run(['rollout', 'status', 'deployment/web', '-n', 'test', '--timeout=60s']),
		/successfully rolled out/u,
	);
	const addresses = await eventually('two ready endpoints', async () => {
		const query = '{.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}';
		const selector = 'kubernetes.io/service-name=web';
		const found = await run(['get', 'endpointslices', '-n', 'test', '-l', selector, '-o', `jsonpath=${query}`]);
		const list = found.split(' ');
		return list.length === 2 ? list : undefined;
	});
	t.not(addresses[0], addresses[1]);
});

test.serial('confirms the deletion of pods, so that a Deployment can be scaled down', async (t) => {
	await run(['scale', 'deployment/web', '-n', 'test', '--replicas=1']);
	const left = await eventually('one pod left', async () => {
		const names = await run(['get', 'pods', '-n', 'test', '-l', 'app=web', '-o', 'name']);
		return names.trim().split('\n').length === 1 ? names : undefined;
	});
	t.regex(left, /^pod\/web-/u);
});

test.serial("takes Istio's own CRDs, and a VirtualService that they allow", async (t) => {
	// Created, not applied: these are too long for kubectl's annotation.
	await run(['create', '-f', path.join(assets, 'istio-crds.yaml')]);
	await run(['wait', '--for=condition=Established', 'crd/virtualservices.networking.istio.io', '--timeout=60s']);
	const routed = (destination: unknown) => ({
		apiVersion: 'networking.istio.io/v1beta1',
		kind: 'VirtualService',
		metadata: {name: 'web', namespace: 'test'},
		spec: {hosts: ['web'], http: [{route: [{destination, weight: 100}]}]},
	});
	t.regex(await apply(routed({host: 'web'})), /created/u);
	await t.throwsAsync(apply(routed({name: 'web'})), {message: /unknown field/u});
});

test.serial('keeps a Deployment unavailable whose pods are told never to be ready', async (t) => {
	await apply(deployment('stuck', 1, {'sandbox.aviary.dev/never-ready': 'true'}));
	const rollout = await plane.kubectl(['rollout', 'status', 'deployment/stuck', '-n', 'test', '--timeout=60s']);
	t.not(rollout.code, 0);
	t.regex(rollout.stderr, /exceeded its progress deadline/u);
	t.is(
		await run(['get', 'pods', '-n', 'test', '-l', 'app=stuck', '-o', 'jsonpath={.items[*].status.phase}']),
		'Running',
	);
	await run(['wait', 'deployment/stuck', '-n', 'test', '--for=condition=Available=false', '--timeout=30s']);
	t.pass();
});

test.serial('crashes pods after the time that they are told, again and again', async (t) => {
	await apply(
		deployment('weak', 1, {
			'sandbox.aviary.dev/ready-after': '500ms',
			'sandbox.aviary.dev/crash-after': '2s',
		}),
	);
	await run(['rollout', 'status', 'deployment/weak', '-n', 'test', '--timeout=60s']);
	const read = async () => {
		const query = 'jsonpath={.items[0].status.containerStatuses[0]}';
		return JSON.parse(await run(['get', 'pods', '-n', 'test', '-l', 'app=weak', '-o', query])) as {
			ready: boolean;
			restartCount: number;
			state: {waiting?: {reason: string}};
		};
	};
	const status = await eventually('a second restart', async () => {
		const now = await read();
		return now.restartCount >= 2 ? now : undefined;
	});
	t.false(status.ready);
	t.is(status.state.waiting?.reason, 'CrashLoopBackOff');
	await run(['wait', 'deployment/weak', '-n', 'test', '--for=condition=Available=false', '--timeout=30s']);
});

test.serial('knows service accounts and people, and allows them only what their roles do', async (t) => {
	const jane = await plane.kubeconfigFor('jane', ['release-managers']);
	const robot = await plane.kubeconfigFor('system:serviceaccount:test:robot');
	const mayList = async (kubeconfig: string): Promise<boolean> => {
		const listed = await plane.kubectl([`--kubeconfig=${kubeconfig}`, 'get', 'deployments', '-n', 'test']);
		t.true(listed.code === 0 || /forbidden/iu.test(listed.stderr), listed.stderr);
		return listed.code === 0;
	};
	t.deepEqual([await mayList(jane), await mayList(robot)], [false, false]);
	const bind = ['create', 'rolebinding', '-n', 'test', '--clusterrole=view'];
	await run([...bind, 'managers', '--group=release-managers']);
	await run([...bind, 'robots', '--serviceaccount=test:robot']);
	for (const kubeconfig of [jane, robot]) {
		await eventually('the role to be known', async () => (await mayList(kubeconfig)) || undefined);
	}
});

test.serial('comes back from an outage with its data, and goes on working', async (t) => {
	const before = await run(['get', 'deployment/web', '-n', 'test', '-o', 'jsonpath={.metadata.uid}']);
	await plane.stopApiServer();
	t.not((await plane.kubectl(['get', 'namespaces', '--request-timeout=5s'])).code, 0);
	await plane.startApiServer();
	t.is(await run(['get', 'deployment/web', '-n', 'test', '-o', 'jsonpath={.metadata.uid}']), before);
	await run(['scale', 'deployment/web', '-n', 'test', '--replicas=3']);
	t.regex(
		await run(['rollout', 'status', 'deployment/web', '-n', 'test', '--timeout=90s']),
		/successfully rolled out/u,
	);
});

test.serial('ends a namespace with everything in it', async (t) => {
	t.regex(await run(['delete', 'namespace', 'test', '--timeout=90s']), /deleted/u);
});
