// A primary whose template somebody else changes, in a run and after it: told, not fought.
import test from 'ava';
import {follow} from './git-loop.ts';
import {isNamed, started, status, tagged, written} from './subsets.ts';

test('GA patched in mid-run is told once as drift, and the canary that was analysed is promoted', async (t) => {
	const {simulation} = await started(t, undefined, ['D3']);
	simulation.edit('deployments', 'podinfo-ga', tagged('podinfo-ga', '0.1.1'));
	await simulation.until(() => simulation.weight() === 60, 300);
	t.is(simulation.tag('podinfo-ga'), '0.1.1', 'it is not fought');
	t.regex(status(simulation, 'waitingFor'), /podinfo-ga\.test drifted/);
	const told = [...simulation.events()].filter(([text]) => text.includes('podinfo-ga.test drifted'));
	t.deepEqual(
		told.map(([, count]) => count),
		[1],
	);
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.is(simulation.tag('podinfo-ga'), '0.2.0');
	t.false(status(simulation, 'waitingFor').includes('drifted'));
	await simulation.stop(t);
});

test("GA's old image applied again after a promotion is told as drift, and stays", async (t) => {
	const {simulation} = await started(t);
	await simulation.toRest();
	simulation.edit('deployments', 'podinfo-ga', tagged('podinfo-ga', '0.1.0'));
	await simulation.seconds(300);
	t.is(simulation.tag('podinfo-ga'), '0.1.0', 'it is not fought');
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.regex(status(simulation, 'waitingFor'), /podinfo-ga\.test drifted: it has another template than was promoted/);
	simulation.edit('deployments', 'podinfo-ga', tagged('podinfo-ga', '0.2.0'));
	await simulation.until(() => !status(simulation, 'waitingFor').includes('drifted'), 60);
	const told = [...simulation.events()].filter(([text]) => text.includes('drifted'));
	t.deepEqual(
		told.map(([, count]) => count),
		[1],
	);
	await simulation.stop(t);
});

test("a loop that applies GA's old image makes the promotion fail with that reason, and users are served", async (t) => {
	const {simulation} = await started(t, undefined, ['D3']);
	const git = follow(t, simulation, written.filter(isNamed('Deployment', 'podinfo-ga')));
	await simulation.untilPhase('Failed', 'Succeeded');
	await simulation.seconds(60);
	t.is(status(simulation, 'phase'), 'Failed');
	t.regex(
		status(simulation, 'reason'),
		/the promotion was overwritten: somebody else gave podinfo-ga\.test its former/,
	);
	t.is(simulation.weight(), 0);
	t.is(simulation.tag('podinfo-ga'), '0.1.0');
	git.stop();
	await simulation.stop(t);
});
