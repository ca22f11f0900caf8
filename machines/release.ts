// The last life of a Canary: its object was deleted. Simple form: users go back to the primary, then it is let go;
// what we generated is collected by Kubernetes through its owner references.
import {setup} from 'xstate';
import type {CanaryModel, Instant} from '../api/model.ts';
import {noShare} from '../api/shares.ts';
import {ports} from './ports.ts';

type Input = {readonly model: CanaryModel; readonly at: Instant};

export const releaseMachine = setup({
	types: {} as {context: Input; input: Input},
	actors: {'route traffic': ports['route traffic'], 'wait until': ports['wait until']},
	guards: {
		// A generated route goes with its owner, and its primary with it.
		'the route outlives the Canary': ({context}) => !context.model.route.generated,
	},
}).createMachine({
	id: 'release',
	context: ({input}) => input,
	initial: 'deciding',
	states: {
		deciding: {always: [{guard: 'the route outlives the Canary', target: 'returning'}, {target: 'released'}]},
		// Bounded, for the route or the namespace may be going too.
		returning: {
			invoke: [
				{
					src: 'route traffic',
					input: ({context}) => ({model: context.model, share: noShare, insist: false}),
					onDone: 'released',
					onError: 'released',
				},
				{
					src: 'wait until',
					input: ({context}) => ({until: context.at + context.model.progressDeadlineMs}),
					onDone: 'released',
				},
			],
		},
		released: {type: 'final'},
	},
});
