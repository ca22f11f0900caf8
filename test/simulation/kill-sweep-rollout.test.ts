// `kill -9` at each write of a Rollout's run, then a start: the same end as the run that was never killed.
import test from 'ava';
import {sweep} from './sweep.ts';

for (const when of ['applied', 'before'] as const) {
	const where = when === 'applied' ? 'right after each write was applied' : 'before each write has left';
	test(`a run of a Rollout, killed ${where}, ends as the run that was never killed`, async (t) => {
		await sweep(t, {shape: 'first', isRollout: true}, when);
	});
}
