// Records through crashes, refusals and other hands; which of them are kept, and which go.
import test from 'ava';
import type {Interceptor} from '../../sandbox/in-process.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {podsOf, starve} from './chaos.ts';
import {keys} from './keys.ts';
import {nameOf, statusAnswer} from './mortal.ts';
import {give, isAccountedFor, only, plan, release, runs} from './run-records.ts';
import {simulate} from './simulation.ts';

for (const {title, kill} of [
	{title: 'killed', kill: true},
	{title: 'stopped', kill: false},
]) {
	test(`a daemon that is ${title} in mid-run: the next one goes on with the record`, async (t) => {
		const simulation = await simulate(plan, t);
		const former = await simulation.start();
		await simulation.until(() => simulation.weight() === 50);
		if (kill) former.kill();
		else await former.end();
		await simulation.seconds(60);
		await simulation.start();
		await simulation.toRest();
		const {spec, status} = only(simulation);
		t.is(status.outcome, 'promoted');
		const [gap, ...gaps] = status.gaps ?? [];
		t.deepEqual(gaps, []);
		t.is(gap?.why, 'no daemon was there, or what it knew was lost with its memory');
		const weights = status.weights?.map(({weight}) => weight);
		t.deepEqual(weights, kill ? [0, 50, 0] : [0, 25, 50, 50, 0], 'what was lost is not invented');
		t.true(isAccountedFor({spec, status}));
		await simulation.stop(t);
	});
}

test('a record that a former daemon left open is closed when the next run of its Canary ends', async (t) => {
	const simulation = await simulate(plan, t);
	const isLast: Interceptor = async (request, next) => {
		const isEnd = nameOf(request).startsWith('PATCH canaryruns');
		if (isEnd) former.kill();
		return isEnd ? statusAnswer(500, 'InternalError', 'it died') : next();
	};
	const former = await simulation.start({intercept: isLast});
	await simulation.until(() => !former.isAlive());
	await simulation.start();
	await simulation.toRest();
	t.is(only(simulation).status.outcome, undefined);
	await release(simulation, '1.3.0');
	const [first, second] = runs(simulation);
	t.like(first?.status, {outcome: 'interrupted', reason: 'it ended while no daemon was there to see how'});
	t.is(first?.metadata.labels?.['aviary.dev/outcome'], 'interrupted');
	t.is(second?.status?.outcome, 'promoted');
	await simulation.stop(t);
});

test('a deleted Canary leaves its records, and the run that it was in says so', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	simulation.remove('canaries', 'podinfo');
	await simulation.seconds(60);
	t.like(only(simulation).status, {outcome: 'interrupted', reason: 'the Canary was deleted'});
	await simulation.stop(t);
});

test('of many runs the newest are kept, each with the commands that were given to it', async (t) => {
	const simulation = await simulate(plan, t);
	const {requests} = await simulation.start({config: {runHistory: {count: 2}}});
	await simulation.toRest();
	for (const [index, image] of ['1.3.0', '1.4.0', '1.5.0'].entries()) {
		simulation.release(image);
		await simulation.untilPhase('Progressing');
		give(simulation, 'retry', `retry-${index}`);
		await simulation.toRest();
	}

	t.is(runs(simulation).length, 2);
	t.true(runs(simulation).every(({status}) => status?.outcome === 'promoted'));
	const commands = simulation.embedded.store.list(keys.canarycommands, {namespace: 'test'}).items;
	t.deepEqual(
		commands.map(({metadata}) => metadata.name),
		['retry-1', 'retry-2'],
	);
	t.is(requests.filter((request) => request === 'LIST canaryruns').length, 1, 'once since the daemon began');
	t.is(requests.filter((request) => request.startsWith('GET canaryruns')).length, 0);
	await simulation.stop(t);
});

test('records go by age, also those of Canaries that are gone; by another daemon, too', async (t) => {
	const simulation = await simulate(plan, t);
	const former = await simulation.start();
	await simulation.toRest();
	former.kill();
	const [old] = runs(simulation);
	const of = {...old?.metadata, name: `gone-${String(old?.spec.run).toLowerCase()}`};
	const {resourceVersion: _, uid: __, ...metadata} = of;
	metadata.annotations = {'aviary.dev/run-of': 'Canary/gone'};
	simulation.embedded.apply([{...(old as unknown as KubeObject), metadata}]);
	await simulation.seconds(36_000);
	await simulation.start({config: {runHistory: {ageMs: 1_800_000}}});
	simulation.release('1.3.0');
	await simulation.untilPhase('Progressing');
	await simulation.toRest();
	t.deepEqual(
		runs(simulation).map(({spec}) => spec.canary),
		['podinfo'],
	);
	t.not(only(simulation).spec.run, old?.spec.run);
	await simulation.stop(t);
});

