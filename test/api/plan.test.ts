import test from 'ava';
import {reachedBy, roundsPassed, shareUnderWay, type Plan} from '../../api/plan.ts';
import {planByWeights} from '../../api/strategies/weighted.ts';

const match = [{headers: {'x-canary': {exact: 'insider'}}}];
const abTesting: Plan = {
	strategy: 'ab-testing',
	steps: [{share: {canary: 100, match}, rounds: 10, tells: 'rounds'}],
	promotion: [],
};
const blueGreen: Plan = {
	strategy: 'blue-green',
	steps: [
		{share: {canary: 0}, rounds: 5, tells: 'rounds'},
		{share: {canary: 100}, rounds: 1, tells: 'switch'},
	],
	promotion: [],
};
const mirrored: Plan = {
	strategy: 'canary',
	steps: [{share: {canary: 0, mirrored: 50}, rounds: 1, tells: 'weight'}, ...planByWeights([20]).steps],
	promotion: [],
};

test('a share has reached the last step that gives the canary no more', (t) => {
	const plan = planByWeights([20, 50]);
	t.deepEqual(
		[0, 10, 20, 35, 50, 70].map((canary) => reachedBy(plan, {canary})),
		[-1, -1, 0, 0, 1, 1],
	);
	t.is(reachedBy(mirrored, {canary: 0}), -1);
	t.is(reachedBy(mirrored, {canary: 0, mirrored: 50}), 0);
	t.is(reachedBy(mirrored, {canary: 10}), 0, 'users are more than copies');
	t.is(reachedBy(blueGreen, {canary: 0}), 0);
});

test('a former life was at most one step beyond what the route gives', (t) => {
	const plan = planByWeights([20, 50]);
	t.deepEqual(shareUnderWay(plan, {canary: 0}, 50), {canary: 20});
	t.deepEqual(shareUnderWay(plan, {canary: 20}, 50), {canary: 50});
	t.deepEqual(shareUnderWay(plan, {canary: 20}, 35), {canary: 35}, 'set by hand');
	t.deepEqual(shareUnderWay(abTesting, {canary: 0}, 100), {canary: 100, match});
	t.deepEqual(shareUnderWay(abTesting, {canary: 100, match}, 100), {canary: 100, match});
	t.deepEqual(shareUnderWay(blueGreen, {canary: 0}, 0), {canary: 0});
});

test('the round under way was not passed yet, and those of former steps are no part of the present one', (t) => {
	t.is(roundsPassed(abTesting, 0, 3), 2);
	t.is(roundsPassed(abTesting, 0, 0), 0);
	t.is(roundsPassed(blueGreen, 0, 5), 4);
	t.is(roundsPassed(blueGreen, 1, 5), 0);
	t.is(roundsPassed(planByWeights([20]), 0, 0), 0);
});
