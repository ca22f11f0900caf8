import type {Rows} from './row.ts';

/** Reasons without states of their own within. */
const plain = {
	'halted.unhealthy': {
		description: 'A workload is not healthy, though its pods under traffic do not fail.',
		awaits: 'workloads',
		wait: 'unhealthy',
	},
	'halted.paused': {
		description: 'Somebody paused the run, and it goes on when somebody resumes it.',
		whom: 'people',
		isForDecision: true,
		wait: 'paused',
	},
	'halted.scaling': {
		description: 'A scaler changes the number of replicas; the weight waits for that to end.',
		awaits: 'workloads',
		wait: 'scaling',
	},
	'halted.contested': {
		description: 'Somebody else changes the route again and again, and it is not fought over any longer.',
		awaits: 'routes',
		whom: 'people',
		isForDecision: true,
		wait: 'contested',
	},
	'halted.yielded': {
		description: 'Somebody else has set other weights, and the Canary says to leave them.',
		awaits: 'routes',
		whom: 'people',
		isForDecision: true,
		wait: 'yielded',
	},
	'halted.missingData': {
		description: 'The metrics do not tell: there is no value, or no answer.',
		wait: 'missingData',
	},
	'halted.failedCheck': {
		description: 'A check failed; the run goes on when one passes, and fails when too many do.',
		wait: 'failedCheck',
	},
} as const satisfies Partial<Rows<'halted'>>;

export const halted = {
	halted: {
		description: 'The run stands still where it is, for a reason; checks go on where the canary has traffic.',
		course: 'run',
		phase: ({run}) => (run.halted?.from === 'copying' ? 'Promoting' : 'Progressing'),
		awaits: 'nothing',
		whom: 'the world',
		wait: 'nothing',
		next: 'the halted run',
	},
	'halted.deciding': {description: 'The first reason there is decides how the run is halted.'},
	'halted.failing': {description: 'The canary’s pods fail under traffic.', wait: 'failing'},
	'halted.failing.routing': {description: 'The primary gets all traffic at once.'},
	'halted.failing.recovering': {
		description: 'The canary’s pods become healthy again, without traffic; then the steps begin anew.',
		awaits: 'workloads',
	},
	'halted.misspecified': {
		description: 'The Canary says something that makes no sense, and must be corrected.',
		awaits: 'the Canary',
		whom: 'people',
		wait: 'misspecified',
	},
	'halted.missingDependency': {
		description: 'Something that the run needs is missing in the cluster.',
		wait: 'missingDependency',
	},
	'halted.missingDependency.deciding': {
		description: 'What is missing decides whether it can be made anew.',
	},
	'halted.missingDependency.mending': {description: 'Generated objects that were deleted are made anew.'},
	'halted.missingDependency.mendingRoute': {
		description: 'The route that was deleted is made anew, with the weights of the run.',
	},
	'halted.missingDependency.waiting': {
		description: 'What is missing is somebody else’s to bring back.',
		awaits: 'all',
	},
	'halted.refused': {description: 'The API server refused a write for good.', wait: 'refused'},
	'halted.refused.pausing': {description: 'A pause passes before what was refused is tried again.'},
	'halted.refused.retried': {description: 'What was refused is tried again.'},
	...plain,
} as const satisfies Rows<'halted'>;
