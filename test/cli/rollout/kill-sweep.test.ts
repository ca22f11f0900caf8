// `kill -9` at each write of a rollout by annotation, then another start: the same end as when nobody killed it.
import test, {type ExecutionContext} from 'ava';
import {deployments, virtualServices} from '../../../services/kubernetes/resources.ts';
import type {Cut} from '../../simulation/mortal.ts';
import {openStage, type Stage} from './stage.ts';

type End = {readonly state: unknown; readonly outcome: unknown; readonly writes: readonly string[]};

const stateOf = (stage: Stage): unknown => ({
	deployments: ['podinfo', 'podinfo-canary'].map((name) => stage.get(deployments, name)?.spec),
	route: stage.get(virtualServices, 'podinfo')?.spec,
	// The times in the record are those of the run.
	record: Object.entries(stage.recorded()).map(([key, value]) => [
		key,
		value.replaceAll(/"last\w*Time":"[^"]*"/g, '""'),
	]),
});

/** Seconds until somebody starts it again. */
const outages = [0, 3, 20, 70];

const run = async (t: ExecutionContext, isBad: boolean, cut?: Cut): Promise<End> => {
	const stage = await openStage(t);
	if (isBad) stage.release('1.2.0', {'error-rate': '0.4'});
	// Two templates are all that the primary ever has, however often it is killed.
	const templates = new Set<string>();
	const weights = new Set<number>();
	stage.embedded.store.onAccepted(({after}) => {
		if (after?.kind === 'Deployment' && after.metadata.name === 'podinfo') templates.add(stage.imageOf('podinfo'));
		if (after?.kind === 'VirtualService') weights.add(stage.weight());
	});
	const life = await stage.start({...(cut && {cut}), settings: {step: 50}});
	let last = life;
	if (cut !== undefined) {
		await stage.until(() => !life.isAlive(), `write ${cut.write}`);
		await stage.clock.advance((outages[cut.write % outages.length] ?? 0) * 1000);
		last = await stage.start({settings: {step: 50}});
	}

	const [result] = await stage.end(last);
	// A run that was killed once its end was recorded has nothing left to do.
	const outcome = result?.outcome === 'unchanged' ? 'promoted' : result?.outcome;
	t.deepEqual(
		[...weights].toSorted((a, b) => a - b),
		isBad ? [0, 50] : [0, 50, 100],
	);
	t.true(templates.size <= 2);
	const end = {state: stateOf(stage), outcome, writes: life.writes};
	await stage.stop();
	return end;
};

for (const isBad of [false, true]) {
	for (const when of ['applied', 'before'] as const) {
		const where = when === 'applied' ? 'right after each write was applied' : 'before each write has left';
		test(`a ${isBad ? 'bad' : 'good'} canary, killed ${where}, ends as if nothing had been`, async (t) => {
			const reference = await run(t, isBad);
			t.is(reference.outcome, isBad ? 'failed' : 'promoted');
			t.true(reference.writes.length > 8, reference.writes.join(', '));
			for (let write = 1; write <= reference.writes.length; write++) {
				const killed = await run(t, isBad, {write, when});
				const at = `${when} ${write}: ${reference.writes[write - 1]}`;
				t.deepEqual(killed.state, reference.state, at);
				t.is(killed.outcome, reference.outcome, at);
			}
		});
	}
}
