// A/B testing, blue/green and stepwise promotions on the embedded world: a good and a bad release of each.
import test, {type ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, virtualServices} from '../../services/kubernetes/resources.ts';
import {phaseBecomes, runOf, statusBecomes, words} from './assertions.ts';
import {startEmbeddedHarness, type EmbeddedHarness} from './embedded-harness.ts';
import {courseOf, momentsOf} from './moments.ts';
import {initialized, release, today, type Version} from './shapes.ts';

const good: Version = {tag: '1.2.0'};
const bad: Version = {tag: '1.2.0', behaviour: {'error-rate': '0.4'}};
const insiders = [{headers: {'x-canary': {exact: 'insider'}}}];
const THRESHOLD = 2;

type Analysis = Readonly<Record<string, unknown>>;

const routesIn = async (harness: EmbeddedHarness): Promise<readonly Analysis[]> =>
	((await harness.get(virtualServices, 'podinfo'))?.spec?.['http'] ?? []) as readonly Analysis[];

/** The Canary of today's shape with another strategy. */
const withStrategy = (canary: KubeObject, strategy: Analysis, provider: string): KubeObject => {
	const {stepWeight: _, maxWeight: __, ...rest} = (canary.spec?.['analysis'] ?? {}) as Analysis;
	return {...canary, spec: {...canary.spec, provider, analysis: {...rest, threshold: THRESHOLD, ...strategy}}};
};

const begin = async (t: ExecutionContext, version: Version, strategy: Analysis, provider = 'istio') => {
	const harness = await startEmbeddedHarness('test');
	t.teardown(() => harness.stop());
	const objects = await today.objects('test', version);
	await harness.apply(objects.map((one) => (one.kind === 'Canary' ? withStrategy(one, strategy, provider) : one)));
	await initialized(harness);
	await release(harness, today, version);
	return harness;
};

const opening = [
	'Initialization done! podinfo.test',
	'New revision detected! Scaling up podinfo.test',
	'Starting canary analysis for podinfo.test',
];
const iterations = (of: number): readonly string[] =>
	Array.from({length: of}, (_, index) => `Advance podinfo.test canary iteration ${index + 1}/${of}`);
const copied = 'Copying podinfo.test template spec to podinfo-primary.test';
const promoted = 'Promotion completed! Scaling down podinfo.test';
const givenUp = [
	`Rolling back podinfo.test failed checks threshold reached ${THRESHOLD}`,
	'Canary failed! Scaling down podinfo.test',
];

const saidBut = async (harness: EmbeddedHarness): Promise<readonly string[]> =>
	(await words(harness)).filter((text) => !text.startsWith('Halt '));

/** Every value of a field of the status in a run, in order. */
const statuses = async (harness: EmbeddedHarness, field: string): Promise<readonly unknown[]> => {
	const moments = runOf(momentsOf(await harness.history(), today));
	return moments
		.map(({status}) => status[field])
		.filter((value, index, values) => index === 0 || value !== values[index - 1]);
};

const weights = async (harness: EmbeddedHarness): Promise<readonly number[]> =>
	courseOf(runOf(momentsOf(await harness.history(), today)), 'canaryWeight');

test('an A/B test is promoted once the requests that match were served well for all rounds', async (t) => {
	const harness = await begin(t, good, {match: insiders, iterations: 3});
	await statusBecomes(harness, 'the first round', (status) => status['iterations'] === 1);
	const droppedBefore = harness.dropped();
	const status = await phaseBecomes(harness, 'Succeeded');
	t.like(status, {canaryWeight: 0, iterations: 0, failedChecks: 0});
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	t.deepEqual(await words(harness), [...opening, ...iterations(3), copied, 'Routing all traffic to primary', promoted]);
	t.deepEqual(await statuses(harness, 'iterations'), [0, 1, 2, 3, 0]);
	t.deepEqual(await statuses(harness, 'phase'), ['Progressing', 'Promoting', 'Finalising', 'Succeeded']);
	t.deepEqual(await weights(harness), [0, 100, 0]);
	const [matched, others] = await routesIn(harness);
	t.deepEqual(matched?.['match'], insiders);
	t.deepEqual(others?.['route'], [{destination: {host: 'podinfo-primary'}, weight: 100}]);
	t.is(harness.dropped(), droppedBefore, 'no request of a user was lost');
});

