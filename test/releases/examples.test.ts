// The walk-throughs' manifests on the embedded world, which still serves what they name: autoscaling/v2beta1.
import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {migrate} from '../../api/migrate.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, deployments, horizontalPodAutoscalers, rollouts} from '../../services/kubernetes/resources.ts';
import {statusBecomes} from './assertions.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {assertRuns, examples, objectsIn, type Example} from './examples.ts';
import {templateOf} from './shapes.ts';

for (const example of examples) {
	test(`${example.title} runs to its end`, async (t) => {
		const harness = await startEmbeddedHarness('test');
		try {
			for (const file of example.files) await harness.apply(await objectsIn(file));
			await assertRuns(t, harness, example);
		} finally {
			await harness.stop();
		}
	});
}

const root = new URL('../../artifacts/', import.meta.url);

test('an example leaves out none of its files', (t) => {
	const ours = new Set(examples.flatMap(({files, instead}) => [...files, ...Object.values(instead)]));
	const of000 = ['namespace', 'workloads', 'rollouts'].map((folder) => `000/artifacts/${folder}`);
	const of004 = ['namespaces', 'workloads', 'rollouts'].map((folder) => `004/artifacts/${folder}`);
	const found = [...of000, '001', ...of004].flatMap((folder) =>
		readdirSync(new URL(`examples/${folder}/`, root)).map((file) => `examples/${folder}/${file}`),
	);
	t.deepEqual(
		found.filter((file) => !ours.has(file)),
		[],
	);
});

test('the operator of 000 may do what the operator of today may', (t) => {
	const rulesIn = (file: string): unknown =>
		objectsOf(readFileSync(new URL(file, root), 'utf8')).find(({kind}) => kind === 'ClusterRole')?.['rules'];
	t.deepEqual(rulesIn('examples/000/artifacts/steerer/account.yaml'), rulesIn('operator/rbac.yaml'));
});

type Step = 'delete' | 'replace';

/** Runs an example to its end, migrates it, releases another version by what was printed, and answers what is left. */
const runMigrated = async (t: ExecutionContext, example: Example, step: Step): Promise<void> => {
	const harness = await startEmbeddedHarness('test');
	try {
		const objects = (await Promise.all(example.files.map((file) => objectsIn(file)))).flat();
		await harness.apply(objects);
		await assertRuns(t, harness, example);
		const {canary, problems} = migrate(objects.at(-1), objects, {intervalMs: 60_000});
		t.deepEqual(problems, []);
		if (step === 'delete') {
			await harness.remove(rollouts, 'podinfo');
			await harness.apply([canary as KubeObject]);
		} else {
			await harness.patch(canaries, 'podinfo', [{op: 'replace', path: '/spec', value: canary?.['spec']}]);
		}

		const standing = await statusBecomes(harness, 'the Canary stands by', ({phase}) => phase === 'Initialized');
		t.is(standing['waitingFor'], 'a new revision of podinfo', 'nothing has to be mended');
		for (const kind of [deployments, horizontalPodAutoscalers]) await harness.remove(kind, 'podinfo-canary');
		const before = harness.dropped();
		await harness.patch(deployments, 'podinfo', [
			{op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'quay.io/stefanprodan/podinfo:1.3.0'},
		]);
		await statusBecomes(harness, 'the next run', ({phase}) => phase === 'Progressing');
		await statusBecomes(harness, 'its end', ({phase}) => phase === 'Succeeded');
		const primary = templateOf(await harness.get(deployments, 'podinfo-primary'));
		t.is(primary.spec.containers[0]?.image, 'quay.io/stefanprodan/podinfo:1.3.0');
		t.is(harness.dropped(), before, 'no request of a user was lost');
	} finally {
		await harness.stop();
	}
};

for (const [example, step] of [
	[examples[1], 'delete'],
	[examples[2], 'replace'],
] as ReadonlyArray<[Example, Step]>) {
	test(`${example.title}, migrated, releases the next version`, (t) => runMigrated(t, example, step));
}
