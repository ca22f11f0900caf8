// The walk-throughs' manifests on a real API server, by kubectl, as they stand but for what it no longer serves.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {assertRuns, examples} from '../releases/examples.ts';
import {artifact, startCluster, type Cluster} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

const SPEED = 60;

let dir: string;
let cluster: Cluster;

test.beforeEach(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-examples-'));
	// One for each, for all of them live in namespace test.
	cluster = await startCluster(dir, builtAssets(), SPEED);
});

test.afterEach.always(async () => {
	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

// releases.test.ts applies those of 004.
for (const example of examples.filter(({title}) => !title.includes('004'))) {
	test.serial(`${example.title} runs to its end`, async (t) => {
		for (const file of example.files) {
			const other = example.instead[file];
			if (other !== undefined) {
				const refused = cluster.kubectl(['apply', '-f', artifact(file)]);
				await t.throwsAsync(refused, {message: /no matches for kind "HorizontalPodAutoscaler" in version/});
			}

			await cluster.kubectl(['apply', '-f', artifact(other ?? file)]);
		}

		await assertRuns(t, cluster.harnessIn('test'), example);
		t.deepEqual(cluster.errors, []);
	});
}
