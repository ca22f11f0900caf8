// Before and between runs, and where a run ends without a verdict.
import type {Rows} from './row.ts';

const bootstrapping = {
	'initialized.bootstrapping': {
		description: 'The primary and its route are made for the first time.',
		phase: 'Initializing',
		wait: 'a primary',
		next: 'a primary',
	},
	'initialized.bootstrapping.creating': {description: 'The primary is made from the target.'},
	'initialized.bootstrapping.awaitingPrimary': {
		description: 'The new primary becomes ready; users stay where they are until then.',
		awaits: 'workloads',
	},
	'initialized.bootstrapping.routing': {description: 'The primary gets all traffic.'},
	'initialized.bootstrapping.refused': {
		description: 'The API server refused what was to be made; it is tried again after a pause.',
	},
	'initialized.bootstrapping.draining': {
		description: 'The target finishes the requests that it has, now that it gets no more.',
	},
	'initialized.bootstrapping.scalingDown': {
		description: 'The target is scaled to zero: from now on it is the canary.',
	},
} as const satisfies Partial<Rows<'initialized'>>;

const superseding = {
	'initialized.superseding': {
		description: 'The target was set back to what the primary runs, so the run is ended; that is no failure.',
		course: 'superseding',
		phase: 'Progressing',
	},
	'initialized.superseding.awaitingPrimary': {
		description: 'The primary needs a ready pod before it can get all traffic.',
		awaits: 'workloads',
		wait: 'a pod of the primary',
	},
	'initialized.superseding.routing': {description: 'The primary gets all traffic back.'},
	'initialized.superseding.draining': {description: 'The canary finishes the requests that it has.'},
	'initialized.superseding.scalingDown': {description: 'The canary is scaled to zero.'},
} as const satisfies Partial<Rows<'initialized'>>;

export const initialized = {
	initialized: {
		description: 'The primary serves everything, and no run is under way.',
		course: 'starting',
		phase: 'Initialized',
		awaits: 'nothing',
		whom: 'the world',
		wait: 'the drain',
		next: 'a run',
		outcome: 'superseded',
	},
	'initialized.resuming': {
		description: 'A daemon that has just started looks at the cluster before it decides where it stands.',
		course: 'resuming',
	},
	'initialized.recalling': {
		description: 'A run that was under way is taken up again where its status left it.',
		course: 'resuming',
	},
	'initialized.promoting': {
		description: 'A promotion that was under way is taken up again.',
		course: 'resuming',
	},
	'initialized.blocked': {
		description: 'Something in the Canary or around it must be mended before anything is made.',
		course: 'blocked',
		phase: 'Initializing',
		whom: 'people',
		wait: 'what is wrong',
		next: 'a primary',
	},
	...bootstrapping,
	...superseding,
	'initialized.mending': {
		description: 'Routing or a generated object was changed or deleted, and is put right.',
		course: 'mending',
		whom: 'nobody',
		wait: 'the mending',
	},
	'initialized.idle': {
		description: 'At rest: a run begins when the target changes.',
		course: 'rest',
		whom: 'nobody',
		wait: 'a new revision',
	},
} as const satisfies Rows<'initialized'>;
