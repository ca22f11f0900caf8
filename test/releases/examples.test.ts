// The walk-throughs' manifests on the embedded world, which still serves what they name: autoscaling/v2beta1.
import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {migrate} from '../../api/migrate.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, rollouts} from '../../services/kubernetes/resources.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {assertMigrated, assertRuns, examples, objectsIn, type Example} from './examples.ts';

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
const STEERER = 'examples/000/artifacts/steerer/';

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
	t.deepEqual(rulesIn(`${STEERER}account.yaml`), rulesIn('operator/rbac.yaml'));
});

test('the operator of 000 comes with every CRD of ours that its rules name', (t) => {
	const inFolder = (folder: string): readonly KubeObject[] =>
		readdirSync(new URL(folder, root))
			.filter((file) => file.endsWith('.yaml'))
			.flatMap((file) => objectsOf(readFileSync(new URL(folder + file, root), 'utf8')));
	const definitionsIn = (folder: string): readonly string[] =>
		inFolder(folder)
			.filter(({kind}) => kind === 'CustomResourceDefinition')
			.map(({metadata: {name}}) => name);
	const role = inFolder(STEERER).find(({kind}) => kind === 'ClusterRole');
	const rules = role?.['rules'] as ReadonlyArray<Readonly<Record<'apiGroups' | 'resources', readonly string[]>>>;
	const named = new Set(
		rules.flatMap(({apiGroups, resources}) =>
			apiGroups.flatMap((group) => resources.map((plural) => `${plural}.${group}`)),
		),
	);
	const ours = definitionsIn('crds/').filter((name) => named.has(name));
	t.deepEqual([...definitionsIn(STEERER)].sort(), [...ours].sort());
});

type Step = 'delete' | 'replace';

/** An example at its end, what migrates it put in the place of its guard. */
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

		await assertMigrated(t, harness);
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
