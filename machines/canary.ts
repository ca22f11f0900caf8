// One Canary: from a new revision to its promotion, or back to the primary. This file decides; actors/ act.
//
// Facts are noted in context by the root's handlers and acted on by guards (a statechart drops an event that its state
// does not handle). Status is derived from state and context (model/status.ts); the host records it, and says what was
// announced, before any effect of the state begins. Only a return of traffic waits for nothing.
import {assign, enqueueActions, sendTo, setup} from 'xstate';
import type {Announcement, CommandOutcome} from '../api/model.ts';
import {analysisMachine} from './analysis.ts';
import type {StepBegan} from './analysis.ts';
import * as act from './model/actions.ts';
import {decide} from './model/commands.ts';
import type {Place} from './model/commands.ts';
import {haltReasons, recall} from './model/context.ts';
import type {Context, HaltReason, Input, Resumption} from './model/context.ts';
import {overwritten} from './model/drift.ts';
import type {Event} from './model/events.ts';
import {guards} from './model/guards.ts';
import {lackOfCanary, lackOfPrimary, whyCanaryCannotStart} from './model/health.ts';
import {advance, begin, confirm, firstDue, primaryWasKept, replicasToServe} from './model/run.ts';
import * as texts from './model/texts.ts';
import {ports, Refused} from './ports.ts';

type Announced = {readonly type: 'announced'; readonly announcement: Announcement};
type CommandAnswered = {
	readonly type: 'command answered';
	readonly name: string;
	readonly outcome: CommandOutcome;
	readonly message: string;
};

const stepBegan = (context: Context): StepBegan => ({
	type: 'step began',
	model: context.model,
	step: context.run.step,
	due: firstDue(context),
});

