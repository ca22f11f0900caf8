import test from 'ava';
import * as fc from 'fast-check';
import {
	advance,
	begin,
	confirm,
	firstDue,
	judge,
	primaryWasKept,
	replicasToPromote,
	replicasToServe,
	stepTo,
} from '../../../machines/model/run.ts';
import {noteCanary, recallRoute} from '../../../machines/model/actions.ts';
import type {Recalled, Run} from '../../../machines/model/context.ts';
import {guards} from '../../../machines/model/guards.ts';
import {noRun} from '../../../machines/model/context.ts';
import {usersAreSentBySomebody, whoseWeights} from '../../../machines/model/route-changes.ts';
import {lastStepReached, relocated} from '../../../machines/model/plan.ts';
import type {Plan} from '../../../api/plan.ts';
import {noShare, type Share} from '../../../api/shares.ts';
import {atWeight, contextOf, paired, plans, START, verdict, withPlan} from '../world.ts';
import {planByWeights} from '../../../api/strategies/weighted.ts';

const anyWeights = fc
	.uniqueArray(fc.integer({min: 1, max: 100}), {minLength: 1, maxLength: 10})
	.map((weights) => weights.toSorted((one, other) => one - other));
const withWeights = (weights: readonly number[]) => ({
	...paired,
	analysis: {...paired.analysis, plan: planByWeights(weights)},
});

test('weights rise by one step at a time and stay at the last', (t) => {
	fc.assert(
		fc.property(anyWeights, (weights) => {
			let context = contextOf({}, {}, {}, withWeights(weights));
			for (const canary of weights) {
				context = {...context, ...advance(context)};
				t.deepEqual(context.run.share, {canary});
			}

			t.true(lastStepReached(context));
			t.deepEqual(advance(context), {});
		}),
	);
});

test('whatever the present weight, the next is never lower, never past the last step, and skips no step', (t) => {
	fc.assert(
		fc.property(anyWeights, fc.integer({min: 0, max: 100}), (weights, weight) => {
			const present = contextOf({}, {}, {}, withWeights(weights));
			const byHand = {...present, run: stepTo(present, {canary: weight})};
			const next = advance(byHand).run?.share?.canary ?? weight;
			t.true(next >= weight && next <= Math.max(weight, weights.at(-1) ?? 0));
			t.false(weights.some((step) => step > weight && step < next));
		}),
	);
});

test('a max weight below the present one is reached', (t) => {
	const edited = contextOf({}, {...atWeight(50), ...relocated({...noRun, ...atWeight(50)}, planByWeights([10]))});
	t.true(lastStepReached({...edited, model: withWeights([10])}));
	t.false(lastStepReached(contextOf({}, atWeight(20))));
});

test('a run begins with the target’s revision, with counters at zero and a step of its own', (t) => {
	const context = contextOf({target: 'v3'}, {revision: 'v2', ...atWeight(50), failedChecks: 1, changes: 4});
	const {judged, run} = begin(context);
	t.is(judged, 'v3');
	t.like(run, {revision: 'v3', step: -1, share: undefined, failedChecks: 0, passed: false, changes: 5});
	t.deepEqual(run?.routed, {canary: 50}, 'what the API server confirmed stays confirmed');
});

test('an advanced weight is not routed before it is confirmed', (t) => {
	const advanced = {...contextOf({}), ...advance(contextOf({}))};
	t.like(advanced.run, {share: {canary: 20}, routed: {canary: 0}});
	t.like(confirm(advanced, START).run, {share: {canary: 20}, routed: {canary: 20}, healthyReplicas: 2, passed: false});
});

test('a verdict counts once, for the step it was asked for, while the canary has users', (t) => {
	const context = contextOf({}, {routed: {canary: 20}, changes: 3}, {route: {canary: 20}});
	t.is(judge(context, 3, verdict('failed')).run?.failedChecks, 1);
	t.is(judge(context, 3, verdict('unknown')).run?.failedChecks, 0);
	t.true(judge(context, 3, verdict('passed')).run?.passed);
	const strayed = contextOf({route: 'stray'}, {routed: {canary: 20}, changes: 3}, {route: {canary: 20}});
	t.false(judge(strayed, 3, verdict('passed')).run?.passed, 'it was not asked at the run’s weight');
	t.is(judge(context, 2, verdict('failed')).run, undefined);
	t.is(judge(contextOf({}, {routed: {canary: 0}, changes: 3}), 3, verdict('failed')).run, undefined);
});

