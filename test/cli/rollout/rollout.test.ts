// `aviary rollout` on the embedded world: whole rollouts by annotation, in a cluster that knows none of our kinds.
import test from 'ava';
import {exitCodeOf} from '../../../cli/rollout/words.ts';
import {deployments, services, virtualServices} from '../../../services/kubernetes/resources.ts';
import {openStage, type Stage} from './stage.ts';

const BAD = {'error-rate': '0.4'};

/** The canary's first version is bad. */
const openBadStage = (t: Parameters<typeof openStage>[0]): Promise<Stage> =>
	openStage(t, (objects) => {
		const text = JSON.stringify(objects).replaceAll(
			'"prometheus.io/scrape":"true"},"labels":{"app":"podinfo-canary"}',
			'"sandbox.aviary.dev/error-rate":"0.4"},"labels":{"app":"podinfo-canary"}',
		);
		return JSON.parse(text) as typeof objects;
	});

test('a good canary becomes GA, step by step, and the record says finished', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start();
	const results = await stage.end(life);
	t.is(exitCodeOf(results), 0);
	t.like(results, [{about: 'podinfo.test', outcome: 'promoted'}]);
	const {'apps.weave.works/progressive-revision': revision, 'apps.weave.works/progressive-status': status} =
		stage.recorded();
	t.is(status, 'finished');
	t.deepEqual(
		life.lines.filter((line) => !line.startsWith('! Waiting for ')),
		[
			'· podinfo.test: marked for rollout: podinfo is GA, podinfo-canary the canary, VirtualService podinfo routes to both',
			'▸ Starting rollout for podinfo.test',
			'▸ Advance rollout podinfo.test weight 25',
			'↹ █████░░░░░░░░░░░░░░░ podinfo-canary 25 %, podinfo (GA) 75 %',
			'✓ podinfo.test: check passed at weight 25: success rate 100%',
			'▸ Advance rollout podinfo.test weight 50',
			'↹ ██████████░░░░░░░░░░ podinfo-canary 50 %, podinfo (GA) 50 %',
			'✓ podinfo.test: check passed at weight 50: success rate 100%',
			'▸ Advance rollout podinfo.test weight 75',
			'↹ ███████████████░░░░░ podinfo-canary 75 %, podinfo (GA) 25 %',
			'✓ podinfo.test: check passed at weight 75: success rate 100%',
			'▸ Advance rollout podinfo.test weight 100',
			'↹ ████████████████████ podinfo-canary 100 %, podinfo (GA) 0 %',
			'✓ podinfo.test: check passed at weight 100: success rate 100%',
			'▸ Copying podinfo-canary.test template spec to podinfo.test',
			'↹ ░░░░░░░░░░░░░░░░░░░░ podinfo-canary 0 %, podinfo (GA) 100 %',
			'▸ Promotion complete! Scaling down podinfo-canary.test',
			`✔ podinfo.test: promoted revision ${revision}; all traffic to podinfo (GA)`,
		],
	);
	t.is(stage.imageOf('podinfo'), '1.2.0');
	t.is(stage.replicasOf('podinfo-canary'), 0);
	t.is(stage.weight(), 0);
});

test('a bad canary is rolled back, is not tried again by itself, and is when it is told to', async (t) => {
	const stage = await openBadStage(t);
	const life = await stage.start();
	const results = await stage.end(life);
	t.is(exitCodeOf(results), 1);
	t.regex(results[0]?.text ?? '', /^rolled back revision \w{32}: .*; all traffic to podinfo \(GA\)$/);
	t.true(life.lines.some((line) => /^! Halt rollout podinfo\.test success rate \d+\.\d\d% < 99%$/.test(line)));
	t.true(life.lines.includes('! Rolling back podinfo-canary.test failed checks threshold reached 2'));
	t.is(stage.imageOf('podinfo'), '1.1.1');
	t.is(stage.weight(), 0);
	t.is(stage.replicasOf('podinfo-canary'), 0);
	t.is(stage.recorded()['apps.weave.works/progressive-status'], 'failed');

	const again = await stage.start();
	const [result] = await stage.end(again);
	t.like(result, {outcome: 'failed'});
	t.regex(result?.text ?? '', /failed before and is not rolled out again; update podinfo-canary, or add --retry$/);
	t.deepEqual(again.writes, []);

	const retried = await stage.start({isRetrying: true});
	t.like(await stage.end(retried), [{outcome: 'failed'}]);
	t.true(retried.lines.includes('▸ Advance rollout podinfo.test weight 25'), 'it has run');

	stage.release('1.2.1');
	t.like(await stage.end(await stage.start()), [{outcome: 'promoted'}]);
	t.is(stage.imageOf('podinfo'), '1.2.1');
});

