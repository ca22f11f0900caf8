// People steer a run by CanaryCommands: what each does, what it answers, and that no crash loses or doubles one.
import test from 'ava';
import type {Verb} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {keys} from './keys.ts';
import {quick, simulate} from './simulation.ts';
import type {Bag, Plan, Simulation} from './simulation.ts';

const plan: Plan = {shape: 'today', analysis: quick};

const give = ({embedded}: Simulation, verb: Verb, more: Bag = {}, name = `${verb}-1`): void => {
	const spec = {canary: 'podinfo', verb, reason: 'it is so', requestedBy: 'alice', ...more};
	embedded.apply([
		{apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata: {name, namespace: 'test'}, spec} as KubeObject,
	]);
};

const answer = ({embedded}: Simulation, name: string): Bag =>
	embedded.store.get(keys.canarycommands, 'test', name)?.status ?? {};

const outcomeBecomes = (simulation: Simulation, name: string, outcome: string): Promise<void> =>
	simulation.until(() => answer(simulation, name)['outcome'] === outcome, 60, `${name} is ${outcome}`);

const inFirstStep = async (simulation: Simulation): Promise<void> => {
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	await simulation.seconds(10);
};

const said = (simulation: Simulation): string => [...simulation.events().keys()].join('\n');

test('a paused run stays at its weight for as long as it is paused, in words, and goes on when resumed', async (t) => {
	const simulation = await simulate(plan, t);
	await inFirstStep(simulation);
	give(simulation, 'pause');
	await outcomeBecomes(simulation, 'pause-1', 'Accepted');
	await simulation.until(() => simulation.status()['state'] === 'halted');
	await simulation.seconds(3600);
	t.is(simulation.weight(), 25);
	t.is(simulation.status()['waitingFor'], 'somebody to resume it: paused by alice: it is so');
	t.regex(said(simulation), /Command pause of podinfo\.test by alice: it is so/);
	give(simulation, 'resume');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.is(answer(simulation, 'resume-1')['outcome'], 'Done');
	t.like(answer(simulation, 'pause-1'), {outcome: 'Done', message: 'the run goes on'});
	await simulation.stop(t);
});

test('a pause does not shield a bad canary', async (t) => {
	const simulation = await simulate({...plan, scenario: 'errors'}, t);
	await inFirstStep(simulation);
	give(simulation, 'pause');
	await simulation.untilPhase('Failed');
	t.is(simulation.weight(), 0);
	t.is(answer(simulation, 'pause-1')['outcome'], 'Done');
	await simulation.stop(t);
});

test('a rollback ends the run at once, with who and why in status and event', async (t) => {
	const simulation = await simulate(plan, t);
	await inFirstStep(simulation);
	give(simulation, 'rollback', {reason: 'checkout is slow'});
	await simulation.until(() => simulation.weight() === 0, 2, 'traffic is back');
	await simulation.untilPhase('Failed');
	t.is(simulation.status()['reason'], 'a rollback was ordered by alice: checkout is slow');
	t.regex(said(simulation), /Rolling back podinfo\.test a rollback was ordered by alice: checkout is slow/);
	await outcomeBecomes(simulation, 'rollback-1', 'Done');
	t.is(simulation.tag('podinfo-primary'), '1.1.1');
	await simulation.stop(t);
});

test('a failed revision is retried, and promoted if it is good this time', async (t) => {
	const simulation = await simulate(plan, t);
	await inFirstStep(simulation);
	give(simulation, 'rollback');
	await simulation.untilPhase('Failed');
	await simulation.seconds(30);
	give(simulation, 'retry');
	await simulation.untilPhase('Progressing');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.is(simulation.tag('podinfo-primary'), '1.2.0');
	t.is(answer(simulation, 'retry-1')['outcome'], 'Done');
	await simulation.stop(t);
});

