// What a single happening does, in every pair in which it can happen.
import {canaryIsFailing, primaryIsHealthy} from '../../machines/model/health.ts';
import type {Rule} from './pairs.ts';
import {canaryOf, happened, has, isAnalysed, tooMany, weightIn} from './questions.ts';

/** Rules of single happenings: what is noted and what it does (the table of design §3). */
export const ofHappenings: readonly Rule[] = [
	{
		name: 'a new revision before promoting starts the run over, with counters at zero',
		broken: (step) => {
			if (!happened(step, 'seen') || !isAnalysed(step.before) || !isAnalysed(step.after)) return false;
			const {before, after} = step;
			const {run} = after.context;
			return run.revision !== before.context.run.revision && (run.share !== undefined || run.failedChecks !== 0);
		},
	},
	{
		name: 'failing pods under traffic cost one failed check and all weight',
		broken: (step) => {
			if (!happened(step, 'seen') || step.after.path !== 'halted.failing.routing') return false;
			const {before, after} = step;
			return (
				before.context.run.halted?.from !== 'anew' &&
				before.context.run.revision === after.context.run.revision &&
				(after.context.run.share !== undefined ||
					after.context.run.failedChecks !== before.context.run.failedChecks + 1)
			);
		},
	},
	{
		name: 'a promotion that outlasts its deadline holds its users where they are',
		broken: (step) => {
			if (!happened(step, 'wait until')) return false;
			const {before, after} = step;
			return (
				before.path === 'promoting.rolling' &&
				before.context.run.lowered !== true &&
				before.context.run.routed.canary > 0 &&
				!primaryIsHealthy(after.context) &&
				!canaryIsFailing(after.context) &&
				after.path !== 'failed.holding'
			);
		},
	},
	{
		name: 'a paused run gets no more traffic, and a resumed one goes on',
		broken: ({before, begun, after: {context, path}}) =>
			before?.context.run.paused !== undefined &&
			context.run.paused !== undefined &&
			context.run.byHand === undefined &&
			has(begun, 'route traffic', ({share}) => canaryOf(share) > context.run.routed.canary) &&
			path.startsWith('halted'),
	},
	{
		name: 'a rollback that was asked for in a run ends it',
		broken: (step) =>
			happened(step, 'asked: rollback') &&
			/^(?:progressing|halted|promoting\.(?:keeping|copying|rolling|sheltering))/.test(step.before.path) &&
			!/^(?:failed|promoting\.(?:takingBack|sheltering))/.test(step.after.path),
	},
	{
		name: 'a failed revision that is to be retried is run again',
		broken: (step) =>
			happened(step, 'asked: retry') &&
			step.before.path === 'failed.idle' &&
			step.before.context.world?.target?.revision === step.before.context.judged &&
			!step.before.context.world.primaryRunsTarget &&
			step.before.context.world.problems.length === 0 &&
			!step.after.path.startsWith('progressing'),
	},
	{
		name: 'too many failed checks while promoting take the promotion back',
		broken: (step) => {
			if (!happened(step, 'check failed')) return false;
			const {before, after} = step;
			return (
				/^promoting\.(?:copying|rolling)/.test(before.path) &&
				tooMany(after.context) &&
				!after.path.startsWith('promoting.takingBack')
			);
		},
	},
	{
		name: 'a failed promotion that ends is shown as Failed, a run that is given up only once its canary is at zero',
		broken: ({after}) => {
			const {path, standing} = after;
			return path === 'failed.idle' && standing.replicas > 0 && after.from?.pair.path === 'failed.scalingDown';
		},
	},
	{
		name: 'a verdict of a former step changes nothing',
		broken: (step) =>
			happened(step, 'check failed of a former step') &&
			(step.before.path !== step.after.path ||
				step.before.context.run.failedChecks !== step.after.context.run.failedChecks),
	},
	{
		name: 'a suspension changes nothing but that it is known',
		broken: (step) =>
			happened(step, 'edited: a suspension') &&
			step.before.path !== step.after.path &&
			step.before.context.model.generation === 1,
	},
	{
		name: 'a lowered max weight never takes weight back',
		broken: (step) =>
			happened(step, 'edited: a lower max weight') &&
			weightIn(step.after.context.run) < weightIn(step.before.context.run),
	},
];
