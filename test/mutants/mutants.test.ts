// A sample of the mutants; `npm run test:mutants` tries them all.
import test from 'ava';
import type {AnyStateMachine} from 'xstate';
import {canaryMachine} from '../../machines/canary.ts';
import {mutantsOf} from './mutants.ts';
import {killerOf} from './trial.ts';

const EVERY = 25;
const chart = canaryMachine as unknown as AnyStateMachine;

test('the tests of the charts find nothing in the right chart, and something in most wrong ones', async (t) => {
	t.is(await killerOf(chart), undefined);
	const sample = mutantsOf(chart).filter((_, position) => position % EVERY === 0);
	let killed = 0;
	for (const mutant of sample) {
		if ((await killerOf(mutant.make())) === undefined) t.log(`survived: ${mutant.name}`);
		else killed += 1;
	}

	t.log(`${killed} of ${sample.length} mutants killed; npm run test:mutants tries all`);
	t.true(killed >= sample.length - 1);
});
