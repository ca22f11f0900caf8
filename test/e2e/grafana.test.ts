// The seed's second chart: Grafana with the dashboards that we ship, asking the Prometheus that `url` names.
import {execFile} from 'node:child_process';
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {parse} from 'yaml';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {artifact} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

const CHART = artifact('charts/grafana');
const URL_OF_SEED = 'http://prometheus.istio-system:9090';
const assets = builtAssets();
let home: string;

type Result = {readonly stdout: string; readonly stderr: string; readonly code: number};

const helm = async (...args: string[]): Promise<Result> => {
	const env = {HOME: home, PATH: '/usr/bin:/bin'};
	try {
		return {...(await promisify(execFile)(path.join(assets, 'helm'), args, {env, timeout: 60_000})), code: 0};
	} catch (error) {
		return error as Result;
	}
};

const rendered = async (...args: string[]): Promise<Readonly<Record<string, KubeObject>>> => {
	const {stdout, stderr, code} = await helm('template', 'flagger-grafana', CHART, '-n', 'istio-system', ...args);
	if (code !== 0) throw new Error(stderr);
	return Object.fromEntries(objectsOf(stdout).map((object) => [`${object.kind} ${object.metadata.name}`, object]));
};

const dataOf = (object: KubeObject | undefined): Readonly<Record<string, string>> =>
	object?.['data'] as Readonly<Record<string, string>>;

test.before(async () => {
	home = await mkdtemp(path.join(tmpdir(), 'aviary-grafana-'));
});

test.after.always(() => rm(home, {recursive: true, force: true}));

test("the seed's command gives Grafana with every dashboard as it is, and its Prometheus", async (t) => {
	const objects = await rendered('--set', `url=${URL_OF_SEED}`);
	t.deepEqual(Object.keys(objects).sort(), [
		'ConfigMap flagger-grafana',
		'ConfigMap flagger-grafana-dashboards',
		'Deployment flagger-grafana',
		'Service flagger-grafana',
	]);
	const dashboards = dataOf(objects['ConfigMap flagger-grafana-dashboards']);
	const files = await readdir(artifact('dashboards'));
	t.deepEqual(Object.keys(dashboards).sort(), files.sort());
	for (const file of files) {
		t.is(dashboards[file], await readFile(path.join(artifact('dashboards'), file), 'utf8'), file);
	}

	const {'datasources.yaml': sources = '', 'grafana.ini': ini = ''} = dataOf(objects['ConfigMap flagger-grafana']);
	const {datasources} = parse(sources) as {datasources: ReadonlyArray<Record<string, unknown>>};
	t.like(datasources, [{type: 'prometheus', url: URL_OF_SEED, isDefault: true}]);
	t.regex(ini, /^disable_initial_admin_creation = true$/mu, 'no account with a known password');
	t.true(Object.values(objects).every(({metadata}) => metadata.namespace === 'istio-system'));
});

test('an administrator comes from a Secret', async (t) => {
	const objects = await rendered('--set', 'admin.secretName=grafana-admin');
	t.false(dataOf(objects['ConfigMap flagger-grafana'])['grafana.ini']?.includes('disable_initial_admin_creation'));
	t.true(JSON.stringify(objects['Deployment flagger-grafana']).includes('"key":"admin-password"'));
});

test('it passes its own lint, and a mistaken value is named', async (t) => {
	t.like(await helm('lint', '--strict', CHART), {code: 0});
	for (const [setting, said] of [
		['url=prometheus:9090', "at '/url': 'prometheus:9090' does not match pattern"],
		['adress=http://prometheus:9090', "additional properties 'adress' not allowed"],
	] as const) {
		const {stderr, code} = await helm('template', 'g', CHART, '--set', setting);
		t.not(code, 0, setting);
		t.true(stderr.includes(said), `${setting}: ${stderr}`);
	}
});
