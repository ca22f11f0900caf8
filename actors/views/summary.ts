// One Canary in a list.
import type {CanarySummary} from '../../api/http/canary-views.ts';
import {unlimited} from '../../api/model.ts';
import type {CanaryModel} from '../../api/model.ts';
import {weightsOf} from '../../api/plan.ts';
import {factsOf, isUnderWay, stateOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {presentRound, roundsNeeded} from '../../machines/model/plan.ts';
import {isUnderJudgement} from '../../machines/model/run.ts';
import {activityOf} from '../record/run-ledger.ts';
import {endsOfWait} from './chart.ts';
import {exactTimestamp} from '../../services/clock.ts';
import type {Entry} from './entry.ts';

type Custody = CanarySummary['custody'];

const custodies: Readonly<Record<string, Custody>> = {
	deciding: 'starting',
	living: 'living',
	crashed: 'crashed',
	sheltering: 'crashed',
	abandoned: 'abandoned',
	standingBack: 'standing back',
};

const custodyOf = ({custody, seen}: Entry): Custody => {
	const found = custodies[custody.state] ?? 'starting';
	return found === 'living' && seen === undefined ? 'starting' : found;
};

const attentionOf = (entry: Entry): CanarySummary['attention'] => {
	const custody = custodyOf(entry);
	if (custody === 'crashed' || custody === 'abandoned' || custody === 'standing back') {
		return 'broken';
	}

	if (entry.seen === undefined) {
		return 'going';
	}

	const {path, context} = entry.seen;
	if (stateOf(path) === 'failed') {
		return 'failed';
	}

	if (isUnderWay(path)) {
		const activity = activityOf(path, context);
		return activity === 'waitingForPeople' ? 'people' : activity === 'halted' ? 'halted' : 'going';
	}

	const {whom} = factsOf(path);
	return whom === 'people' ? 'people' : custody === 'living' && whom === 'nobody' ? 'rest' : 'going';
};

/** What a Canary without a chart that runs waits for. */
const waitOfCustody = (custody: Custody, {custody: {error}, model}: Entry): string => {
	switch (custody) {
		case 'starting': {
			return 'its workloads and its route to be looked at';
		}

		case 'crashed': {
			return `its actor to be started again, after: ${error}`;
		}

		case 'abandoned': {
			return `a change of the Canary, after its actor crashed repeatedly: ${error}`;
		}

		case 'standing back': {
			return `${model.otherOperator?.manager ?? 'another operator'} to leave it alone`;
		}

		default: {
			return '';
		}
	}
};

export type WaitEnd = {readonly until: number; readonly by: 'checks' | 'deadline' | 'time'};

/** What happens at the end of a wait. */
export const endWords: Readonly<Record<WaitEnd['by'], string>> = {
	checks: 'the next round of checks',
	deadline: 'the progress deadline',
	time: 'it goes on',
};

/** When the wait ends, and what happens then; undefined for a wait without end. */
export const waitEndOf = ({life, seen, since}: Entry): WaitEnd | undefined => {
	if (life === undefined || seen === undefined) {
		return undefined;
	}

	const {path, context} = seen;
	const ends: readonly WaitEnd[] = [
		...endsOfWait(path, context, since),
		...[life.due()].flatMap((until) =>
			until === undefined || !isUnderJudgement(context.run) ? [] : [{until, by: 'checks' as const}],
		),
	];
	// A Rollout has no deadline.
	return ends.filter(({until}) => until < unlimited).toSorted((a, b) => a.until - b.until)[0];
};

/** While a step has a weight of its own. */
const hasStep = (path: Path): boolean => ['run', 'superseding'].includes(factsOf(path).course);

const referencesOf = ({target, primary}: CanaryModel): Pick<CanarySummary, 'target' | 'primary'> => ({
	target: {kind: target.kind, name: target.name},
	primary: {kind: target.kind, name: primary.name},
});

/** The round under way, where a step has several. */
const roundOf = ({seen}: Entry): Pick<CanarySummary, 'round'> => {
	const of = seen !== undefined && hasStep(seen.path) ? roundsNeeded(seen.context) : 1;
	return seen === undefined || of === 1 ? {} : {round: {at: presentRound(seen.context), of}};
};

/** The line of a Canary. */
export const summaryOf = (entry: Entry): CanarySummary => {
	const {model, seen, since, life} = entry;
	const {path, context, status} = seen ?? {};
	const custody = custodyOf(entry);
	const end = waitEndOf(entry);
	const run = life?.run();
	return {
		namespace: model.namespace,
		name: model.name,
		kind: model.origin?.kind === 'Rollout' ? 'Rollout' : 'Canary',
		state: path === undefined ? '' : stateOf(path),
		path: path ?? '',
		phase: status?.phase ?? '',
		since: exactTimestamp(since),
		attention: attentionOf(entry),
		weight: context?.run.routed.canary ?? 0,
		stepWeight: path !== undefined && hasStep(path) ? (context?.run.share?.canary ?? 0) : 0,
		steps: [...weightsOf(model.analysis.plan)],
		...roundOf(entry),
		failedChecks: context?.run.failedChecks ?? 0,
		...(model.analysis.threshold !== unlimited && {threshold: model.analysis.threshold}),
		waitingFor: custody === 'living' ? (status?.waitingFor ?? '') : waitOfCustody(custody, entry),
		...(end !== undefined && {until: exactTimestamp(end.until)}),
		reason: status?.reason ?? '',
		suspended: model.suspended,
		paused: context?.run.paused !== undefined,
		custody,
		provider: model.provider,
		...referencesOf(model),
		revision: context?.run.revision ?? '',
		...(run !== undefined && {run: {id: run.id, began: exactTimestamp(run.began)}}),
	};
};
