// One source of words for what a Canary does and waits for: status, events, the explain command and, later, the page.
import {unlimited} from '../../api/model.ts';
import type {CanaryModel} from '../../api/model.ts';
import {haltReasons} from '../model/context.ts';
import type {Context, HaltReason} from '../model/context.ts';
import {driftOf} from '../model/drift.ts';
import {howToGoOn, whoseWeights} from '../model/route-changes.ts';
import {lackOfCanary, lackOfPrimary, scalingUnderWay} from '../model/health.ts';
import {maxWeightReached, tooManyFailedChecks} from '../model/run.ts';
import {orderText, problemsText} from './texts.ts';

/** A state as a path: `progressing.soaking`. */
export type Path = string;

/** The path of a state value with one active child at each level. */
export const pathOf = (value: unknown): Path => {
	if (typeof value === 'string') {
		return value;
	}

	const [entry] = Object.entries(value as Record<string, unknown>);
	return entry === undefined ? '' : `${entry[0]}.${pathOf(entry[1])}`;
};

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

/** In words, what a state waits for; the same for states that pass within one step, so that status is not rewritten. */
export const waitingFor = (path: Path, context: Context): string => {
	const {model, run} = context;
	const [top = '', nested = ''] = path.split('.');
	if (top === 'halted') {
		const reason = haltReasons.find((one) => one === nested);
		return reason === undefined ? '' : halts[reason](context);
	}

	if (path.startsWith('initialized.bootstrapping')) {
		return `${model.primary.name} to be ready`;
	}

	if (path === 'initialized.blocked') {
		return `what is wrong to be mended: ${problemsText(context)}`;
	}

	if (nested === 'mending') {
		return 'its routing and generated objects to be mended';
	}

	if (nested === 'idle') {
		const problems = problemsText(context);
		return `a new revision of ${model.target.name}${problems === '' ? '' : `; also mend: ${problems}`}`;
	}

	if (nested === 'led') {
		return halts.yielded(context);
	}

	if (path.endsWith('.awaitingPrimary') || path === 'promoting.takingBack.returning') {
		return `a ready pod of ${model.primary.name}, to give it all traffic`;
	}

	if (top === 'progressing') {
		return run.weight === 0
			? `${model.target.name} and ${model.primary.name} to be healthy${troubles(context)}`
			: `passing checks at canary weight ${run.weight}, asked every ${seconds(model.analysis.intervalMs)}${drift(context)}`;
	}

	if (path === 'failed.holding') {
		return `${model.primary.name} to be healthy${troubles(context)}; users stay on ${model.target.name} meanwhile`;
	}

	if (top === 'promoting') {
		return `the rolling update of ${model.primary.name}${troubles(context)}`;
	}

	return `${model.target.name} to be drained and scaled to zero`;
};

/** Why the run halted or failed, in words; empty when it did neither. */
export const reasonOf = (path: Path, context: Context): string => {
	const {run, model} = context;
	if (path.startsWith('failed')) {
		return run.failure ?? (tooManyFailedChecks(context) ? `failed checks threshold reached ${run.failedChecks}` : '');
	}

	if (path === 'finished.idle' && run.refusal !== undefined) {
		return `the API server refused: ${run.refusal}`;
	}

	return path.startsWith('halted') || path === 'initialized.blocked'
		? waitingFor(path, context)
		: model.suspended
			? 'suspended by spec.suspend'
			: '';
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

/** After traffic is back on the primary, or the canary at zero. */
const ending = ({model}: Context): string => `${model.target.name} is scaled to zero, and the Canary is at rest`;

/**
 * What will happen when the wait ends well, for people who ask. `path` may be the top-level state alone, which is all
 * that a status tells.
 */
export const whatComesNext = (path: Path, context: Context): string => {
	const {model} = context;
	const [top, nested] = path.split('.');
	const isAtRest = nested === undefined || nested === 'idle' || nested === 'mending' || nested === 'blocked';
	const rest = `a run starts when ${model.target.name} changes`;
	switch (top) {
		case 'progressing': {
			return maxWeightReached(context) ? 'promotion' : 'the next step weight';
		}

		case 'halted': {
			return halfway(context);
		}

		case 'promoting': {
			return nested === 'takingBack'
				? `all traffic to ${model.primary.name}, and the run has failed`
				: 'all traffic to the primary, then the canary is scaled to zero';
		}

		case 'initialized': {
			return nested === 'bootstrapping' || nested === 'blocked' ? `${model.primary.name} serves, then ${rest}` : rest;
		}

		case 'failed': {
			return nested === 'holding' ? `all traffic to ${model.primary.name}` : isAtRest ? rest : ending(context);
		}

		default: {
			return isAtRest ? rest : ending(context);
		}
	}
};
