// A run that may not go on now: one nested state for each reason, the first reason decides, and each way back into the
// run is an eventless transition of the whole.
import {noShare} from '../../api/shares.ts';
import {haltFacts, haltReasons} from '../facts/halt-reasons.ts';
import type {HaltReason} from '../facts/halt-reasons.ts';
import type {Context} from '../model/context.ts';
import {at, hearing, refusal, say} from './answers.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';
import {stepEndings} from './step-endings.ts';

const boundDeadline = ({context}: {context: Context}) => ({
	until: (context.run.boundedSince ?? context.now) + context.model.progressDeadlineMs,
});

const failed = {target: '#canary.failed' as const, actions: 'fail by the deadline' as const};

/** A promotion that is halted for too long leaves its users where they are. */
const held = {
	guard: 'a halted promotion has users on the canary' as const,
	target: '#canary.failed.holding' as const,
	actions: ['fail by the deadline' as const, say('the failed promotion')],
};

const endedByDeadline = (reason: HaltReason) => ({
	src: 'wait until' as const,
	input: boundDeadline,
	onDone: haltFacts[reason].halts.includes('copying') ? [held, failed] : failed,
});

/** A nested state of `halted`: left when another reason comes first. */
const haltedBy = (reason: HaltReason) => {
	const {isBounded, says} = haltFacts[reason];
	return {
		always: {guard: {type: 'another reason is first' as const, params: {reason}}, target: '#canary.halted.deciding'},
		entry: [
			...(says === undefined ? [] : [say(says)]),
			isBounded ? ('bound the wait' as const) : ('unbound the wait' as const),
		],
		...(isBounded && {invoke: endedByDeadline(reason)}),
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
	...haltedBy('missingDependency'),
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
					share: context.run.routed,
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
	...haltedBy('refused'),
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
		paused: haltedBy('paused'),
		scaling: haltedBy('scaling'),
		contested: haltedBy('contested'),
		yielded: haltedBy('yielded'),
		missingData: haltedBy('missingData'),
		failedCheck: haltedBy('failedCheck'),
	},
});
