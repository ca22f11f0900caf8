// The analysed revision is copied to the primary, which gets its users back once it is healthy; a copy that is found
// wanting is taken back.
import {noShare} from '../../api/shares.ts';
import {primaryWasKept, replicasToPromote} from '../model/run.ts';
import {Refused} from '../ports.ts';
import {at, hearing, refusedIn, say, sayRefusal} from './answers.ts';
import {deadline, intervalAfterStep} from './orders.ts';
import {returningTo} from './returning.ts';
import {base} from './setup.ts';

/** A promotion that has begun is taken back, whoever found it wanting. */
const takenBack = (['too many checks have failed', 'a rollback was ordered'] as const).map((guard) => ({
	guard,
	target: '#canary.promoting.takingBack' as const,
	actions: say('the taking back'),
}));

/** A promotion that outlasts its deadline leaves its users where they are. */
const promotionExpired = [
	{
		guard: 'users are on the canary' as const,
		target: '#canary.failed.holding' as const,
		actions: ['fail by the deadline' as const, say('the failed promotion')],
	},
	{target: '#canary.failed' as const, actions: 'fail by the deadline' as const},
];

const copying = base.createStateConfig({
	entry: say('the copy'),
	// The copy may have landed already.
	always: takenBack,
	invoke: {
		src: 'promote the revision',
		input: ({context}) => {
			const replicas = replicasToPromote(context);
			return {model: context.model, revision: context.run.revision, ...(replicas !== undefined && {replicas})};
		},
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
});

const rolling = base.createStateConfig({
	always: [
		...takenBack,
		{
			guard: 'the promotion is overwritten',
			target: '#canary.failed',
			actions: 'fail for an overwritten promotion',
		},
		{guard: 'the promoted primary is healthy', target: 'routing', actions: 'begin the step down'},
		{
			guard: 'the promotion must halt',
			target: '#canary.halted',
			actions: {type: 'note the halt', params: {from: 'copying'}},
		},
		{guard: 'users are better off with the primary', target: 'sheltering'},
	],
	on: {
		'world observed': {
			actions: ['note the world', 'announce the problems', {type: 'announce the wait', params: {of: 'primary'}}],
		},
	},
	invoke: {
		src: 'wait until',
		input: ({context}) => (context.run.lowered ? intervalAfterStep({context}) : deadline({context})),
		onDone: [
			{
				guard: 'the primary has been given some users back',
				target: 'rolling',
				reenter: true,
				actions: {type: 'end the step down', params: at},
			},
			...promotionExpired,
		],
	},
});

/** Users go back all at once, or by the steps of the plan, between which the promoted primary is looked at again. */
const routing = base.createStateConfig({
	on: hearing('ending'),
	entry: say('the return'),
	invoke: {
		src: 'route traffic',
		input: ({context: {model, run}}) => {
			const {share = noShare, revision} = run;
			return share.canary > 0 ? {model, share, insist: false, revision} : {model, share: noShare, insist: true};
		},
		onDone: [
			{
				guard: 'some users stay on the canary',
				target: 'rolling',
				actions: [{type: 'confirm the step down', params: at}, say('the step down'), 'tell the judge of the step'],
			},
			{
				target: '#canary.finished',
				actions: [
					'dismiss the judge',
					{type: 'confirm the return', params: at},
					say('the step down'),
					'remember the promoted revision',
				],
			},
		],
		onError: refusedIn('copying'),
	},
});

const takingBack = base.createStateConfig({
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
});

export const promoting = base.createStateConfig({
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
		copying,
		rolling,
		// The target's own rolling update must not feed pods to users that nobody analysed, nor failing ones.
		sheltering: returningTo('rolling'),
		takingBack,
		routing,
	},
});
