// Records of runs on a real API server: it takes them whole, lists their metadata alone, and the old ones go.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {CanaryRun} from '../../api/canary-run.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {wallClock} from '../../services/clock.ts';
import {createDoor} from '../../services/http/door.ts';
import {createApi} from '../../services/kubernetes/api.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {loadConnection} from '../../services/kubernetes/connection.ts';
import {createLister} from '../../services/kubernetes/lister.ts';
import {canaryRuns} from '../../services/kubernetes/resources.ts';
import {silentLog} from '../../services/log.ts';
import {systemRandom} from '../../services/random.ts';
import {run} from '../cli/desk.ts';
import {phaseBecomes, statusBecomes} from '../releases/assertions.ts';
import {release, shapes, type ReleaseShape} from '../releases/shapes.ts';
import {hostile, rolledBack} from '../services/reports/records.ts';
import {startCluster, type Cluster} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

/** A check interval of a minute is half a second. */
const SPEED = 120;
const NAMESPACE = 'recorded';
const [first] = shapes as readonly [ReleaseShape, ReleaseShape];

let dir: string;
let cluster: Cluster;

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-runs-'));
	cluster = await startCluster(dir, builtAssets(), SPEED, silentLog, {runHistory: {count: 1}});
});

test.after.always(async () => {
	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

type Run = CanaryRun & Pick<KubeObject, 'metadata'>;

const runs = async (): Promise<readonly Run[]> => {
	const list = JSON.parse(await cluster.kubectl(['-n', NAMESPACE, 'get', 'canaryruns', '-o', 'json'])) as {
		readonly items: readonly Run[];
	};
	return list.items.toSorted((a, b) => a.spec.began.localeCompare(b.spec.began));
};

const whole = (status: unknown, name = 'podinfo-whole'): string =>
	JSON.stringify({
		apiVersion: 'aviary.dev/v1alpha1',
		kind: 'CanaryRun',
		metadata: {name, namespace: NAMESPACE, annotations: {'aviary.dev/run-of': 'Canary/other'}},
		spec: {...rolledBack.spec, canary: 'other'},
		status,
	});

test.serial('two runs leave the newer one; people see it, with kubectl and with the command line', async (t) => {
	const harness = cluster.harnessIn(NAMESPACE);
	await first.begin(harness, {tag: '1.2.0'});
	await phaseBecomes(harness, 'Succeeded');
	await release(harness, first, {tag: '1.3.0'});
	await statusBecomes(harness, 'a run', ({phase}) => phase === 'Progressing');
	const {canaryRevision} = await phaseBecomes(harness, 'Succeeded');
	const last = await eventually('the record to stand alone', async () => {
		const [one, ...others] = await runs();
		return one?.status?.ended === undefined || others.length > 0 ? undefined : one;
	});
	t.is(last.spec.revision, String(canaryRevision));
	t.is(last.status?.outcome, 'promoted');
	t.is(last.status?.digests?.template, last.spec.revision);
	t.true((last.status?.transitions?.length ?? 0) > 10);
	t.true((last.status?.metrics ?? []).every(({measurements}) => measurements.length > 0));
	t.is(last.metadata.ownerReferences, undefined);
	const table = await cluster.kubectl(['-n', NAMESPACE, 'get', 'canaryruns']);
	t.regex(
		table,
		/^NAME +CANARY +OUTCOME +BEGAN +ENDED\npodinfo-[\da-f]{32}-\d{8}t\d{6}z +podinfo +promoted +\S+ +\S+$/m,
	);
	const at = ['-n', NAMESPACE, '--kubeconfig', cluster.plane.adminKubeconfig];
	const {out} = await run(['history', 'podinfo', ...at]);
	t.is(out.match(/ promoted /g)?.length, 1);
	t.regex((await run(['report', 'podinfo', ...at])).out, /^# podinfo in recorded: promoted\n/);
});

test.serial('all that a record can hold is in its schema, and which run it is of cannot be changed', async (t) => {
	const strictly = ['create', '--validate=strict', '-f', '-'];
	for (const [name, {status}] of [
		['whole', rolledBack],
		['hostile', {status: {...hostile.status, commands: [], gaps: []}}],
	] as const) {
		await cluster.kubectl(strictly, whole(status, name));
		const kept = JSON.parse(await cluster.kubectl(['-n', NAMESPACE, 'get', 'canaryrun', name, '-o', 'json'])) as Run;
		t.deepEqual(kept.status, JSON.parse(JSON.stringify(status)) as typeof kept.status, 'nothing is pruned');
	}

	await t.throwsAsync(cluster.kubectl(strictly, whole({outcome: 'won'}, 'wrong')), {message: /status\.outcome/});
	const patch = ['-n', NAMESPACE, 'patch', 'canaryrun/whole', '--type=merge', '-p', '{"spec":{"canary":"mine"}}'];
	await t.throwsAsync(cluster.kubectl(patch), {message: /a record is of one run for ever/});
});

test.serial('a list of metadata brings nothing else', async (t) => {
	const connection = loadConnection({clock: wallClock, kubeconfig: cluster.plane.adminKubeconfig});
	const door = createDoor({clock: wallClock, log: silentLog});
	t.teardown(() => door.close());
	const sizes: number[] = [];
	const counting = {
		...door,
		request: async (...asked: Parameters<typeof door.request>) => {
			const answer = await door.request(...asked);
			sizes.push(answer.body.length);
			t.false(answer.body.includes('"transitions"'));
			return answer;
		},
	};
	const api = createApi({connection, door: counting, clock: wallClock, random: systemRandom, log: silentLog});
	const found = await createLister(api).metadata(canaryRuns, NAMESPACE, AbortSignal.timeout(10_000));
	t.is(found.length, 3);
	const ours = found.filter(({annotations}) => annotations?.['aviary.dev/run-of'] === 'Canary/podinfo');
	t.is(ours.length, 1);
	t.true(ours.every(({labels}) => labels?.['aviary.dev/outcome'] === 'promoted'));
	t.true(
		sizes.every((size) => size < 16_000),
		String(sizes),
	);
});

test.serial('without the CRD runs go on, and it is said', async (t) => {
	await cluster.kubectl(['delete', 'crd', 'canaryruns.aviary.dev', '--timeout=30s']);
	const harness = cluster.harnessIn(NAMESPACE);
	await release(harness, first, {tag: '1.4.0'});
	await statusBecomes(harness, 'a run', ({phase}) => phase === 'Progressing');
	await phaseBecomes(harness, 'Succeeded');
	const said = (await harness.events('podinfo')).filter(({message}) => message.startsWith('Runs are not recorded'));
	t.is(said.length, 1);
	t.is(said[0]?.type, 'Warning');
	t.deepEqual(cluster.errors, []);
});
