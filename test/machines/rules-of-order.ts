// What must come before what, and what may never be stayed in.
import type {HaltReason} from '../../machines/facts/halt-reasons.ts';
import {guards} from '../../machines/model/guards.ts';
import {primaryCanServe} from '../../machines/model/health.ts';
import {canaryOf, happened, has} from './questions.ts';
import type {Rule} from './pairs.ts';

const transient = new Set([
	'initialized.recalling',
	'initialized.promoting',
	'halted.deciding',
	'halted.missingDependency.deciding',
	'halted.refused.retried',
]);

/** Rules of the order of things. */
export const ofOrder: readonly Rule[] = [
	{name: 'no actor dies', broken: ({after}) => after.snapshot.status !== 'active'},
	{name: 'states that only decide are passed through', broken: ({after}) => transient.has(after.path)},
	{
		name: 'every answer leads somewhere',
		broken: ({happening, taken}) => /: (?:done|refused|superseded)$/.test(happening.name) && taken.length === 0,
	},
	{
		name: 'a command is answered at once, and once',
		broken: ({happening, answered}) => answered.length !== (happening.name.startsWith('asked: ') ? 1 : 0),
	},
	{
		name: 'a canary is drained before it goes to zero',
		broken: ({begun, happening}) =>
			has(begun, 'scale the canary', ({replicas}) => replicas === 0) && happening.name !== 'wait until: done',
	},
	{
		name: 'a run that ends gives its users back first, as soon as the primary can serve',
		broken: ({after: {path, context, effects}}) =>
			/^(?:failed\.(?!holding|idle|mending)|initialized\.superseding|progressing\.restarting)/.test(path) &&
			context.run.routed.canary > 0 &&
			primaryCanServe(context) &&
			!has(effects, 'route traffic', ({share}) => canaryOf(share) === 0),
	},
	{
		name: 'halted shows the first reason',
		broken: ({after: {path, context}}) => {
			const [top, reason] = path.split('.');
			return top === 'halted' && !guards['the first reason is']({context}, {reason: reason as HaltReason});
		},
	},
	{
		name: 'what is missing is made only where it is ours',
		broken: ({begun, after: {path, context}}) =>
			path.startsWith('halted') && has(begun, 'bootstrap the primary') && context.model.shape === 'paired',
	},
	{
		name: 'a Canary without a run follows its spec to other objects',
		broken: ({after: {path, context}}) =>
			/^initialized\.(?:blocked|bootstrapping)/.test(path) && context.rebound !== undefined,
	},
	{
		name: 'a verdict on a run that has ended is not counted',
		broken: (step) =>
			happened(step, 'check') &&
			/^(?:failed|initialized)/.test(step.before.path) &&
			step.before.context.run.failedChecks !== step.after.context.run.failedChecks,
	},
	{
		name: 'what is said is what is done',
		broken: ({said, happening, after: {path}}) =>
			!happening.name.endsWith('superseded') &&
			said.some(
				(text) =>
					(text.startsWith('Starting canary') && path !== 'progressing.routing') ||
					(text.includes('waiting for rollout') && !path.startsWith('halted')) ||
					(text.startsWith('New revision') && !/^(?:progressing|halted)/.test(path)),
			),
	},
];
