import test from 'ava';
import type {AnyStateMachine} from 'xstate';
import {canaryMachine} from '../../machines/canary.ts';
import {perform, scripts} from './scripts.ts';

for (const script of scripts) {
	test(script.title, async (t) => {
		const stage = await perform(canaryMachine as unknown as AnyStateMachine, script);
		t.is(stage.death, undefined);
		t.deepEqual(stage.journal, script.journal);
		t.is(stage.path, script.ends);
	});
}
