// What a step of the chart is news of, for people who are not watching: the peer's words where it has them.
import type {NoticeKind, Severity} from '../../api/model.ts';
import {maxWeightOf, weightsOf, type Plan} from '../../api/plan.ts';
import type {Context} from '../model/context.ts';
import {howPromotionFailed} from './texts.ts';
import {factsOf, stateOf} from '../facts.ts';
import type {Path} from '../facts.ts';
import type {Status} from '../model/status.ts';

/** How urgent a kind of news is. */
export const severityOf = (kind: NoticeKind): Severity =>
	kind === 'failed' || kind === 'held' ? 'error' : kind === 'waiting' ? 'warn' : 'info';

/** The revision of the run that a former life was in; empty when it was in none. */
const revisionBefore = ({recalled}: Context): string =>
	/^(?:Waiting|Progressing|WaitingPromotion|Promoting|Finalising)$/.test(recalled.phase)
		? recalled.lastAppliedSpec
		: '';

export type Step = {
	/** Empty on the first step after a start. */
	readonly from: Path | '';
	readonly to: Path;
	/** The context of `from`; undefined on the first step. */
	readonly before: Context | undefined;
	readonly context: Context;
};

/** Of the run that was left, then of the one that was begun. A life that goes on where another ended is no news. */
export const newsOf = ({from, to, before, context}: Step): readonly NoticeKind[] => {
	const isFirst = from === '';
	const left = isFirst ? undefined : factsOf(from).course;
	const {course, isForDecision = false} = factsOf(to);
	const news: NoticeKind[] = [];
	if (left === 'starting' && (course === 'rest' || course === 'run')) {
		news.push('initialized');
	}

	if (left === 'finishing' && course !== 'finishing') {
		news.push('succeeded');
	}

	if (course === 'superseding' && !isFirst && left !== 'superseding') {
		news.push('superseded');
	}

	const wasFailing = (isFirst ? context.recalled.state : stateOf(from)) === 'failed';
	if (course === 'failing' && !wasFailing) {
		news.push('failed');
	}

	if (course === 'holding' && !isFirst && !wasFailing) {
		news.push('held');
	}

	const former = before === undefined ? revisionBefore(context) : left === 'run' ? before.run.revision : '';
	if (course === 'run' && context.run.revision !== '' && context.run.revision !== former) {
		news.push('started');
	}

	if (isForDecision && to !== from && !isFirst) {
		news.push('waiting');
	}

	return news;
};

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const whyFailed = ({run, model}: Context): string =>
	run.failedChecks >= model.analysis.threshold
		? `Failed checks threshold reached ${run.failedChecks}`
		: capitalised(run.failure ?? 'the run had been ended');

/** What people are told. */
export const newsText = (kind: NoticeKind, context: Context, status: Status): string => {
	const {model} = context;
	switch (kind) {
		case 'initialized': {
			return `New ${model.target.kind} detected, initialization completed.`;
		}

		case 'started': {
			return 'New revision detected, progressing canary analysis.';
		}

		case 'waiting': {
			return `Canary is waiting for ${status.waitingFor || 'nobody any more'}`;
		}

		case 'superseded': {
			return 'The target is back at the promoted revision, the run ends without a verdict.';
		}

		case 'succeeded': {
			return model.skipAnalysis
				? 'Canary analysis was skipped, promotion finished.'
				: 'Canary analysis completed successfully, promotion finished.';
		}

		case 'held': {
			return `Promotion ${howPromotionFailed(context)}`;
		}

		default: {
			return whyFailed(context);
		}
	}
};

export type ReportedRun = {readonly id: string; readonly revision: string; readonly began: number; readonly at: number};

const lasted = (ms: number): string => {
	const seconds = Math.max(0, Math.round(ms / 1000));
	const minutes = Math.floor(seconds / 60);
	return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
};

/** How traffic is routed in a run, in the peer's words. */
const routingText = (plan: Plan): string =>
	({
		canary: `Weight steps: ${weightsOf(plan).join(',')} max: ${maxWeightOf(plan)}`,
		'ab-testing': 'A/B Testing',
		'blue-green': 'Blue/Green',
	})[plan.strategy];

/** The run's report: of a beginning what is going to happen, of the rest what has. */
export const reportOf = (
	kind: NoticeKind,
	{model, run}: Context,
	status: Status,
	{id, revision, began, at}: ReportedRun,
): ReadonlyArray<{readonly title: string; readonly value: string}> => {
	const target = {title: 'Target', value: `${model.target.kind}/${model.target.name}.${model.namespace}`};
	const {threshold, plan} = model.analysis;
	if (kind === 'initialized' || kind === 'started') {
		return [
			target,
			{title: 'Failed checks threshold', value: String(threshold)},
			{title: 'Progress deadline', value: `${model.progressDeadlineMs / 1000}s`},
			{title: 'Traffic routing', value: routingText(plan)},
			...(kind === 'started' ? [{title: 'Revision', value: revision}] : []),
			...(kind === 'started' ? [{title: 'Run', value: id}] : []),
		];
	}

	const ended = kind === 'succeeded' || kind === 'superseded';
	return [
		target,
		{title: 'Revision', value: revision},
		{title: 'Run', value: id},
		{title: 'Phase', value: status.phase},
		...(ended ? [] : [{title: 'Canary weight', value: `${run.routed.canary}%`}]),
		{title: 'Failed checks', value: `${run.failedChecks} of ${threshold}`},
		{title: 'Duration', value: lasted(at - began)},
		...(status.reason === '' ? [] : [{title: 'Reason', value: status.reason}]),
	];
};
