// The real kubectl against the embedded server, as users of the sandbox type it.
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {wallClock} from '../../../services/clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {writeKubeconfig} from '../../../sandbox/api/kubeconfig.ts';
import {startApiServer} from '../../../sandbox/api/server.ts';
import {createStore} from '../../../sandbox/api/store.ts';
import {casesWith, programNamed} from '../../kubectl/program.ts';
import {canary, canaryDefinition, deployment, keys} from './world.ts';

const withKubectl = casesWith('kubectl');

type Run = (...args: readonly string[]) => Promise<string>;

const setUp = async (teardown: (clean: () => Promise<void>) => void) => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-kubectl-'));
	const store = createStore({clock: wallClock, random: seededRandom(1)});
	const server = await startApiServer({store, log: silentLog});
	const config = join(folder, 'config');
	await writeKubeconfig(config, server.url);
	teardown(async () => {
		await server.close();
		await rm(folder, {recursive: true});
	});
	const env = {...process.env, KUBECONFIG: config, HOME: folder};
	const run: Run = (...args) =>
		new Promise((resolve, reject) => {
			const options = {env, timeout: 300_000};
			execFile(
				programNamed('kubectl') ?? '',
				[...args, '--cache-dir', join(folder, 'cache')],
				options,
				(error, stdout, stderr) => {
					if (error === null) resolve(stdout.trim());
					else reject(new Error(stderr));
				},
			);
		});
	const file = async (object: unknown): Promise<string> => {
		const path = join(folder, `${Math.trunc(performance.now() * 1000)}.json`);
		await writeFile(path, JSON.stringify(object));
		return path;
	};

	return {store, run, file};
};

withKubectl('a deployment is applied, changed, scaled, described and deleted', async (t) => {
	const {store, run, file} = await setUp((clean) => t.teardown(clean));
	t.is(await run('create', 'namespace', 'test'), 'namespace/test created');
	const manifest = await file(deployment());
	t.is(await run('apply', '-f', manifest), 'deployment.apps/podinfo created');
	t.is(await run('apply', '-f', manifest), 'deployment.apps/podinfo unchanged');
	t.regex(
		await run('get', 'deploy', '-n', 'test'),
		/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\npodinfo +0\/1 +0 +0 +\d+s$/u,
	);
	await run('set', 'image', 'deploy/podinfo', 'podinfod=podinfo:2.0', '-n', 'test');
	await run('scale', 'deploy/podinfo', '--replicas=3', '-n', 'test');
	const stored: any = store.get(keys.deployments, 'test', 'podinfo');
	t.is(stored.spec.template.spec.containers[0].image, 'podinfo:2.0');
	t.is(stored.spec.replicas, 3);
	t.is(stored.metadata.generation, 3);
	t.regex(await run('describe', 'deploy/podinfo', '-n', 'test'), /Replicas: +3 desired/u);
	// kubectl 1.34 began to say from where.
	t.regex(
		await run('delete', 'deploy', 'podinfo', '-n', 'test'),
		/^deployment.apps "podinfo" deleted( from test namespace)?$/,
	);
	t.is(await run('delete', 'namespace', 'test'), 'namespace "test" deleted');
});

withKubectl('a custom resource is defined, applied, patched, waited for and refused', async (t) => {
	const {store, run, file} = await setUp((clean) => t.teardown(clean));
	await run('create', 'namespace', 'test');
	await run('apply', '-f', await file(canaryDefinition));
	await run('wait', '--for=condition=Established', 'crd/canaries.flagger.app', '--timeout=20s');
	t.is(await run('apply', '-f', await file(canary())), 'canary.flagger.app/podinfo created');
	const changed = await file(canary({canaryAnalysis: {threshold: 7}}));
	t.is(await run('apply', '-f', changed), 'canary.flagger.app/podinfo configured');
	const wrong = await file(canary({canaryAnalysis: {maxWeigth: 7}}));
	await t.throwsAsync(run('apply', '-f', wrong), {message: /unknown field "spec\.canaryAnalysis\.maxWeigth"/u});
	const waiting = run(
		'wait',
		'canary/podinfo',
		'--for=jsonpath={.status.phase}=Succeeded',
		'-n',
		'test',
		'--timeout=20s',
	);
	const patch = ['--type=merge', '--subresource=status', '-p', '{"status":{"phase":"Succeeded"}}'];
	await run('patch', 'canary', 'podinfo', '-n', 'test', ...patch);
	t.regex(await waiting, /condition met$/u);
	t.regex(await run('get', 'canaries', '-A'), /NAMESPACE +NAME +STATUS +AGE\ntest +podinfo +Succeeded +\d+s/u);
	await run('annotate', 'canary', 'podinfo', 'a=b', '-n', 'test');
	t.is(store.get(keys.canaries, 'test', 'podinfo')?.metadata.annotations?.['a'], 'b');
	await t.throwsAsync(run('get', 'canary', 'other', '-n', 'test'), {
		message: /Error from server \(NotFound\): canaries\.flagger\.app "other" not found/u,
	});
});

withKubectl('server-side apply, replace and diff work', async (t) => {
	const {store, run, file} = await setUp((clean) => t.teardown(clean));
	await run('create', 'namespace', 'test');
	const manifest = await file(deployment());
	t.is(await run('apply', '-f', manifest), 'deployment.apps/podinfo created');
	t.is(await run('apply', '--server-side', '-f', manifest), 'deployment.apps/podinfo serverside-applied');
	t.is(await run('diff', '-f', manifest), '');
	const object = {...store.get(keys.deployments, 'test', 'podinfo')};
	t.is(await run('replace', '-f', await file(object)), 'deployment.apps/podinfo replaced');
	await run('rollout', 'restart', 'deploy/podinfo', '-n', 'test');
	t.is(store.get(keys.deployments, 'test', 'podinfo')?.metadata.generation, 2);
});
