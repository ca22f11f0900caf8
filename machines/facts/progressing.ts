// A run whose canary is brought up, step by step.
import type {Rows} from './row.ts';

export const progressing = {
	progressing: {
		description: 'The canary is brought up and gets traffic step by step.',
		course: 'run',
		phase: 'Progressing',
		awaits: 'nothing',
		whom: 'the world',
		wait: 'the step',
		next: 'a step',
	},
	'progressing.restarting': {description: 'Another revision came, so the run starts over with that one.'},
	'progressing.restarting.awaitingPrimary': {
		description: 'The primary needs a ready pod before it can get all traffic.',
		awaits: 'workloads',
		wait: 'a pod of the primary',
	},
	'progressing.restarting.routing': {
		description: 'The primary gets all traffic before the new revision gets any.',
	},
	'progressing.scalingUp': {description: 'The canary is scaled up, without traffic yet.'},
	'progressing.scalingUp.scaling': {description: 'The canary gets its replicas.'},
	'progressing.scalingUp.rising': {
		description: 'The canary and the primary become healthy; the progress deadline bounds it.',
		awaits: 'workloads',
	},
	'progressing.routing': {description: 'The share of the next step is written to the route.'},
	'progressing.settling': {description: 'The proxies take the new share over; checks do not count yet.'},
	'progressing.soaking': {
		description: 'The step is in force, and checks judge the canary until it has passed.',
	},
} as const satisfies Rows<'progressing'>;
