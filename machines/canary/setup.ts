// The names of the canary's chart: what it knows, hears and says, and every effect, question and note that its states
// refer to. A state that misspells one of them does not compile.
import {assign, enqueueActions, sendTo, setup} from 'xstate';
import type {Announcement, CommandOutcome} from '../../api/model.ts';
import {analysisMachine} from '../analysis.ts';
import type {StepBegan} from '../analysis.ts';
import * as act from '../model/actions.ts';
import {decide} from '../model/commands.ts';
import type {Place} from '../model/commands.ts';
import type {Context, Input, Resumption} from '../model/context.ts';
import {overwritten} from '../model/drift.ts';
import type {Event} from '../model/events.ts';
import {guards} from '../model/guards.ts';
import {lackOfRollout, whyCanaryCannotStart} from '../model/health.ts';
import {advance, begin, confirm, firstDue, isUnderJudgement} from '../model/run.ts';
import * as texts from '../words/texts.ts';
import {ports} from '../ports.ts';

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
	change: context.run.changes,
	due: firstDue(context),
});

export const base = setup({
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
			event.type === 'check judged' ? act.noteVerdict(context, event.change, event.verdict) : {},
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
		'begin the next step': assign(({context}) => advance(context)),
		'adopt the weight': assign(({context}) => act.adoptWeight(context)),
		'take the weight': assign(({context}) => act.takeWeight(context)),
		'confirm the step': assign(({context}, {at}: {at: number}) => ({now: at, ...confirm(context, at)})),
		'begin the step down': assign(({context}) => act.beginStepDown(context)),
		'confirm the step down': assign(({context}, {at}: {at: number}) => act.confirmStepDown(context, at)),
		'end the step down': assign(({context}, {at}: {at: number}) => act.endStepDown(context, at)),
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
			if (isUnderJudgement(context.run)) {
				enqueue.sendTo('judge', stepBegan(context));
			}
		}),
		'dismiss the judge': sendTo('judge', {type: 'traffic returned'}),

		// What is said; its words are in words/texts.ts.
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
			if (event.type === 'check judged' && event.change === context.run.changes && isUnderJudgement(context.run)) {
				for (const announcement of texts.judged(context, event.verdict)) {
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
			const {text: wait, isNews} = lackOfRollout(context, of);
			if (wait !== context.said.wait) {
				enqueue.assign({said: {...context.said, wait}});
				if (isNews) {
					enqueue.emit({type: 'announced', announcement: texts.rolloutWaits(context.model, of, wait)});
				}
			}
		}),
	},
});
