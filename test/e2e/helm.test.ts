// The chart and the manifests, on a real API server: they are the same objects, it admits them under the strictest
// standard, and the image's daemon runs on what they give it.
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {parse} from 'yaml';
import aviary from '../../package.json' with {type: 'json'};
import {version as daemonVersion} from '../../index.ts';
import {writeRootFilesystem} from '../../build/root-filesystem.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import {silentLog} from '../../services/log.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {artifact} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {freePorts} from '../../sandbox/real/control-plane/children.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {canIsolate, startImage} from './image.ts';
import {useIn} from './permissions.ts';

const CHART = artifact('charts/aviary');
const NAMESPACE = 'istio-system';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:aviary`;
const SECRETS = 'var/run/secrets/kubernetes.io/serviceaccount';

const assets = builtAssets();
let dir: string;
let plane: ControlPlane;

type Result = {readonly stdout: string; readonly stderr: string; readonly code: number};

const helm = async (...args: string[]): Promise<Result> => {
	const env = {HOME: dir, PATH: '/usr/bin:/bin', KUBECONFIG: plane.adminKubeconfig};
	try {
		return {...(await promisify(execFile)(path.join(assets, 'helm'), args, {env, timeout: 120_000})), code: 0};
	} catch (error) {
		return error as Result;
	}
};

const kubectl = async (...args: string[]): Promise<string> => {
	const {stdout, stderr, code} = await plane.kubectl(args);
	if (code !== 0) {
		throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
	}

	return stdout;
};

const rendered = async (...args: string[]): Promise<readonly KubeObject[]> => {
	const {stdout, stderr, code} = await helm('template', 'aviary', CHART, '-n', 'aviary-system', ...args);
	if (code !== 0) {
		throw new Error(stderr);
	}

	return objectsOf(stdout);
};

const byName = (objects: readonly KubeObject[]): Readonly<Record<string, KubeObject>> =>
	Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

type PodSpec = {containers: [{args: readonly string[]}]};

const podSpecOf = (deployment: KubeObject | undefined): PodSpec => {
	const {spec} = (deployment?.spec?.['template'] ?? {}) as {spec: PodSpec};
	return spec;
};

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-helm-'));
	plane = await startControlPlane({dir, assets, log: silentLog});
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

test.serial('a mistaken value is named', async (t) => {
	for (const [setting, said] of [
		['metricServer=http://prometheus:9090', "additional properties 'metricServer' not allowed"],
		['metricsServer=prometheus:9090', "at '/metricsServer': 'prometheus:9090' does not match pattern"],
		['logLevel=loud', "at '/logLevel': value must be one of 'debug', 'info', 'warn', 'error'"],
		['controlLoopInterval=60', "at '/controlLoopInterval': got number, want string"],
	] as const) {
		const {stderr, code} = await helm('template', 'aviary', CHART, '--set', setting);
		t.not(code, 0, setting);
		t.true(stderr.includes(said), `${setting}: ${stderr}`);
	}
});

test.serial(
	'permissions for a kind of target come where they are wanted, as they are in artifacts/targets',
	async (t) => {
		for (const kind of ['daemonsets', 'statefulsets', 'helmreleases', 'functions']) {
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

test.serial('values reach the objects', async (t) => {
	const settings = {
		'image.repository': 'registry.example/aviary',
		'image.tag': 'next',
		namespace: 'test\\, shop',
		'leaderElection.enabled': 'false',
		'controlplane.kubeconfig.secretName': 'other',
		'rbac.create': 'false',
		'userRoles.create': 'false',
		'commandPolicy.enabled': 'false',
		'serviceAccount.create': 'false',
		'networkPolicy.enabled': 'false',
		'podMonitor.enabled': 'true',
		'slack.channel': 'on-call',
		'slack.url': 'https://slack.example/hook',
	};
	const objects = byName(
		await rendered(...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])),
	);
	// A single replica must not hold up a drained node, so the budget goes with the second one.
	t.deepEqual(Object.keys(objects).sort(), ['Deployment aviary', 'PodMonitor aviary', 'Service aviary']);
	const {replicas, strategy} = objects['Deployment aviary']?.spec ?? {};
	t.deepEqual({replicas, strategy}, {replicas: 1, strategy: {type: 'Recreate'}});
	const {containers, ...pod} = podSpecOf(objects['Deployment aviary']);
	// Or the Service's variables would set AVIARY_PORT.
	t.like(pod, {
		enableServiceLinks: false,
		serviceAccountName: 'default',
		volumes: [{name: 'log'}, {name: 'controlplane', secret: {secretName: 'other'}}],
	});
	t.like(containers[0], {
		env: [
			{name: 'POD_NAMESPACE'},
			{name: 'AVIARY_LOG_LEVEL_FILE'},
			{name: 'AVIARY_SLACK_CHANNEL', value: 'on-call'},
			{name: 'SLACK_URL', value: 'https://slack.example/hook'},
		],
		image: 'registry.example/aviary:next',
		args: [
			'daemon',
			'--metrics-server=http://prometheus:9090',
			'--mesh-provider=istio',
			'--control-loop-interval=10s',
			'--log-level=info',
			'--namespace=test',
			'--namespace=shop',
			'--kubeconfig=/controlplane/kubeconfig',
		],
		volumeMounts: [{name: 'log'}, {name: 'controlplane', mountPath: '/controlplane', readOnly: true}],
	});
});

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
