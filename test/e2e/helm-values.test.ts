// What the chart makes of values: rendered alone, without a cluster.
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {parse} from 'yaml';
import {mappingsIn} from '../../services/workloads/mapping-files.ts';
import {run} from '../cli/desk.ts';
import {byName, CHART, createHelm, podSpecOf, type Helm} from './chart.ts';
import {artifact} from './cluster.ts';

let dir: string;
let helm: Helm['helm'];
let rendered: Helm['rendered'];

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-helm-values-'));
	({helm, rendered} = createHelm({HOME: dir}));
});

test.after.always(async () => {
	await rm(dir, {recursive: true, force: true});
});

test.serial('a mistaken value is named', async (t) => {
	for (const [setting, said] of [
		['metricServer=http://prometheus:9090', "additional properties 'metricServer' not allowed"],
		['metricsServer=prometheus:9090', "at '/metricsServer': 'prometheus:9090' does not match pattern"],
		['logLevel=loud', "at '/logLevel': value must be one of 'debug', 'info', 'warn', 'error'"],
		['page.port=8080', "at '/page/port': 'not' failed"],
		['runHistory.count=0', "at '/runHistory/count': minimum: got 0, want 1"],
		['grafana.url=https://grafana.example', 'grafana.url wants grafana.tokenSecret.name'],
		['workloadMappings[0].kind=Widget', "at '/workloadMappings/0': missing property 'target'"],
		['controlLoopInterval=60', "at '/controlLoopInterval': got number, want string"],
	] as const) {
		const {stderr, code} = await helm('template', 'aviary', CHART, '--set', setting);
		t.not(code, 0, setting);
		t.true(stderr.includes(said), `${setting}: ${stderr}`);
	}
});

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

test.serial('values for the page, records, Grafana and mappings reach the daemon, which takes them', async (t) => {
	const file = path.join(dir, 'values.yaml');
	const mapping = parse(await readFile(artifact('workload-mappings/flux-helm-release.yaml'), 'utf8')) as object;
	const values = {
		page: {port: 9000, address: '127.0.0.1', auth: 'token', allowedHosts: ['aviary.example.com'], basePath: '/aviary'},
		runHistory: {count: 3, age: '48h'},
		grafana: {url: 'https://grafana.example', tokenSecret: {name: 'grafana-token', key: 'key'}},
		workloadMappings: [mapping, {...mapping, promoted: ['spec.values']}],
	};
	await writeFile(file, JSON.stringify(values));
	const objects = byName(await rendered('--values', file));
	const {containers, ...pod} = podSpecOf(objects['Deployment aviary']);
	const flags = [
		'--ui-port=9000',
		'--ui-address=127.0.0.1',
		'--ui-auth=token',
		'--ui-allowed-hosts=aviary.example.com',
		'--ui-base-path=/aviary',
		'--run-history=3',
		'--run-history-age=48h',
		'--grafana-url=https://grafana.example',
		'--grafana-token-file=/etc/aviary/grafana/key',
		'--workload-mappings=/etc/aviary/workload-mappings/mappings.yaml',
	];
	const {args} = containers[0];
	t.deepEqual(
		args.filter((arg) => /^--(?:ui|run|grafana|workload)-/.test(arg)),
		flags,
	);
	t.like(containers[0], {
		ports: [{name: 'http'}, {name: 'page', containerPort: 9000}],
		volumeMounts: [
			{name: 'log'},
			{name: 'grafana', mountPath: '/etc/aviary/grafana', readOnly: true},
			{name: 'workload-mappings', mountPath: '/etc/aviary/workload-mappings', readOnly: true},
		],
	});
	t.like(pod, {
		volumes: [
			{name: 'log'},
			{name: 'grafana', secret: {secretName: 'grafana-token'}},
			{name: 'workload-mappings', configMap: {name: 'aviary-workload-mappings'}},
		],
	});
	t.like(objects['Service aviary']?.spec, {ports: [{port: 8080}, {port: 9000, targetPort: 'page'}]});
	const data = objects['ConfigMap aviary-workload-mappings']?.['data'] as Record<string, string>;
	t.deepEqual(
		mappingsIn(data['mappings.yaml'] ?? '', 'mappings.yaml').map(({promoted}) => promoted.length),
		[3, 1],
	);
	// No flag is one that the daemon does not know, or a value that it refuses.
	const words = args.map((arg) => arg.replace('$(POD_NAMESPACE)', 'aviary-system'));
	const {code, err} = await run([...words, '--port', 'none']);
	t.is(code, 2);
	t.regex(err, /^aviary: option '--port <number>' argument 'none'/);
});