test('without the CRD, or without the right to it, runs go on; it is said once', async (t) => {
	for (const [code, reason] of [
		[404, 'NotFound'],
		[403, 'Forbidden'],
	] as const) {
		const simulation = await simulate(plan, t);
		const {requests} = await simulation.start({
			intercept: async (request, next) =>
				nameOf(request).includes('canaryruns') ? statusAnswer(code, reason, 'no CanaryRuns here') : next(),
		});
		await simulation.toRest();
		await release(simulation, '1.3.0');
		t.is(simulation.status()['phase'], 'Succeeded');
		const said = [...simulation.events()].filter(([text]) => text.startsWith('Runs are not recorded: '));
		t.deepEqual(
			said.map(([, count]) => count),
			[1],
		);
		t.regex(said[0]?.[0] ?? '', /apply artifacts\/crds/);
		t.is(simulation.complaints.filter((line) => line.startsWith('Runs are not recorded')).length, 1);
		const asked = requests.filter((request) => request.includes('canaryruns')).length;
		t.true(asked <= (code === 404 ? 2 : 5), `${asked} requests for two runs`);
		await simulation.stop(t);
	}
});

test('in a namespace that is being deleted a record is given up without a word', async (t) => {
	const simulation = await simulate(plan, t);
	const {requests} = await simulation.start({
		intercept: async (request, next) =>
			nameOf(request).includes('canaryruns')
				? statusAnswer(
						403,
						'Forbidden',
						'unable to create new content in namespace test because it is being terminated',
					)
				: next(),
	});
	await simulation.toRest();
	t.is(requests.filter((request) => request.includes('canaryruns')).length, 1);
	t.deepEqual(
		[...simulation.events().keys()].filter((text) => text.startsWith('Runs are')),
		[],
	);
	await simulation.stop(t);
});

test('an API server that takes no records for an hour holds up nothing, and has them afterwards', async (t) => {
	const simulation = await simulate(plan, t);
	const until = {isBroken: true};
	await simulation.start({
		intercept: async (request, next) =>
			until.isBroken && nameOf(request).includes('canaryruns')
				? statusAnswer(500, 'InternalError', 'no leader')
				: next(),
	});
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.seconds(3600);
	t.deepEqual(runs(simulation), []);
	until.isBroken = false;
	await simulation.seconds(200);
	const {status} = only(simulation);
	t.is(status.outcome, 'promoted');
	t.is(status.gaps, undefined, 'our own attempts are no former life');
	await simulation.stop(t);
});

test('what somebody else changed of a record is kept', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	const {metadata} = only(simulation);
	simulation.edit('canaryruns', metadata.name, (run) => ({
		...run,
		metadata: {...run.metadata, labels: {...run.metadata.labels, ticket: 'A-1'}},
	}));
	await simulation.toRest();
	t.is(only(simulation).metadata.labels?.['ticket'], 'A-1');
	t.is(only(simulation).status.outcome, 'promoted');
	await simulation.stop(t);
});

test('a promotion that fails is recorded as that, and as rolled back when its users are back on the primary', async (t) => {
	const simulation = await simulate({...plan, spec: {progressDeadlineSeconds: 120}}, t);
	const heal = starve(simulation, podsOf('podinfo-primary', '1.2.0'));
	await simulation.start();
	await simulation.untilPhase('Failed');
	await simulation.seconds(15);
	t.is(only(simulation).status.outcome, 'failed');
	t.is(only(simulation).status.digests, undefined);
	heal();
	simulation.embedded.store
		.list(keys.pods, {namespace: 'test'})
		.items.filter(podsOf('podinfo-primary', '1.2.0'))
		.forEach(({metadata}) => simulation.remove('pods', metadata.name));
	await simulation.until(() => simulation.weight() === 0);
	await simulation.seconds(60);
	const {metadata, status} = only(simulation);
	t.is(status.outcome, 'rolled-back');
	t.is(metadata.labels?.['aviary.dev/outcome'], 'rolled-back');
	t.true(status.transitions?.some(({to}) => to === 'failed.holding'));
	await simulation.stop(t);
});
