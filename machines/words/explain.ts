// One source of words for what a Canary does and waits for: status, events, the explain command and the page.
import {factsOf, stateOf} from '../facts.ts';
import type {Next, Path, Wait} from '../facts.ts';
import {haltFacts, haltReasons} from '../facts/halt-reasons.ts';
import type {HaltReason} from '../facts/halt-reasons.ts';
import type {Context} from '../model/context.ts';
import {driftOf} from '../model/drift.ts';
import {tooManyFailedChecks} from '../model/run.ts';
import {afterTheChecks, whereOfChecks} from './steps.ts';
import {problemsText} from './texts.ts';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

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

const haltWaits = Object.fromEntries(haltReasons.map((reason) => [reason, haltFacts[reason].waits])) as Readonly<
	Record<HaltReason, (context: Context) => string>
>;

/** What is waited for, by the name that the facts of a state give it. */
const waits: Record<Wait, (context: Context) => string> = {
	...haltWaits,
	nothing: () => '',
	'a primary': ({model}) => `${model.primary.name} to be ready`,
	'what is wrong': (context) => `what is wrong to be mended: ${problemsText(context)}`,
	'the mending': () => 'its routing and generated objects to be mended',
	'a new revision': (context) => {
		const problems = problemsText(context);
		return `a new revision of ${context.model.target.name}${problems === '' ? '' : `; also mend: ${problems}`}`;
	},
	'the weights': haltWaits.yielded,
	'a pod of the primary': ({model}) => `a ready pod of ${model.primary.name}, to give it all traffic`,
	'the step': (context) => {
		const {model, run} = context;
		return run.share === undefined
			? `${model.target.name} and ${model.primary.name} to be healthy${troubles(context)}`
			: `passing checks ${whereOfChecks(context)}, asked every ${seconds(model.analysis.intervalMs)}${drift(context)}`;
	},
	'the rolling update': (context) => {
		const {name} = context.model.primary;
		const lasts = `an interval of ${seconds(context.model.analysis.intervalMs)}`;
		return context.run.lowered
			? `${lasts}, after which ${name} gets more users back${troubles(context)}`
			: `the rolling update of ${name}${troubles(context)}`;
	},
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
			return afterTheChecks(context);
		}
	}
};

const aRun = ({model}: Context): string => `a run starts when ${model.target.name} changes`;

/** What comes next, by the name that the facts of a state give it. */
const nexts: Record<Next, (context: Context) => string> = {
	'a step': afterTheChecks,
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
