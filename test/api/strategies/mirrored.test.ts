import test from 'ava';
import {planned} from './asking.ts';

const shares = (analysis: object) => planned(analysis).plan.steps.map(({share}) => share);

test('weights come after a step of copies', (t) => {
	t.deepEqual(shares({stepWeight: 50, mirror: true}), [{canary: 0, mirrored: 100}, {canary: 50}, {canary: 100}]);
	t.deepEqual(shares({stepWeight: 100, mirror: true, mirrorWeight: 20})[0], {canary: 0, mirrored: 20});
});

test('blue/green is checked by copies all the while', (t) => {
	t.deepEqual(shares({iterations: 5, mirror: true}), [{canary: 0, mirrored: 100}, {canary: 100}]);
	t.is(planned({iterations: 5, mirror: true}).plan.steps[0]?.rounds, 5);
});

test('A/B testing has no copies, and without mirror nobody has', (t) => {
	const match = [{headers: {a: {exact: 'b'}}}];
	t.deepEqual(shares({iterations: 5, mirror: true, match}), [{canary: 100, match}]);
	t.deepEqual(shares({stepWeight: 100, mirrorWeight: 20}), [{canary: 100}]);
});