const base = setup({
	types: {} as {context: Context; events: Event; input: Input; emitted: Announced | CommandAnswered},
	actors: {...ports, analysis: analysisMachine},
	guards,
	actions: {
		// Levels noted.
		'note the canary': assign(({context, event}) =>
			event.type === 'canary changed' ? act.noteCanary(context, event.model, event.at) : {},
		),
		'note the world': assign(({context, event}) =>
			event.type === 'world observed' ? act.noteWorld(context, event.world) : {},
		),
		'note the verdict': assign(({context, event}) =>
			event.type === 'check judged' ? act.noteVerdict(context, event.step, event.verdict) : {},
		),
		'follow the canary': enqueueActions(({context, enqueue}) => {
			enqueue.sendTo('world', {type: 'model changed', model: context.model});
			enqueue.sendTo('judge', {type: 'model changed', model: context.model});
		}),
		'turn to the other objects': assign(({context}) => act.rebind(context)),

		// The run.
		'recall the route': assign(({context}) => act.recallRoute(context)),
		'take the run up': assign(({context}) => act.takeUp(context)),
		'begin the run': assign(({context}) => begin(context)),
		'advance the weight': assign(({context}) => advance(context)),
		'adopt the weight': assign(({context}) => act.adoptWeight(context)),
		'take the weight': assign(({context}) => act.takeWeight(context)),
		'confirm the step': assign(({context}, {at}: {at: number}) => ({now: at, ...confirm(context, at)})),
		'confirm the return': assign(({context}, {at}: {at: number}) => act.confirmReturn(context, at)),
		'note the instant': assign((_, {at}: {at: number}) => ({now: at})),
		'start the wait': assign(({context}) => ({run: {...context.run, since: context.now}})),
		'count a repair': assign(({context}) => act.noteRepair(context)),
		'count a mending': assign(({context}) => ({mendings: context.mendings + 1})),
		'note the halt': assign(({context}, {from}: {from: Resumption}) => act.noteHalt(context, from)),
		'shelter the users': assign(({context}) => act.shelter(context)),
		'go on': assign(({context}) => act.goOn(context)),
		'try again': assign(({context}) => act.tryAgain(context)),
		'bound the wait': assign(({context}) => act.bound(context)),
		'unbound the wait': assign(({context}) => act.unbound(context)),
		'note the refusal': assign(({context}, {error}: {error: unknown}) => act.noteRefusal(context, error)),
		'forget the refusal': assign(({context}) => act.forgetRefusal(context)),
		'fail by the deadline': assign(({context}) => act.failBecause(context, act.deadlineFailure(context))),
		'fail for pods that cannot start': assign(({context}) =>
			act.failBecause(context, `the canary cannot start: ${whyCanaryCannotStart(context)}`),
		),
		'fail for an overwritten promotion': assign(({context}) => act.failBecause(context, overwritten(context))),
		'fail for other objects': assign(({context}) =>
			act.failBecause(context, 'the Canary was changed to name other objects'),
		),
		'note the promotion': assign(({context}) => ({run: {...context.run, promoting: true, since: context.now}})),
		'remember the judged revision': assign(({context}) => act.noteInitialized(context)),
		'forget the judged revision': assign(({context}) => act.forgetJudged(context)),
		'remember the promoted revision': assign(({context}) => ({promoted: context.run.revision})),
		'forget the run': assign(({context}) => act.forgetRun(context)),

		// The judge.
		'tell the judge of the step': sendTo('judge', ({context}) => stepBegan(context)),
		'call the judge back': enqueueActions(({context, enqueue}) => {
			if (context.run.routed > 0) {
				enqueue.sendTo('judge', stepBegan(context));
			}
		}),
		'dismiss the judge': sendTo('judge', {type: 'traffic returned'}),

		// What is said; its words are in model/texts.ts.
		announce: enqueueActions(({context, enqueue}, {what}: {what: texts.Saying}) => {
			for (const announcement of texts.sayings[what](context)) {
				enqueue.emit({type: 'announced', announcement});
			}
		}),
		'hear the command': enqueueActions(({context, event, enqueue}, {place}: {place: Place}) => {
			if (event.type !== 'command given') {
				return;
			}

			const {outcome, message, change = {}} = decide(context, place, event.command);
			enqueue.assign({now: event.at, ...change});
			enqueue.emit({type: 'command answered', name: event.command.name, outcome, message});
			if (outcome !== 'Refused') {
				enqueue.emit({type: 'announced', announcement: texts.commandTaken(context.model, event.command)});
			}
		}),
		'announce the verdict': enqueueActions(({context, event, enqueue}) => {
			if (event.type === 'check judged' && event.step === context.run.step && context.run.routed > 0) {
				for (const announcement of texts.verdictHalts(context.model, event.verdict)) {
					enqueue.emit({type: 'announced', announcement});
				}
			}
		}),
		'announce the problems': enqueueActions(({context, enqueue}) => {
			const problems = texts.noticesText(context);
			if (problems === context.said.problems) {
				return;
			}

			enqueue.assign({said: {...context.said, problems}});
			if (problems !== '') {
				enqueue.emit({type: 'announced', announcement: {type: 'Warning', text: problems}});
			}
		}),
		'announce the wait': enqueueActions(({context, enqueue}, {of}: {of: 'target' | 'primary'}) => {
			const wait = of === 'target' ? lackOfCanary(context) : lackOfPrimary(context);
			if (wait !== context.said.wait) {
				enqueue.assign({said: {...context.said, wait}});
				if (texts.isWorthSaying(wait)) {
					enqueue.emit({type: 'announced', announcement: texts.rolloutWaits(context.model, of, wait)});
				}
			}
		}),
	},
});

/** An action that says something. */
const say = (what: texts.Saying) => ({type: 'announce' as const, params: {what}});

/** The instant of an answer, for the actions that need it. */
const at = ({event}: {event: {output: {at: number}}}) => ({at: event.output.at});

/** What a port refused. */
const refusal = ({event}: {event: {error: unknown}}) => ({error: event.error});

const sayRefusal = [{type: 'note the refusal' as const, params: refusal}, say('the refusal')];

const refusedIn = (from: Resumption) => ({
	target: '#canary.halted' as const,
	actions: [...sayRefusal, {type: 'note the halt' as const, params: {from}}],
});

const deadline = ({context}: {context: Context}) => ({until: context.run.since + context.model.progressDeadlineMs});
const boundDeadline = ({context}: {context: Context}) => ({
	until: (context.run.boundedSince ?? context.now) + context.model.progressDeadlineMs,
});
const drained = ({context}: {context: Context}) => ({until: context.now + context.model.drainMs});
const allToPrimary = ({context}: {context: Context}) => ({model: context.model, canaryWeight: 0, insist: true});
const toZero = ({context}: {context: Context}) => ({model: context.model, replicas: 0, insist: true});

const rebinding = {
	guard: 'the Canary names other objects' as const,
	target: '#canary.initialized.resuming' as const,
	actions: ['turn to the other objects' as const, 'follow the canary' as const],
};

