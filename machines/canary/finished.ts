// After a promotion: the copy is let go, and the template is kept, so that a later promotion can be taken back to it.
import {at, hearing, refusal, say} from './answers.ts';
import {drainingTo, led} from './draining.ts';
import {toZero} from './orders.ts';
import {idle, mending} from './resting.ts';
import {base} from './setup.ts';

export const finished = base.createStateConfig({
	initial: 'draining',
	on: hearing('ending'),
	states: {
		draining: drainingTo('scalingDown'),
		led,
		scalingDown: {
			invoke: {
				src: 'scale the canary',
				input: toZero,
				onDone: {target: 'keeping', actions: {type: 'note the instant', params: at}},
			},
		},
		keeping: {
			invoke: {
				src: 'keep the promoted template',
				input: ({context}) => ({model: context.model, revision: context.promoted, wasKept: false}),
				onDone: {
					target: 'idle',
					actions: [{type: 'note the instant', params: at}, 'forget the refusal', say('the promotion')],
				},
				onError: {target: 'idle', actions: [{type: 'note the refusal', params: refusal}, say('the promotion')]},
			},
		},
		mending,
		idle,
	},
});
