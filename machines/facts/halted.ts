// A run that stands still; what its reasons say is in halt-reasons.ts.
import {haltFacts, haltReasons} from './halt-reasons.ts';
import type {HaltReason} from './halt-reasons.ts';
import type {Path} from './path.ts';
import type {Rows, StateFacts} from './row.ts';

/** A reason without a state does not compile, nor does a state without a reason: its row would be missing. */
const pathOf = (reason: HaltReason): Path => `halted.${reason}`;

const ofReasons = Object.fromEntries(
	haltReasons.map((reason) => {
		const {description, whom, isForDecision, awaits} = haltFacts[reason];
		return [pathOf(reason), {description, whom, isForDecision, awaits, wait: reason}];
	}),
) as Readonly<Record<`halted.${HaltReason}`, Pick<StateFacts, 'description'> & Partial<StateFacts>>>;

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
	...ofReasons,
	'halted.deciding': {description: 'The first reason there is decides how the run is halted.'},
	'halted.failing.routing': {description: 'The primary gets all traffic at once.'},
	'halted.failing.recovering': {
		description: 'The canary’s pods become healthy again, without traffic; then the steps begin anew.',
		awaits: 'workloads',
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
	'halted.refused.pausing': {description: 'A pause passes before what was refused is tried again.'},
	'halted.refused.retried': {description: 'What was refused is tried again.'},
} as const satisfies Rows<'halted'>;