test('an A/B test of a bad revision costs nobody but those who match anything', async (t) => {
	const harness = await begin(t, bad, {match: insiders, iterations: 3});
	const status = await phaseBecomes(harness, 'Failed');
	t.like(status, {state: 'failed', canaryWeight: 0, failedChecks: THRESHOLD, iterations: 0});
	t.deepEqual(await saidBut(harness), [...opening, ...iterations(3).slice(0, 1), ...givenUp]);
	t.deepEqual(await weights(harness), [0, 100, 0]);
	t.is(courseOf(momentsOf(await harness.history(), today), 'primaryTag').length, 1, 'the primary was never touched');
});

test('other rules in the middle of an A/B test are written, and nobody else gets the canary meanwhile', async (t) => {
	const harness = await begin(t, good, {match: insiders, iterations: 5});
	await statusBecomes(harness, 'the second round', (status) => status['iterations'] === 2);
	const match = [{headers: {'x-canary': {exact: 'employee'}}}];
	await harness.patch(canaries, 'podinfo', [{op: 'replace', path: '/spec/analysis/match', value: match}]);
	await phaseBecomes(harness, 'Succeeded');
	const routes = (await harness.history())
		.filter(({plural}) => plural === 'virtualservices')
		.map(({object}) => object.spec?.['http'] as ReadonlyArray<{match?: unknown; route: unknown[]}>);
	t.true(routes.every((http) => http.length === 2 && http[1]?.route.length === 1));
	t.deepEqual(routes.at(-1)?.[0]?.match, match);
	t.deepEqual(await saidBut(harness), [
		...opening,
		...iterations(5),
		copied,
		'Routing all traffic to primary',
		promoted,
	]);
});

test('blue/green without a mesh promotes what its rounds have found good', async (t) => {
	const harness = await begin(t, good, {iterations: 3}, 'kubernetes');
	const status = await phaseBecomes(harness, 'Succeeded');
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	t.deepEqual(await words(harness), [...opening, ...iterations(3), copied, promoted]);
	t.deepEqual(await statuses(harness, 'iterations'), [0, 1, 2, 3, 0]);
	t.deepEqual(await statuses(harness, 'canaryWeight'), [0]);
	t.is(await harness.get(virtualServices, 'podinfo'), undefined);
	const moments = momentsOf(await harness.history(), today);
	t.deepEqual(courseOf(moments, 'primaryTag'), ['1.1.1', '1.2.0']);
	t.is(moments.at(-1)?.canaryReplicas, 0);
});

test('blue/green without a mesh never gives a bad revision to anybody', async (t) => {
	const harness = await begin(t, bad, {iterations: 3}, 'kubernetes');
	const status = await phaseBecomes(harness, 'Failed');
	t.like(status, {state: 'failed', failedChecks: THRESHOLD});
	t.deepEqual(await saidBut(harness), [...opening, ...iterations(3).slice(0, 1), ...givenUp]);
	t.deepEqual(courseOf(momentsOf(await harness.history(), today), 'primaryTag'), ['1.1.1']);
});

test('without a mesh weights become ten rounds, and that is said', async (t) => {
	const harness = await begin(t, good, {stepWeight: 10}, 'kubernetes');
	await phaseBecomes(harness, 'Succeeded');
	const said = await words(harness);
	t.true(
		said.some((text) => text.startsWith('Progressive traffic is not supported when using the kubernetes provider')),
	);
	t.deepEqual(
		said.filter((text) => text.includes('iteration ')),
		iterations(10),
	);
});

test('blue/green on a mesh switches all users once nobody has found anything wrong, and back by steps', async (t) => {
	const harness = await begin(t, good, {iterations: 2, stepWeightPromotion: 60});
	harness.load('podinfo-canary.test');
	await phaseBecomes(harness, 'Succeeded');
	t.deepEqual(await saidBut(harness), [
		...opening,
		...iterations(2),
		'Routing all traffic to canary',
		copied,
		'Advance podinfo.test primary weight 60',
		'Advance podinfo.test primary weight 100',
		promoted,
	]);
	t.deepEqual(await weights(harness), [0, 100, 40, 0]);
});

test('routing fields that are edited in mid-run are on the route with the weights that it has', async (t) => {
	const harness = await begin(t, good, {stepWeight: 20, maxWeight: 60});
	await statusBecomes(harness, 'the second weight', (status) => status['canaryWeight'] === 40);
	await harness.patch(canaries, 'podinfo', [{op: 'add', path: '/spec/service/timeout', value: '7s'}]);
	await phaseBecomes(harness, 'Promoting');
	t.deepEqual(
		(await routesIn(harness)).map(({timeout}) => timeout),
		['7s'],
	);
	t.deepEqual(await weights(harness), [0, 20, 40, 60]);
});
