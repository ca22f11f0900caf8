// What must hold in every reachable pair and on every step: design §3, one rule a sentence.
import {maxWeightOf, weightsOf} from '../../api/plan.ts';
import {isSameShare, noShare} from '../../api/shares.ts';
import {canaryIsFailing, canaryIsHealthy, primaryCanServe, primaryIsHealthy} from '../../machines/model/health.ts';
import {stepHasPassed} from '../../machines/model/plan.ts';
import {promotionIsOrdered} from '../../machines/model/run.ts';
import type {Rule} from './pairs.ts';
import {canaryOf, has, isAnalysed, isAtRest, limit, tooMany, weightIn} from './questions.ts';
import {ofHappenings} from './rules-of-happenings.ts';
import {ofOrder} from './rules-of-order.ts';
import {ofStatus} from './rules-of-status.ts';

/** Rules of what an effect may be begun for. */
const ofEffects: readonly Rule[] = [
	{
		name: 'nothing that a route sends traffic to is scaled down',
		broken: ({begun, after: {context, standing}}) =>
			has(begun, 'scale the canary', ({replicas}) => replicas === 0) &&
			(context.run.routed.canary > 0 ||
				(standing.route.canary > 0 && context.world?.route?.canary !== standing.route.canary)),
	},
	{
		name: 'traffic goes to a canary and a primary that are healthy, and only up by one step',
		broken: ({before, begun, after: {context}}) =>
			has(begun, 'route traffic', ({share}) => {
				const weight = canaryOf(share);
				// A step that was begun before the spec was edited is still that step.
				const {canary: routed} = context.run.routed;
				const begunBefore = before?.context.run.share?.canary === weight ? [weight] : [];
				const above = [...weightsOf(context.model.analysis.plan), ...begunBefore].find((one) => one > routed);
				if (weight === context.run.byHand?.weight) return !(canaryIsHealthy(context) && primaryIsHealthy(context));
				return (
					weight > routed &&
					!(canaryIsHealthy(context) && primaryIsHealthy(context) && weight <= Math.max(above ?? 0, ...begunBefore))
				);
			}),
	},
	{
		name: 'traffic goes back to the primary when it can serve, and at once when there is none on the canary',
		broken: ({begun, after: {context, standing}}) =>
			has(begun, 'route traffic', ({share}) => canaryOf(share) === 0) &&
			standing.route.canary > 0 &&
			!primaryCanServe(context),
	},
	{
		name: 'users are sent to no revision but that of the run',
		broken: ({begun, after: {context}}) =>
			has(begun, 'route traffic', ({share, revision}) => canaryOf(share) !== 0 && revision !== context.run.revision),
	},
	{
		name: 'a return of traffic insists, and nothing else does but going to zero',
		broken: ({begun, after: {path}}) =>
			has(begun, 'route traffic', ({share, insist}) => insist === true && canaryOf(share) > 0) ||
			// A step without users is no return.
			(path !== 'progressing.routing' &&
				has(begun, 'route traffic', ({share, insist}) => !insist && canaryOf(share) === 0)) ||
			has(begun, 'scale the canary', ({replicas, insist}) => (replicas === 0) !== insist),
	},
	{
		name: 'what is promoted is the revision that was analysed, after a passed check at the last weight',
		broken: ({before, begun, after: {context}}) => {
			if (!has(begun, 'promote the revision')) return false;
			const {run, model} = context;
			const passed = stepHasPassed(context) && weightIn(run) >= maxWeightOf(model.analysis.plan);
			const resumed = before?.path === 'initialized.resuming' || run.promoting === true;
			return (
				!has(begun, 'promote the revision', ({revision}) => revision === run.revision && revision !== '') ||
				!(passed || model.skipAnalysis || resumed || promotionIsOrdered(context))
			);
		},
	},
	{
		name: 'a promotion is not begun before the present template was kept, or cannot be',
		broken: ({before, begun, after: {standing, context}}) =>
			has(begun, 'promote the revision') &&
			before?.path === 'promoting.keeping' &&
			context.run.refusal === undefined &&
			standing.kept !== standing.primary,
	},
	{
		name: 'a template is kept only while the primary has what it was proven with',
		broken: ({begun, after: {standing, context, path}}) =>
			path === 'promoting.keeping' &&
			has(begun, 'keep the promoted template') &&
			standing.primary === context.run.revision &&
			context.world?.primaryRunsTarget === true &&
			context.promoted !== standing.primary,
	},
	{
		name: 'a Canary with a mistake begins nothing but the way back',
		broken: ({begun, after: {context}}) =>
			context.model.problems.length > 0 &&
			(has(begun, 'route traffic', ({share}) => canaryOf(share) !== 0) ||
				has(begun, 'scale the canary', ({replicas}) => replicas !== 0)),
	},
];

