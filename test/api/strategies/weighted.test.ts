import test from 'ava';
import * as fc from 'fast-check';
import {Findings} from '../../../api/findings.ts';
import {weightsIn} from '../../../api/strategies/weighted.ts';

const weigh = (analysis: unknown): readonly number[] => weightsIn(analysis, 'spec.analysis', new Findings());

const table: ReadonlyArray<readonly [object, readonly number[]]> = [
	[{stepWeight: 10, maxWeight: 50}, [10, 20, 30, 40, 50]],
	[{stepWeight: 20, maxWeight: 50}, [20, 40, 50]],
	[{stepWeight: 50}, [50, 100]],
	[{stepWeight: 30}, [30, 60, 90, 100]],
	[{stepWeight: 100}, [100]],
	[{stepWeight: 50, maxWeight: 50}, [50]],
	[{stepWeight: 50, maxWeight: 0}, [50, 100]],
	[{stepWeights: [1, 5, 50]}, [1, 5, 50]],
	[{stepWeights: [10, 20], maxWeight: 15}, [10, 20]],
	[{stepWeights: [], stepWeight: 50}, [50, 100]],
];

for (const [analysis, weights] of table) {
	test(`${JSON.stringify(analysis)} is ${weights.join(', ')}`, (t) => {
		const findings = new Findings();
		t.deepEqual(weightsIn(analysis, 'spec.analysis', findings), weights);
		t.deepEqual(findings.problems, []);
	});
}

test('a step and a max give rising weights that end at the max and never jump by more than the step', (t) => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 100}), fc.integer({min: 1, max: 100}), (stepWeight, maxWeight) => {
			fc.pre(maxWeight >= stepWeight);
			const weights = weigh({stepWeight, maxWeight});
			t.is(weights.at(-1), maxWeight);
			for (const [index, weight] of weights.entries()) {
				const before = weights[index - 1] ?? 0;
				t.true(weight > before && weight - before <= stepWeight);
			}
		}),
	);
});

test('whatever is written, the weights rise within 1 to 100 and are not empty', (t) => {
	const anyNumber = fc.oneof(fc.integer({min: -5, max: 120}), fc.double(), fc.constant(null), fc.string());
	const analysis = fc.record(
		{stepWeight: anyNumber, maxWeight: anyNumber, stepWeights: fc.oneof(fc.array(anyNumber), fc.anything())},
		{requiredKeys: []},
	);
	fc.assert(
		fc.property(analysis, (written) => {
			const weights = weigh(written);
			t.true(weights.length > 0);
			t.true(weights.every((weight, index) => Number.isInteger(weight) && weight > (weights[index - 1] ?? 0)));
			t.true((weights.at(-1) ?? 0) <= 100);
		}),
	);
});
