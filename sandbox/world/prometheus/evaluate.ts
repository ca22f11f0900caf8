// Evaluates an expression at an instant.
import type {Aggregate, Call, Expression, Range, Selector} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {operate} from './operators.ts';
import {executionError} from './query-error.ts';
import {keyOf, pointsWithin, valueAt, type Samples} from './samples.ts';
import {only, unnamed, vector, without, type Sample, type Value} from './values.ts';

export type Instant = {readonly samples: Samples; readonly at: number; readonly lookbackMs: number};

/** Prometheus takes a number over NaN, and NaN only when there is nothing else. */
const extreme = (values: readonly number[], isBetter: (value: number, best: number) => boolean): number => {
	let best = Number.NaN;
	for (const value of values) if (Number.isNaN(best) || isBetter(value, best)) best = value;
	return best;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const AGGREGATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
	sum,
	avg: (values) => sum(values) / values.length,
	max: (values) => extreme(values, (value, best) => value > best),
	min: (values) => extreme(values, (value, best) => value < best),
	count: (values) => values.length,
};

const aggregate = ({operator, grouping}: Aggregate, samples: readonly Sample[]): Value => {
	const groups = new Map<string, {readonly labels: Sample['labels']; readonly values: number[]}>();
	for (const {labels, value} of samples) {
		const {isWithout = false, labels: names = []} = grouping ?? {};
		const kept = isWithout ? without(unnamed(labels), names) : only(labels, names);
		const key = keyOf(kept);
		const group = groups.get(key) ?? {labels: kept, values: []};
		group.values.push(value);
		groups.set(key, group);
	}

	const compute = AGGREGATIONS[operator];
	if (compute === undefined) throw executionError(`unknown aggregation "${operator}"`);
	return vector([...groups.values()].map(({labels, values}) => ({labels, value: compute(values)})));
};

const select = ({selector, ms}: Range, {samples, at}: Instant): Value => {
	const from = at - ms;
	const series = samples.select(selector.name, selector.test).flatMap((found) => {
		const points = pointsWithin(found, from, at);
		return points.length === 0 ? [] : [{labels: found.labels, points}];
	});
	return {type: 'matrix', series, from, to: at};
};

const samplesOf = (value: Value): readonly Sample[] => (value.type === 'vector' ? value.samples : []);

const negated = (value: Value): Value => {
	if (value.type === 'scalar') return {type: 'scalar', value: -value.value};
	return vector(samplesOf(value).map((sample) => ({labels: unnamed(sample.labels), value: -sample.value})));
};

const latest = ({name, test}: Selector, {samples, at, lookbackMs}: Instant): Value => {
	const found = samples.select(name, test).flatMap((series) => {
		const value = valueAt(series, at, lookbackMs);
		return value === undefined ? [] : [{labels: series.labels, value}];
	});
	// Series differ by definition, so that nothing needs to be checked.
	return {type: 'vector', samples: found};
};

const call = ({name, args}: Call, instant: Instant): Value => {
	const known = FUNCTIONS[name];
	if (known === undefined) throw executionError(`unknown function with name "${name}"`);
	const values = args.map((argument) => evaluate(argument, instant));
	return known.compute({values, written: args, at: instant.at});
};

/** The value of the expression at the instant. */
export const evaluate = (expression: Expression, instant: Instant): Value => {
	const {kind} = expression;
	if (kind === 'number') return {type: 'scalar', value: expression.value};
	if (kind === 'string') return {type: 'string', value: expression.value};
	if (kind === 'selector') return latest(expression, instant);
	if (kind === 'range') return select(expression, instant);
	if (kind === 'negation') return negated(evaluate(expression.inner, instant));
	if (kind === 'aggregate') return aggregate(expression, samplesOf(evaluate(expression.inner, instant)));
	if (kind === 'call') return call(expression, instant);
	return operate(expression, evaluate(expression.left, instant), evaluate(expression.right, instant));
};
