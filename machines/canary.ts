// One Canary: from a new revision to its promotion, or back to the primary. The chart decides; actors/ act.
//
// Facts are noted in context by the root's handlers and acted on by guards (a statechart drops an event that its state
// does not handle). Status is derived from state and context (model/status.ts); the host records it, and says what was
// announced, before any effect of the state begins. Only a return of traffic waits for nothing.
import {failed} from './canary/failed.ts';
import {finished} from './canary/finished.ts';
import {halted} from './canary/halted.ts';
import {initialized} from './canary/initialized.ts';
import {progressing} from './canary/progressing.ts';
import {promoting} from './canary/promoting.ts';
import {base} from './canary/setup.ts';
import {recall} from './model/context.ts';

export const canaryMachine = base.createMachine({
	id: 'canary',
	// A circle of eventless transitions is an error of this chart, not a hang of the daemon.
	options: {maxIterations: 100},
	context: ({input}) => recall(input),
	initial: 'initialized',
	invoke: [
		{id: 'world', src: 'observe the world', input: ({context}) => ({model: context.model})},
		{id: 'judge', src: 'analysis', input: ({context}) => ({model: context.model})},
	],
	on: {
		'canary changed': {actions: ['note the canary', 'announce the problems', 'follow the canary']},
		'world observed': {actions: ['note the world', 'announce the problems']},
		'check judged': {actions: ['note the verdict', 'announce the verdict']},
	},
	// In the order of life; each is a file in canary/.
	states: {initialized, progressing, halted, promoting, finished, failed},
});
