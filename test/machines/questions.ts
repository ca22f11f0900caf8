// Questions that several rules ask of pairs and steps.
import {maxWeightOf} from '../../api/plan.ts';
import type {Context, Run} from '../../machines/model/context.ts';
import type {Share} from '../../api/shares.ts';
import type {Effect, Pair, Step} from './pairs.ts';

export const has = (
	effects: readonly Effect[],
	src: string,
	matches: (input: Effect['input']) => boolean = () => true,
) => effects.some((effect) => effect.src === src && matches(effect.input));

/** The canary's weight in the step under way; 0 before the first. */
export const weightIn = ({share}: Run): number => share?.canary ?? 0;

/** The canary's percentage of a share that a route was ordered with. */
export const canaryOf = (share: unknown): number => (share as Share).canary;

export const isAtRest = ({path}: Pair): boolean => path.endsWith('.idle');

/** A run under way whose template has not begun to be copied. */
export const isAnalysed = ({path, context}: Pair): boolean =>
	path.startsWith('progressing') || (path.startsWith('halted') && context.run.halted?.from !== 'copying');

export const limit = ({model, rebound}: Context): number =>
	Math.max(...[model, rebound ?? model].map(({analysis}) => maxWeightOf(analysis.plan)));

export const tooMany = ({run, model}: Context): boolean => run.failedChecks >= model.analysis.threshold;

export const happened = (step: Step, what: string): step is Step & {readonly before: Pair} =>
	step.before !== undefined && step.happening.name.startsWith(what);
