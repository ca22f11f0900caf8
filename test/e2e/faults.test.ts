// Faults of the API server, put between it and the daemon: after each the run ends as it would have.
import test, {type ExecutionContext} from 'ava';
import {sleep, wallClock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import type {Change} from '../releases/harness.ts';
import {assertSameEnd} from '../simulation/sweep.ts';
import {asListed, withAnnotationAfter, withAnnotationIn, withMore} from './faults/altered.ts';
import {createCrowd} from './faults/crowd.ts';
import {
	everyCallOnce,
	firstOf,
	halfOpen,
	hangs,
	missing,
	quickFaults,
	RETRY_AFTER_MS,
	watchFaults,
} from './faults/faults.ts';
import {violationsIn} from './faults/observer.ts';
import {plans, type Plan} from './faults/plans.ts';
import type {Call, Rule} from './faults/proxy.ts';
import {runThrough, type Outcome} from './faults/runs.ts';
import {startSite} from './faults/site.ts';
import {statesSince} from './past.ts';

const all: readonly Plan[] = Object.values(plans);
const STAGGER_MS = 400;
const OUTAGE_MS = 3000;
const ETCD_OUTAGE_MS = 60_000;
/** A good run and a bad one, and both shapes. */
const few: readonly Plan[] = [plans.goodToday, plans.badFirst];
const crowd = createCrowd(8);
/** Waiting for a time-out costs little. */
const patient = createCrowd(16);

let site: Awaited<ReturnType<typeof startSite>>;
const references = new Map<Plan, Outcome>();

test.before(async (t) => {
	site = await startSite();
	const outcomes = await crowd.all(all.map((plan) => () => runThrough(site, plan)));
	for (const [index, plan] of all.entries()) {
		const outcome = outcomes[index] as Outcome;
		t.deepEqual(outcome.violations, []);
		references.set(plan, outcome);
	}
});

test.after.always(async () => {
	await site?.stop();
});

const referenceOf = (plan: Plan): Outcome => references.get(plan) as Outcome;

/** `extra`: how much more often than without the fault something may be said. */
const assertAsEver = (t: ExecutionContext, plan: Plan, outcome: Outcome, where: string, extra = 1): void => {
	t.deepEqual(outcome.violations, [], `rules, ${where}`);
	t.is(outcome.dropped, 0, `requests of users that nobody answered, ${where}`);
	assertSameEnd(t, outcome.end, referenceOf(plan).end, extra, `${where}: ${outcome.complaints.join('; ')}`);
};

const assertPatience = (t: ExecutionContext, {calls}: Outcome): void => {
	const refused = calls.filter(({attempt}) => attempt % 2 === 1);
	for (const {what, attempt, at} of refused) {
		const next = calls.find((call) => call.attempt === attempt + 1 && call.what === what);
		const ms = (next?.at ?? Infinity) - at;
		t.true(ms >= RETRY_AFTER_MS, `${what} was repeated after ${ms} ms`);
	}
};

test('the observer sees broken rules: other weights, a promotion without its steps', (t) => {
	const {observation} = referenceOf(plans.goodToday);
	const {changes} = observation;
	const seen = (altered: readonly Change[]): string => violationsIn({...observation, changes: altered}).join('\n');
	t.is(seen(changes), '');
	t.regex(seen(withMore(changes, 7)), /^T1 /mu);
	t.regex(seen(withMore(changes, 7)), /^T2 /mu);
	const secretly = observation.calls.map((call) => ({...call, kind: call.kind.replace('virtualservices', 'secrets')}));
	t.regex(violationsIn({...observation, calls: secretly}).join('\n'), /^S6 cannot be asked: secrets are written/mu);
	t.regex(seen(changes.filter(({plural, type}) => plural !== 'virtualservices' || type === 'ADDED')), /^A1 /mu);
});

test('the observer knows who has written, though a repeated write is answered with the version of another one', (t) => {
	const {observation} = referenceOf(plans.badFirst);
	const {changes, written} = observation;
	const [version = '', call] = [...written].find(([, {what}]) => what === 'PATCH deployments podinfo-canary') ?? [];
	t.truthy(call);
	const own = violationsIn({...observation, changes: withAnnotationIn(changes, version)});
	t.regex(own.join('\n'), /^S6 .*update of deployments podinfo-canary: .*add .metadata.annotations.example/mu);
	t.deepEqual(violationsIn({...observation, changes: asListed(changes, version)}), []);
	const next = `${version}5`;
	const answered = new Map([...written, [next, call as Call]]);
	const foreign = withAnnotationAfter(changes, version, next);
	t.deepEqual(violationsIn({...observation, changes: foreign, written: answered}), []);
});

test('what an outage hides from a watch is asked of the past', async (t) => {
	const {client} = site.ground;
	const object = {apiVersion: 'v1', kind: 'Service', metadata: {name: 'past'}, spec: {ports: [{port: 80}]}};
	const label = (value: string): Promise<KubeObject> =>
		client.call(
			'PATCH',
			resources.pathOf(resources.services, 'default', 'past'),
			{metadata: {labels: {is: value}}},
			'application/merge-patch+json',
		) as Promise<KubeObject>;
	const made = (await client.call('POST', resources.pathOf(resources.services, 'default'), object)) as KubeObject;
	const [first, second, last] = [await label('first'), await label('second'), await label('last')];
	const past = (since: number) => statesSince(client, resources.services, last, since);
	t.deepEqual(await past(Number(made.metadata.resourceVersion)), [first, second]);
	t.deepEqual(await past(0), [made, first, second]);
	t.deepEqual(await past(Number(second.metadata.resourceVersion)), []);
});

for (const [name, fault] of Object.entries(quickFaults)) {
	test(`each call fails once with ${name}: good and bad runs end as they would have`, async (t) => {
		const outcomes = await crowd.all(few.map((plan) => () => runThrough(site, plan, everyCallOnce(fault))));
		for (const [index, plan] of few.entries()) {
			const outcome = outcomes[index] as Outcome;
			const {end} = outcome;
			// An event that is refused for good is given up: events are the last thing that matters.
			const isGivenUp = name === '409' || name === '410';
			const events = isGivenUp ? new Map([...referenceOf(plan).end.events, ...end.events]) : end.events;
			assertAsEver(t, plan, {...outcome, end: {...end, events}}, `${plan.title}, ${name}`, 2);
			t.true(outcome.calls.length > 1.5 * referenceOf(plan).calls.length, 'calls were repeated');
			if (name.startsWith('429')) assertPatience(t, outcome);
		}
	});
}

for (const [name, rule] of Object.entries(watchFaults)) {
	test(`watches with ${name}: good and bad runs end as they would have`, async (t) => {
		const outcomes = await crowd.all(few.map((plan) => () => runThrough(site, plan, rule())));
		for (const [index, plan] of few.entries()) {
			assertAsEver(t, plan, outcomes[index] as Outcome, `${plan.title}, ${name}`);
		}
	});
}

type Trial = {readonly plan: Plan; readonly where: string; readonly rule: Rule};

/** One for each kind of call that the plan's run makes. */
const trialsOf = (plan: Plan, what: string, ruleFor: (kind: string) => Rule | undefined): readonly Trial[] =>
	[...new Set(referenceOf(plan).calls.map(({kind}) => kind))].flatMap((kind) => {
		const rule = ruleFor(kind);
		return rule === undefined ? [] : [{plan, where: `${plan.title}, ${kind} ${what}`, rule}];
	});

const assertTrials = async (t: ExecutionContext, trials: readonly Trial[]): Promise<readonly Outcome[]> => {
	t.true(trials.length > 0);
	const outcomes = await patient.all(
		trials.map(
			({plan, rule}) =>
				() =>
					runThrough(site, plan, rule),
		),
	);
	for (const [index, {plan, where}] of trials.entries()) {
		assertAsEver(t, plan, outcomes[index] as Outcome, where);
	}

	return outcomes;
};

test('a call of each kind hangs once: every run ends as it would have', async (t) => {
	await assertTrials(t, [
		...trialsOf(plans.goodToday, 'hangs, applied', (kind) =>
			/^(?:LIST|WATCH)/u.test(kind) ? undefined : firstOf(kind, hangs('applied')),
		),
		...trialsOf(plans.badFirst, 'hangs, not applied', (kind) => firstOf(kind, hangs('not applied'))),
	]);
});

test('a watch of each kind goes silent and stays open: every run ends as it would have', async (t) => {
	await assertTrials(
		t,
		trialsOf(plans.goodToday, 'is half-open', (kind) => (kind.startsWith('WATCH ') ? halfOpen(kind, 1) : undefined)),
	);
});

/** So many runs of a plan, each of which misses another event of so many. */
const PARTS = 8;

test('each event of each kind is left out once, of a stream that goes on: every run ends as it would have', async (t) => {
	const lost = new Map<string, number>();
	const note = (kind: string): void => void lost.set(kind, (lost.get(kind) ?? 0) + 1);
	const trials = few.flatMap((plan) =>
		Array.from({length: PARTS}, (_, index) => ({
			plan,
			where: `${plan.title}, without each ${PARTS}th event from ${index + 1} on`,
			rule: missing(index + 1, PARTS, note),
		})),
	);
	const outcomes = await assertTrials(t, trials);
	t.log('left out:', Object.fromEntries(lost));
	t.true((lost.get('WATCH deployments') ?? 0) > PARTS);
	const found = outcomes.flatMap(({complaints}) => complaints.filter((said) => said.includes('no watch had told')));
	t.log('found by looking:', found.length);
	t.true(found.length > 0, 'some run waited for what was left out');
});

/** Runs of all plans, begun one after another, so that what happens `meanwhile` finds each somewhere else. */
const assertThrough = async (t: ExecutionContext, what: string, meanwhile: () => Promise<void>): Promise<void> => {
	const begun = [...all, ...all].map((plan, index) => ({plan, index, ...Promise.withResolvers<void>()}));
	const outcomes = Promise.all(
		begun.map(async ({plan, index, resolve}) => {
			await sleep(wallClock, STAGGER_MS * index);
			return runThrough(site, plan, undefined, resolve);
		}),
	);
	await Promise.race([outcomes, Promise.all(begun.map(({promise}) => promise))]);
	await meanwhile();
	for (const [index, outcome] of (await outcomes).entries()) {
		const plan = all[index % all.length] as Plan;
		// The played proxies are cut off as well, for many drains at this speed: what they lose is no fault of the daemon's.
		assertAsEver(t, plan, {...outcome, dropped: 0}, `${plan.title}, ${what}`, 3);
	}
};

test.serial('the API server is killed and comes back: every run ends as it would have', async (t) => {
	await assertThrough(t, 'an outage of the API server', async () => {
		await site.ground.plane.stopApiServer();
		await sleep(wallClock, OUTAGE_MS);
		await site.ground.plane.startApiServer();
	});
});

test.serial('etcd is gone for a minute: every run ends as it would have', async (t) => {
	await assertThrough(t, 'a minute without etcd', async () => {
		await site.ground.plane.stopEtcd();
		await sleep(wallClock, ETCD_OUTAGE_MS);
		await site.ground.plane.startEtcd();
	});
});