for (const verb of ['skip', 'promote'] as const) {
	test(`${verb} promotes without further checks, although they fail`, async (t) => {
		const simulation = await simulate({...plan, scenario: 'errors', except: ['A1']}, t);
		await inFirstStep(simulation);
		give(simulation, verb);
		await simulation.until(() => simulation.tag('podinfo-primary') === '1.2.0', 60, 'promoted');
		await simulation.toRest();
		t.is(simulation.status()['phase'], 'Succeeded');
		t.like(answer(simulation, `${verb}-1`), {outcome: 'Done', message: 'the revision was promoted'});
		await simulation.stop(t);
	});
}

test('a weight set by hand is routed, checked there, and the steps go on above it', async (t) => {
	const simulation = await simulate({...plan, except: ['T2', 'A1']}, t);
	await inFirstStep(simulation);
	give(simulation, 'set-weight', {weight: 40});
	await simulation.until(() => simulation.weight() === 40, 5, 'it is set');
	t.is(simulation.status()['canaryWeight'], 40);
	await outcomeBecomes(simulation, 'set-weight-1', 'Done');
	await simulation.toRest();
	t.deepEqual(simulation.weights, [0, 25, 40, 50, 0]);
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('what cannot be done is refused in words, and nothing changes', async (t) => {
	const simulation = await simulate({...plan, isReleasedByHand: true}, t);
	await simulation.start();
	await simulation.untilPhase('Initialized');
	give(simulation, 'promote');
	give(simulation, 'pause', {canary: 'nobody'}, 'astray');
	await outcomeBecomes(simulation, 'promote-1', 'Refused');
	t.regex(String(answer(simulation, 'promote-1')['message']), /^no run is under way/);
	await outcomeBecomes(simulation, 'astray', 'Refused');
	t.is(answer(simulation, 'astray')['message'], 'there is no Canary nobody in namespace test');
	t.is(simulation.status()['phase'], 'Initialized');
	await simulation.stop(t);
});

test('a command for another revision is refused', async (t) => {
	const simulation = await simulate(plan, t);
	await inFirstStep(simulation);
	give(simulation, 'promote', {revision: 'somewhat'});
	await outcomeBecomes(simulation, 'promote-1', 'Refused');
	t.regex(String(answer(simulation, 'promote-1')['message']), /^spec\.revision: it is meant for somewhat/);
	await simulation.toRest();
	await simulation.stop(t);
});

test('a pause outlives the daemon that accepted it', async (t) => {
	const simulation = await simulate(plan, t);
	const daemon = await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	give(simulation, 'pause');
	await outcomeBecomes(simulation, 'pause-1', 'Accepted');
	daemon.kill();
	await simulation.start();
	await simulation.seconds(1200);
	t.is(simulation.weight(), 25);
	t.regex(String(simulation.status()['waitingFor']), /paused by alice/);
	give(simulation, 'resume');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

for (const when of ['before', 'applied'] as const) {
	test(`a daemon that is killed with each write after a command (${when}) loses none and carries none out twice`, async (t) => {
		for (const verb of ['rollback', 'promote'] as const) {
			for (let write = 1; write <= 6; write++) {
				const simulation = await simulate({...plan, except: ['A1'], seed: write}, t);
				const first = await simulation.start();
				await simulation.until(() => simulation.weight() === 25);
				await simulation.seconds(10);
				first.kill();
				const mortal = await simulation.start({cut: {write, when}});
				give(simulation, verb);
				await simulation.seconds(20);
				if (!mortal.isAlive()) await simulation.start();
				await simulation.toRest();
				const phase = verb === 'rollback' ? 'Failed' : 'Succeeded';
				t.is(simulation.status()['phase'], phase, `${verb}, killed ${when} write ${write}`);
				await outcomeBecomes(simulation, `${verb}-1`, 'Done');
				t.is(simulation.tag('podinfo-primary'), verb === 'rollback' ? '1.1.1' : '1.2.0');
				await simulation.stop(t);
			}
		}
	});
}