/** Rules of what must not be forgotten. */
const ofFacts: readonly Rule[] = [
	{
		name: 'weights are within 0 and 100 and never above the last step ever asked for',
		broken: ({after: {context}}) => {
			const weight = weightIn(context.run);
			const isOutside = [weight, context.run.routed.canary].some((one) => one < 0 || one > 100);
			return isOutside || weight > Math.max(limit(context), 70);
		},
	},
	{
		name: 'the judge is at work wherever the canary has traffic in a run, and at rest nowhere',
		broken: ({after}) =>
			(after.context.run.routed.canary > 0 &&
				/^(?:progressing\.(?:settling|soaking)|halted|promoting\.(?:keeping|copying|rolling))/.test(after.path) &&
				!after.standing.judging) ||
			(isAtRest(after) && after.standing.judging),
	},
	{
		name: 'a step is soaked with traffic on the canary',
		broken: ({after: {path, context}}) =>
			path === 'progressing.soaking' && !isSameShare(context.run.routed, context.run.share ?? noShare),
	},
	{
		name: 'a canary is scaled up and waited for without traffic',
		broken: ({after: {path, context}}) => path.startsWith('progressing.scalingUp') && context.run.routed.canary !== 0,
	},
	{
		name: 'at rest nothing is on the canary and the target was judged, runs on the primary, or cannot be',
		broken: ({after}) => {
			const {context, standing} = after;
			if (!isAtRest(after) || context.world === undefined) return false;
			const {target, primaryRunsTarget, problems} = context.world;
			const settled =
				target === undefined ||
				target.revision === context.judged ||
				primaryRunsTarget ||
				problems.length + context.model.problems.length > 0;
			const strays = standing.route.canary > 0 && context.world.route?.canary === standing.route.canary;
			const isMended = context.mendings >= 3 || context.model.problems.length > 0;
			return !settled || context.run.routed.canary > 0 || context.rebound !== undefined || (strays && !isMended);
		},
	},
	{
		name: 'a run with too many failed checks has ended',
		broken: ({after}) =>
			tooMany(after.context) &&
			(isAnalysed(after) || /^(?:halted|promoting\.(?:keeping|copying|rolling))/.test(after.path)),
	},
	{
		name: 'a run whose revision is not the target’s goes on only while the primary cannot take its users',
		broken: ({after}) =>
			isAnalysed(after) &&
			after.context.world?.target !== undefined &&
			after.context.world.target.revision !== after.context.run.revision,
	},
	{
		name: 'a run of what the primary has is superseded',
		broken: ({after}) => isAnalysed(after) && after.context.world?.primaryRunsTarget === true,
	},
	{
		name: 'a run of another target than the Canary names has ended',
		broken: ({after}) => isAnalysed(after) && after.context.rebound !== undefined,
	},
	{
		name: 'users leave failing pods for a primary that can serve',
		broken: ({after}) =>
			/^(?:progressing|halted|promoting\.rolling|failed\.holding)/.test(after.path) &&
			canaryIsFailing(after.context) &&
			primaryCanServe(after.context) &&
			!has(after.effects, 'route traffic', ({share}) => canaryOf(share) === 0) &&
			!(after.path.startsWith('halted') && after.context.run.halted?.from === 'copying'),
	},
	{
		name: 'users leave a target that rolls while its former revision is promoted',
		broken: ({after: {path, context}}) =>
			path === 'promoting.rolling' &&
			context.run.routed.canary > 0 &&
			context.world?.target !== undefined &&
			context.world.target.revision !== context.run.revision &&
			primaryCanServe(context),
	},
	{
		name: 'a failed promotion leaves users on the healthy canary until the primary is proven',
		broken: ({before, after}) =>
			before !== undefined &&
			/^(?:promoting\.(?:rolling|takingBack)|halted)/.test(before.path) &&
			/^failed\.(?:routing|draining)/.test(after.path) &&
			before.context.run.routed.canary > 0 &&
			!primaryCanServe(after.context),
	},
	{
		name: 'failed checks never grow fewer within a run',
		broken: ({before, after}) =>
			before !== undefined &&
			isAnalysed(before) &&
			isAnalysed(after) &&
			before.context.run.revision === after.context.run.revision &&
			before.context.run.failedChecks > after.context.run.failedChecks,
	},
];

export const rules: readonly Rule[] = [...ofOrder, ...ofEffects, ...ofFacts, ...ofHappenings, ...ofStatus];
