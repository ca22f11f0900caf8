// The releases on a real API server with real controllers: RBAC on, the operator as its own account and no more.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {sleep, wallClock} from '../../services/clock.ts';
import {silentLog} from '../../services/log.ts';
import {canaries} from '../../services/kubernetes/resources.ts';
import {assertPromoted, goodWords, midRun, statusBecomes, words} from '../releases/assertions.ts';
import {casesOf} from '../releases/cases.ts';
import {withScaler} from '../releases/scalers.ts';
import {initialized, release, rollout, shapes, type ReleaseShape} from '../releases/shapes.ts';
import {prometheusErrors, templateCases} from '../releases/templates.ts';
import {startPlace} from '../services/notifiers/stage.ts';
import {withAlerts} from './alerts.ts';
import {ACCOUNT, artifact, startCluster, type Cluster} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {permissionsIn, useIn, type Outage} from './permissions.ts';

/** A check interval of a minute is a second. */
const SPEED = 60;
const OUTAGE_MS = 3000;

const assets = builtAssets();
const [first, today] = shapes as readonly [ReleaseShape, ReleaseShape];
let dir: string;
let cluster: Cluster;
const outages: Outage[] = [];

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-releases-'));
	// One record a Canary: its second run makes the daemon clear away.
	cluster = await startCluster(dir, assets, SPEED, silentLog, {runHistory: {count: 1}});
});

