// `status`: all that the peer writes, and what Aviary adds. No decision rests on what the peer's CRD would prune.
import {choice, group, list, must, number, shape, text, textMap, time} from './words.ts';

/** The peer's phases; the empty one is that of a Canary which nobody has seen yet. */
const phases = [
	'',
	'Initializing',
	'Initialized',
	'Waiting',
	'Progressing',
	'WaitingPromotion',
	'Promoting',
	'Finalising',
	'Succeeded',
	'Failed',
	'Terminating',
	'Terminated',
] as const;

/** The chart's six states. */
const states = ['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'] as const;

const ours = shape('Aviary');

const conditions = list(
	group({
		type: must(text('`Promoted`')),
		status: must(text('`True`, `False` or `Unknown`')),
		reason: must(text('The phase')),
		message: text('What the phase means'),
		lastUpdateTime: time('When it was last written'),
		lastTransitionTime: time('When its status last changed'),
	}),
	'Conditions',
	shape('today'),
);

const problems = list(
	group({
		field: text('Where it is: a path in the Canary, or an object'),
		value: text('The value as written'),
		text: text('What is wrong'),
		remedy: text('What to do about it'),
	}),
	'What must be mended, as of when the status was last written; absent when nothing must',
	ours,
);

export const status = group(
	{
		phase: choice(phases, 'Phase of the run', shape('today')),
		failedChecks: number('Failed checks of the run so far'),
		canaryWeight: number('Percentage of traffic that the canary receives', shape('today')),
		iterations: number('Iterations of the run so far', shape('today')),
		trackedConfigs: textMap('ConfigMaps and Secrets that the workload uses, and their digests', shape('today')),
		lastAppliedSpec: text('Digest of the pod template seen last', shape('today')),
		lastPromotedSpec: text('Digest of the pod template promoted last', shape('today')),
		lastTransitionTime: Object.assign(time('When the status last changed'), shape('today')),
		sessionAffinityCookie: text('Cookie of the present run', shape('today')),
		primarySessionAffinityCookie: text('Cookie of the present run for the primary', shape('today')),
		previousSessionAffinityCookie: text('Cookie of the run before', shape('today')),
		conditions,
		state: choice(states, 'State of the chart', shape('both, Aviary')),
		canaryRevision: text('Revision of the canary that the run is about', shape('first')),
		waitingFor: text('What the present state waits for', ours),
		reason: text('Why the run is halted, failed or not started', ours),
		haltedFrom: text('The state that the run was halted in; absent unless it is halted', ours),
		problems,
	},
	'What is observed',
	shape('both'),
);
