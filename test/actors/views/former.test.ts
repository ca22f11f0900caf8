// What is kept of a Canary and what the record of its run has, as one history.
import test from 'ava';
import type {RunTransition} from '../../../api/canary-run.ts';
import type {CommandView} from '../../../api/http/canary-views.ts';
import {allCommands, formerTransitions} from '../../../actors/views/former.ts';

const at = (second: number, ms = ''): string => `2026-11-21T10:00:${String(second).padStart(2, '0')}${ms}Z`;
const entered = (second: number, to: string): RunTransition => ({at: at(second), to, weight: 5, event: 'done'});

test('within one second a change of state that is kept is not told twice, one that is not is not lost', (t) => {
	const transitions = [
		entered(1, 'progressing.soaking'),
		entered(2, 'progressing.routing'),
		entered(2, 'progressing.settling'),
		entered(2, 'progressing.soaking'),
		entered(2, 'progressing.routing'),
		entered(3, 'progressing.settling'),
	];
	const kept = [
		{at: at(2, '.700'), to: 'progressing.soaking'},
		{at: at(2, '.900'), to: 'progressing.routing'},
		{at: at(3, '.100'), to: 'progressing.settling'},
	];
	t.deepEqual(
		formerTransitions({transitions}, kept).map((one) => [one.at, one.to]),
		[
			[at(1), 'progressing.soaking'],
			[at(2), 'progressing.routing'],
			[at(2), 'progressing.settling'],
		],
	);
	t.is(formerTransitions({transitions}, []).length, transitions.length);
	t.deepEqual(formerTransitions({}, kept), []);
});

test('of a record, that something was done says what, where the state tells', (t) => {
	const transitions = [
		{...entered(1, 'progressing.settling'), from: 'progressing.routing'},
		{...entered(2, 'nowhere'), from: 'progressing.routing'},
		{...entered(3, 'halted.paused'), from: 'progressing.soaking', event: 'command given', reason: 'slow'},
	];
	t.deepEqual(
		formerTransitions({transitions}, []).map(({event, why}) => [event, why]),
		[
			['done: route traffic', ''],
			['done', ''],
			['command given', 'slow'],
		],
	);
});

test('a command that was heard again after a restart is told once, at the time when it was given', (t) => {
	const command = (when: string, name: string): CommandView => ({
		at: when,
		name,
		verb: 'pause',
		requestedBy: 'alice',
		reason: 'slow',
		message: 'no weight rises',
	});
	const commands = [command(at(1), 'a'), command(at(2), 'b'), command(at(9), 'c')];
	const kept = [command(at(7, '.500'), 'b'), command(at(9, '.300'), 'c')];
	t.deepEqual(
		allCommands({commands}, kept).map((one) => [one.at, one.name]),
		[
			[at(1), 'a'],
			[at(2), 'b'],
			[at(9, '.300'), 'c'],
		],
	);
});
