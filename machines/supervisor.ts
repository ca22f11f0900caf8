// The supervisor's view of one Canary: its actor lives, crashes and is started again with back-off, and is ended when
// the Canary is deleted. The supervisor itself holds a registry of these; one of them never touches another.
import {assign, fromCallback, fromPromise, sendTo, setup} from 'xstate';
import type {CanaryModel, Instant} from '../api/model.ts';
import {ports} from './ports.ts';
import {releaseMachine} from './release.ts';

/** After so many restarts without a calm spell the actor is given up, and users go back to the primary. */
const RESTARTS_MAX = 3;
const CALM_MS = 10 * 60_000;
const BACK_OFF_MS = 1000;

type Context = {
	readonly model: CanaryModel;
	readonly now: Instant;
	/** Crashes without a calm spell between them; each but the last is followed by a restart. */
	readonly crashes: number;
	readonly crashedAt: Instant;
	readonly error: string;
};

type Event =
	| {readonly type: 'canary changed'; readonly model: CanaryModel; readonly at: Instant}
	| {readonly type: 'canary deleted'; readonly at: Instant}
	| {readonly type: 'actor crashed'; readonly error: string; readonly at: Instant};

export type CanaryChanged = Extract<Event, {type: 'canary changed'}>;
export type ActorCrashed = Extract<Event, {type: 'actor crashed'}>;

export const custodyPorts = {
	/** Runs the canary's chart until it is left; sends `actor crashed` when the chart dies. */
	'live as a canary': fromCallback<CanaryChanged, {readonly model: CanaryModel}>(() => {
		throw new Error('port "live as a canary" is not provided');
	}),
	/** Marks the Canary, and gives the primary all traffic. */
	'shelter the users': fromPromise<{readonly at: Instant}, {readonly model: CanaryModel; readonly error: string}>(
		() => {
			throw new Error('port "shelter the users" is not provided');
		},
	),
	'wait until': ports['wait until'],
	release: releaseMachine,
};

export const custodyMachine = setup({
	types: {} as {context: Context; events: Event; input: {model: CanaryModel; at: Instant}},
	actors: custodyPorts,
	guards: {
		'it has crashed too often': ({context}) => context.crashes > RESTARTS_MAX,
	},
	actions: {
		'note the canary': assign(({event}) =>
			event.type === 'canary changed' ? {model: event.model, now: event.at} : {},
		),
		'note the crash': assign(({context, event}) =>
			event.type === 'actor crashed'
				? {
						now: event.at,
						crashedAt: event.at,
						error: event.error,
						crashes: event.at - context.crashedAt > CALM_MS ? 1 : context.crashes + 1,
					}
				: {},
		),
		'note the deletion': assign(({event}) => (event.type === 'canary deleted' ? {now: event.at} : {})),
		'forgive the crashes': assign({crashes: 0, error: ''}),
		'tell the actor': sendTo('life', ({event}) => event as CanaryChanged),
	},
}).createMachine({
	id: 'custody',
	context: ({input}) => ({model: input.model, now: input.at, crashes: 0, crashedAt: 0, error: ''}),
	initial: 'living',
	on: {
		'canary deleted': {target: '.releasing', actions: 'note the deletion'},
		'canary changed': {actions: 'note the canary'},
	},
	states: {
		living: {
			invoke: {id: 'life', src: 'live as a canary', input: ({context}) => ({model: context.model})},
			on: {
				'canary changed': {actions: ['note the canary', 'tell the actor']},
				'actor crashed': {target: 'crashed', actions: 'note the crash'},
			},
		},
		crashed: {
			always: {guard: 'it has crashed too often', target: 'sheltering'},
			invoke: {
				src: 'wait until',
				input: ({context}) => ({until: context.now + BACK_OFF_MS * 2 ** context.crashes}),
				onDone: 'living',
			},
		},
		sheltering: {
			invoke: {
				src: 'shelter the users',
				input: ({context}) => ({model: context.model, error: context.error}),
				onDone: 'abandoned',
			},
		},
		// Only a change of the Canary can tell that what killed its actor is gone.
		abandoned: {
			on: {'canary changed': {target: 'living', actions: ['note the canary', 'forgive the crashes']}},
		},
		releasing: {
			invoke: {
				src: 'release',
				input: ({context}) => ({model: context.model, at: context.now}),
				onDone: 'gone',
				onError: 'gone',
			},
			on: {'canary deleted': {}},
		},
		gone: {type: 'final'},
	},
});
