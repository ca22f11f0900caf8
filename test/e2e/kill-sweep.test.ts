// `kill -9` right after each write of a run was applied and before the daemon hears of it: the same end, on a real API
// server, with our CRD and with the peer's over it.
import test, {type ExecutionContext} from 'ava';
import {canaries} from '../../services/kubernetes/resources.ts';
import {assertSameEnd} from '../simulation/sweep.ts';
import {createCrowd} from './faults/crowd.ts';
import {peerDefinition} from './faults/peer-crd.ts';
import {plans, type Plan} from './faults/plans.ts';
import {runKilled, runThrough, type Outcome, type Site} from './faults/runs.ts';
import {startSite} from './faults/site.ts';

const crowd = createCrowd(8);
let site: Awaited<ReturnType<typeof startSite>>;

test.before(async () => {
	site = await startSite();
});

test.after.always(async () => {
	await site?.stop();
});

const assertOrder = (t: ExecutionContext, {violations, dropped}: Outcome, where: string): void => {
	t.deepEqual(violations, [], `rules, ${where}`);
	t.is(dropped, 0, `requests of users that nobody answered, ${where}`);
};

/** A run for each write of the run that nobody kills. */
const sweep = async (t: ExecutionContext, at: Site, plan: Plan): Promise<readonly Outcome[]> => {
	const reference = await runThrough(at, plan);
	assertOrder(t, reference, 'never killed');
	t.is(reference.end.rollouts, plan.end === 'Succeeded' ? 1 : 0);
	const writes = Array.from({length: reference.end.writes}, (_, index) => index + 1);
	const outcomes = await crowd.all(writes.map((write) => () => runKilled(at, plan, write)));
	const killed = outcomes.filter(({killedAt}) => killedAt !== undefined);
	// What is said of a roll that goes on depends on how fast it does, and so does the number of writes.
	t.true(killed.length > writes.length - 5, `${killed.length} of ${writes.length} were killed`);
	for (const [index, outcome] of outcomes.entries()) {
		const where = `killed after write ${index + 1}, ${outcome.killedAt ?? 'which never came'}`;
		assertOrder(t, outcome, where);
		assertSameEnd(t, outcome.end, reference.end, 1, where);
	}

	t.log(`${killed.length} kills: ${[...new Set(killed.map(({killedAt}) => killedAt))].join(', ')}`);
	return outcomes;
};

for (const plan of Object.values(plans)) {
	test.serial(`${plan.title}, killed after any write, ends as the run that was never killed`, async (t) => {
		await sweep(t, site, plan);
	});
}

test.serial("the peer's CRD is put over ours, and drops what it does not know", async (t) => {
	const {ground} = site;
	await ground.kubectl(['replace', '-f', '-'], JSON.stringify(await peerDefinition()));
	await ground.kubectl(['wait', '--for=condition=Established', 'crd/canaries.flagger.app', '--timeout=60s']);
	t.regex(await ground.kubectl(['explain', `${canaries.plural}.status`]), /lastPromotedSpec/u);
	t.notRegex(await ground.kubectl(['explain', `${canaries.plural}.status`]), /canaryRevision/u);
});

for (const plan of [plans.goodToday, plans.badToday]) {
	test.serial(`with the peer's CRD ${plan.title}, killed after any write, ends the same, too`, async (t) => {
		// They tell revisions and states by fields that are dropped here.
		const outcomes = await sweep(t, {...site, except: ['A1', 'A6', 'S1']}, plan);
		for (const {killedAt, complaints} of outcomes.filter(({killedAt: at}) => at !== undefined)) {
			t.true(
				complaints.some((text) => text.startsWith('CRD too old')),
				`said after ${killedAt}`,
			);
		}
	});
}
