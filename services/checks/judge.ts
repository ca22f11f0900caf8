// One answer against one metric's bounds, in the words that the peer's users know.
import {formatGoDuration} from '../../api/durations.ts';
import type {CanaryModel, Evidence, Instant, Metric} from '../../api/model.ts';
import {workloadOf, type Answer, type NoAnswer, type Side} from '../metrics/metrics.ts';

/** An instant query is answered as of now; a sample older than two windows, and than this, is somebody's leftover. */
const STALE_MS = 120_000;

/** Go's `%v` of a float: whole numbers without a fraction. */
const number = (value: number): string => String(value);

const shownAs: Readonly<
	Record<Metric['kind'], (metric: Metric, value: number, sign: string, bound: number) => string>
> = {
	'success-rate': (_, value, sign, bound) => `success rate ${value.toFixed(2)}% ${sign} ${number(bound)}%`,
	duration: (_, value, sign, bound) => `request duration ${formatGoDuration(value)} ${sign} ${formatGoDuration(bound)}`,
	query: ({name, unit}, value, sign, bound) => {
		const after = unit === undefined ? '' : ` ${unit}`;
		return `${name} ${value.toFixed(2)}${after} ${sign} ${number(bound)}${after}`;
	},
	unknown: ({name}, value, sign, bound) => `${name} ${value.toFixed(2)} ${sign} ${number(bound)}`,
};

/** Compares a finite value; bounds are inclusive, durations whole milliseconds, both as the peer has it. */
const compareWithBounds = (metric: Metric, found: number): Evidence => {
	const value = metric.kind === 'duration' ? Math.trunc(found) : found;
	const {name, min, max} = metric;
	const breached = (sign: string, bound: number): Evidence => ({
		kind: 'breached',
		metric: name,
		value,
		text: shownAs[metric.kind](metric, value, sign, bound),
	});
	if (min !== undefined && value < min) return breached('<', min);
	if (max !== undefined && value > max) return breached('>', max);
	return {kind: 'passed', metric: name, value};
};

const noValues = (model: CanaryModel, {kind, name, dialect, template}: Metric, side: Side): string => {
	const workload = `${workloadOf(model, side)}.${model.namespace}`;
	if (kind === 'query' || kind === 'unknown') {
		return `no values found for ${template === undefined ? '' : 'custom '}metric: ${name}`;
	}

	return dialect === 'today'
		? `no values found for ${model.provider} metric ${name} probably ${workload} is not receiving traffic`
		: `no values found for metric ${name}, probably ${workload} is not receiving traffic`;
};

const notANumber = (model: CanaryModel, metric: Metric, value: number, side: Side): string => {
	const written = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
	const isBuiltIn = metric.kind === 'success-rate' || metric.kind === 'duration';
	const why =
		isBuiltIn && Number.isNaN(value)
			? `, probably ${workloadOf(model, side)}.${model.namespace} is not receiving traffic`
			: '';
	return `metric ${metric.name} is ${written}, not a number${why}`;
};

/** Whose answer it is, and what its value is held to. */
export type Judging = {readonly side?: Side; readonly compare?: (value: number) => Evidence};

const judgeValue = (
	model: CanaryModel,
	metric: Metric,
	{value, ageMs}: {readonly value: number; readonly ageMs: number},
	{side, compare}: Required<Judging>,
): Evidence => {
	const {name, intervalMs} = metric;
	if (ageMs > Math.max(STALE_MS, 2 * intervalMs)) {
		const age = formatGoDuration(Math.round(ageMs / 1000) * 1000);
		return {kind: 'no data', metric: name, text: `the newest value of metric ${name} is ${age} old`};
	}

	if (Number.isFinite(value)) return compare(value);
	return {kind: 'not a number', metric: name, text: notANumber(model, metric, value, side)};
};

/** Why an answer about a side is no value, in words. */
export const textOf = (model: CanaryModel, metric: Metric, answer: NoAnswer, side: Side): string => {
	const {name} = metric;
	switch (answer.kind) {
		case 'no data':
			return noValues(model, metric, side);
		case 'several series':
			return `metric ${name} has ${answer.count} series instead of one, aggregate them in the query`;
		case 'timed out':
			return `the metrics server did not answer for metric ${name} within ${formatGoDuration(answer.afterMs)}`;
		case 'provider failed':
			return `the query of metric ${name} failed: ${answer.text}`;
		case 'not understood':
		default:
			return `the answer for metric ${name} is not understood: ${answer.text}`;
	}
};

/**
 * What the answer to a metric's query tells, as of `now`. Only a finite, fresh, single value passes or breaches; by the
 * metric's bounds, unless another comparison is given.
 */
export const judge = (
	model: CanaryModel,
	metric: Metric,
	answer: Answer,
	now: Instant,
	{side = 'canary', compare = (value) => compareWithBounds(metric, value)}: Judging = {},
): Evidence => {
	if (answer.kind !== 'value') {
		return {kind: answer.kind, metric: metric.name, text: textOf(model, metric, answer, side)};
	}

	return judgeValue(
		model,
		metric,
		{value: answer.value, ageMs: answer.at === undefined ? 0 : now - answer.at},
		{side, compare},
	);
};
