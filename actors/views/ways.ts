// The ways out of a state, each with what it lacks; and what each command would do.
import type {CanaryDetail, NextView} from '../../api/http/canary-views.ts';
import type {ChartTransitionView} from '../../api/http/chart-view.ts';
import {unlimited, verbs} from '../../api/model.ts';
import {decide} from '../../machines/model/commands.ts';
import type {Decision} from '../../machines/model/commands.ts';
import type {Context, Run} from '../../machines/model/context.ts';
import type {Path} from '../../machines/facts.ts';
import {isUnderJudgement} from '../../machines/model/run.ts';
import {lackOf} from '../../machines/words/lacks.ts';
import type {Lack} from '../../machines/words/lacks.ts';
import {exactTimestamp} from '../../services/clock.ts';
import {endsOfWait, isTrue, placeOf, transitionsOf} from './chart.ts';
import {endWords} from './summary.ts';
import type {WaitEnd} from './summary.ts';

/** `done: route traffic` as what is yet to come. */
const toCome = (event: string): string => {
	const [, kind, what = ''] = /^(done|refused): (.+)$/.exec(event) ?? [];
	return kind === undefined ? event.replace('the time is up', 'the time to be up') : `${what} to be ${kind}`;
};

/** `since`: when the state was entered. `due`: when the next round of checks is. */
export type Times = {readonly since: number; readonly due: number | undefined};

/** When what a transition lacks may come; nothing for what somebody would have to do. */
const timesOf = (path: Path, context: Context, {since, due}: Times) => {
	const ends = endsOfWait(path, context, since).filter(({until}) => until < unlimited);
	return ({event, from}: ChartTransitionView, lack: Lack | undefined): WaitEnd | undefined => {
		const end = event === 'the time is up' ? ends.find(({of}) => of === from) : undefined;
		if (end !== undefined) {
			return end;
		}

		const isChecked = due !== undefined && isUnderJudgement(context.run);
		return isChecked && lack?.kind === 'checks' ? {until: due, by: 'checks'} : undefined;
	};
};

/** Every transition of the present state and those around it that leads anywhere, in the order in which it is tried. */
export const waysOn = (path: Path, context: Context, times: Times): NextView[] => {
	const timeOf = timesOf(path, context, times);
	return transitionsOf(path).flatMap((transition) => {
		const {id, from, to, text, event, guard} = transition;
		if (to === undefined) {
			return [];
		}

		const holds = isTrue(guard, context);
		const lack = holds ? undefined : lackOf(guard, path, context);
		const end = timeOf(transition, lack);
		const lacks = [...(event === '' ? [] : [toCome(event)]), ...(lack === undefined ? [] : [lack.text])];
		const soon = end !== undefined && {until: exactTimestamp(end.until), untilWhat: endWords[end.by]};
		return [{id, from, to, text, holds, lacks, ...(lack !== undefined && {lack: lack.kind}), ...soon}];
	});
};

/** What a run is told to do, whoever has asked for it. */
const orders = ({paused, ordered, byHand}: Run): string =>
	JSON.stringify([paused?.verb, ordered?.verb, byHand?.weight]);

/** Whether anything comes of it but another name of who has asked. */
const changes = ({run}: Context, {change}: Decision): boolean =>
	change !== undefined && (change.run === undefined || orders(change.run) !== orders(run));

/** What would come of each command now. */
export const actionsOf = (path: Path, context: Context): CanaryDetail['actions'] =>
	verbs.map((verb) => {
		if (context.model.origin !== undefined) {
			return {verb, possible: false, message: `commands are for Canaries; this is a ${context.model.origin.kind}`};
		}

		const isWeight = verb === 'set-weight';
		// Any weight but the one that is asked for already.
		const weight = context.run.byHand?.weight === 1 ? 2 : 1;
		const asked = {name: '', verb, reason: '', requestedBy: '', ...(isWeight && {weight})};
		const decision = decide(context, placeOf(path), asked);
		const {outcome, message, change} = decision;
		if (outcome === 'Refused' || !changes(context, decision)) {
			return {verb, possible: false, message: change === undefined ? message : `it is in force already: ${message}`};
		}

		return {verb, possible: true, message: isWeight ? 'the canary gets the weight that is asked for' : message};
	});
