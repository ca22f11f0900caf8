// Before any run: where an actor finds its place again, where the primary is made, and where a superseded run ends.
import {noShare} from '../../api/shares.ts';
import {at, hearing, say, sayRefusal} from './answers.ts';
import {drained, toZero} from './orders.ts';
import {idle, mending, rebinding} from './resting.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';

/** Makes a part of what is generated; a refusal is tried again later. */
const making = (
	part: 'workload' | 'routing',
	onDone: {
		readonly target: string;
		readonly actions: {readonly type: 'note the instant' | 'confirm the return'; readonly params: typeof at};
	},
) =>
	base.createStateConfig({
		invoke: {
			src: 'bootstrap the primary',
			input: ({context}) => ({model: context.model, part, share: noShare}),
			onDone,
			onError: {target: 'refused', actions: sayRefusal},
		},
	});

const bootstrapping = base.createStateConfig({
	initial: 'creating',
	always: rebinding,
	states: {
		creating: making('workload', {target: 'awaitingPrimary', actions: {type: 'note the instant', params: at}}),
		awaitingPrimary: {
			always: {guard: 'the primary is healthy', target: 'routing'},
			on: {
				'world observed': {
					actions: ['note the world', 'announce the problems', {type: 'announce the wait', params: {of: 'primary'}}],
				},
			},
		},
		// Users reach the primary before the target, which served them until now, goes to zero.
		routing: making('routing', {target: 'draining', actions: {type: 'confirm the return', params: at}}),
		refused: {
			invoke: {
				src: 'wait until',
				input: ({context}) => ({until: context.now + context.model.analysis.intervalMs}),
				onDone: {target: 'creating', actions: 'forget the refusal'},
			},
		},
		draining: {invoke: {src: 'wait until', input: drained, onDone: 'scalingDown'}},
		scalingDown: {
			invoke: {
				src: 'scale the canary',
				input: toZero,
				onDone: {
					target: '#canary.initialized.idle',
					actions: [
						{type: 'note the instant', params: at},
						'forget the run',
						'remember the judged revision',
						say('the initialization'),
					],
				},
			},
		},
	},
});

const superseding = base.createStateConfig({
	initial: 'awaitingPrimary',
	on: {'check judged': {}, ...hearing('failing')},
	states: {
		awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
		routing: returningTo('draining'),
		draining: {invoke: {src: 'wait until', input: drained, onDone: 'scalingDown'}},
		scalingDown: {
			invoke: {
				src: 'scale the canary',
				input: toZero,
				onDone: {
					target: '#canary.initialized.idle',
					actions: [{type: 'note the instant', params: at}, 'forget the run'],
				},
			},
		},
	},
});

export const initialized = base.createStateConfig({
	initial: 'resuming',
	on: hearing('starting'),
	states: {
		// An actor is rebuilt from the status and the observed world; this state is never published.
		resuming: {always: {guard: 'the world is known', target: 'recalling', actions: 'recall the route'}},
		recalling: {
			always: [
				{guard: 'a promotion was being taken back', target: '#canary.promoting.takingBack'},
				{guard: 'a run was being ended', target: '#canary.failed'},
				{
					guard: 'a promotion was being finished',
					target: '#canary.promoting.routing',
					actions: 'begin the step down',
				},
				{guard: 'a promotion was under way', target: 'promoting', actions: 'call the judge back'},
				{
					guard: 'a run with traffic was under way',
					target: '#canary.halted',
					actions: [{type: 'note the halt', params: {from: 'routing'}}, 'call the judge back'],
				},
				{guard: 'a run was under way', target: '#canary.progressing', actions: 'take the run up'},
				{guard: 'a failed promotion was held', target: '#canary.failed.holding'},
				{guard: 'a run had failed', target: '#canary.failed.idle'},
				{guard: 'a run had succeeded', target: '#canary.finished.idle'},
				{guard: 'the Canary was initialized', target: 'idle'},
				{guard: 'something is wrong', target: 'blocked'},
				{
					guard: 'the user runs a canary already',
					target: '#canary.progressing',
					actions: [say('the run'), 'begin the run'],
				},
				{target: 'bootstrapping'},
			],
		},
		// What was kept is never overwritten by a template that is not proven.
		promoting: {
			always: [
				{guard: 'its template was copied', target: '#canary.promoting.rolling'},
				{guard: 'the primary runs the target already', target: '#canary.promoting.copying'},
				{target: '#canary.promoting'},
			],
		},
		blocked: {always: [rebinding, {guard: 'nothing is wrong', target: 'recalling'}]},
		bootstrapping,
		superseding,
		mending,
		idle,
	},
});
