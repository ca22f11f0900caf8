// The walk-throughs' manifests on a real API server, by kubectl, as they stand but for what it no longer serves.
import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {virtualServices} from '../../services/kubernetes/resources.ts';
import {silentLog} from '../../services/log.ts';
import {assertPromoted, goodWords, words} from '../releases/assertions.ts';
import {assertMigrated, assertRuns, examples, type Example} from '../releases/examples.ts';
import {shapes, type ReleaseShape} from '../releases/shapes.ts';
import {artifact, startCluster, type Cluster, type Operator} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {useIn} from './permissions.ts';

const SPEED = 60;
const LAUNCHER = new URL('../../cli/launcher.js', import.meta.url).pathname;
const [plain, withOperator, firstCanary] = examples as readonly [Example, Example, Example];

/** The operator of 000, with nothing of ours but what its folder brings: one replica, which stands for no election. */
const steerer: Operator = {
	folders: ['examples/000/artifacts/steerer'],
	account: 'system:serviceaccount:istio-system:steerer',
	config: {},
};

let dir: string;
let cluster: Cluster | undefined;

/** One for each, for all of them live in namespace test. */
const start = async (operator?: Operator): Promise<Cluster> => {
	cluster = await startCluster(dir, builtAssets(), SPEED, silentLog, {}, operator);
	return cluster;
};

test.beforeEach(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-examples-'));
});

test.afterEach.always(async () => {
	await cluster?.stop();
	cluster = undefined;
	await rm(dir, {recursive: true, force: true});
});

const runs = async (t: ExecutionContext, mine: Cluster, example: Example): Promise<void> => {
	for (const file of example.files) {
		const other = example.instead[file];
		if (other !== undefined) {
			const refused = mine.kubectl(['apply', '-f', artifact(file)]);
			await t.throwsAsync(refused, {message: /no matches for kind "HorizontalPodAutoscaler" in version/});
		}

		await mine.kubectl(['apply', '-f', artifact(other ?? file)]);
	}

	await assertRuns(t, mine.harnessIn('test'), example);
	t.deepEqual(mine.errors, []);
};

test.serial(`${plain.title} runs to its end by the operator that comes with it`, async (t) => {
	const mine = await start(steerer);
	await runs(t, mine, plain);
	const said = await mine.kubectl(['get', 'events', '-A', '-o', 'jsonpath={.items[*].message}']);
	t.notRegex(said, /Runs are not recorded|forbidden/u);
	const {used, forbidden} = await useIn(mine.plane.auditLog, steerer.account, []);
	t.deepEqual(forbidden, []);
	t.true(used.includes('patch rollouts.apps.weave.works/status'), 'it was this account that acted');
	const outcome = String.raw`jsonpath={.items[*].metadata.labels.aviary\.dev/outcome}`;
	t.is(await mine.kubectl(['-n', 'test', 'get', 'canaryruns', '-o', outcome]), 'promoted');
});

for (const example of [withOperator, firstCanary]) {
	test.serial(`${example.title} runs to its end, and migrated releases the next version`, async (t) => {
		const mine = await start();
		await runs(t, mine, example);
		// As the page of 001 says it.
		const files = example.files.flatMap((file) => ['-f', artifact(file)]);
		const words = ['migrate', '--control-loop-interval', '1m', ...files];
		const {stdout} = await promisify(execFile)(process.execPath, [LAUNCHER, ...words]);
		if (example === withOperator) await mine.kubectl(['-n', 'test', 'delete', 'rollout/podinfo']);
		await mine.kubectl(['apply', '-f', '-'], stdout);
		await assertMigrated(t, mine.harnessIn('test'));
		t.deepEqual(mine.errors, []);
	});
}

/** Has the API server take any VirtualService, as with Istio 0.7's CRD, which had no schema. */
const forgetSchema = async (mine: Cluster): Promise<void> => {
	const definition = 'crd/virtualservices.networking.istio.io';
	const versions = (await mine.kubectl(['get', definition, '-o', 'jsonpath={.spec.versions[*].name}'])).split(' ');
	const operations = versions.map((_, index) => ({
		op: 'replace',
		path: `/spec/versions/${index}/schema`,
		value: {openAPIV3Schema: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}},
	}));
	await mine.kubectl(['patch', definition, '--type=json', '-p', JSON.stringify(operations)]);
};

test.serial("Istio 0.7's destination.name (003) is routed by as it was written, where its CRD still is", async (t) => {
	const mine = await start();
	const harness = mine.harnessIn('test');
	const subsets = shapes.find(({destinations}) => destinations.primary === 'ga') as ReleaseShape;
	const text = JSON.stringify(await subsets.objects('test', {tag: '1.2.0'}));
	const objects = JSON.parse(
		text.replaceAll('"host":"podinfo.test","subset"', '"name":"podinfo.test","subset"'),
	) as readonly KubeObject[];
	const isRoute = ({kind}: KubeObject): boolean => kind === 'VirtualService';
	const route = objects.find((object) => isRoute(object)) as KubeObject;
	await harness.apply(objects.filter(({kind}) => kind === 'Namespace'));
	await t.throwsAsync(
		harness.apply([route]),
		{message: /unknown field "name" in .*destination/u},
		'today it is refused',
	);
	await forgetSchema(mine);
	// The API server takes up a CRD in its own time.
	await harness.eventually('it is taken', () =>
		harness.apply([route]).then(
			() => true,
			() => undefined,
		),
	);
	await harness.apply(objects);
	await assertPromoted(t, harness, subsets, '1.2.0');
	t.deepEqual(await words(harness), goodWords(subsets, 'test'));
	t.deepEqual((await harness.get(virtualServices, 'podinfo'))?.spec, route.spec);
	t.deepEqual(mine.errors, []);
});
