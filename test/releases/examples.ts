// The manifests of the walk-throughs, run as they stand: what is applied, in which order, and what a run then says.
import {readFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {deployments, horizontalPodAutoscalers} from '../../services/kubernetes/resources.ts';
import {assertPromoted, goodWords, statusBecomes, words} from './assertions.ts';
import type {Harness} from './harness.ts';
import {rollout, shapes, templateOf, type ReleaseShape} from './shapes.ts';

export type Example = {
	readonly title: string;
	readonly shape: ReleaseShape;
	/** Below artifacts/, in the order in which they are applied. */
	readonly files: readonly string[];
	/** In the place of those that API servers refuse today. */
	readonly instead: Readonly<Record<string, string>>;
};

const [first] = shapes as readonly [ReleaseShape];
const parts = (folder: string, ...names: readonly string[]): readonly string[] =>
	names.map((name) => `${folder}/${name}.yaml`);

export const examples: readonly Example[] = [
	{
		title: 'plain artifacts (000)',
		shape: rollout,
		files: [
			...parts('examples/000/artifacts/namespace', 'test'),
			...parts('examples/000/artifacts/workloads', 'canary-hpa', 'canary', 'primary', 'virtual-service'),
			...parts('examples/000/artifacts/rollouts', 'podinfo'),
		],
		instead: {},
	},
	{
		title: 'the Rollout operator (001)',
		shape: rollout,
		files: parts('examples/001', 'namespace', 'primary', 'canary', 'canary-hpa', 'virtual-service', 'rollout'),
		instead: {'examples/001/canary-hpa.yaml': 'examples/001/canary-hpa-v2.yaml'},
	},
	{
		title: 'the first Canary (004)',
		shape: first,
		files: [
			...parts('examples/004/artifacts/namespaces', 'test'),
			...parts('examples/004/artifacts/workloads', 'primary-deployment', 'primary-service', 'primary-hpa'),
			...parts('examples/004/artifacts/workloads', 'canary-deployment', 'canary-service', 'canary-hpa'),
			...parts('examples/004/artifacts/workloads', 'virtual-service'),
			...parts('examples/004/artifacts/rollouts', 'podinfo'),
		],
		instead: {},
	},
];

/** The objects of a file below artifacts/. */
export const objectsIn = async (file: string): Promise<readonly KubeObject[]> =>
	objectsOf(await readFile(new URL(`../../artifacts/${file}`, import.meta.url), 'utf8'));

/** From the last manifest to the end of the run: the words that the walk-through shows, and the canary's image on the primary. */
export const assertRuns = async (t: ExecutionContext, harness: Harness, {shape}: Example): Promise<void> => {
	await assertPromoted(t, harness, shape, '1.2.0');
	t.deepEqual(await words(harness), goodWords(shape, 'test'));
	const primary = templateOf(await harness.get(deployments, shape.primary));
	t.is(primary.spec.containers[0]?.image, 'quay.io/stefanprodan/podinfo:1.2.0');
};

/** A migrated example, from where today's Canary has taken the guard's place: the next version is released by it. */
export const assertMigrated = async (t: ExecutionContext, harness: Harness): Promise<void> => {
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
};
