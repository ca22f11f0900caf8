// A hand-over in the middle of a run: the run goes on as if nothing had been, and what the old leader had under way when
// it lost the Lease is refused, or seen and put right within a second.
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {electionStage, type Stage} from './election-stage.ts';
import {isWrite, nameOf} from './mortal.ts';
import type {Replica} from './replica.ts';
import {quick, type Plan} from './simulation.ts';

const plans: readonly Plan[] = [
	{shape: 'first', analysis: quick},
	{shape: 'today', analysis: quick},
];

const countRollouts = ({simulation}: Stage, {shape}: Plan): (() => number) => {
	const primary = shape === 'today' ? 'podinfo-primary' : 'podinfo';
	let rollouts = 0;
	simulation.embedded.store.onAccepted(({key, before, after}) => {
		const [old, young] = [before, after].map((one) => JSON.stringify(one?.spec?.['template']));
		const isRollout = key.plural === 'deployments' && after?.metadata.name === primary && before !== undefined;
		rollouts += isRollout && old !== young ? 1 : 0;
	});
	return () => rollouts;
};

const assertPromotedOnce = async (t: ExecutionContext, {simulation}: Stage, rollouts: () => number): Promise<void> => {
	await simulation.toRest();
	t.like(simulation.status(), {phase: 'Succeeded', state: 'finished', canaryWeight: 0, failedChecks: 0});
	t.is(rollouts(), 1, 'the primary was rolled once');
	t.deepEqual(simulation.weights, [0, 25, 50, 0].slice(4 - simulation.weights.length), 'weights only rise, then end');
	await simulation.stop(t);
};

const ways: ReadonlyArray<readonly [string, (stage: Stage, one: Replica, two: Replica) => Promise<void>]> = [
	[
		'kill -9',
		async (stage, one, two) => {
			one.kill();
			await stage.leadsWithin(two, 20_000);
		},
	],
	[
		'SIGTERM',
		async (stage, one, two) => {
			const ended = one.end();
			await stage.leadsWithin(two, 10_000);
			await stage.pass(1000);
			await ended;
		},
	],
	[
		'SIGSTOP past the lease, then SIGCONT',
		async (stage, one, two) => {
			one.pause();
			await stage.leadsWithin(two, 20_000);
			await stage.pass(5000);
			one.resume();
		},
	],
	[
		'the loss of its network for a while',
		async (stage, one, two) => {
			one.cutOff();
			await stage.leadsWithin(two, 20_000);
			await stage.pass(5000);
			one.mend();
		},
	],
	[
		'its Lease given to nobody by hand',
		async (stage, one, two) => {
			stage.edit({holderIdentity: '', leaseDurationSeconds: 1});
			await stage.until(() => one.isLeading() || two.isLeading(), 10_000, 10);
		},
	],
];

for (const plan of plans) {
	for (const [what, happens] of ways) {
		test(`a run of the shape ${plan.shape} goes on through ${what} of its leader`, async (t) => {
			const stage = await electionStage(t, plan);
			const rollouts = countRollouts(stage, plan);
			const one = await stage.start();
			const two = await stage.start();
			await stage.simulation.until(() => stage.simulation.weight() === 25);
			await happens(stage, one, two);
			await assertPromotedOnce(t, stage, rollouts);
		});
	}
}

/** The names of the writes of a run, in order. */
const writesOf = async (t: ExecutionContext, plan: Plan): Promise<readonly string[]> => {
	const stage = await electionStage(t, plan);
	const rollouts = countRollouts(stage, plan);
	const one = await stage.start();
	await assertPromotedOnce(t, stage, rollouts);
	return one.actsSince(0).filter((what) => /^(?:POST|PATCH|DELETE) (?!events)/.test(what));
};

type Late = {readonly what: string; readonly number: number; readonly afterMs: number};

/**
 * The old leader stops dead with its `number`-th write of that name on the way, which arrives when the next one has led
 * for `afterMs`. Answers how it was received.
 */
const landLate = async (t: ExecutionContext, plan: Plan, {what, number, afterMs}: Late): Promise<number> => {
	const stage = await electionStage(t, plan);
	const {simulation} = stage;
	const rollouts = countRollouts(stage, plan);
	let seen = 0;
	let land: (() => Promise<number>) | undefined;
	const one = await stage.begin({
		async intercept(request, next) {
			seen += isWrite(request) && nameOf(request) === what ? 1 : 0;
			if (land !== undefined || seen !== number) return next();
			one.pause();
			return new Promise((resolve) => {
				land = async () => {
					const answer = await next();
					resolve(answer);
					return answer.status;
				};
			});
		},
	});
	const two = await stage.start();
	await stage.until(() => land !== undefined, 1_800_000);
	await stage.leadsWithin(two, 20_000);
	await stage.pass(afterMs);
	const status = (await land?.()) ?? 0;
	await stage.pass(1000);
	t.is(simulation.weight(), Number(simulation.status()['canaryWeight'] ?? 0), `${what} ${number}: the route is right`);
	one.resume();
	await assertPromotedOnce(t, stage, rollouts);
	return status;
};

for (const plan of plans) {
	test(`whatever write of a run of the shape ${plan.shape} lands late, the next leader's run is not disturbed`, async (t) => {
		const writes = await writesOf(t, plan);
		const received = new Map<string, number>();
		for (const what of new Set(writes)) {
			const count = writes.filter((one) => one === what).length;
			for (const number of new Set([1, Math.ceil(count / 2), count])) {
				for (const afterMs of [20, 2000]) {
					received.set(`${what} ${number}, ${afterMs} ms`, await landLate(t, plan, {what, number, afterMs}));
				}
			}
		}

		const refused = [...received.values()].filter((status) => status === 409 || status === 422);
		t.true(refused.length > 0 && refused.length < received.size, JSON.stringify([...received]));
	});
}

test('a raise of the weight that lands when the next leader has rolled back is refused', async (t) => {
	const stage = await electionStage(t, {shape: 'first', analysis: quick, scenario: 'errors'});
	const {simulation} = stage;
	let land: (() => Promise<number>) | undefined;
	const one = await stage.begin({
		async intercept(request, next) {
			if (land !== undefined || nameOf(request) !== 'PATCH virtualservices podinfo') return next();
			one.pause();
			return new Promise((resolve) => {
				land = async () => {
					const answer = await next();
					resolve(answer);
					return answer.status;
				};
			});
		},
	});
	await stage.start();
	await stage.until(() => land !== undefined, 1_800_000);
	await simulation.untilPhase('Failed');
	await stage.pass(5000);
	t.is(simulation.weight(), 0);
	const weights = simulation.weights.length;
	t.is(await land?.(), 422, 'the route has its old weights again, but is another version');
	await stage.pass(5000);
	t.is(simulation.weights.length, weights);
	t.is(simulation.weight(), 0);
});
