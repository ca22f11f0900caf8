// Releases of Knative Services on the embedded world, which plays Knative: no copies, only revisions and their users.
import test from 'ava';
import {at} from '../../api/reading.ts';
import {knativeServices, deployments, services} from '../../services/kubernetes/resources.ts';
import {phaseBecomes, statusBecomes, words} from './assertions.ts';
import {startEmbeddedHarness, type EmbeddedHarness} from './embedded-harness.ts';
import {courseOfUsers, knativeCanary, knativePodinfo, primaryOf, push, usersOf} from './knative.ts';

const podinfo = (harness: EmbeddedHarness) => harness.get(knativeServices, 'podinfo');

const begin = async (spec: Record<string, unknown> = {}): Promise<EmbeddedHarness> => {
	const harness = await startEmbeddedHarness('test');
	const namespace = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'test'}};
	await harness.apply([namespace, knativePodinfo('test'), knativeCanary('test', spec)]);
	await phaseBecomes(harness, 'Initialized');
	return harness;
};

test('once it is taken on, users stay on the revision that they are on', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	t.is(usersOf(await podinfo(harness)), '00001:100');
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00001');
	t.is(await harness.get(deployments, 'podinfo-primary'), undefined);
	for (const name of ['podinfo', 'podinfo-primary', 'podinfo-canary']) {
		t.is(await harness.get(services, name), undefined, `nothing is made of the name ${name}`);
	}
});

test('a good revision is promoted step by step, and the next one too', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0'});
	await statusBecomes(harness, 'the first weight', (status) => status['canaryWeight'] === 25);
	const droppedBefore = harness.dropped();
	const status = await phaseBecomes(harness, 'Succeeded');
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00002');
	t.deepEqual(await courseOfUsers(harness), [
		'latest:100',
		'00001:100',
		'00001:75 00002:25',
		'00001:50 00002:50',
		'00002:100',
	]);
	const said = await words(harness);
	t.deepEqual(said.slice(said.indexOf('Initialization done! podinfo.test')), [
		'Initialization done! podinfo.test',
		'New revision detected! Scaling up podinfo.test',
		'Starting canary analysis for podinfo.test',
		'Advance podinfo.test canary weight 25',
		'Advance podinfo.test canary weight 50',
		'Copying podinfo.test template spec to podinfo-primary.test',
		'Routing all traffic to primary',
		'Promotion completed! Scaling down podinfo.test',
	]);

	await push(harness, {tag: '1.3.0'});
	await phaseBecomes(harness, 'Progressing');
	await phaseBecomes(harness, 'Succeeded');
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00003');
	t.is(usersOf(await podinfo(harness)), '00003:100');
	t.is(harness.dropped(), droppedBefore, 'no request of a user was lost');
});

test('a revision with errors loses its users, and the next one is none the worse for it', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0', behaviour: {'error-rate': '0.4'}});
	const status = await phaseBecomes(harness, 'Failed');
	t.like(status, {canaryWeight: 0, failedChecks: 3});
	t.true(
		(await words(harness)).some((text) => /^Halt podinfo\.test advancement success rate \d+\.\d\d% < 99%$/.test(text)),
	);
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00001');
	t.is(usersOf(await podinfo(harness)), '00001:100');
	await push(harness, {tag: '1.2.1'});
	await phaseBecomes(harness, 'Succeeded');
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00003');
	t.deepEqual((await courseOfUsers(harness)).slice(1), [
		'00001:100',
		'00001:75 00002:25',
		'00001:100',
		'00001:75 00003:25',
		'00001:50 00003:50',
		'00003:100',
	]);
});

test('a revision that answers late is rolled back, too', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0', behaviour: {'latency-ms': '900'}});
	await phaseBecomes(harness, 'Failed');
	t.true((await words(harness)).some((text) => text.includes('request duration')));
	t.is(usersOf(await podinfo(harness)), '00001:100');
});

test('a revision that is pushed in mid-run gets no users before a run of its own', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0'});
	await statusBecomes(harness, 'the second weight', (status) => status['canaryWeight'] === 50);
	await push(harness, {tag: '1.3.0'});
	await phaseBecomes(harness, 'Succeeded');
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00003');
	t.deepEqual((await courseOfUsers(harness)).slice(1), [
		'00001:100',
		'00001:75 00002:25',
		'00001:50 00002:50',
		'00001:100',
		'00001:75 00003:25',
		'00001:50 00003:50',
		'00003:100',
	]);
	t.true((await words(harness)).includes('New revision detected! Restarting analysis for podinfo.test'));
});

test('a revision that never becomes ready fails at the deadline, without a user on it', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0', behaviour: {'never-ready': 'true'}});
	const status = await phaseBecomes(harness, 'Failed');
	t.regex(String(status['reason']), /progress deadline exceeded.*Ready is Unknown: Deploying/);
	t.deepEqual((await courseOfUsers(harness)).slice(1), ['00001:100']);
});

test('traffic that somebody gives to whatever is latest is taken back, in a run and at rest', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	const latest = [{latestRevision: true, percent: 100}];
	const give = () => harness.patch(knativeServices, 'podinfo', [{op: 'add', path: '/spec/traffic', value: latest}]);
	const becomes = (users: string) =>
		harness.eventually(`users are on ${users}`, async () => usersOf(await podinfo(harness)) === users || undefined);
	await give();
	await becomes('00001:100');
	await push(harness, {tag: '1.2.0'});
	await statusBecomes(harness, 'the first weight', (status) => status['canaryWeight'] === 25);
	await give();
	await becomes('00001:75 00002:25');
	await phaseBecomes(harness, 'Succeeded');
	t.is(usersOf(await podinfo(harness)), '00002:100');
});

test('tags keep their URLs', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	const tag = {revisionName: 'podinfo-00001', latestRevision: false, tag: 'stable'};
	await harness.patch(knativeServices, 'podinfo', [{op: 'add', path: '/spec/traffic/1', value: tag}]);
	await push(harness, {tag: '1.2.0'});
	await phaseBecomes(harness, 'Succeeded');
	t.deepEqual(at(await podinfo(harness), 'spec', 'traffic'), [
		{revisionName: 'podinfo-00002', latestRevision: false, percent: 100},
		tag,
	]);
});

test('where the annotation of the primary is lost, users stay where they are', async (t) => {
	const harness = await begin();
	t.teardown(() => harness.stop());
	await push(harness, {tag: '1.2.0', behaviour: {'error-rate': '0.4'}});
	await phaseBecomes(harness, 'Failed');
	await harness.patch(knativeServices, 'podinfo', [
		{op: 'remove', path: '/metadata/annotations/flagger.app~1primary-revision'},
	]);
	await harness.eventually('it is annotated again', async () => primaryOf(await podinfo(harness)));
	t.is(primaryOf(await podinfo(harness)), 'podinfo-00001');
	t.is(usersOf(await podinfo(harness)), '00001:100');
});
