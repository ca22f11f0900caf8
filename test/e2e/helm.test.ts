// The chart and the manifests, on a real API server: they are the same objects, it admits them under the strictest
// standard, and the image's daemon runs on what they give it.
import {once} from 'node:events';
import {copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {parse} from 'yaml';
import aviary from '../../package.json' with {type: 'json'};
import {version as daemonVersion} from '../../index.ts';
import {writeRootFilesystem} from '../../build/root-filesystem.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import {silentLog} from '../../services/log.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {byName, CHART, createHelm, PEER_VALUES, podSpecOf, type Helm} from './chart.ts';
import {artifact} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {freePorts} from '../../sandbox/real/control-plane/children.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {canIsolate, startImage} from './image.ts';
import {useIn} from './permissions.ts';

const NAMESPACE = 'istio-system';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:aviary`;
const SECRETS = 'var/run/secrets/kubernetes.io/serviceaccount';

const assets = builtAssets();
let dir: string;
let plane: ControlPlane;
let helm: Helm['helm'];
let rendered: Helm['rendered'];

const kubectl = async (...args: string[]): Promise<string> => {
	const {stdout, stderr, code} = await plane.kubectl(args);
	if (code !== 0) {
		throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
	}

	return stdout;
};

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-helm-'));
	plane = await startControlPlane({dir, assets, log: silentLog});
	({helm, rendered} = createHelm({HOME: dir, KUBECONFIG: plane.adminKubeconfig}));
});

test.after.always(async () => {
	await plane?.stop();
	await rm(dir, {recursive: true, force: true});
});

test.serial('the chart renders what kubectl apply -k installs', async (t) => {
	const bundled = byName(objectsOf(await kubectl('kustomize', artifact('operator'))));
	const {'Namespace aviary-system': namespace, ...wanted} = bundled;
	t.is(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
	const actual = byName(await rendered('--include-crds'));
	t.deepEqual(Object.keys(actual).sort(), Object.keys(wanted).sort());
	for (const [name, object] of Object.entries(wanted)) {
		t.deepEqual(actual[name], object, name);
	}
});

test.serial('the chart passes its own lint, and has the version of what it installs', async (t) => {
	const {version, appVersion} = parse((await helm('show', 'chart', CHART)).stdout) as Record<string, unknown>;
	t.deepEqual({version, appVersion}, {version: aviary.version, appVersion: aviary.version});
	t.is(daemonVersion, aviary.version);
	t.like(await helm('lint', '--strict', CHART), {code: 0});
});

test.serial(
	'permissions for a kind of target come where they are wanted, as they are in artifacts/targets',
	async (t) => {
		for (const kind of ['daemonsets', 'statefulsets', 'helmreleases', 'functions', 'knativeservices']) {
			const wanted = byName(objectsOf(await readFile(artifact(`targets/${kind}.yaml`), 'utf8')));
			const actual = byName(await rendered('--set', `targets.${kind}=true`));
			for (const [name, object] of Object.entries(wanted)) {
				t.deepEqual(actual[name], object, name);
			}

			const others = Object.keys(actual).filter((name) => /^ClusterRole aviary-.+s$/.test(name));
			t.deepEqual(others, [`ClusterRole aviary-${kind}`]);
		}
	},
);

test.serial("the seed's installation is admitted under the strictest standard", async (t) => {
	await kubectl('create', 'namespace', NAMESPACE);
	await kubectl('label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted');
	const settings = [
		'metricsServer=http://prometheus.istio-system:9090',
		'controlLoopInterval=1m',
		// The peer's, of which one is honoured.
		'slack.channel=general',
		'clusterName=here',
		'prometheus.install=true',
		'podLabels.team=web',
	].flatMap((setting) => ['--set', setting]);
	const {stdout, stderr, code} = await helm('upgrade', '--install', 'aviary', CHART, '-n', NAMESPACE, ...settings);
	t.is(code, 0, stderr);
	t.regex(stdout, /accepted, but not honoured yet:\s+clusterName\n\s+prometheus\.install\n/u);
	const pods = await eventually('its pods', async () => {
		const {items} = JSON.parse(await kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'json')) as {items: KubeObject[]};
		return items.length === 2 ? items : undefined;
	});
	t.true(pods.every(({metadata}) => metadata.labels?.['team'] === 'web'));
	await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
});

/** As the kubelet would: the account's token and the CA in their place, the API server's address in the environment. */
const credentials = async (root: string): Promise<Record<string, string>> => {
	if (!canIsolate) {
		return {AVIARY_KUBECONFIG: await plane.kubeconfigFor(ACCOUNT)};
	}

	const secrets = path.join(root, SECRETS);
	await mkdir(secrets, {recursive: true});
	await writeFile(path.join(secrets, 'token'), await kubectl('-n', NAMESPACE, 'create', 'token', 'aviary'));
	await writeFile(path.join(secrets, 'namespace'), NAMESPACE);
	await copyFile(plane.caFile, path.join(secrets, 'ca.crt'));
	const {hostname, port} = new URL(plane.url);
	return {KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port};
};

const installedArguments = async (): Promise<readonly string[]> => {
	const deployment = JSON.parse(
		await kubectl('-n', NAMESPACE, 'get', 'deployment', 'aviary', '-o', 'json'),
	) as KubeObject;
	return podSpecOf(deployment).containers[0].args.map((arg) => arg.replace('$(POD_NAMESPACE)', NAMESPACE));
};

const becomesReady = (port: number): Promise<true> =>
	eventually('the daemon to be ready', async () => {
		const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => {});
		return answer?.status === 200 || undefined;
	});

test.serial("the image's daemon runs as the installed account, and leads", async (t) => {
	const root = path.join(dir, 'image');
	await writeRootFilesystem(root);
	// Pods have an address each; here several share one.
	const [port = 0] = await freePorts(1);
	const env = {...(await credentials(root)), AVIARY_PORT: String(port)};
	const daemon = await startImage(root, await installedArguments(), env);
	t.teardown(() => daemon.kill('SIGKILL'));
	let said = '';
	for (const stream of [daemon.stdout, daemon.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}

	const ended = once(daemon, 'close') as Promise<[number | null]>;
	const failed = ended.then(([code]) => {
		throw new Error(`the daemon ended with ${code ?? 'a signal'}: ${said}`);
	});
	await Promise.race([becomesReady(port), failed]);
	if (canIsolate) {
		t.regex(await readFile(`/proc/${daemon.pid}/status`, 'utf8'), /^Uid:\s+65532\s+65532\s+65532\s+65532$/mu);
	}

	const leases = await kubectl('-n', NAMESPACE, 'get', 'leases', '-o', 'jsonpath={.items[*].spec.holderIdentity}');
	t.regex(leases, /\S/u);
	daemon.kill('SIGTERM');
	const [code] = await ended;
	t.is(code, 0, said);
	const {used, forbidden} = await useIn(plane.auditLog, ACCOUNT, []);
	t.deepEqual(forbidden, []);
	t.true(used.includes('watch canaries.flagger.app'), used.join(', '));
});

test.serial("the peer's default values are admitted, too, and the notes say what becomes of them", async (t) => {
	const settings = ['--namespace', NAMESPACE, '--values', PEER_VALUES];
	const {stdout, stderr, code} = await helm('upgrade', 'aviary', CHART, ...settings);
	t.is(code, 0, stderr);
	t.regex(stdout, /accepted, but not honoured yet:\s+configTracking\.enabled\n\n/u);
	t.regex(stdout, /the peer's own image, ghcr\.io\/fluxcd\/flagger, which is not Aviary:\naviary:\S+ is in its place/u);
	const pod = await eventually('its only pod', async () => {
		const {items} = JSON.parse(await kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'json')) as {items: KubeObject[]};
		const [first, ...others] = items;
		const isNew = first?.metadata.annotations?.['linkerd.io/inject'] === 'enabled';
		return isNew && others.length === 0 ? first : undefined;
	});
	t.like(pod.spec, {containers: [{image: `aviary:${aviary.version}`, securityContext: {runAsUser: 10_001}}]});
});

test.serial('kubectl installs the manifests either way', async (t) => {
	const {code, stderr} = await helm('uninstall', 'aviary', '--namespace', NAMESPACE);
	t.is(code, 0, stderr);
	t.regex(await kubectl('get', 'crds'), /^canaries\.flagger\.app /mu);
	const whole = await kubectl('apply', '-k', artifact('operator'));
	t.regex(whole, /^customresourcedefinition\S+\/canaries\.flagger\.app configured$/mu);
	t.regex(whole, /^deployment\.apps\/aviary created$/mu);
	// The other suites begin with this one on an empty cluster.
	const again = await kubectl('apply', '-f', artifact('operator'), '-f', artifact('roles'));
	t.notRegex(again, /created/u);
	t.regex(again, /^deployment\.apps\/aviary unchanged$/mu);
});
