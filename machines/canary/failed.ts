// After a failure: users go back to the primary as soon as it can take them, and the copy is let go.
import {at, hearing, say} from './answers.ts';
import {drainingTo, led} from './draining.ts';
import {toZero} from './orders.ts';
import {idle, mending} from './resting.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';

export const failed = base.createStateConfig({
	initial: 'awaitingPrimary',
	// Its verdict is given; the judge may still be on its last round.
	on: {'check judged': {}, ...hearing('failing')},
	states: {
		awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
		routing: {
			entry: say('the rollback'),
			...returningTo('draining'),
		},
		draining: drainingTo('scalingDown'),
		led,
		scalingDown: {
			entry: say('the failure'),
			invoke: {
				src: 'scale the canary',
				input: toZero,
				onDone: {target: 'idle', actions: {type: 'note the instant', params: at}},
			},
		},
		// Users stay on the proven copy until the primary is healthy, or the copy fails.
		holding: {
			on: hearing('holding'),
			always: [
				{guard: 'the primary is healthy', target: 'routing'},
				{guard: 'users are better off with the primary', target: 'routing'},
			],
		},
		mending,
		idle,
	},
});
