// What ends a step from outside: its checks, a person, another revision, the canary's own health.
import {say} from './answers.ts';

/** What ends a run whatever its state, while it has not begun to promote. */
const interruptions = [
	{guard: 'too many checks have failed' as const, target: '#canary.failed' as const},
	{guard: 'a rollback was ordered' as const, target: '#canary.failed' as const},
	{
		guard: 'the run is of other objects' as const,
		target: '#canary.failed' as const,
		actions: 'fail for other objects' as const,
	},
];

export const newcomers = [
	{
		guard: 'the run is superseded' as const,
		target: '#canary.initialized.superseding' as const,
		actions: [say('the supersession'), 'forget the judged revision' as const],
	},
	{
		guard: 'another revision waits' as const,
		target: '#canary.progressing.restarting' as const,
		actions: [say('the restart'), 'begin the run' as const],
	},
];

const failing = {
	guard: 'the canary fails under traffic' as const,
	target: '#canary.halted.failing' as const,
	actions: [say('the shelter'), 'shelter the users' as const],
};

/** What ends a step. A state with eventless ways on of its own repeats what may come with them: the innermost is taken. */
export const stepEndings = [...interruptions, ...newcomers, failing];