test('a round that passes while its route is not in force yet is none', (t) => {
	const run = {...atWeight(20), changes: 3, rounds: 0};
	const pending = judge(contextOf({route: 'pending'}, run, {route: {canary: 20}}), 3, verdict('passed'));
	t.like(pending.run, {passed: false, rounds: 0});
	t.is(judge(contextOf({route: 'pending'}, run), 3, verdict('failed')).run?.failedChecks, 1, 'a bad one counts');
});

test('a round counts once the step’s share is on the route, written in this life', (t) => {
	const rounds = (run: Partial<Run>): number | undefined =>
		judge(contextOf({}, run, {route: {canary: 20}}), 0, verdict('passed')).run?.rounds;
	t.is(rounds({...atWeight(20), routing: 'written'}), 1);
	t.is(rounds(atWeight(20)), 0, 'a former life wrote it; it is written again first');
	t.is(rounds({...atWeight(20), share: {canary: 50}, routing: 'written'}), 0, 'the next step is not in force yet');
});

test('the first checks are due an interval after the route, and never before it has settled', (t) => {
	t.is(firstDue(contextOf({}, {stepAt: START})), START + 10_000);
	t.is(firstDue(contextOf({}, {stepAt: START}, {}, {...paired, routeSettleMs: 30_000})), START + 30_000);
});

test('a canary at zero starts with as many replicas as the primary has, or with its scaler’s least', (t) => {
	t.is(replicasToServe(contextOf({}, {}, {replicas: 0})), 2);
	t.is(replicasToServe(contextOf({scaling: 'target'}, {}, {replicas: 0})), 1);
	t.is(replicasToServe(contextOf({primary: 'none'}, {}, {replicas: 0})), 1);
	t.is(replicasToServe(contextOf({}, {}, {replicas: 5})), 5);
});

test('a promotion gives a generated primary as many pods as its target, unless a scaler has the say', (t) => {
	const managed = contextOf({}, {}, {replicas: 5});
	const model = {...managed.model, shape: 'managed'} as const;
	t.is(replicasToPromote({...managed, model}), 5);
	t.is(replicasToPromote({...contextOf({}, {}, {replicas: 0}), model}), undefined, 'a target at zero tells nothing');
	t.is(replicasToPromote({...contextOf({scaling: 'target'}, {}, {replicas: 5}), model}), undefined, 'not even unnamed');
	const autoscaler = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo'};
	t.is(replicasToPromote({...managed, model: {...model, autoscaler}}), undefined);
	t.is(replicasToPromote({...managed, model: {...model, shape: 'paired'}}), undefined, 'the user’s own');
});

test('a former run had its users where the route sends them, and is at most one step ahead of it', (t) => {
	const recalled = (weight: number, route: number, phase: 'Progressing' | 'Succeeded' | 'Failed') => {
		const context = contextOf({}, {}, {route: {canary: route}});
		return recallRoute({...context, recalled: {...context.recalled, phase, canaryWeight: weight}}).run;
	};

	t.like(recalled(50, 20, 'Progressing'), {routed: {canary: 20}, share: {canary: 50}});
	t.like(recalled(50, 0, 'Progressing'), {routed: {canary: 0}, share: {canary: 20}});
	t.like(recalled(0, 20, 'Progressing'), {routed: {canary: 20}, share: undefined});
	t.like(recalled(0, 20, 'Succeeded'), {routed: {canary: 0}});
	t.like(recalled(0, 20, 'Failed'), {routed: {canary: 0}});
	t.like(recalled(50, 50, 'Failed'), {routed: {canary: 50}});
});

test('a former run’s requests are those that its plan is about, whatever somebody wrote on the route meanwhile', (t) => {
	const [{share}] = plans['A/B testing'].steps;
	const recalled = (canaryWeight: number, route: Share) => {
		const context = contextOf({}, {}, {route}, withPlan(paired, plans['A/B testing']));
		return recallRoute({
			...context,
			recalled: {...context.recalled, phase: 'Progressing', canaryWeight, iterations: 2},
		});
	};

	t.like(recalled(100, {canary: 100}).run, {routed: {canary: 100}, share, step: 0, rounds: 1});
	t.deepEqual(recalled(35, {canary: 35}).run?.share, {...share, canary: 35}, 'a weight that somebody set');
});

