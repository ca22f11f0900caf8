// After a promotion.
import type {Rows} from './row.ts';

export const finished = {
	finished: {
		description: 'The revision was promoted.',
		course: 'finishing',
		phase: 'Finalising',
		awaits: 'nothing',
		whom: 'the world',
		wait: 'the drain',
		next: 'rest',
		outcome: 'promoted',
	},
	'finished.draining': {description: 'The canary finishes the requests that it has.'},
	'finished.led': {
		description: 'Somebody else keeps traffic on the canary; it is not scaled down under its users.',
		awaits: 'routes',
		whom: 'people',
		wait: 'the weights',
	},
	'finished.scalingDown': {description: 'The canary is scaled to zero.'},
	'finished.keeping': {
		description: 'The template that was promoted is kept, for a later promotion that is taken back.',
	},
	'finished.mending': {
		description: 'Routing or a generated object was changed or deleted, and is put right.',
		course: 'mending',
		phase: 'Succeeded',
		whom: 'nobody',
		wait: 'the mending',
		next: 'a run',
	},
	'finished.idle': {
		description: 'At rest after a promotion: a run begins when the target changes.',
		course: 'rest',
		phase: 'Succeeded',
		whom: 'nobody',
		wait: 'a new revision',
		next: 'a run',
	},
} as const satisfies Rows<'finished'>;
