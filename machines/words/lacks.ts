// What a condition of the chart that does not hold lacks, in words: what would have to come, not what is.
import {unlimited} from '../../api/model.ts';
import type {Plan} from '../../api/plan.ts';
import type {Context} from '../model/context.ts';
import {waitingFor} from './explain.ts';
import type {Path} from '../facts.ts';
import {lackOfCanary, lackOfPrimary} from '../model/health.ts';
import {lastStepReached} from '../model/plan.ts';
import {whereOfChecks} from './steps.ts';
import {problemsText} from './texts.ts';

const newRevision = ({model}: Context): string => `a new revision of ${model.target.name}`;
const rollback = (): string => 'somebody to order a rollback';
const promotion = (): string => 'somebody to order the promotion';
const weightByHand = (): string => 'somebody to set a weight';
const canaryOrPrimary = (context: Context): string => lackOfCanary(context) || lackOfPrimary(context);

const passedRounds = (context: Context): string => `a round of checks that passes ${whereOfChecks(context, 'weight')}`;

const passedSteps = ({steps}: Plan): string => {
	const last = steps.at(-1);
	return last?.tells === 'weight'
		? `a round of checks that passes at weight ${last.share.canary}`
		: 'all of its rounds of checks to pass';
};

const failures = ({model: {analysis}, run}: Context): string => {
	const left = analysis.threshold - run.failedChecks;
	return analysis.threshold === unlimited
		? 'a limit of failed checks, for without one they only halt'
		: `${left} more failed ${left === 1 ? 'check' : 'checks'}`;
};

const byGuard: Readonly<Record<string, (context: Context) => string>> = {
	'too many checks have failed': failures,
	'a rollback was ordered': rollback,
	'a halted promotion was ordered back': rollback,
	'a promotion was ordered': promotion,
	'a promotion was ordered while halted': promotion,
	'a weight was set by hand': weightByHand,
	'a weight was set by hand while halted': weightByHand,
	'another revision waits': newRevision,
	'a new revision can start': (context) =>
		[newRevision(context), problemsText(context)].filter(Boolean).join('; also '),
	'the run is superseded': ({model}) => `${model.target.name} to be set back to what ${model.primary.name} runs`,
	'the canary fails under traffic': ({model}) => `failing pods of ${model.target.name}`,
	'both are healthy': canaryOrPrimary,
	'both are healthy and analysis is skipped': (context) =>
		canaryOrPrimary(context) || 'spec.skipAnalysis, or somebody to order the promotion',
	'the primary is healthy': lackOfPrimary,
	'the promoted primary is healthy': (context) => lackOfPrimary(context) || 'the copied template',
	'the step has passed': passedRounds,
	'the last step has passed': (context) =>
		lastStepReached(context) ? passedRounds(context) : passedSteps(context.model.analysis.plan),
	'the step must halt': () => 'a reason to halt',
	'scaling up must halt': () => 'a reason to halt',
	'the promotion must halt': () => 'a reason to halt',
	'the Canary names other objects': () => 'other names in the spec',
	'the run is of other objects': () => 'other names in the spec',
	'routing fields were edited': () => 'an edit of the routing fields',
	'the route was changed by someone else': () => 'somebody else to change the route',
	'the weight on the route is adopted': () => 'somebody else to change the route',
};

const judged =
	/^(?:too many checks have failed|a halted promotion has too many failed checks|the (?:last )?step has passed\b)/;
const haltedByChecks = /^halted\.(?:failedCheck|missingData)$/;

/** Whether the next round of checks may be what a guard that does not hold lacks. */
export const lacksCheck = (guard: string, path: Path): boolean =>
	judged.test(guard) || (guard.startsWith('nothing halts ') && haltedByChecks.test(path));

/** What a guard that does not hold lacks. `path` is the state that the Canary is in. */
export const lackOf = (guard: string, path: Path, context: Context): string => {
	if (guard.startsWith('nothing halts ')) {
		return waitingFor(path, context);
	}

	return byGuard[guard]?.(context) || `that ${guard}`;
};
