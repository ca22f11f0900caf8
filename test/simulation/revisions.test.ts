// A new revision in each phase of a run is never lost, and what was analysed is what is promoted.
import test from 'ava';
import {podsOf, starve} from './chaos.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan} from './simulation.ts';

const plan: Plan = {shape: 'today', analysis: quick};

const passing = [
	'progressing.scalingUp.scaling',
	'progressing.scalingUp.rising',
	'progressing.routing',
	'progressing.settling',
	'progressing.soaking',
	'promoting.keeping',
	'promoting.copying',
	'promoting.rolling',
	'promoting.routing',
	'finished.draining',
	'finished.scalingDown',
	'finished.keeping',
	'finished.idle',
];

for (const state of passing) {
	test(`a revision that comes in ${state} is analysed and promoted after all`, async (t) => {
		const simulation = await simulate(plan, t);
		simulation.when(state, () => {
			simulation.release('1.3.0');
		});
		await simulation.start();
		await simulation.until(() => simulation.tag('podinfo-primary') === '1.3.0', 1200, '1.3.0 is promoted');
		await simulation.toRest();
		t.is(simulation.status()['phase'], 'Succeeded');
		t.is(simulation.status()['canaryWeight'], 0);
		t.is(simulation.get('deployments', 'podinfo')?.spec?.['replicas'], 0);
		await simulation.stop(t);
	});
}

for (const state of ['halted.failedCheck', 'failed.routing', 'failed.draining', 'failed.scalingDown', 'failed.idle']) {
	test(`a revision that comes in ${state} is analysed and promoted after all`, async (t) => {
		const simulation = await simulate({...plan, scenario: 'errors'}, t);
		simulation.when(state, () => {
			simulation.release('1.3.0');
		});
		await simulation.start();
		await simulation.until(() => simulation.tag('podinfo-primary') === '1.3.0', 1200, '1.3.0 is promoted');
		await simulation.toRest();
		t.is(simulation.status()['failedChecks'], 0);
		await simulation.stop(t);
	});
}

test('three revisions at once: only the newest is promoted', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	for (const tag of ['1.3.0', '1.4.0', '1.5.0']) {
		simulation.release(tag);
		await simulation.seconds(0.3);
	}

	await simulation.until(() => simulation.tag('podinfo-primary') === '1.5.0', 1200, '1.5.0 is promoted');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('a promotion whose primary never becomes ready leaves users on the canary, and ends when it heals', async (t) => {
	const simulation = await simulate({...plan, spec: {progressDeadlineSeconds: 120}}, t);
	const heal = starve(simulation, podsOf('podinfo-primary', '1.2.0'));
	await simulation.start();
	await simulation.untilPhase('Failed');
	t.is(simulation.weight(), 50);
	t.is(simulation.status()['canaryWeight'], 50, 'the true weight');
	t.regex([...simulation.events().keys()].join('\n'), /Promotion of podinfo\.test failed, primary not ready: /);
	t.regex(String(simulation.status()['waitingFor']), /podinfo-primary to be healthy; users stay on podinfo meanwhile/);
	await simulation.seconds(300);
	t.is(simulation.weight(), 50, 'and stays so');
	heal();
	await simulation.until(() => simulation.weight() === 0, 300, 'users are back');
	await simulation.seconds(30);
	t.is(simulation.status()['phase'], 'Failed');
	t.is(simulation.get('deployments', 'podinfo')?.spec?.['replicas'], 0);
	await simulation.stop(t);
});
