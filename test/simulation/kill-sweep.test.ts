import test from 'ava';
import {quick} from './simulation.ts';
import type {Plan} from './simulation.ts';
import {assertSameEnd, runKilled} from './sweep.ts';

const plans: ReadonlyArray<readonly [string, Plan]> = [
	['a good run of today’s shape', {shape: 'today', scenario: 'good', analysis: quick}],
	['a bad run of today’s shape', {shape: 'today', scenario: 'errors', analysis: quick}],
	['a good run of the first shape', {shape: 'first', scenario: 'good', analysis: quick}],
	['a bad run of the first shape', {shape: 'first', scenario: 'errors', analysis: quick}],
];

for (const [what, plan] of plans) {
	for (const when of ['applied', 'before'] as const) {
		test(`${what}, killed ${when} each of its writes, ends as the run that was never killed`, async (t) => {
			const reference = await runKilled(t, plan, []);
			for (let write = 1; write <= reference.writes; write++) {
				const where = `${when} write ${write}`;
				const killed = await runKilled(t, plan, [{write, when}]);
				assertSameEnd(t, killed, reference, 1, where);
			}
		});
	}
}