/** What a command finds. Each nested state without an answer of its own has that of the state around it. */
const hearing = (place: Place) => ({
	'command given': {actions: {type: 'hear the command' as const, params: {place}}},
});

/** At rest: the same in every resting state, for a new revision is noticed in all of them. */
const restingTransitions = [
	rebinding,
	{
		guard: 'routing or generated objects need mending' as const,
		target: 'mending' as const,
		actions: 'count a mending' as const,
	},
	{
		guard: 'a new revision can start' as const,
		target: '#canary.progressing' as const,
		actions: [say('the run'), 'begin the run' as const],
	},
];

const mending = {
	on: hearing('resting'),
	invoke: {
		src: 'bootstrap the primary' as const,
		// Users are led to a primary that stands.
		input: ({context}: {context: Context}) => ({
			model: context.model,
			part: context.world?.primary === undefined ? ('workload' as const) : ('routing' as const),
			canaryWeight: 0,
		}),
		onDone: {target: 'idle' as const, actions: {type: 'confirm the return' as const, params: at}},
		onError: {
			target: 'idle' as const,
			actions: sayRefusal,
		},
	},
};

/** What ends a run whatever its state, while it has not begun to promote. */
const interruptions = [
	{guard: 'too many checks have failed' as const, target: '#canary.failed' as const},
	{guard: 'a rollback was ordered' as const, target: '#canary.failed' as const},
	{
		guard: 'the run is of other objects' as const,
		target: '#canary.failed' as const,
		actions: 'fail for other objects' as const,
	},
];

const newcomers = [
	{
		guard: 'the run is superseded' as const,
		target: '#canary.initialized.superseding' as const,
		actions: [say('the supersession'), 'forget the judged revision' as const],
	},
	{
		guard: 'another revision waits' as const,
		target: '#canary.progressing.restarting' as const,
		actions: [say('the restart'), 'begin the run' as const],
	},
];

const failing = {
	guard: 'the canary fails under traffic' as const,
	target: '#canary.halted.failing' as const,
	actions: [say('the shelter'), 'shelter the users' as const],
};

/** A promotion that has begun is taken back, whoever found it wanting. */
const takenBack = (['too many checks have failed', 'a rollback was ordered'] as const).map((guard) => ({
	guard,
	target: '#canary.promoting.takingBack' as const,
	actions: say('the taking back'),
}));

/** What ends a step. A state with eventless ways on of its own repeats what may come with them: the innermost is taken. */
const stepEndings = [...interruptions, ...newcomers, failing];

/** A promotion that outlasts its deadline leaves its users where they are. */
const promotionExpired = [
	{
		guard: 'users are on the canary' as const,
		target: '#canary.failed.holding' as const,
		actions: ['fail by the deadline' as const, say('the failed promotion')],
	},
	{target: '#canary.failed' as const, actions: 'fail by the deadline' as const},
];

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

/** A copy without traffic is left to finish its requests; while somebody else sends it more, it stays. */
const drainingTo = <const Target extends string>(target: Target) => ({
	invoke: {
		src: 'wait until' as const,
		input: drained,
		onDone: [
			{guard: 'somebody else sends users to the canary' as const, target: 'led' as const, actions: say('the contest')},
			{target},
		],
	},
});