test.after.always(async () => {
	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

/** The line of `kubectl describe` that shows an event. */
const lineOf = (message: string): RegExp =>
	new RegExp(`^ +(Normal|Warning) +Synced +.+ +flagger +${message.replaceAll('.', '\\.')}$`, 'mu');

test.serial("the seed's manifests, applied as they are, give what the seed describes", async (t) => {
	const kubectl = (args: readonly string[]): Promise<string> => cluster.kubectl(args);
	const files = [
		'namespaces/test.yaml',
		...['deployment', 'service', 'hpa'].map((part) => `workloads/primary-${part}.yaml`),
		...['deployment', 'service', 'hpa'].map((part) => `workloads/canary-${part}.yaml`),
		'workloads/virtual-service.yaml',
		'rollouts/podinfo.yaml',
	];
	for (const file of files) {
		await kubectl(['apply', '-f', artifact(file)]);
	}

	const harness = cluster.harnessIn('test');
	await assertPromoted(t, harness, first, '1.2.0');
	const described = await kubectl(['-n', 'test', 'describe', 'canary/podinfo']);
	t.regex(described, /^ +State: +finished$/mu);
	t.regex(described, /^ +Failed Checks: +0$/mu);
	t.regex(described, /^ +Canary Revision: +[0-9a-f]{32}$/mu);
	for (const message of goodWords(first, 'test')) {
		t.regex(described, lineOf(message));
	}

	const image = 'podinfod=quay.io/stefanprodan/podinfo:1.2.1';
	await kubectl(['-n', 'test', 'set', 'image', 'deployment/podinfo-canary', image]);
	await statusBecomes(harness, 'the next run', ({phase}) => phase === 'Progressing');
	await statusBecomes(harness, 'its end', ({phase}) => phase === 'Succeeded');
	const again = await kubectl(['-n', 'test', 'describe', 'canary/podinfo']);
	t.regex(again, lineOf('New revision detected podinfo-canary.test old [0-9a-f]+ new [0-9a-f]+'));
	t.regex(again, lineOf('Scaling up podinfo-canary.test'));
	const {stdout} = await cluster.plane.kubectl(['-n', 'test', 'get', 'canary/podinfo']);
	t.regex(stdout, /^NAME +STATUS +WEIGHT +LASTTRANSITIONTIME\npodinfo +Succeeded +0 +\S+$/mu);
});

let namespaces = 0;
for (const shape of shapes.filter(({kind}) => kind === canaries)) {
	for (const {title, run} of casesOf(shape)) {
		const namespace = `release-${++namespaces}`;
		test.serial(`${shape.title}: ${title}`, async (t) => {
			await run(t, cluster.harnessIn(namespace), shape);
		});
	}
}

for (const judged of templateCases) {
	const namespace = `release-${++namespaces}`;
	test.serial(`${today.title}: ${judged.title}`, async (t) => {
		await judged.run(t, cluster.harnessIn(namespace), today, prometheusErrors(cluster.metricsServer));
	});
}

test.serial('a release goes on through an outage of the API server, and ends as it would have', async (t) => {
	const harness = cluster.harnessIn('outage');
	await first.begin(harness, {tag: '1.2.0'});
	await midRun(harness, first);
	const from = wallClock.now();
	await cluster.plane.stopApiServer();
	await sleep(wallClock, OUTAGE_MS);
	await cluster.plane.startApiServer();
	outages.push({from, to: wallClock.now()});
	await assertPromoted(t, harness, first, '1.2.0');
	// A server that has just started knows no roles: what meets it then is tried again an interval later, and said.
	const said = (await words(harness)).filter((text) => !/^Halt .* is forbidden: /u.test(text));
	t.deepEqual(said, goodWords(first, 'outage'));
});

test.serial('a release whose first answer to each kind of write is lost ends as it would have', async (t) => {
	const {transport} = cluster;
	const harness = cluster.harnessIn('losses');
	transport.loseAnswersIn('losses');
	const hook = await startPlace(t);
	const objects = withScaler('losses', await today.objects('losses', {tag: '1.1.1'}));
	await harness.apply(withAlerts('losses', objects, {type: 'cloudevents', address: hook.origin}));
	await initialized(harness);
	await release(harness, today, {tag: '1.2.0'});
	await assertPromoted(t, harness, today, '1.2.0');
	t.deepEqual(await words(harness), goodWords(today, 'losses'));
	const kinds = await harness.eventually('everybody is told', async () => {
		const keys = new Set(hook.received.map(({headers}) => String(headers['idempotency-key']).split('/').at(-1)));
		return keys.size === 3 ? [...keys] : undefined;
	});
	t.deepEqual(kinds, ['initialized', 'started', 'succeeded']);
	for (const what of ['PATCH canaries/status', 'POST deployments', 'PATCH deployments', 'PATCH virtualservices']) {
		t.true(transport.lost.has(what), `${what}: ${[...transport.lost].join(', ')}`);
	}
});

const [goodRollout, haltingRollout] = casesOf(rollout);

test.serial('the Rollout: a good release is promoted although the answer to a status is lost', async (t) => {
	const {transport} = cluster;
	transport.loseAnswersIn('rollout');
	await goodRollout?.run(t, cluster.harnessIn('rollout'), rollout);
	t.true(transport.lost.has('PATCH rollouts/status'));
});

test.serial(`the Rollout: ${haltingRollout?.title}`, async (t) => {
	await haltingRollout?.run(t, cluster.harnessIn('halting'), rollout);
});

test.serial('a run that somebody pauses stands still, and ends when it is ordered back', async (t) => {
	const namespace = 'commands';
	const harness = cluster.harnessIn(namespace);
	const give = (verb: string): Promise<string> => {
		const spec = {canary: 'podinfo', verb, reason: 'it is so', requestedBy: 'alice'};
		const command = {apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata: {name: verb, namespace}, spec};
		return cluster.kubectl(['create', '-f', '-'], JSON.stringify(command));
	};
	const outcome = (name: string, value: string): Promise<string> =>
		cluster.kubectl(['-n', namespace, 'wait', `canarycommand/${name}`, `--for=jsonpath={.status.outcome}=${value}`]);
	await first.begin(harness, {tag: '1.2.0'});
	await midRun(harness, first);
	await give('pause');
	await outcome('pause', 'Accepted');
	const paused = await statusBecomes(harness, 'it is paused', ({state}) => state === 'halted');
	t.is(paused['waitingFor'], 'somebody to resume it: paused by alice: it is so');
	await give('rollback');
	const status = await statusBecomes(harness, 'it is rolled back', ({phase}) => phase === 'Failed');
	t.is(status['reason'], 'a rollback was ordered by alice: it is so');
	await outcome('rollback', 'Done');
	await outcome('pause', 'Done');
	await t.throwsAsync(
		cluster.kubectl([
			'-n',
			namespace,
			'patch',
			'canarycommand/pause',
			'--type=merge',
			'-p',
			'{"spec":{"verb":"skip"}}',
		]),
		{message: /a command cannot be changed; give another one/},
	);
	// A command's instant and a run's are whole seconds; one of the same second might belong to the next run, and is kept.
	await sleep(wallClock, 1000 - (wallClock.now() % 1000));
	await release(harness, first, {tag: '1.2.1'});
	await statusBecomes(harness, 'the next run', ({phase}) => phase === 'Progressing');
	await statusBecomes(harness, 'its end', ({phase}) => phase === 'Succeeded');
	for (const name of ['pause', 'rollback']) {
		await cluster.kubectl(['-n', namespace, 'wait', `canarycommand/${name}`, '--for=delete', '--timeout=30s']);
	}
});

test.serial('the operator was allowed everything it needed, and needed everything it is allowed', async (t) => {
	const allowed = await permissionsIn(artifact('operator/rbac.yaml'));
	const {used, forbidden} = await useIn(cluster.plane.auditLog, ACCOUNT, outages);
	t.deepEqual(forbidden, []);
	t.deepEqual(used, allowed);
});

test.serial('the operator may do nothing else', async (t) => {
	const may = async (...what: string[]): Promise<string> => {
		const {stdout} = await cluster.plane.kubectl(['auth', 'can-i', ...what, '-A', `--as=${ACCOUNT}`]);
		return stdout.trim();
	};
	t.is(await may('patch', 'deployments'), 'yes');
	for (const what of [
		'list secrets',
		'get configmaps',
		'delete deployments',
		'create pods',
		'update canaries',
		'* *',
	]) {
		t.is(await may(...what.split(' ')), 'no', what);
	}
});

test.serial('the daemon logged no error in all of this', (t) => {
	t.deepEqual(cluster.errors, []);
});
