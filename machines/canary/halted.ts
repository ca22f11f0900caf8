// A run that may not go on now: one nested state for each reason, the first reason decides, and each way back into the
// run is an eventless transition of the whole.
import {noShare} from '../../api/shares.ts';
import {haltReasons} from '../model/context.ts';
import type {Context, HaltReason} from '../model/context.ts';
import {at, hearing, refusal, say} from './answers.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';
import {stepEndings} from './step-endings.ts';

const boundDeadline = ({context}: {context: Context}) => ({
	until: (context.run.boundedSince ?? context.now) + context.model.progressDeadlineMs,
});

/** A nested state of `halted`: left when another reason comes first, ended by the progress deadline. */
const haltedBy = (reason: HaltReason) => ({
	always: {guard: {type: 'another reason is first' as const, params: {reason}}, target: '#canary.halted.deciding'},
	entry: 'bound the wait' as const,
	invoke: {
		src: 'wait until' as const,
		input: boundDeadline,
		onDone: {target: '#canary.failed' as const, actions: 'fail by the deadline' as const},
	},
});

/** The same for the reasons that halt promotions too. */
const promotionHaltedBy = (reason: HaltReason) => {
	const {invoke, ...rest} = haltedBy(reason);
	return {
		...rest,
		invoke: {
			...invoke,
			onDone: [
				{
					guard: 'a halted promotion has users on the canary' as const,
					target: '#canary.failed.holding' as const,
					actions: ['fail by the deadline' as const, say('the failed promotion')],
				},
				invoke.onDone,
			],
		},
	};
};

const failing = base.createStateConfig({
	...haltedBy('failing'),
	initial: 'routing',
	states: {
		routing: returningTo('recovering'),
		recovering: {},
	},
});

const missingDependency = base.createStateConfig({
	...promotionHaltedBy('missingDependency'),
	initial: 'deciding',
	states: {
		deciding: {
			always: [
				{guard: 'what is missing is ours to mend', target: 'mending', actions: 'count a mending'},
				{target: 'waiting'},
			],
		},
		mending: {
			invoke: {
				src: 'bootstrap the primary',
				input: ({context}) => ({model: context.model, part: 'workload', share: noShare}),
				onDone: {target: 'mendingRoute', actions: {type: 'note the instant', params: at}},
				onError: {target: 'waiting', actions: {type: 'note the refusal', params: refusal}},
			},
		},
		mendingRoute: {
			invoke: {
				src: 'bootstrap the primary',
				input: ({context}) => ({
					model: context.model,
					part: 'routing',
					share: {canary: context.run.routed},
					revision: context.run.revision,
				}),
				onDone: {target: 'waiting', actions: {type: 'note the instant', params: at}},
				onError: {target: 'waiting', actions: {type: 'note the refusal', params: refusal}},
			},
		},
		waiting: {},
	},
});

const refused = base.createStateConfig({
	...promotionHaltedBy('refused'),
	initial: 'pausing',
	states: {
		pausing: {
			invoke: {
				src: 'wait until',
				input: ({context}) => ({until: context.now + context.model.analysis.intervalMs}),
				onDone: {target: 'retried', actions: 'forget the refusal'},
			},
		},
		retried: {},
	},
});

export const halted = base.createStateConfig({
	initial: 'deciding',
	on: hearing('running'),
	always: [
		{
			guard: 'a halted promotion has too many failed checks',
			target: '#canary.promoting.takingBack',
			actions: [say('the taking back'), 'go on'],
		},
		{
			guard: 'a halted promotion was ordered back',
			target: '#canary.promoting.takingBack',
			actions: [say('the taking back'), 'go on'],
		},
		...stepEndings,
		{
			guard: 'a promotion was ordered while halted',
			target: '#canary.promoting',
			actions: ['go on', 'note the promotion'],
		},
		{
			guard: 'a weight was set by hand while halted',
			target: '#canary.progressing.routing',
			actions: ['go on', 'take the weight'],
		},
		{
			guard: 'the route was changed by someone else while halted',
			target: '#canary.progressing.routing',
			actions: ['go on', 'count a repair', say('the repair')],
		},
		{
			guard: 'the weight on the route is adopted while halted',
			target: '#canary.progressing.settling',
			actions: ['go on', 'adopt the weight', say('the adoption'), 'tell the judge of the step'],
		},
		{guard: 'nothing halts scaling up', target: '#canary.progressing', actions: 'try again'},
		{guard: 'nothing halts the new beginning', target: '#canary.progressing', actions: 'go on'},
		{guard: 'nothing halts routing', target: '#canary.progressing.routing', actions: 'try again'},
		{guard: 'nothing halts the step', target: '#canary.progressing.soaking', actions: 'go on'},
		{guard: 'nothing halts the copied promotion', target: '#canary.promoting.rolling', actions: 'go on'},
		{guard: 'nothing halts the promotion', target: '#canary.promoting.copying', actions: 'try again'},
	],
	states: {
		deciding: {
			always: haltReasons.map((reason) => ({
				guard: {type: 'the first reason is' as const, params: {reason}},
				target: reason,
			})),
		},
		failing,
		misspecified: haltedBy('misspecified'),
		missingDependency,
		refused,
		unhealthy: haltedBy('unhealthy'),
		// A person's wait has no deadline; the judge goes on, and what it finds ends the run all the same.
		paused: {always: haltedBy('paused').always, entry: 'unbound the wait'},
		scaling: haltedBy('scaling'),
		contested: {...haltedBy('contested'), entry: [say('the contest'), 'bound the wait']},
		// Somebody else leads the weights; the judge goes on, and what it finds ends the run all the same.
		yielded: {always: haltedBy('yielded').always, entry: [say('the contest'), 'unbound the wait']},
		missingData: haltedBy('missingData'),
		// Bounded by the threshold: each round of checks passes, is counted, or turns to missing data.
		failedCheck: {always: haltedBy('failedCheck').always, entry: 'unbound the wait'},
	},
});
