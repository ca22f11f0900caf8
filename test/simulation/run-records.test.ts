// What each run leaves behind: a CanaryRun that says where it was, what was measured, who decided and how it ended.
import test from 'ava';
import {nameOf, statusAnswer} from './mortal.ts';
import {give, isAccountedFor, only, plan, release, runs, tops} from './run-records.ts';
import {simulate} from './simulation.ts';

test('a good run: where it was, which weights it had, what was measured and what was promoted', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.toRest();
	const {metadata, spec, status} = only(simulation);
	t.is(metadata.name, `podinfo-${spec.run.toLowerCase()}`);
	t.is(metadata.ownerReferences, undefined, 'it outlives its Canary');
	t.like(metadata.labels, {'aviary.dev/canary': 'podinfo', 'aviary.dev/outcome': 'promoted'});
	t.like(spec, {canary: 'podinfo', kind: 'Canary', revision: simulation.status()['lastPromotedSpec']});
	t.like(spec.target, {kind: 'Deployment', name: 'podinfo'});
	t.is(status.outcome, 'promoted');
	t.deepEqual(tops(status), ['progressing', 'promoting', 'finished']);
	t.is(status.transitions?.at(-1)?.to, 'finished.idle');
	t.deepEqual(
		status.weights?.map(({weight}) => weight),
		[0, 25, 50, 0],
	);
	t.deepEqual(
		status.verdicts?.map(({weight, outcome}) => [weight, outcome]),
		[
			[25, 'passed'],
			[50, 'passed'],
		],
	);
	const [rate] = status.metrics ?? [];
	t.like(rate, {name: 'request-success-rate', kind: 'success-rate', min: 99});
	t.true(rate?.measurements.every(({outcome, value}) => outcome === 'passed' && value === 100));
	t.is(status.digests?.template, spec.revision);
	t.truthy(status.digests?.replaced);
	t.true(isAccountedFor({spec, status}));
	t.is(status.gaps, undefined);
	await simulation.stop(t);
});

test('a bad run: each breach with its value and weight, and why it was rolled back', async (t) => {
	const simulation = await simulate({...plan, scenario: 'errors'}, t);
	await simulation.start();
	await simulation.toRest();
	const {metadata, spec, status} = only(simulation);
	t.is(status.outcome, 'rolled-back');
	t.is(metadata.labels?.['aviary.dev/outcome'], 'rolled-back');
	t.is(status.reason, 'failed checks threshold reached 2');
	t.deepEqual(tops(status), ['progressing', 'halted', 'failed']);
	const breaches = status.metrics?.flatMap(({measurements}) =>
		measurements.filter(({outcome}) => outcome === 'breached'),
	);
	t.true((breaches?.length ?? 0) >= 2);
	t.true(breaches?.every(({value, weight, text}) => typeof value === 'number' && weight === 25 && text !== undefined));
	t.is(status.digests, undefined, 'nothing was promoted');
	t.true((status.seconds?.halted ?? 0) > 0);
	t.true(isAccountedFor({spec, status}));
	await simulation.stop(t);
});

test('people: who asked for what and what came of it; the time that they took is theirs', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	await simulation.seconds(10);
	give(simulation, 'pause');
	await simulation.until(() => simulation.status()['state'] === 'halted');
	await simulation.seconds(1200);
	give(simulation, 'resume');
	give(simulation, 'retry');
	await simulation.toRest();
	const {spec, status} = only(simulation);
	t.deepEqual(
		status.commands?.map(({verb, requestedBy, reason, outcome}) => [verb, requestedBy, reason, outcome]),
		[
			['pause', 'alice', 'it is so', 'Done'],
			['resume', 'alice', 'it is so', 'Done'],
			['retry', 'alice', 'it is so', 'Done'],
		],
	);
	t.is(status.outcome, 'promoted');
	t.true((status.seconds?.waitingForPeople ?? 0) >= 119, 'of a world that is ten times faster');
	t.true((status.seconds?.progressing ?? 0) < 60);
	t.true(isAccountedFor({spec, status}));
	await simulation.stop(t);
});

