// Where every way ends: what is ours is mended, and a new revision begins a run.
import {noShare} from '../../api/shares.ts';
import {at, hearing, say, sayRefusal} from './answers.ts';
import {base} from './setup.ts';

/** Everything is looked at anew, for what was known is of other objects. */
export const rebinding = {
	guard: 'the Canary names other objects' as const,
	target: '#canary.initialized.resuming' as const,
	actions: ['turn to the other objects' as const, 'follow the canary' as const],
};

/** At rest: the same in every resting state, for a new revision is noticed in all of them. */
const restingTransitions = [
	rebinding,
	{
		guard: 'routing or generated objects need mending' as const,
		target: 'mending' as const,
		actions: 'count a mending' as const,
	},
	{
		guard: 'a new revision can start' as const,
		target: '#canary.progressing' as const,
		actions: [say('the run'), 'begin the run' as const],
	},
];

export const mending = base.createStateConfig({
	on: hearing('resting'),
	invoke: {
		src: 'bootstrap the primary',
		// Users are led to a primary that stands.
		input: ({context}) => ({
			model: context.model,
			part: context.world?.primary === undefined ? 'workload' : 'routing',
			share: noShare,
		}),
		onDone: {target: 'idle', actions: {type: 'confirm the return', params: at}},
		onError: {
			target: 'idle',
			actions: sayRefusal,
		},
	},
});

export const idle = base.createStateConfig({on: hearing('resting'), always: restingTransitions});
