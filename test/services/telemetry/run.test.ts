// What a whole run leaves in the log and in the metrics, from the daemon as it runs.
import test from 'ava';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {keys} from '../../simulation/keys.ts';
import {quick} from '../../simulation/simulation.ts';
import {stage, type Line} from './stage.ts';

/** The seed's release with few steps. */
const release = async (scenario: string): Promise<readonly KubeObject[]> => {
	const {objects} = await releaseOf(scenario, 'first');
	return objects.map((object) =>
		object.kind === 'Canary'
			? {...object, spec: {...object.spec, canaryAnalysis: {...(object.spec?.['canaryAnalysis'] as object), ...quick}}}
			: object,
	);
};

/** Lines that no actor said: of the daemon as a whole, of its door and its watches. */
const isOfTheDaemon = ({msg}: Line): boolean =>
	/^(?:Starting|Started|Stopped) operator$|^http answer$|^watch interrupted$|^api server asks/.test(msg);

for (const [scenario, phase] of [
	['good', 'Succeeded'],
	['errors', 'Failed'],
] as const) {
	test(`every line of a run that ends as ${phase} carries canary, run and revision, also after a restart`, async (t) => {
		const {lines, start, status, until} = await stage(t, await release(scenario));
		const first = await start();
		await until(() => Number(status('podinfo')['canaryWeight']) > 0);
		await first.stop();
		const mark = lines.length;
		const second = await start();
		await until(() => status('podinfo')['phase'] === phase);
		await second.stop();
		const said = lines.filter((line) => !isOfTheDaemon(line));
		const without = said.filter(({canary}) => canary !== 'podinfo.test');
		t.deepEqual(without, [], 'every line names its canary');
		const revision = status('podinfo')['lastAppliedSpec'];
		const inRun = said.filter(({msg}) => !/^Canary (?:admitted|released)$/.test(msg));
		t.true(inRun.length > 12);
		t.deepEqual(
			inRun.filter((line) => line['revision'] !== revision),
			[],
		);
		const runs = new Set(inRun.map(({run}) => run));
		t.is(runs.size, 1, `one run, one name: ${[...runs].join(', ')}`);
		t.regex(String([...runs][0]), new RegExp(`^${String(revision)}-\\d{8}T\\d{6}Z$`));
		t.true(
			lines.slice(mark).some(({run}) => runs.has(run)),
			'and the second daemon knows it',
		);
	});
}

const namesIn = (series: readonly string[]): readonly string[] =>
	series.map((line) => line.slice(0, line.lastIndexOf(' '))).sort();

const isOfACanary = (line: string): boolean => /^(?:aviary_(?:canary|checks|runs?)_|flagger_)/.test(line);

test('a deleted Canary leaves no series, and the client\u2019s series know none', async (t) => {
	const {embedded, start, status, until, clock} = await stage(t, await release('good'));
	const {series} = await start();
	await until(() => status('podinfo')['phase'] === 'Succeeded');
	const before = await series();
	const posted = embedded.store.list(keys.events, {namespace: 'test'}).items.length;
	t.true(posted > 0 && before.includes(`aviary_events_total{outcome="posted"} ${posted}`));
	for (const name of [
		'aviary_kubernetes_requests_total{verb="patch",resource="virtualservices.networking.istio.io",code="200"}',
		'aviary_kubernetes_request_duration_seconds_count{verb="watch",resource="canaries.flagger.app"}',
		'aviary_metric_queries_total{provider="prometheus",outcome="value"}',
		'aviary_cache_objects{resource="canaries.flagger.app"} 1',
		'aviary_write_queue_depth{lane="rollback"} 0',
		'flagger_canary_successes_total{name="podinfo-canary"',
		'aviary_leader 1',
	]) {
		t.true(
			before.some((line) => line.startsWith(name)),
			name,
		);
	}

	t.true(before.some((line) => isOfACanary(line) && line.includes('podinfo')));
	t.deepEqual(
		before.filter((line) => !isOfACanary(line) && line.includes('podinfo')),
		[],
	);
	embedded.store.remove(keys.canaries, 'test', 'podinfo', 'user');
	await clock.advance(60_000);
	t.deepEqual(
		(await series()).filter((line) => line.includes('podinfo')),
		[],
	);
});

test('a hundred Canaries have no more client series than one', async (t) => {
	const objects = await release('good');
	const {embedded, start, status, until} = await stage(t, objects);
	const {series} = await start();
	await until(() => status('podinfo')['phase'] === 'Succeeded');
	const ofOne = namesIn((await series()).filter((line) => !isOfACanary(line)));
	const canary = objects.find(({kind}) => kind === 'Canary');
	t.truthy(canary);
	for (let index = 1; index <= 100; index += 1) {
		const metadata = {...canary?.metadata, name: `canary-${index}`, namespace: 'test'};
		embedded.apply([{...(canary as KubeObject), metadata}]);
	}

	await until(() => Boolean(status('canary-100')['waitingFor']));
	const ofMany = await series();
	t.is(ofMany.filter((line) => line.startsWith('aviary_canary_state{')).length, 101);
	t.deepEqual(namesIn(ofMany.filter((line) => !isOfACanary(line))), ofOne);
});