test('an analysis that a person cut short is skipped, and a rollback that a person ordered is answered', async (t) => {
	const simulation = await simulate({...plan, except: ['A1']}, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	give(simulation, 'promote');
	await simulation.toRest();
	t.is(only(simulation).status.outcome, 'skipped');
	simulation.release('1.3.0');
	await simulation.untilPhase('Progressing');
	await simulation.until(() => simulation.weight() === 25);
	give(simulation, 'rollback');
	await simulation.toRest();
	const [, second] = runs(simulation);
	t.is(second?.status?.outcome, 'rolled-back');
	t.is(second?.status?.reason, 'a rollback was ordered by alice: it is so');
	t.like(second?.status?.commands?.[0], {verb: 'rollback', outcome: 'Done'});
	await simulation.stop(t);
});

test('spec.skipAnalysis skips, and a new revision supersedes', async (t) => {
	const skipping = await simulate({...plan, except: ['A1'], spec: {skipAnalysis: true}}, t);
	await skipping.start();
	await skipping.toRest();
	t.is(only(skipping).status.outcome, 'skipped');
	await skipping.stop(t);
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	await simulation.seconds(20);
	await release(simulation, '1.3.0');
	const [first, second, ...others] = runs(simulation);
	t.deepEqual(others, []);
	t.true((first?.spec.began ?? '') < (second?.spec.began ?? ''), 'each has its own beginning');
	t.is(first?.status?.outcome, 'superseded');
	t.is(first?.status?.reason, `${String(second?.spec.revision)} is the target's revision now`);
	t.is(second?.status?.outcome, 'promoted');
	await simulation.stop(t);
});

test('a revision that comes back within one run goes on with its record, and the time between is a gap', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	const {spec} = only(simulation);
	simulation.release('1.3.0');
	await simulation.until(() => simulation.status()['canaryRevision'] !== spec.revision);
	await simulation.until(() => simulation.weight() === 25);
	await simulation.seconds(20);
	simulation.release();
	await simulation.toRest();
	t.is(runs(simulation).length, 2);
	const run = runs(simulation).find(({spec: {revision}}) => revision === spec.revision);
	t.is(run?.status?.outcome, 'promoted');
	t.regex(run?.status?.gaps?.[0]?.why ?? '', /^the run had ended as superseded, and was taken up again$/);
	await simulation.stop(t);
});

test('a target that is set back ends the run as superseded', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	simulation.release('1.1.1');
	await simulation.untilPhase('Initialized');
	await simulation.seconds(20);
	t.like(only(simulation).status, {
		outcome: 'superseded',
		reason: 'the target was set back to what the primary runs',
	});
	await simulation.stop(t);
});

test('the outcome and the time of each run are counted', async (t) => {
	const simulation = await simulate({...plan, scenario: 'errors'}, t);
	const daemon = await simulation.start();
	await simulation.toRest();
	const text = await (await fetch(daemon.metricsUrl)).text();
	t.regex(text, /^aviary_runs_total\{name="podinfo",namespace="test",outcome="rolled-back"\} 1$/m);
	const {seconds} = only(simulation).status;
	const counted = (activity: string): number =>
		Number(new RegExp(`^aviary_run_seconds_total\\{.*activity="${activity}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
	t.deepEqual(
		{
			progressing: counted('progressing'),
			halted: counted('halted'),
			waitingForPeople: counted('waiting-for-people'),
		},
		seconds,
	);
	await simulation.stop(t);
});

for (const {title, kill} of [
	{title: 'killed', kill: true},
	{title: 'stopped', kill: false},
]) {
	test(`a daemon that is ${title} before its run's beginning is written leaves no record: the next one begins`, async (t) => {
		const simulation = await simulate(plan, t);
		let leaving: Promise<void> | undefined;
		const former = await simulation.start({
			async intercept(request, next) {
				const isBeginning = nameOf(request) === 'PATCH canaries podinfo/status' && request.body?.includes('"Unknown"');
				if (isBeginning !== true || simulation.status()['phase'] !== 'Initialized') return next();
				if (kill) former.kill();
				else leaving ??= former.end();
				return statusAnswer(500, 'InternalError', 'no leader');
			},
		});
		await simulation.until(() => leaving !== undefined || !former.isAlive());
		await simulation.seconds(60);
		await leaving;
		t.deepEqual(runs(simulation), []);
		await simulation.start();
		await simulation.toRest();
		t.is(only(simulation).status.outcome, 'promoted');
		await simulation.stop(t);
	});
}
