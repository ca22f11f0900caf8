// The supervisor's view of one Canary: its actor lives, crashes and is started again with back-off, and is ended when
// the Canary is deleted, or while another operator acts on it. The supervisor itself holds a registry of these; one of
// them never touches another.
import {assign, fromCallback, fromPromise, sendTo, setup} from 'xstate';
import type {CanaryModel, Instant} from '../api/model.ts';
import {ports} from './ports.ts';
import {releaseMachine} from './release.ts';

/** After so many restarts without a calm spell the actor is given up, and users go back to the primary. */
const RESTARTS_MAX = 3;
const CALM_MS = 10 * 60_000;
const BACK_OFF_MS = 1000;
/** An operator that is at work writes within its interval; one that was silent for two is taken to be gone. */
const SILENT_INTERVALS = 2;

type Context = {
	readonly model: CanaryModel;
	readonly now: Instant;
	/** Crashes without a calm spell between them; each but the last is followed by a restart. */
	readonly crashes: number;
	readonly crashedAt: Instant;
	readonly error: string;
	/** Until when another operator's last write keeps us away; 0 without one. */
	readonly silentUntil: Instant;
};

type Event =
	| {readonly type: 'canary changed'; readonly model: CanaryModel; readonly at: Instant}
	| {readonly type: 'canary deleted'; readonly at: Instant}
	| {readonly type: 'actor crashed'; readonly error: string; readonly at: Instant};

export type CanaryChanged = Extract<Event, {type: 'canary changed'}>;
export type ActorCrashed = Extract<Event, {type: 'actor crashed'}>;

const custodyPorts = {
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
	'say that another operator is at work': fromPromise<unknown, {readonly model: CanaryModel}>(() => {
		throw new Error('port "say that another operator is at work" is not provided');
	}),
	'wait until': ports['wait until'],
	release: releaseMachine,
};

/** What is known of a Canary and of who else acts on it. The other's clock may be ahead: it is not believed. */
const noted = (
	model: CanaryModel,
	at: Instant,
	former?: Pick<Context, 'model' | 'silentUntil'>,
): Pick<Context, 'model' | 'now' | 'silentUntil'> => {
	const {otherOperator, analysis} = model;
	const isOld = otherOperator?.at === former?.model.otherOperator?.at;
	const heardUntil = Math.min(otherOperator?.at ?? 0, at) + SILENT_INTERVALS * analysis.intervalMs;
	return {
		model,
		now: at,
		silentUntil: otherOperator === undefined ? 0 : isOld ? (former?.silentUntil ?? heardUntil) : heardUntil,
	};
};

export const custodyMachine = setup({
	types: {} as {context: Context; events: Event; input: {model: CanaryModel; at: Instant}},
	actors: custodyPorts,
	guards: {
		'it has crashed too often': ({context}) => context.crashes > RESTARTS_MAX,
		'another operator is at work': ({context}) => context.now < context.silentUntil,
	},
	actions: {
		'note the canary': assign(({context, event}) =>
			event.type === 'canary changed' ? noted(event.model, event.at, context) : {},
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
		'note the instant': assign((_, {at}: {at: Instant}) => ({now: at})),
		'tell the actor': sendTo('life', ({event}) => event as CanaryChanged),
	},
}).createMachine({
	id: 'custody',
	context: ({input}) => ({...noted(input.model, input.at), crashes: 0, crashedAt: 0, error: ''}),
	initial: 'deciding',
	on: {
		'canary deleted': {target: '.releasing', actions: 'note the deletion'},
		'canary changed': {actions: 'note the canary'},
	},
	states: {
		// Passed through, so that no actor is started only to be ended.
		deciding: {always: [{guard: 'another operator is at work', target: 'standingBack'}, {target: 'living'}]},
		living: {
			always: {guard: 'another operator is at work', target: 'standingBack'},
			invoke: {id: 'life', src: 'live as a canary', input: ({context}) => ({model: context.model})},
			on: {
				'canary changed': {actions: ['note the canary', 'tell the actor']},
				'actor crashed': {target: 'crashed', actions: 'note the crash'},
			},
		},
		// No actor, so that nothing is written; one is rebuilt from what the other left. Leaving is the other's affair, too.
		standingBack: {
			invoke: {src: 'say that another operator is at work', input: ({context}) => ({model: context.model})},
			initial: 'listening',
			on: {'canary deleted': 'gone'},
			states: {
				listening: {
					invoke: {
						src: 'wait until',
						input: ({context}) => ({until: context.silentUntil}),
						onDone: {
							target: '#custody.deciding',
							actions: {type: 'note the instant', params: ({event}) => ({at: event.output.at})},
						},
					},
					on: {'canary changed': {target: 'listening', reenter: true, actions: 'note the canary'}},
				},
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