test('with no limit of failed checks it halts under the threshold, as the document has it, until another revision', async (t) => {
	const stage = await openBadStage(t);
	const life = await stage.start({settings: {failedChecks: 0}});
	await stage.until(() => life.lines.filter((line) => line.startsWith('! Halt ')).length > 30, 'many halts', 3600);
	t.is(life.results(), undefined);
	t.is(stage.weight(), 25);
	stage.release('1.2.1');
	t.like(await stage.end(life), [{outcome: 'promoted'}]);
	t.is(stage.imageOf('podinfo'), '1.2.1');
});

test('what is rolled out already costs no write', async (t) => {
	const stage = await openStage(t);
	await stage.end(await stage.start());
	const life = await stage.start();
	const results = await stage.end(life);
	t.deepEqual(results, [
		{
			about: 'podinfo.test',
			outcome: 'unchanged',
			text: 'nothing to do: podinfo (GA) runs what was last rolled out',
		},
	]);
	t.is(exitCodeOf(results), 0);
	t.deepEqual(life.writes, []);
});

test('a dry run writes nothing, whatever it finds', async (t) => {
	const stage = await openStage(t);
	const dry = async (): Promise<string> => {
		const life = await stage.start({mode: 'dry'});
		let results = life.results();
		for (let turn = 0; turn < 50 && results === undefined; turn++) {
			await stage.clock.advance(0);
			results = life.results();
		}

		t.is(exitCodeOf(results ?? []), 0);
		t.deepEqual(life.writes, []);
		return results?.map(({outcome, text}) => `${outcome}: ${text}`).join('; ') ?? 'no result';
	};

	t.regex(
		await dry(),
		/^planned: would roll out podinfo-canary \(revision \w{32}\): canary weight 25, 50, 75, 100, then copy its template to podinfo \(GA\), return all traffic to it and scale podinfo-canary to zero$/,
	);
	const life = await stage.start();
	await stage.until(() => stage.weight() === 50, 'the second weight');
	await life.stop();
	t.regex(await dry(), /^planned: would go on with podinfo-canary \(revision \w{32}\) from canary weight 50$/);
	await stage.end(await stage.start());
	t.is(await dry(), 'unchanged: nothing to do: podinfo (GA) runs what was last rolled out');
});

test('a namespace in which nothing is marked has nothing to do, and says how to mark', async (t) => {
	const stage = await openStage(t);
	stage.patch(deployments, 'podinfo', [{op: 'remove', path: '/metadata/annotations/apps.weave.works~1progressive'}]);
	const life = await stage.start();
	t.is(exitCodeOf(await stage.end(life)), 0);
	t.deepEqual(life.lines, [
		'· no Deployment in test is marked for rollout by the annotation apps.weave.works/progressive: "true"',
	]);
});

type Lack = {readonly title: string; readonly make: (stage: Stage) => void; readonly text: RegExp};

const second = (stage: Stage): void => {
	const {metadata, ...route} = stage.get(virtualServices, 'podinfo')!;
	stage.embedded.apply([{...route, metadata: {name: 'podinfo-public', namespace: metadata.namespace ?? ''}}]);
};

const lacks: readonly Lack[] = [
	{
		title: 'a canary Deployment that is missing',
		make: (stage) => stage.remove(deployments, 'podinfo-canary'),
		text: /^deployment podinfo-canary\.test not found\. Create it with the version to roll out, or remove the annotation/,
	},
	{
		title: 'a VirtualService that is missing',
		make: (stage) => stage.remove(virtualServices, 'podinfo'),
		text: /^no VirtualService in test routes to both podinfo and podinfo-canary\. Give one http route of VirtualService podinfo two destinations/,
	},
	{
		title: 'a VirtualService that routes to GA alone',
		make: (stage) => stage.patch(virtualServices, 'podinfo', [{op: 'remove', path: '/spec/http/0/route/1'}]),
		text: /^no VirtualService in test routes to both podinfo and podinfo-canary/,
	},
	{
		title: 'two VirtualServices to choose from',
		make: second,
		text: /^VirtualServices podinfo and podinfo-public each route to both podinfo and podinfo-canary\. Keep one of them/,
	},
	{
		title: 'a Service that is missing',
		make: (stage) => stage.remove(services, 'podinfo-canary'),
		text: /^service podinfo-canary\.test not found\. Create a ClusterIP Service/,
	},
];

for (const {title, make, text} of lacks) {
	test(`${title} is told with its remedy, and nothing is touched`, async (t) => {
		const stage = await openStage(t);
		make(stage);
		const life = await stage.start();
		const results = await stage.end(life);
		t.is(exitCodeOf(results), 1);
		t.like(results, [{outcome: 'blocked'}]);
		t.regex(results[0]?.text ?? '', text);
		t.deepEqual(life.writes, []);
	});
}

