// All that is known of one Canary, put together when somebody asks.
import type {CanaryDetail, CheckView} from '../../api/http/canary-views.ts';
import type {CanaryModel, Metric, Verdict, Workload} from '../../api/model.ts';
import {unlimited} from '../../api/model.ts';
import {factsOf} from '../../machines/facts.ts';
import {whatComesNext} from '../../machines/words/explain.ts';
import {exactTimestamp} from '../../services/clock.ts';
import type {Entry} from './entry.ts';
import {allCommands, formerTransitions} from './former.ts';
import {endWords, summaryOf, waitEndOf} from './summary.ts';
import type {WaitEnd} from './summary.ts';
import {actionsOf, waysOn} from './ways.ts';

const limits = ({unit, min, max, against}: Metric): Pick<CheckView, 'unit' | 'min' | 'max' | 'against'> => ({
	...(unit !== undefined && {unit}),
	...(min !== undefined && {min}),
	...(max !== undefined && max !== unlimited && {max}),
	...(against !== undefined && {against}),
});

const checkOf = (metric: Metric, verdict: Verdict | undefined): CheckView => {
	const {name, kind, query} = metric;
	const told = verdict?.evidence.find((one) => one.metric === name);
	return {
		metric: name,
		kind,
		...limits(metric),
		...(query !== undefined && {query}),
		outcome: told?.kind ?? '',
		...(told !== undefined && 'value' in told && Number.isFinite(told.value) && {value: told.value}),
		...(told?.primary !== undefined && {primary: told.primary}),
		text: told !== undefined && 'text' in told ? told.text : '',
		...(told !== undefined && verdict !== undefined && {at: exactTimestamp(verdict.at)}),
	};
};

const workloadOf = (
	role: 'target' | 'primary',
	{target, primary, hosts}: CanaryModel,
	workload: Workload | undefined,
): CanaryDetail['workloads'][number] => ({
	role,
	kind: target.kind,
	name: role === 'target' ? target.name : primary.name,
	found: workload !== undefined,
	revision: workload?.revision ?? '',
	replicas: workload?.replicas ?? 0,
	ready: workload?.ready ?? 0,
	available: workload?.available ?? 0,
	updated: workload?.updated ?? 0,
	trouble: workload?.trouble ?? '',
	hosts: [role === 'target' ? hosts.canary : hosts.primary],
});

/** Who ends the wait; what the chart waits for is often only the time. */
const whomOf = (
	{seen}: Entry,
	attention: CanaryDetail['attention'],
	end: WaitEnd | undefined,
): CanaryDetail['wait']['whom'] => {
	switch (attention) {
		case 'broken':
		case 'people': {
			return 'people';
		}

		case 'going': {
			return end === undefined || end.by === 'deadline' ? 'the world' : 'time';
		}

		default: {
			return seen === undefined ? 'the world' : factsOf(seen.path).whom;
		}
	}
};

const waitOf = (entry: Entry, now: number): CanaryDetail['wait'] => {
	const {waitingFor, attention} = summaryOf(entry);
	const {seen, since} = entry;
	const end = waitEndOf(entry);
	return {
		text: waitingFor,
		whom: whomOf(entry, attention, end),
		since: exactTimestamp(Math.min(since, now)),
		...(end !== undefined && {until: exactTimestamp(end.until)}),
		untilWhat: end === undefined ? '' : endWords[end.by],
		afterwards: seen === undefined ? '' : whatComesNext(seen.path, seen.context),
	};
};

const happened = ({
	life,
	transitions,
	said,
	commands,
}: Entry): Pick<CanaryDetail, 'metrics' | 'weights' | 'transitions' | 'events' | 'commands'> => {
	const record = life?.record()?.record ?? {};
	const {metrics = [], weights = []} = record;
	return {
		metrics: [...metrics],
		weights: [...weights],
		transitions: [...formerTransitions(record, transitions), ...transitions],
		events: [...said],
		commands: allCommands(record, commands),
	};
};

const worldOf = ({seen, model}: Entry): Pick<CanaryDetail, 'workloads' | 'route' | 'scalers' | 'problems'> => {
	const world = seen?.context.world;
	const {route, hosts} = model;
	const weights = world?.route;
	return {
		workloads: [workloadOf('target', model, world?.target), workloadOf('primary', model, world?.primary)],
		...(weights !== undefined && {
			route: {name: route.name, host: hosts.apex, primary: weights.primary, canary: weights.canary},
		}),
		scalers: (world?.scalers ?? []).map(({name, of, current, desired, minReplicas}) => ({
			name,
			of,
			current,
			desired,
			min: minReplicas,
		})),
		problems: [...model.problems, ...(world?.problems ?? [])].map(({field, value, text, remedy}) => ({
			field,
			value,
			text,
			remedy,
		})),
	};
};

/** Everything; `now` is the clock's. */
export const detailOf = (entry: Entry, now: number): CanaryDetail => {
	const {model, seen, since, life, judged} = entry;
	const {analysis, skipAnalysis, progressDeadlineMs} = model;
	const verdict = judged?.revision === seen?.context.run.revision ? judged?.verdict : undefined;
	return {
		...summaryOf(entry),
		now: exactTimestamp(now),
		message: seen?.status.condition.message ?? '',
		wait: waitOf(entry, now),
		next: seen === undefined ? [] : waysOn(seen.path, seen.context, {since, due: life?.due()}),
		actions: seen === undefined ? [] : actionsOf(seen.path, seen.context),
		analysis: {
			interval: analysis.intervalMs / 1000,
			progressDeadline: progressDeadlineMs / 1000,
			onMissingData: analysis.onMissingData,
			skipped: skipAnalysis,
		},
		checks: analysis.metrics.map((metric) => checkOf(metric, verdict)),
		...(verdict !== undefined && {
			verdict: {at: exactTimestamp(verdict.at), outcome: verdict.outcome, text: verdict.text},
		}),
		...happened(entry),
		...worldOf(entry),
	};
};
