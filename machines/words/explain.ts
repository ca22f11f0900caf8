// One source of words for what a Canary does and waits for: status, events, the explain command and, later, the page.
import {unlimited} from '../../api/model.ts';
import type {CanaryModel} from '../../api/model.ts';
import {factsOf, stateOf} from '../facts.ts';
import type {Next, Path, Wait} from '../facts.ts';
import type {Context, HaltReason} from '../model/context.ts';
import {driftOf} from '../model/drift.ts';
import {howToGoOn, whoseWeights} from '../model/route-changes.ts';
import {lackOfCanary, lackOfPrimary, scalingUnderWay} from '../model/health.ts';
import {maxWeightReached, tooManyFailedChecks} from '../model/run.ts';
import {orderText, problemsText} from './texts.ts';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** How many failed checks end a run, said after their number. */
const limitOf = ({analysis: {threshold}}: CanaryModel): string => (threshold === unlimited ? '' : ` of ${threshold}`);

const halts: Record<HaltReason, (context: Context) => string> = {
	failing: (context) => `the canary's pods to be healthy again: ${lackOfCanary(context) || 'they are'}`,
	misspecified: (context) => `the Canary to be corrected: ${problemsText(context)}`,
	missingDependency: (context) => `what is missing: ${problemsText(context)}`,
	refused: ({run}) => `the API server to accept what it refused: ${run.refusal ?? ''}`,
	paused: ({run}) => `somebody to resume it: paused by ${orderText(run.paused)}`,
	unhealthy: (context) =>
		lackOfPrimary(context) === ''
			? `the canary to be healthy: ${lackOfCanary(context)}`
			: `the primary to be healthy: ${lackOfPrimary(context)}`,
	scaling: (context) => `scaling to end: ${scalingUnderWay(context)}`,
	contested: (context) => `its route to be left alone: ${whoseWeights(context)}; ${howToGoOn(context)}`,
	yielded: (context) => `its weights, or a decision: ${whoseWeights(context)}; ${howToGoOn(context)}`,
	missingData: ({run}) => `metrics that tell: ${run.verdict?.text ?? ''}`,
	failedCheck: ({run, model}) =>
		`a passing check, the last one failed: ${run.verdict?.text ?? ''} (${run.failedChecks}${limitOf(model)})`,
};

const drift = (context: Context): string => {
	const found = driftOf(context);
	return found === undefined ? '' : `; ${found.text}`;
};

/** What keeps pods from being ready: it changes seldom, unlike their number. */
const troubles = ({model, run, world}: Context): string => {
	const known = [
		...(run.promoting ? [] : [[model.target.name, world?.target?.trouble]]),
		[model.primary.name, world?.primary?.trouble],
	].flatMap(([name, trouble]) => (trouble === undefined ? [] : [`${name}: ${trouble}`]));
	return known.length === 0 ? '' : ` (${known.join('; ')})`;
};

/** What is waited for, by the name that the facts of a state give it. */
const waits: Record<Wait, (context: Context) => string> = {
	...halts,
	nothing: () => '',
	'a primary': ({model}) => `${model.primary.name} to be ready`,
	'what is wrong': (context) => `what is wrong to be mended: ${problemsText(context)}`,
	'the mending': () => 'its routing and generated objects to be mended',
	'a new revision': (context) => {
		const problems = problemsText(context);
		return `a new revision of ${context.model.target.name}${problems === '' ? '' : `; also mend: ${problems}`}`;
	},
	'the weights': halts.yielded,
	'a pod of the primary': ({model}) => `a ready pod of ${model.primary.name}, to give it all traffic`,
	'the step': (context) => {
		const {model, run} = context;
		return run.weight === 0
			? `${model.target.name} and ${model.primary.name} to be healthy${troubles(context)}`
			: `passing checks at canary weight ${run.weight}, asked every ${seconds(model.analysis.intervalMs)}${drift(context)}`;
	},
	'the rolling update': (context) => `the rolling update of ${context.model.primary.name}${troubles(context)}`,
	'the relief of the canary': (context) =>
		`${context.model.primary.name} to be healthy${troubles(context)}; users stay on ${context.model.target.name} meanwhile`,
	'the drain': ({model}) => `${model.target.name} to be drained and scaled to zero`,
};

/** In words, what a state waits for; the same for states that pass within one step, so that status is not rewritten. */
export const waitingFor = (path: Path, context: Context): string => waits[factsOf(path).wait](context);

/** Why the run halted or failed, in words; empty when it did neither. */
export const reasonOf = (path: Path, context: Context): string => {
	const {run, model} = context;
	const {course} = factsOf(path);
	switch (stateOf(path)) {
		case 'failed': {
			return run.failure ?? (tooManyFailedChecks(context) ? `failed checks threshold reached ${run.failedChecks}` : '');
		}

		case 'halted': {
			return waitingFor(path, context);
		}

		default: {
			if (course === 'blocked') {
				return waitingFor(path, context);
			}

			if (course === 'rest' && stateOf(path) === 'finished' && run.refusal !== undefined) {
				return `the API server refused: ${run.refusal}`;
			}

			return model.suspended ? 'suspended by spec.suspend' : '';
		}
	}
};

const halfway = (context: Context): string => {
	switch (context.run.halted?.from) {
		case 'copying': {
			return 'the promotion goes on';
		}

		case 'anew': {
			return 'the steps begin again at the first weight';
		}

		default: {
			return maxWeightReached(context) ? 'promotion' : 'the next step weight';
		}
	}
};

const aRun = ({model}: Context): string => `a run starts when ${model.target.name} changes`;

/** What comes next, by the name that the facts of a state give it. */
const nexts: Record<Next, (context: Context) => string> = {
	'a step': (context) => (maxWeightReached(context) ? 'promotion' : 'the next step weight'),
	'the halted run': halfway,
	'the end of the promotion': () => 'all traffic to the primary, then the canary is scaled to zero',
	'the way back': ({model}) => `all traffic to ${model.primary.name}, and the run has failed`,
	'a primary': (context) => `${context.model.primary.name} serves, then ${aRun(context)}`,
	'the relief of the canary': ({model}) => `all traffic to ${model.primary.name}`,
	rest: ({model}) => `${model.target.name} is scaled to zero, and the Canary is at rest`,
	'a run': aRun,
};

/** What will happen when the wait ends well, for people who ask. */
export const whatComesNext = (path: Path, context: Context): string => nexts[factsOf(path).next](context);