test('what was proven for some requests is not given to all: an edit from rules to weights begins at the first weight', (t) => {
	const [{share}] = plans['A/B testing'].steps;
	const weights = withWeights([10, 50, 100]);
	const run = {step: 0, share, routed: share, rounds: 1, passed: true};
	const tested = contextOf({}, run, {route: share}, withPlan(paired, plans['A/B testing']));
	t.like(noteCanary(tested, weights, START).run, {step: 0, share: {canary: 10}, rounds: 0, passed: false});
	const recalled = {...tested.recalled, phase: 'Progressing', canaryWeight: 100, iterations: 2} as const;
	t.like(recallRoute({...tested, model: weights, recalled}).run, {step: 0, share: {canary: 10}, routed: share});
	const weighted = contextOf({}, atWeight(20), {route: {canary: 20}});
	const edited = noteCanary(weighted, withPlan(paired, plans['A/B testing']), START);
	t.deepEqual(edited.run?.share, {...share, canary: 20}, 'nor more than there was');
});

test('somebody else’s requests at the run’s own weight are told as such', (t) => {
	const [{share}] = plans['A/B testing'].steps;
	const run = {step: 0, share, routed: share};
	const context = contextOf({}, run, {route: {canary: 100}}, withPlan(paired, plans['A/B testing']));
	t.is(
		whoseWeights(context),
		'route podinfo.test was changed by someone else to send the canary other requests, or copies of them, than the run does',
	);
});

test('copies that somebody sends a canary whose run is over keep it from nothing', (t) => {
	const after = (route: Share) => contextOf({}, {routed: noShare}, {route}, {...paired, onRouteChange: 'yield'});
	t.true(usersAreSentBySomebody(after({canary: 5})));
	t.false(usersAreSentBySomebody(after({canary: 0, mirrored: 100})));
});

test('copies of requests are judged on, though their number was edited', (t) => {
	const mirrored = (percent: number): Plan => ({
		...plans['mirrored weights'],
		steps: [{share: {canary: 0, mirrored: percent}, rounds: 1, tells: 'weight'}],
	});
	const share = {canary: 0, mirrored: 100};
	const context = contextOf(
		{},
		{step: 0, share, routed: share, changes: 3},
		{route: share},
		withPlan(paired, mirrored(100)),
	);
	const edited = {...context, ...noteCanary(context, withPlan(paired, mirrored(50)), START)};
	t.deepEqual(edited.run.share, {canary: 0, mirrored: 50});
	t.is(judge(edited, 3, verdict('failed')).run?.failedChecks, 1);
	t.true(guards['routing fields were edited']({context: edited}), 'and are written anew');
	t.false(guards['routing fields were edited']({context}));
});

test('the primary’s template is known to be kept where a former life of ours says so, and nowhere else', (t) => {
	const ours = contextOf({});
	const {recalled, world} = ours;
	const primary = world?.primary && {...world.primary, promoted: 'v1'};
	const marked = {...ours, world: world && {...world, ...(primary && {primary})}};
	const after = (past: Partial<Recalled>): boolean => primaryWasKept({...marked, recalled: {...recalled, ...past}});
	t.true(primaryWasKept(marked));
	t.true(after({state: 'finished', phase: 'Succeeded'}));
	t.false(after({state: 'finished', phase: 'Finalising'}), 'not yet');
	t.false(after({state: 'finished', phase: 'Succeeded', reason: 'the API server refused: no'}));
	t.false(after({state: 'failed', phase: 'Failed'}), 'the promotion may have been given up half-way');
	t.false(after({state: ''}), 'the CRD of another operator has dropped the state');
	t.false(after({lastPromotedSpec: 'another operator’s'}));
	const {promoted: _, ...unmarked} = primary ?? {};
	t.false(primaryWasKept({...marked, world: world && {...world, primary: unmarked as typeof primary & {}}}));
});
