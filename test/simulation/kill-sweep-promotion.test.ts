// Kills during a promotion that fails, kills of the successor too, and once the seed's own spec.
import test from 'ava';
import {podsOf, starve} from './chaos.ts';
import {quick} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';
import {assertSameEnd, runKilled, sweep} from './sweep.ts';

const plan: Plan = {shape: 'today', scenario: 'good', analysis: quick, spec: {progressDeadlineSeconds: 120}};

const held = async (simulation: Simulation): Promise<void> => {
	await simulation.untilPhase('Failed');
	await simulation.seconds(15);
};

test('a promotion whose primary never becomes ready is held the same, killed after each write', async (t) => {
	const prepare = (simulation: Simulation): void => {
		starve(simulation, podsOf('podinfo-primary', '1.2.0'));
	};
	await sweep(t, plan, 'applied', {prepare, rest: held});
});

test('killed again at each of the first five writes of its recovery, a run ends all the same', async (t) => {
	const short: Plan = {shape: 'first', scenario: 'good', analysis: {stepWeight: 50, maxWeight: 50, threshold: 2}};
	const reference = await runKilled(t, short, []);
	for (let write = 1; write <= reference.writes; write += 2) {
		// The last write ends the record of a run that is over: whoever is killed there leaves nothing to recover.
		for (let second = 1; second <= Math.min(5, reference.writes - write - 1); second++) {
			const cuts = [
				{write, when: 'applied'},
				{write: second, when: 'applied'},
			] as const;
			const killed = await runKilled(t, short, cuts);
			assertSameEnd(t, killed, reference, 2, `applied write ${write}, then ${second}`);
		}
	}
});

test("the seed's own ten steps, killed at every fifth write, end as without a kill", async (t) => {
	const seeds: Plan = {shape: 'first', scenario: 'good'};
	const reference = await runKilled(t, seeds, []);
	for (let write = 5; write <= reference.writes; write += 5) {
		assertSameEnd(t, await runKilled(t, seeds, [{write, when: 'applied'}]), reference, 1, `applied write ${write}`);
	}
});
