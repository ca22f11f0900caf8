// A query at many instants.
import type {Labels} from '../objects.ts';
import {Evaluation} from './evaluate.ts';
import type {Expression} from './expression.ts';
import {compareLabels, keyOf} from './labels.ts';
import {executionError} from './query-error.ts';
import type {Point, Store} from './series.ts';
import type {RangeSeries, Value} from './values.ts';
import type {Version} from './version.ts';

/** Prometheus' own bound (--query.max-samples) is 50 million; this protects the daemon, which shares the process. */
const POINTS_MAX = 2_000_000;

const samplesAt = (value: Value): ReadonlyArray<{readonly labels: Labels; readonly value: number}> => {
	if (value.type === 'vector') return value.samples;
	return value.type === 'scalar' ? [{labels: {}, value: value.value}] : [];
};

/** The series of the expression's values, in the order of their labels. Throws a QueryError. */
export const evaluateRange = (
	expression: Expression,
	instants: readonly number[],
	store: Store,
	version: Version,
): readonly RangeSeries[] => {
	const evaluation = new Evaluation(store, version);
	const series = new Map<string, {readonly labels: Labels; readonly points: Point[]}>();
	let count = 0;
	for (const at of instants) {
		for (const {labels, value} of samplesAt(evaluation.at(expression, at))) {
			const key = keyOf(labels);
			const known = series.get(key);
			if (known === undefined) series.set(key, {labels, points: [{time: at, value}]});
			else known.points.push({time: at, value});
			count++;
		}

		if (count > POINTS_MAX) {
			throw executionError('query processing would load too many samples into memory in query execution');
		}
	}

	return [...series.values()].sort((left, right) => compareLabels(left.labels, right.labels));
};