test('Ctrl-C gives GA all traffic and says so; the next start begins with the first weight', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start();
	await stage.until(() => stage.weight() === 50, 'the second weight');
	const left = await life.campaign.interrupt();
	const text =
		'all traffic to podinfo (GA); podinfo-canary keeps its replicas, and the next rollout begins with its first weight';
	t.deepEqual(left, [{about: 'podinfo.test', outcome: 'interrupted', text}]);
	t.is(life.lines.at(-1), `■ podinfo.test: ${text}`);
	t.is(stage.weight(), 0);
	const writes = life.writes.length;
	await stage.clock.advance(300_000);
	t.is(life.writes.length, writes, 'nothing is written after it');
	t.is(stage.weight(), 0);
	const next = await stage.start();
	t.like(await stage.end(next), [{outcome: 'promoted'}]);
	t.deepEqual(
		next.lines.filter((line) => line.startsWith('▸ Advance')),
		[25, 50, 75, 100].map((weight) => `▸ Advance rollout podinfo.test weight ${weight}`),
	);
});

test('Ctrl-C in the midst of the rolling update of GA leaves users on the proven canary; the next start finishes', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start();
	await stage.until(
		() => life.lines.includes('▸ Copying podinfo-canary.test template spec to podinfo.test'),
		'the copy',
	);
	await stage.until(() => stage.imageOf('podinfo') === '1.2.0', 'the copied template');
	const [left] = await life.campaign.interrupt();
	const text =
		'podinfo (GA) is not ready to take the traffic; 100 % of it stays on podinfo-canary. Run this again to finish';
	t.deepEqual(left, {about: 'podinfo.test', outcome: 'blocked', text});
	t.is(stage.weight(), 100);
	const next = await stage.start();
	t.like(await stage.end(next), [{outcome: 'promoted'}]);
	t.is(stage.weight(), 0);
	t.false(
		next.lines.some((line) => line.startsWith('▸ Advance')),
		'no step is taken again',
	);
});

test('it watches: a new revision starts over, one in mid-run too, and what was missing begins once it is there', async (t) => {
	const stage = await openStage(t, (objects) =>
		objects.filter(({kind, metadata}) => kind !== 'VirtualService' || metadata.name !== 'podinfo'),
	);
	const life = await stage.start({mode: 'watch'});
	await stage.until(() => life.lines.includes('· podinfo.test: waiting for this to be mended'), 'the lack is told');
	await stage.clock.advance(60_000);
	t.is(life.lines.filter((line) => line.includes('no VirtualService')).length, 1, 'told once');

	const {manifests} = await import('./stage.ts');
	stage.embedded.apply((await manifests()).filter(({kind}) => kind === 'VirtualService'));
	await stage.until(() => stage.weight() === 50, 'the second weight');
	stage.release('1.3.0');
	const waits = '· podinfo.test: waiting for a new revision of podinfo-canary';
	await stage.until(() => life.lines.includes(waits), 'the first end');
	t.is(stage.imageOf('podinfo'), '1.3.0', 'only the newer one');
	t.true(life.lines.some((line) => /^▸ New revision detected podinfo-canary\.test old \w+ new \w+$/.test(line)));

	stage.release('1.4.0', BAD);
	await stage.until(() => life.lines.filter((line) => line === waits).length === 2, 'the second end');
	t.is(stage.imageOf('podinfo'), '1.3.0');
	t.true(life.lines.some((line) => line.startsWith('✖ podinfo.test: rolled back revision')));
	stage.release('1.5.0');
	await stage.until(() => life.lines.filter((line) => line === waits).length === 3, 'the third end');
	t.is(stage.imageOf('podinfo'), '1.5.0');
	t.is(life.results(), undefined);
});

test('a canary that vanishes in mid-run leaves nobody without an answer: GA gets all traffic', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start({settings: {deadlineMs: 60_000}});
	await stage.until(() => stage.weight() === 50, 'the second weight');
	stage.remove(deployments, 'podinfo-canary');
	await stage.until(() => stage.weight() === 0, 'all traffic to GA', 10);
	t.is(exitCodeOf(await stage.end(life)), 1);
});

test('as JSON, each line is one object, and the last one the result', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start({output: 'json'});
	await stage.end(life);
	const objects = life.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
	t.deepEqual(
		objects.filter(({type}) => type === 'weights').map(({weight}) => weight),
		[25, 50, 75, 100, 0],
	);
	t.like(objects.at(-1), {type: 'result', about: 'podinfo.test', outcome: 'promoted'});
	t.is(objects.filter(({type}) => type === 'check').length, 4);
});
