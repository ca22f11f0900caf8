// The functions that this Prometheus knows.
import type {Labels} from '../objects.ts';
import {compensatedSum, greatest, least} from './aggregations.ts';
import type {Expression, Selector, ValueType} from './expression.ts';
import {bucketQuantile, type Bucket} from './histograms.ts';
import {goMax, goMin} from './go-numbers.ts';
import {keyOf, NAME, oncePerLabels, tidied, unnamed, without} from './labels.ts';
import {increase, irate, rate, type Stretch} from './rates.ts';
import {vector, type Sample, type Value} from './values.ts';
import type {Version} from './version.ts';

/** What a function is given: its arguments' values and, for `absent`, how they were written. */
export type Given = {
	readonly values: readonly Value[];
	readonly written: readonly Expression[];
	/** The instant of the query, in ms. */
	readonly at: number;
	readonly version: Version;
};

export type PromFunction = {
	readonly takes: readonly ValueType[];
	/** How many of the last arguments may be left out. */
	readonly optional?: number;
	readonly result: ValueType;
	compute(given: Given): Value;
};

const scalarAt = ({values}: Given, index: number): number => {
	const value = values[index];
	return value?.type === 'scalar' ? value.value : Number.NaN;
};

const samplesAt = ({values}: Given, index: number): readonly Sample[] => {
	const value = values[index];
	return value?.type === 'vector' ? value.samples : [];
};

/** A function of each series' window; series without enough points are left out. */
const overTime = (compute: (stretch: Stretch) => number | undefined): PromFunction => ({
	takes: ['range vector'],
	result: 'instant vector',
	compute({values, version}) {
		const [range] = values;
		if (range?.type !== 'matrix') return vector([]);
		const {series, window} = range;
		return vector(
			series.flatMap(({labels, points}) => {
				const value = points.length === 0 ? undefined : compute({points, window, version});
				return value === undefined ? [] : [{labels: unnamed(labels), value}];
			}),
		);
	},
});

/** A function of each value, given the scalars that follow the vector. */
const each = (
	scalars: number,
	compute: (value: number, ...scalars: readonly number[]) => number,
	optional = 0,
): PromFunction => ({
	takes: ['instant vector', ...Array.from({length: scalars}, (): ValueType => 'scalar')],
	optional,
	result: 'instant vector',
	compute(given) {
		const others = given.values.slice(1).map((_value, index) => scalarAt(given, index + 1));
		const samples = samplesAt(given, 0);
		return vector(samples.map(({labels, value}) => ({labels: unnamed(labels), value: compute(value, ...others)})));
	},
});

/** A bucket's upper bound as Go's ParseFloat reads it; undefined for what is no bound. */
const boundOf = (le: string | undefined): number | undefined => {
	const infinite = /^([+-]?)inf(?:inity)?$/iu.exec(le ?? '');
	if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
	const isNumber = le !== undefined && le !== '' && le.trim() === le && !Number.isNaN(Number(le));
	return isNumber ? Number(le) : undefined;
};

const withoutBound = oncePerLabels((labels) => without(labels, ['le']));

const histogramQuantile = (given: Given): Value => {
	const histograms = new Map<string, {readonly labels: Labels; readonly buckets: Bucket[]}>();
	for (const {labels, value} of samplesAt(given, 1)) {
		const upperBound = boundOf(labels['le']);
		if (upperBound === undefined) continue;
		const others = withoutBound(labels);
		const histogram = histograms.get(keyOf(others)) ?? {labels: unnamed(others), buckets: []};
		histogram.buckets.push({upperBound, count: value});
		histograms.set(keyOf(others), histogram);
	}

	const quantile = scalarAt(given, 0);
	return vector(
		[...histograms.values()].map(({labels, buckets}) => ({
			labels,
			value: bucketQuantile(quantile, buckets, given.version),
		})),
	);
};

/** The labels of which a selector says what they equal; none of a label that it names twice. */
const equalLabels = (selector: Selector): Labels => {
	const equal = new Map<string, string>();
	const seen = new Set<string>();
	for (const {label, operator, value} of selector.matchers) {
		if (label === NAME) continue;
		if (operator === '=' && !seen.has(label)) {
			equal.set(label, value);
			seen.add(label);
		} else {
			equal.delete(label);
		}
	}

	return tidied(Object.fromEntries(equal));
};

const absent = (given: Given): Value => {
	if (samplesAt(given, 0).length > 0) return vector([]);
	const [written] = given.written;
	return vector([{labels: written?.kind === 'selector' ? equalLabels(written) : {}, value: 1}]);
};

const clamp = (value: number, low: number, high: number): number => goMax(low, goMin(high, value));

const valuesOf = ({points}: Stretch): readonly number[] => points.map(({value}) => value);

/** To the nearest multiple, as Prometheus does it: with the inverse, which keeps decimal fractions exact. */
const round = (value: number, to: number): number => Math.floor(value * (1 / to) + 0.5) / (1 / to);

/** By name. The grammar knows more names; those are refused with a message that says so. */
export const FUNCTIONS: Readonly<Record<string, PromFunction>> = {
	rate: overTime(rate),
	irate: overTime(irate),
	increase: overTime(increase),
	sum_over_time: overTime((stretch) => compensatedSum(valuesOf(stretch))),
	avg_over_time: overTime((stretch) => compensatedSum(valuesOf(stretch)) / stretch.points.length),
	max_over_time: overTime((stretch) => greatest(valuesOf(stretch))),
	min_over_time: overTime((stretch) => least(valuesOf(stretch))),
	count_over_time: overTime(({points}) => points.length),
	histogram_quantile: {
		takes: ['scalar', 'instant vector'],
		result: 'instant vector',
		compute: histogramQuantile,
	},
	vector: {
		takes: ['scalar'],
		result: 'instant vector',
		compute: (given) => vector([{labels: {}, value: scalarAt(given, 0)}]),
	},
	scalar: {
		takes: ['instant vector'],
		result: 'scalar',
		compute(given) {
			const [first, second] = samplesAt(given, 0);
			return {type: 'scalar', value: first === undefined || second !== undefined ? Number.NaN : first.value};
		},
	},
	absent: {takes: ['instant vector'], result: 'instant vector', compute: absent},
	time: {takes: [], result: 'scalar', compute: ({at}) => ({type: 'scalar', value: at / 1000})},
	clamp: {
		...each(2, (value, low = 0, high = 0) => clamp(value, low, high)),
		compute(given) {
			const [low, high] = [scalarAt(given, 1), scalarAt(given, 2)];
			const samples = low > high ? [] : samplesAt(given, 0);
			return vector(samples.map(({labels, value}) => ({labels: unnamed(labels), value: clamp(value, low, high)})));
		},
	},
	clamp_min: each(1, (value, low = 0) => goMax(low, value)),
	clamp_max: each(1, (value, high = 0) => goMin(high, value)),
	abs: each(0, (value) => Math.abs(value)),
	ceil: each(0, (value) => Math.ceil(value)),
	floor: each(0, (value) => Math.floor(value)),
	round: each(1, (value, to = 1) => round(value, to), 1),
};
