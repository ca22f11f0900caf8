// `kill -9` at each write of a run, then a start: the same end as the run that was never killed.
import test from 'ava';
import {quick} from './simulation.ts';
import {sweep} from './sweep.ts';

for (const [what, scenario] of [
	['good', 'good'],
	['bad', 'errors'],
] as const) {
	for (const when of ['applied', 'before'] as const) {
		const where = when === 'applied' ? 'right after each write was applied' : 'before each write has left';
		test(`a ${what} run of the first shape, killed ${where}, ends as the run that was never killed`, async (t) => {
			await sweep(t, {shape: 'first', scenario, analysis: quick}, when);
		});
	}
}