const led = {always: {guard: 'nobody else sends users to the canary' as const, target: 'draining' as const}};

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
	states: {
		initialized: {
			initial: 'resuming',
			on: hearing('starting'),
			states: {
				// An actor is rebuilt from the status and the observed world; this state is never published.
				resuming: {always: {guard: 'the world is known', target: 'recalling', actions: 'recall the route'}},
				recalling: {
					always: [
						{guard: 'a promotion was being taken back', target: '#canary.promoting.takingBack'},
						{guard: 'a run was being ended', target: '#canary.failed'},
						{guard: 'a promotion was being finished', target: '#canary.promoting.routing'},
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
				bootstrapping: {
					initial: 'creating',
					always: rebinding,
					states: {
						creating: {
							invoke: {
								src: 'bootstrap the primary',
								input: ({context}) => ({model: context.model, part: 'workload', canaryWeight: 0}),
								onDone: {target: 'awaitingPrimary', actions: {type: 'note the instant', params: at}},
								onError: {
									target: 'refused',
									actions: sayRefusal,
								},
							},
						},
						awaitingPrimary: {
							always: {guard: 'the primary is healthy', target: 'routing'},
							on: {
								'world observed': {
									actions: [
										'note the world',
										'announce the problems',
										{type: 'announce the wait', params: {of: 'primary'}},
									],
								},
							},
						},
						// Users reach the primary before the target, which served them until now, goes to zero.
						routing: {
							invoke: {
								src: 'bootstrap the primary',
								input: ({context}) => ({model: context.model, part: 'routing', canaryWeight: 0}),
								onDone: {target: 'draining', actions: {type: 'confirm the return', params: at}},
								onError: {
									target: 'refused',
									actions: sayRefusal,
								},
							},
						},
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
				},
				superseding: {
					initial: 'awaitingPrimary',
					on: {'check judged': {}, ...hearing('failing')},
					states: {
						awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
						routing: {
							invoke: {
								src: 'route traffic',
								input: allToPrimary,
								onDone: {
									target: 'draining',
									actions: ['dismiss the judge', {type: 'confirm the return', params: at}],
								},
							},
						},
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
				},
				mending,
				idle: {on: hearing('resting'), always: restingTransitions},
			},
		},
		progressing: {
			initial: 'scalingUp',
			on: hearing('running'),
			always: stepEndings,
			states: {
				restarting: {
					initial: 'awaitingPrimary',
					states: {
						awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
						routing: {
							invoke: {
								src: 'route traffic',
								input: allToPrimary,
								onDone: {
									target: '#canary.progressing.scalingUp',
									actions: ['dismiss the judge', {type: 'confirm the return', params: at}, 'start the wait'],
								},
							},
						},
					},
				},
				scalingUp: {
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
									actions: [say('the start'), 'advance the weight'],
								},
							],
							on: {
								'world observed': {
									actions: [
										'note the world',
										'announce the problems',
										{type: 'announce the wait', params: {of: 'target'}},
									],
								},
							},
							invoke: {
								src: 'wait until',
								input: deadline,
								onDone: {target: '#canary.failed', actions: 'fail by the deadline'},
							},
						},
					},
				},
				routing: {
					invoke: {
						src: 'route traffic',
						input: ({context: {model, run}}) => ({
							model,
							canaryWeight: run.weight,
							insist: false,
							revision: run.revision,
						}),
						onDone: {
							target: 'settling',
							actions: [{type: 'confirm the step', params: at}, say('the weight'), 'tell the judge of the step'],
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
				soaking: {
					always: [
						...newcomers,
						failing,
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
							guard: 'the step has passed at the max weight',
							target: '#canary.promoting',
							actions: 'note the promotion',
						},
						{guard: 'the step has passed', target: 'routing', actions: 'advance the weight'},
					],
				},
			},
		},
		halted: {
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
				failing: {
					...haltedBy('failing'),
					initial: 'routing',
					states: {
						routing: {
							invoke: {
								src: 'route traffic',
								input: allToPrimary,
								onDone: {
									target: 'recovering',
									actions: ['dismiss the judge', {type: 'confirm the return', params: at}],
								},
							},
						},
						recovering: {},
					},
				},
				misspecified: haltedBy('misspecified'),
				missingDependency: {
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
								input: ({context}) => ({model: context.model, part: 'workload', canaryWeight: 0}),
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
									canaryWeight: context.run.routed,
									revision: context.run.revision,
								}),
								onDone: {target: 'waiting', actions: {type: 'note the instant', params: at}},
								onError: {target: 'waiting', actions: {type: 'note the refusal', params: refusal}},
							},
						},
						waiting: {},
					},
				},
				refused: {
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
				},
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
		},
		promoting: {
			initial: 'keeping',
			on: hearing('promoting'),
			states: {
				keeping: {
					always: [
						{guard: 'too many checks have failed', target: '#canary.failed'},
						{guard: 'a rollback was ordered', target: '#canary.failed'},
					],
					invoke: {
						src: 'keep the promoted template',
						input: ({context}) => ({
							model: context.model,
							revision: context.promoted,
							wasKept: primaryWasKept(context),
						}),
						onDone: {target: 'copying', actions: {type: 'note the instant', params: at}},
						onError: refusedIn('copying'),
					},
				},
				copying: {
					entry: say('the copy'),
					// The copy may have landed already.
					always: takenBack,
					invoke: {
						src: 'promote the revision',
						input: ({context}) => ({model: context.model, revision: context.run.revision}),
						onDone: {
							target: 'rolling',
							actions: [{type: 'note the instant', params: at}, 'unbound the wait', 'note the promotion'],
						},
						onError: [
							{
								guard: {
									type: 'the template is no longer the analysed one',
									params: ({event}) => ({kind: event.error instanceof Refused ? event.error.kind : 'bug'}),
								},
								target: '#canary.progressing.restarting',
								actions: [say('the restart'), 'begin the run'],
							},
							refusedIn('copying'),
						],
					},
				},
				rolling: {
					always: [
						...takenBack,
						{
							guard: 'the promotion is overwritten',
							target: '#canary.failed',
							actions: 'fail for an overwritten promotion',
						},
						{guard: 'the promoted primary is healthy', target: 'routing'},
						{
							guard: 'the promotion must halt',
							target: '#canary.halted',
							actions: {type: 'note the halt', params: {from: 'copying'}},
						},
						{guard: 'users are better off with the primary', target: 'sheltering'},
					],
					on: {
						'world observed': {
							actions: [
								'note the world',
								'announce the problems',
								{type: 'announce the wait', params: {of: 'primary'}},
							],
						},
					},
					invoke: {
						src: 'wait until',
						input: deadline,
						onDone: promotionExpired,
					},
				},
				// The target's own rolling update must not feed pods to users that nobody analysed, nor failing ones.
				sheltering: {
					invoke: {
						src: 'route traffic',
						input: allToPrimary,
						onDone: {target: 'rolling', actions: ['dismiss the judge', {type: 'confirm the return', params: at}]},
					},
				},
				takingBack: {
					initial: 'writing',
					on: hearing('failing'),
					states: {
						writing: {
							invoke: {
								src: 'take the promotion back',
								input: ({context}) => ({model: context.model, revision: context.promoted}),
								onDone: {
									target: 'returning',
									actions: [{type: 'note the instant', params: at}, 'start the wait'],
								},
								// Nothing to go back to: the primary gets its users as it is, once it can serve.
								onError: {
									target: '#canary.failed',
									actions: sayRefusal,
								},
							},
						},
						returning: {
							always: {guard: 'the primary is healthy', target: '#canary.failed'},
							invoke: {
								src: 'wait until',
								input: deadline,
								onDone: promotionExpired,
							},
						},
					},
				},
				routing: {
					on: hearing('ending'),
					entry: say('the return'),
					invoke: {
						src: 'route traffic',
						input: allToPrimary,
						onDone: {
							target: '#canary.finished',
							actions: [
								'dismiss the judge',
								{type: 'confirm the return', params: at},
								'remember the promoted revision',
							],
						},
					},
				},
			},
		},
		finished: {
			initial: 'draining',
			on: hearing('ending'),
			states: {
				draining: drainingTo('scalingDown'),
				led,
				scalingDown: {
					invoke: {
						src: 'scale the canary',
						input: toZero,
						onDone: {target: 'keeping', actions: {type: 'note the instant', params: at}},
					},
				},
				keeping: {
					invoke: {
						src: 'keep the promoted template',
						input: ({context}) => ({model: context.model, revision: context.promoted, wasKept: false}),
						onDone: {
							target: 'idle',
							actions: [{type: 'note the instant', params: at}, 'forget the refusal', say('the promotion')],
						},
						onError: {target: 'idle', actions: [{type: 'note the refusal', params: refusal}, say('the promotion')]},
					},
				},
				mending,
				idle: {on: hearing('resting'), always: restingTransitions},
			},
		},
		failed: {
			initial: 'awaitingPrimary',
			// Its verdict is given; the judge may still be on its last round.
			on: {'check judged': {}, ...hearing('failing')},
			states: {
				awaitingPrimary: {always: {guard: 'the primary can take all traffic', target: 'routing'}},
				routing: {
					entry: say('the rollback'),
					invoke: {
						src: 'route traffic',
						input: allToPrimary,
						onDone: {
							target: 'draining',
							actions: ['dismiss the judge', {type: 'confirm the return', params: at}],
						},
					},
				},
				draining: drainingTo('scalingDown'),
				led,
				scalingDown: {
					entry: say('the failure'),
					invoke: {
						src: 'scale the canary',
						input: toZero,
						onDone: {target: 'idle', actions: {type: 'note the instant', params: at}},
					},
				},
				// Users stay on the proven copy until the primary is healthy, or the copy fails.
				holding: {
					on: hearing('holding'),
					always: [
						{guard: 'the primary is healthy', target: 'routing'},
						{guard: 'users are better off with the primary', target: 'routing'},
					],
				},
				mending,
				idle: {on: hearing('resting'), always: restingTransitions},
			},
		},
	},
});
