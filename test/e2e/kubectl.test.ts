// The sessions on a real control plane: where their transcripts come from, and whether they still hold. To write them
// anew: RECORD_TRANSCRIPTS=1 npx ava --config ava.e2e.config.js test/e2e/kubectl.test.ts
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {silentLog} from '../../services/log.ts';
import type {Site} from '../kubectl/session.ts';
import {sessions} from '../kubectl/sessions/index.ts';
import {checkTranscript, isRecording, recordTranscript} from '../kubectl/transcripts.ts';
import {artifact} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {startNodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane} from '../../sandbox/real/control-plane/start.ts';

type Config = {
	readonly clusters: readonly [{readonly cluster: Site['cluster']}];
	readonly users: readonly [{readonly user: Site['user']}];
};

const stack = new AsyncDisposableStack();
let site: Site;

test.before('a control plane with the definitions', async () => {
	const assets = builtAssets();
	const folder = await mkdtemp(path.join(tmpdir(), 'aviary-typed-'));
	stack.defer(() => rm(folder, {recursive: true, force: true}));
	const plane = await startControlPlane({dir: path.join(folder, 'plane'), assets, log: silentLog});
	stack.defer(() => plane.stop());
	const nodes = startNodes({kubeconfig: plane.adminKubeconfig, log: silentLog});
	stack.defer(() => nodes.stop());
	for (const args of [
		['create', '-f', path.join(assets, 'istio-crds.yaml')],
		['apply', '-f', artifact('crds')],
		['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'],
	]) {
		const {code, stderr} = await plane.kubectl(args);
		if (code !== 0) {
			throw new Error(stderr);
		}
	}

	const config = JSON.parse(await readFile(plane.adminKubeconfig, 'utf8')) as Config;
	site = {
		program: path.join(assets, 'kubectl'),
		cluster: config.clusters[0].cluster,
		user: config.users[0].user,
		folder,
	};
});

test.after.always('nothing left of it', async () => {
	await stack.disposeAsync();
});

for (const session of sessions) {
	test(session.title, async (t) => {
		await (isRecording ? recordTranscript : checkTranscript)(t, session, site);
	});
}
