// How `finished` and `failed` let the copy go.
import {say} from './answers.ts';
import {drained} from './orders.ts';
import {base} from './setup.ts';

/** A copy without traffic is left to finish its requests; while somebody else sends it more, it stays. */
export const drainingTo = (target: string) =>
	base.createStateConfig({
		invoke: {
			src: 'wait until',
			input: drained,
			onDone: [
				{guard: 'somebody else sends users to the canary', target: 'led', actions: say('the contest')},
				{target},
			],
		},
	});

export const led = base.createStateConfig({
	always: {guard: 'nobody else sends users to the canary', target: 'draining'},
});
