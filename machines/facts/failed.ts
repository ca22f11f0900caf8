// After a failure, and while users cannot leave the canary of a failed promotion.
import type {Rows} from './row.ts';

export const failed = {
	failed: {
		description: 'The revision was not promoted.',
		course: 'failing',
		// Until the canary is at zero, the one that it failed from.
		phase: ({run}) => (run.halted?.from === 'copying' || run.promoting === true ? 'Promoting' : 'Progressing'),
		awaits: 'nothing',
		whom: 'the world',
		wait: 'the drain',
		next: 'rest',
		outcome: 'rolled-back',
	},
	'failed.awaitingPrimary': {
		description: 'The primary needs a ready pod before it can get all traffic.',
		awaits: 'workloads',
		wait: 'a pod of the primary',
	},
	'failed.routing': {description: 'The primary gets all traffic back.'},
	'failed.draining': {description: 'The canary finishes the requests that it has.'},
	'failed.led': {
		description: 'Somebody else keeps traffic on the canary; it is not scaled down under its users.',
		awaits: 'routes',
		whom: 'people',
		wait: 'the weights',
	},
	'failed.scalingDown': {description: 'The canary is scaled to zero.'},
	'failed.holding': {
		description: 'The promotion failed: users stay on the proven canary until the primary is healthy.',
		course: 'holding',
		phase: 'Failed',
		awaits: 'workloads',
		whom: 'people',
		wait: 'the relief of the canary',
		next: 'the relief of the canary',
		outcome: 'failed',
	},
	'failed.mending': {
		description: 'Routing or a generated object was changed or deleted, and is put right.',
		course: 'mending',
		phase: 'Failed',
		whom: 'people',
		wait: 'the mending',
		next: 'a run',
	},
	'failed.idle': {
		description: 'At rest after a failure: a new revision, or a retry, begins a run.',
		course: 'rest',
		phase: 'Failed',
		whom: 'people',
		wait: 'a new revision',
		next: 'a run',
	},
} as const satisfies Rows<'failed'>;
