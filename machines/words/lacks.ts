// What a condition of the chart that does not hold lacks: of which kind that is, and in words. What would have to come,
// not what is.
import {unlimited} from '../../api/model.ts';
import type {Plan} from '../../api/plan.ts';
import {haltFacts, haltReasons} from '../facts/halt-reasons.ts';
import {factsOf} from '../facts.ts';
import type {Path} from '../facts.ts';
import type {Context} from '../model/context.ts';
import type {guards} from '../model/guards.ts';
import {lackOfCanary, lackOfPrimary} from '../model/health.ts';
import {lastStepReached} from '../model/plan.ts';
import {waitingFor} from './explain.ts';
import {whereOfChecks} from './steps.ts';
import {problemsText} from './texts.ts';

/** `checks`: a round of them may bring it; `workloads`: pods that become ready; `people`: somebody who wants it. */
export type LackKind = 'checks' | 'workloads' | 'people' | 'the world';
export type Lack = {readonly kind: LackKind; readonly text: string};

type Guard = keyof typeof guards;
type Row = readonly [LackKind, (context: Context) => string];

const canaryOrPrimary = (context: Context): string => lackOfCanary(context) || lackOfPrimary(context);

const passedRounds = (context: Context): string => `a round of checks that passes ${whereOfChecks(context, 'weight')}`;

const passedSteps = ({steps}: Plan): string => {
	const last = steps.at(-1);
	return last?.tells === 'weight'
		? `a round of checks that passes at weight ${last.share.canary}`
		: 'all of its rounds of checks to pass';
};

const failures: Row = [
	'checks',
	({model: {analysis}, run}) => {
		const left = analysis.threshold - run.failedChecks;
		return analysis.threshold === unlimited
			? 'a limit of failed checks, for without one they only halt'
			: `${left} more failed ${left === 1 ? 'check' : 'checks'}`;
	},
];
const newRevision = ({model}: Context): string => `a new revision of ${model.target.name}`;
const rollback: Row = ['people', () => 'somebody to order a rollback'];
const promotion: Row = ['people', () => 'somebody to order the promotion'];
const weightByHand: Row = ['people', () => 'somebody to set a weight'];
const reasonToHalt: Row = ['the world', () => 'a reason to halt'];
const otherNames: Row = ['people', () => 'other names in the spec'];
const foreignHand: Row = ['the world', () => 'somebody else to change the route'];

/** Without words of its own, what is lacked is that the guard holds. */
const byGuard: Readonly<Partial<Record<Guard, Row>>> = {
	'too many checks have failed': failures,
	'a halted promotion has too many failed checks': ['checks', () => ''],
	'a rollback was ordered': rollback,
	'a halted promotion was ordered back': rollback,
	'a promotion was ordered': promotion,
	'a promotion was ordered while halted': promotion,
	'a weight was set by hand': weightByHand,
	'a weight was set by hand while halted': weightByHand,
	'another revision waits': ['people', newRevision],
	'a new revision can start': [
		'people',
		(context) => [newRevision(context), problemsText(context)].filter(Boolean).join('; also '),
	],
	'the run is superseded': [
		'people',
		({model}) => `${model.target.name} to be set back to what ${model.primary.name} runs`,
	],
	'the canary fails under traffic': ['the world', ({model}) => `failing pods of ${model.target.name}`],
	'both are healthy': ['workloads', canaryOrPrimary],
	'both are healthy and analysis is skipped': [
		'people',
		(context) => canaryOrPrimary(context) || 'spec.skipAnalysis, or somebody to order the promotion',
	],
	'the primary is healthy': ['workloads', lackOfPrimary],
	'the promoted primary is healthy': [
		'workloads',
		(context) => lackOfPrimary(context) || (context.run.lowered ? 'the end of the interval' : 'the copied template'),
	],
	'the primary can take all traffic': ['workloads', () => ''],
	'the step has passed': ['checks', passedRounds],
	'the last step has passed': [
		'checks',
		(context) => (lastStepReached(context) ? passedRounds(context) : passedSteps(context.model.analysis.plan)),
	],
	'the step must halt': reasonToHalt,
	'scaling up must halt': reasonToHalt,
	'the promotion must halt': reasonToHalt,
	'the Canary names other objects': otherNames,
	'the run is of other objects': otherNames,
	'routing fields were edited': ['people', () => 'an edit of the routing fields'],
	'the route was changed by someone else': foreignHand,
	'the weight on the route is adopted': foreignHand,
};

/** The ways back into a run: what they lack is what halts it. */
const ofHalts: ReadonlySet<string> = new Set<Guard>([
	'nothing halts scaling up',
	'nothing halts the new beginning',
	'nothing halts routing',
	'nothing halts the step',
	'nothing halts the copied promotion',
	'nothing halts the promotion',
]);

const kindOfHalt = (path: Path): LackKind => {
	const {wait, whom, awaits} = factsOf(path);
	const reason = haltReasons.find((one) => one === wait);
	return reason !== undefined && haltFacts[reason].isOfChecks
		? 'checks'
		: whom === 'people'
			? 'people'
			: awaits === 'workloads'
				? 'workloads'
				: 'the world';
};

/** What a guard that does not hold lacks. `path` is the state that the Canary is in. */
export const lackOf = (guard: string, path: Path, context: Context): Lack => {
	if (ofHalts.has(guard)) {
		return {kind: kindOfHalt(path), text: waitingFor(path, context)};
	}

	const [kind, words] = byGuard[guard as Guard] ?? ['the world', () => ''];
	return {kind, text: words(context) || `that ${guard}`};
};
