// The run: the canary rises, and its weight goes up step by step for as long as each step passes.
import {replicasToServe} from '../model/run.ts';
import {at, hearing, refusedIn, say} from './answers.ts';
import {deadline} from './orders.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';
import {newcomers, stepEndings} from './step-endings.ts';

const scalingUp = base.createStateConfig({
	initial: 'scaling',
	always: [
		// Also of a former run, or of a user who began without us.
		{guard: 'users are on the canary', target: '#canary.progressing.restarting'},
		{
			guard: 'scaling up must halt',
			target: '#canary.halted',
			actions: {type: 'note the halt', params: {from: 'scalingUp'}},
		},
	],
	states: {
		scaling: {
			invoke: {
				src: 'scale the canary',
				input: ({context}) => ({model: context.model, replicas: replicasToServe(context), insist: false}),
				onDone: {target: 'rising', actions: [{type: 'note the instant', params: at}, 'unbound the wait']},
				onError: refusedIn('scalingUp'),
			},
		},
		rising: {
			always: [
				...newcomers,
				{
					guard: 'the canary cannot start, and is not waited for',
					target: '#canary.failed',
					actions: 'fail for pods that cannot start',
				},
				{
					guard: 'both are healthy and analysis is skipped',
					target: '#canary.promoting',
					actions: 'note the promotion',
				},
				{
					guard: 'both are healthy',
					target: '#canary.progressing.routing',
					actions: [say('the start'), 'begin the next step'],
				},
			],
			on: {
				'world observed': {
					actions: ['note the world', 'announce the problems', {type: 'announce the wait', params: {of: 'target'}}],
				},
			},
			invoke: {
				src: 'wait until',
				input: deadline,
				onDone: {target: '#canary.failed', actions: 'fail by the deadline'},
			},
		},
	},
});

const soaking = base.createStateConfig({
	always: [
		...stepEndings,
		{guard: 'a promotion was ordered', target: '#canary.promoting', actions: 'note the promotion'},
		{guard: 'a weight was set by hand', target: 'routing', actions: 'take the weight'},
		{
			guard: 'the step must halt',
			target: '#canary.halted',
			actions: [{type: 'note the halt', params: {from: 'soaking'}}, say('the halt')],
		},
		{guard: 'routing fields were edited', target: 'routing'},
		{
			guard: 'the route was changed by someone else',
			target: 'routing',
			actions: ['count a repair', say('the repair')],
		},
		{
			guard: 'the weight on the route is adopted',
			target: 'settling',
			actions: ['adopt the weight', say('the adoption'), 'tell the judge of the step'],
		},
		{
			guard: 'the last step has passed',
			target: '#canary.promoting',
			actions: 'note the promotion',
		},
		{guard: 'the step has passed', target: 'routing', actions: 'begin the next step'},
	],
});

export const progressing = base.createStateConfig({
	initial: 'scalingUp',
	on: hearing('running'),
	always: stepEndings,
	states: {
		restarting: {
			initial: 'awaitingPrimary',
			states: {
				awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
				routing: returningTo('#canary.progressing.scalingUp', 'start the wait'),
			},
		},
		scalingUp,
		routing: {
			invoke: {
				src: 'route traffic',
				input: ({context: {model, run}}) => ({
					model,
					share: run.share ?? run.routed,
					insist: false,
					revision: run.revision,
				}),
				onDone: {
					target: 'settling',
					actions: [{type: 'confirm the step', params: at}, say('the step'), 'tell the judge of the step'],
				},
				onError: refusedIn('routing'),
			},
		},
		// The mesh needs seconds to follow; what it serves meanwhile may not count.
		settling: {
			invoke: {
				src: 'wait until',
				input: ({context}) => ({until: context.run.stepAt + context.model.routeSettleMs}),
				onDone: {target: 'soaking', actions: {type: 'note the instant', params: at}},
			},
		},
		soaking,
	},
});
