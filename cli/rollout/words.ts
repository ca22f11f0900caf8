// What a run has come to, in words and as an outcome.
import {GIVE_BACK_MS, type Left, type Step} from '../../actors/record/annotated-run.ts';
import type {CanaryModel, Problem} from '../../api/model.ts';
import {weightsOf} from '../../api/plan.ts';
import {factsOf, isStill, stateOf, type Course, type State} from '../../machines/facts.ts';
import {inItsWords, type Outcome, type Result} from './report.ts';

export const aboutOf = ({name, namespace}: {readonly name: string; readonly namespace: string}): string =>
	`${name}.${namespace}`;

export const problemText = ({text, remedy}: Problem): string => `${text}. ${remedy}`;

const plan = ({target, primary, analysis}: CanaryModel, revision: string): string =>
	`would roll out ${target.name} (revision ${revision}): canary weight ${weightsOf(analysis.plan).join(', ')}, ` +
	`then copy its template to ${primary.name} (GA), return all traffic to it and scale ${target.name} to zero`;

/** What a dry run would do from its first state on. */
export const planOf = ({path, status, context}: Step): Result => {
	const {model, world, run} = context;
	const about = aboutOf(model);
	const planned = (text: string): Result => ({about, outcome: 'planned', text});
	if (isStill(path)) {
		return restOf({path, status, context}, false);
	}

	switch (stateOf(path)) {
		case 'progressing':
		case 'halted': {
			return planned(
				run.share !== undefined
					? `would go on with ${model.target.name} (revision ${run.revision}) from canary weight ${run.routed.canary}`
					: plan(model, world?.target?.revision ?? ''),
			);
		}

		case 'promoting': {
			return planned(`would finish the promotion of ${model.target.name} (revision ${run.revision})`);
		}

		case 'failed': {
			return planned(`would finish rolling ${model.target.name} back`);
		}

		default: {
			return planned(`would give ${model.primary.name} (GA) all traffic and scale ${model.target.name} to zero`);
		}
	}
};

type Rest = (step: Step, hasWorked: boolean) => readonly [Outcome, string];

const restingTexts: Readonly<Partial<Record<State, Rest>>> = {
	finished: ({context: {model, run}}, hasWorked) =>
		hasWorked
			? ['promoted', `promoted revision ${run.revision}; all traffic to ${model.primary.name} (GA)`]
			: ['unchanged', `nothing to do: ${model.primary.name} (GA) runs what was last rolled out`],
	initialized: ({context: {model, world}}) => [
		'unchanged',
		world?.primaryRunsTarget === true
			? `nothing to do: ${model.primary.name} (GA) runs the template of ${model.target.name} already`
			: `nothing to do: ${model.target.name} was at zero; its next revision is rolled out`,
	],
	failed: ({status, context: {model, run}}, hasWorked) =>
		hasWorked
			? ['failed', `rolled back revision ${run.revision}: ${status.reason}; all traffic to ${model.primary.name} (GA)`]
			: [
					'failed',
					`revision ${run.revision} failed before and is not rolled out again; update ${model.target.name}, or add --retry`,
				],
};

/** Where it is not at rest, and yet nothing goes on. */
const stuckTexts: Readonly<Partial<Record<Course, Rest>>> = {
	holding: ({status, context: {model, run}}) => [
		'blocked',
		`the promotion failed: ${status.reason}; ${run.routed.canary} % of the traffic stays on ${model.target.name} ` +
			`until ${model.primary.name} (GA) is healthy. Mend it, and run this again`,
	],
	blocked: ({context: {model, world}}) => [
		'blocked',
		[...model.problems, ...(world?.problems ?? [])].map((problem) => problemText(problem)).join('. '),
	],
};

/** What a chart at rest has come to; `hasWorked`: by this process. */
export const restOf = (step: Step, hasWorked: boolean): Result => {
	const words = stuckTexts[factsOf(step.path).course] ?? restingTexts[stateOf(step.path)];
	const [outcome, text] = words?.(step, hasWorked) ?? ['unchanged', step.status.waitingFor];
	return {about: aboutOf(step.context.model), outcome, text: inItsWords(text)};
};

const leftTexts: Readonly<Record<Left['traffic'], (model: CanaryModel, weight: number) => string>> = {
	primary: ({target, primary}) =>
		`all traffic to ${primary.name} (GA); ${target.name} keeps its replicas, and the next rollout begins with its ` +
		'first weight',
	canary: ({target, primary}, weight) =>
		`${primary.name} (GA) is not ready to take the traffic; ${weight} % of it stays on ${target.name}. ` +
		'Run this again to finish',
	unconfirmed: ({target, primary, route}, weight) =>
		`could not make sure within ${GIVE_BACK_MS / 1000} s that ${primary.name} (GA) has all traffic; ${target.name} had ` +
		`${weight} % when last seen. Give ${primary.name} weight 100 in VirtualService ${route.name}, or run this again`,
	untouched: ({target, primary}, weight) =>
		weight === 0
			? `nothing was under way; all traffic stays on ${primary.name} (GA)`
			: `nothing was changed by the interruption; ${weight} % of the traffic stays on ${target.name}. Run this again to go on`,
};

/** Where an interruption has left the users of a Deployment; `blocked` where some of them may be on the canary. */
export const leftOf = (model: CanaryModel, {traffic, weight = 0}: Left): Result => ({
	about: aboutOf(model),
	outcome: traffic === 'primary' || (traffic !== 'unconfirmed' && weight === 0) ? 'interrupted' : 'blocked',
	text: leftTexts[traffic](model, weight),
});

/** The exit code of a pipeline's step: 0 only when everything is as it should be. */
export const exitCodeOf = (results: readonly Result[]): number =>
	results.some(({outcome}) => outcome === 'failed' || outcome === 'blocked') ? 1 : 0;

const signalCodes: Readonly<Partial<Record<NodeJS.Signals, number>>> = {SIGINT: 130, SIGTERM: 143};

/** The exit code after a signal: as shells have it where GA has all traffic, 1 where somebody has to look. */
export const exitCodeAfter = (signal: NodeJS.Signals, results: readonly Result[]): number =>
	exitCodeOf(results) === 0 ? (signalCodes[signal] ?? 1) : 1;
