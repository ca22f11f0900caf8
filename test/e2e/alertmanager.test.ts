// A failed release in Debian's Alertmanager: posted by the daemon, and by Prometheus with the shipped rules over what the
// daemon exposes; then the next release, which ends both.
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {startDaemon} from '../../index.ts';
import {freePorts, logTail, startChild} from '../../sandbox/real/control-plane/children.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {silentLog} from '../../services/log.ts';
import {statusBecomes} from '../releases/assertions.ts';
import {initialized, release, shapes, type ReleaseShape} from '../releases/shapes.ts';
import {withAlerts} from './alerts.ts';
import {ACCOUNT, artifact, startGround} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

/** Slow enough that the second in which checks fail is seen by a scrape and an evaluation of a second each. */
const SPEED = 15;
const PATIENCE_MS = 150_000;
const PAGE = 'https://aviary.example';

type Alert = {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly generatorURL: string;
	readonly endsAt: string;
};

type Program = {readonly url: string; stop(): Promise<void>};

/** Starts a program and waits until it says that it is ready. */
const start = async (name: string, dir: string, port: number, args: readonly string[]): Promise<Program> => {
	const url = `http://127.0.0.1:${port}`;
	const child = startChild(name, name, [...args], path.join(dir, `${name}.log`));
	await eventually(`${name} to be ready`, async () => {
		if (!child.isRunning()) throw new Error(`${name} ended:\n${logTail(child)}`);
		const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
		await answer?.text();
		return answer?.status === 200 || undefined;
	});
	return {url, stop: () => child.stop()};
};

const startAlertmanager = async (dir: string, port: number): Promise<Program> => {
	const config = path.join(dir, 'alertmanager.yml');
	await writeFile(config, 'route: {receiver: nobody}\nreceivers: [{name: nobody}]\n');
	return start('prometheus-alertmanager', dir, port, [
		`--config.file=${config}`,
		`--storage.path=${path.join(dir, 'alertmanager')}`,
		`--web.listen-address=127.0.0.1:${port}`,
		'--cluster.listen-address=',
	]);
};

const startPrometheus = async (dir: string, port: number, metrics: URL, alertmanager: string): Promise<Program> => {
	const config = path.join(dir, 'prometheus.yml');
	const targets = (host: string) => ({static_configs: [{targets: [host]}]});
	await mkdir(path.join(dir, 'data'));
	// JSON is YAML.
	await writeFile(
		config,
		JSON.stringify({
			global: {scrape_interval: '1s', evaluation_interval: '1s'},
			rule_files: [artifact('rules/aviary.rules.yaml')],
			scrape_configs: [{job_name: 'aviary', honor_labels: true, ...targets(metrics.host)}],
			alerting: {alertmanagers: [targets(new URL(alertmanager).host)]},
		}),
	);
	return start('prometheus', dir, port, [
		`--config.file=${config}`,
		`--storage.tsdb.path=${path.join(dir, 'data')}`,
		`--web.listen-address=127.0.0.1:${port}`,
	]);
};

test('a failed release fires in a real Alertmanager, and the next one resolves it', async (t) => {
	await using all = new AsyncDisposableStack();
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-alertmanager-'));
	all.defer(() => rm(dir, {recursive: true, force: true}));
	const ground = await startGround(path.join(dir, 'plane'), builtAssets(), SPEED);
	all.defer(() => ground.stop());
	const [first = 0, second = 0] = await freePorts(2);
	const alertmanager = await startAlertmanager(dir, first);
	all.defer(() => alertmanager.stop());
	const daemon = await startDaemon(
		{
			kubeconfig: await ground.plane.kubeconfigFor(ACCOUNT),
			metricsServer: ground.mesh.url,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel: 'error',
			port: 0,
			uiUrl: PAGE,
			speed: SPEED,
		},
		{log: silentLog},
	);
	all.defer(() => daemon.stop());
	await daemon.ready;
	const prometheus = await startPrometheus(dir, second, new URL(daemon.metricsUrl), alertmanager.url);
	all.defer(() => prometheus.stop());

	/** What fires about the Canary, as its own v2 API lists it, by the alert's name. */
	const firing = async (): Promise<ReadonlyMap<string, Alert>> => {
		const answer = await fetch(`${alertmanager.url}/api/v2/alerts?active=true&filter=name%3D%22podinfo%22`);
		const alerts = (await answer.json()) as readonly Alert[];
		return new Map(alerts.map((alert) => [alert.labels['alertname'] ?? '', alert]));
	};

	const harness = ground.harnessIn('alerted');
	const today = shapes.find(({isGenerated}) => isGenerated) as ReleaseShape;
	const objects = await today.objects('alerted', {tag: '1.1.1'});
	await harness.apply(
		withAlerts('alerted', objects, {type: 'alertmanager', address: alertmanager.url, severity: 'error'}),
	);
	await initialized(harness);
	t.deepEqual([...(await firing()).keys()], []);
	await release(harness, today, {tag: '1.2.0', behaviour: {'error-rate': '0.4'}});
	// That checks fail is over when the release has failed, so alerts are looked at from the beginning.
	const wanted = ['AviaryReleaseFailed', 'AviaryCanaryFailed', 'AviaryCanaryChecksFail'];
	const seen = new Set<string>();
	const lookUntilAllFired = eventually(
		'the alerts to fire',
		async () => {
			for (const name of (await firing()).keys()) seen.add(name);
			return wanted.every((name) => seen.has(name)) || undefined;
		},
		PATIENCE_MS,
	);
	await Promise.all([lookUntilAllFired, statusBecomes(harness, 'the failed release', ({phase}) => phase === 'Failed')]);
	const alert = (await firing()).get('AviaryReleaseFailed');
	t.like(alert?.labels, {namespace: 'alerted', name: 'podinfo', severity: 'critical'});
	t.is(alert?.annotations['summary'], 'podinfo.alerted: Failed checks threshold reached 5');
	t.regex(alert?.annotations['description'] ?? '', /^Target: Deployment\/podinfo\.alerted$/mu);
	t.is(alert?.generatorURL, `${PAGE}/canaries/alerted/podinfo`);
	t.true(Date.parse(alert?.endsAt ?? '') > Date.now() + 3_600_000, 'it fires until something ends it');

	await release(harness, today, {tag: '1.2.1'});
	await statusBecomes(harness, 'the good release', ({phase}) => phase === 'Succeeded');
	await eventually('the alerts to end', async () => {
		const alerts = await firing();
		return !['AviaryReleaseFailed', 'AviaryCanaryFailed'].some((name) => alerts.has(name)) || undefined;
	});
});
