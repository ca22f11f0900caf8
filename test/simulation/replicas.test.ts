// How many pods the primary has after a promotion: what somebody asked for reaches it, and nobody loses any by it.
import test from 'ava';
import {quick, simulate} from './simulation.ts';
import type {Simulation} from './simulation.ts';

const replicasOf = (simulation: Simulation): unknown =>
	simulation.get('deployments', 'podinfo-primary')?.spec?.['replicas'];

const ask = (simulation: Simulation, replicas: number): void => {
	simulation.edit('deployments', 'podinfo', (object) => ({...object, spec: {...object.spec, replicas}}));
};

const initialized = async (t: Parameters<typeof simulate>[1]): Promise<Simulation> => {
	const simulation = await simulate({shape: 'today', analysis: quick, isReleasedByHand: true}, t);
	await simulation.start();
	await simulation.until(() => simulation.status()['phase'] === 'Initialized', 1200, 'initialized');
	return simulation;
};

test('a number of replicas that comes with a new version reaches the primary with it', async (t) => {
	const simulation = await initialized(t);
	const before = replicasOf(simulation);
	ask(simulation, 5);
	simulation.release('1.3.0');
	await simulation.until(() => simulation.weight() > 0);
	t.is(replicasOf(simulation), before, 'not before it is proven');
	await simulation.until(() => simulation.tag('podinfo-primary') === '1.3.0', 1200, '1.3.0 is promoted');
	t.is(replicasOf(simulation), 5, 'in the same write');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('a version that says no number leaves the primary’s', async (t) => {
	const simulation = await initialized(t);
	simulation.edit('deployments', 'podinfo-primary', (object) => ({...object, spec: {...object.spec, replicas: 4}}));
	simulation.release('1.3.0');
	await simulation.until(() => simulation.tag('podinfo-primary') === '1.3.0', 1200, '1.3.0 is promoted');
	t.is(replicasOf(simulation), 4);
	await simulation.toRest();
	await simulation.stop(t);
});
