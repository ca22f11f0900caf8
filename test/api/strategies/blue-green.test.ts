import test from 'ava';
import {planned, routeless} from './asking.ts';

const checked = (rounds: number) => ({share: {canary: 0}, rounds, tells: 'rounds'});
const switched = {share: {canary: 100}, rounds: 1, tells: 'switch'};

test('rounds without users, then all of them at once', (t) => {
	t.deepEqual(planned({iterations: 5}), {
		plan: {strategy: 'blue-green', steps: [checked(5), switched], promotion: []},
		problems: [],
		warnings: [],
	} as const);
});

test('where nothing is routed the promotion is the switch', (t) => {
	t.deepEqual(planned({iterations: 5}, routeless), {
		plan: {strategy: 'blue-green', steps: [checked(5)], promotion: []},
		problems: [],
		warnings: [],
	} as const);
});

test('where nothing is routed weights and rules are left out with a warning, as the peer does', (t) => {
	const {plan, problems, warnings} = planned({stepWeight: 10, match: [{headers: {a: {exact: 'b'}}}]}, routeless);
	t.deepEqual(plan.steps, [checked(10)] as const);
	t.deepEqual(problems, []);
	t.deepEqual(warnings, [
		'spec.analysis.match: A/B testing is not supported when using the kubernetes provider. Remove match',
		'spec.analysis.stepWeight: Progressive traffic is not supported when using the kubernetes provider: ' +
			'10 iterations are made instead. Set spec.analysis.iterations',
	]);
});

for (const iterations of [-1, 1.5, '3', 1_000_000, 0]) {
	test(`${JSON.stringify(iterations)} iterations are a problem`, (t) => {
		const {plan, problems} = planned({iterations});
		t.is(plan.steps[0]?.rounds, 1);
		t.deepEqual(problems, [
			`spec.analysis.iterations: spec.analysis.iterations is ${iterations}, not a whole number from 1 to 10000. ` +
				'Set it to the number of rounds of checks that must pass',
		]);
	});
}

test('0 iterations beside weights count as none', (t) => {
	t.is(planned({iterations: 0, stepWeight: 10}).plan.strategy, 'canary');
});

test('the first shape has neither rounds nor rules', (t) => {
	const {plan, problems} = planned({stepWeight: 50, iterations: 5}, undefined, 'spec.canaryAnalysis');
	t.is(plan.strategy, 'canary');
	t.deepEqual(problems, [
		'spec.canaryAnalysis.iterations: spec.canaryAnalysis.iterations is 5, which the first shape does not have. ' +
			'Use today’s shape, by spec.targetRef and spec.service',
	]);
});
