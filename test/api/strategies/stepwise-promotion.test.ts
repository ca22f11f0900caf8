import test from 'ava';
import {planned} from './asking.ts';

const down = (analysis: object) => planned(analysis).plan.promotion;

test('the canary’s weight goes down by the step, and the last step is none of these', (t) => {
	t.deepEqual(down({stepWeight: 10, maxWeight: 50, stepWeightPromotion: 20}), [{canary: 30}, {canary: 10}]);
	t.deepEqual(down({stepWeight: 10, maxWeight: 50, stepWeightPromotion: 25}), [{canary: 25}]);
	t.deepEqual(down({stepWeight: 10, maxWeight: 50, stepWeightPromotion: 50}), []);
	t.deepEqual(down({stepWeight: 10, maxWeight: 50, stepWeightPromotion: 100}), []);
	t.deepEqual(down({stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0}), []);
});

test('it is about the same requests as the last step', (t) => {
	const match = [{headers: {a: {exact: 'b'}}}];
	t.deepEqual(down({iterations: 3, match, stepWeightPromotion: 50}), [{canary: 50, match}]);
});

test('what is no percentage is a problem', (t) => {
	t.deepEqual(planned({stepWeight: 10, stepWeightPromotion: 101}).problems, [
		'spec.analysis.stepWeightPromotion: spec.analysis.stepWeightPromotion is 101, not a whole number from 1 to 100. ' +
			'Set it to a whole number from 1 to 100',
	]);
});
