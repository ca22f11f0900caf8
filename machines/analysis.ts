// The judge of one Canary's runs: active from a run's first traffic to its last, it asks for a verdict every interval
// and tells the canary's chart, whatever state that is in.
import {assign, sendParent, setup} from 'xstate';
import type {CanaryModel, Instant, Verdict} from '../api/model.ts';
import {analysisPorts} from './ports.ts';

/** `change` names the change of the route that is judged, so that a late verdict is never counted for another. */
export type StepBegan = {
	readonly type: 'step began';
	readonly model: CanaryModel;
	readonly change: number;
	readonly due: Instant;
};

type Context = {readonly model: CanaryModel; readonly change: number; readonly due: Instant};
type Event =
	| StepBegan
	| {readonly type: 'traffic returned'}
	| {readonly type: 'model changed'; readonly model: CanaryModel};

/** What the canary's chart hears. */
export type CheckJudged = {readonly type: 'check judged'; readonly change: number; readonly verdict: Verdict};

/** The next due instant after `at`, on the grid that began with the step, so that rounds do not drift. */
export const nextDue = (due: Instant, at: Instant, intervalMs: number): Instant =>
	due + Math.max(1, Math.ceil((at - due + 1) / intervalMs)) * intervalMs;

export const analysisMachine = setup({
	types: {} as {context: Context; events: Event; input: {model: CanaryModel}},
	actors: analysisPorts,
	actions: {
		'note the step': assign(({event}) =>
			event.type === 'step began' ? {model: event.model, change: event.change, due: event.due} : {},
		),
		'note the model': assign(({event}) => (event.type === 'model changed' ? {model: event.model} : {})),
		'set the next due': assign({
			due: ({context}, {at}: {at: Instant}) => nextDue(context.due, at, context.model.analysis.intervalMs),
		}),
		'tell the verdict': sendParent(({context}, {verdict}: {verdict: Verdict}): CheckJudged => ({
			type: 'check judged',
			change: context.change,
			verdict,
		})),
	},
}).createMachine({
	id: 'analysis',
	context: ({input}) => ({model: input.model, change: 0, due: 0}),
	initial: 'idle',
	on: {
		'step began': {target: '.waiting', actions: 'note the step', reenter: true},
		'traffic returned': '.idle',
		'model changed': {actions: 'note the model'},
	},
	states: {
		idle: {},
		waiting: {
			invoke: {src: 'wait until', input: ({context}) => ({until: context.due}), onDone: 'checking'},
		},
		checking: {
			invoke: {
				src: 'run the checks',
				input: ({context}) => ({model: context.model}),
				onDone: {
					target: 'waiting',
					actions: [
						{type: 'tell the verdict', params: ({event}) => ({verdict: event.output})},
						{type: 'set the next due', params: ({event}) => ({at: event.output.at})},
					],
				},
			},
		},
	},
});
