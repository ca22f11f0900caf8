// The functions that this Prometheus knows.
import type {Labels} from '../objects.ts';
import type {Expression, ValueType} from './expression.ts';
import {bucketQuantile, type Bucket} from './histograms.ts';
import {increase, irate, rate, type Window} from './rates.ts';
import {keyOf} from './samples.ts';
import {unnamed, vector, without, type Sample, type Value} from './values.ts';

/** What a function is given: its arguments' values and, for `absent`, how they were written. */
export type Given = {
	readonly values: readonly Value[];
	readonly written: readonly Expression[];
	/** The instant of the query, in ms. */
	readonly at: number;
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
const overTime = (compute: (window: Window) => number | undefined): PromFunction => ({
	takes: ['range vector'],
	result: 'instant vector',
	compute({values}) {
		const [range] = values;
		if (range?.type !== 'matrix') return vector([]);
		const {series, from, to} = range;
		return vector(
			series.flatMap(({labels, points}) => {
				const value = points.length === 0 ? undefined : compute({points, from, to});
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
		const given2 = given.values.slice(1).map((_value, index) => scalarAt(given, index + 1));
		const samples = samplesAt(given, 0);
		return vector(samples.map(({labels, value}) => ({labels: unnamed(labels), value: compute(value, ...given2)})));
	},
});

const histogramQuantile = (given: Given): Value => {
	const histograms = new Map<string, {readonly labels: Labels; readonly buckets: Bucket[]}>();
	for (const {labels, value} of samplesAt(given, 1)) {
		const {le} = labels;
		const upperBound = le === '+Inf' ? Infinity : Number(le);
		if (le === undefined || le === '' || Number.isNaN(upperBound)) continue;
		const others = without(unnamed(labels), ['le']);
		const histogram = histograms.get(keyOf(others)) ?? {labels: others, buckets: []};
		histogram.buckets.push({upperBound, count: value});
		histograms.set(keyOf(others), histogram);
	}

	const quantile = scalarAt(given, 0);
	return vector(
		[...histograms.values()].map(({labels, buckets}) => ({labels, value: bucketQuantile(quantile, buckets)})),
	);
};

const absent = (given: Given): Value => {
	if (samplesAt(given, 0).length > 0) return vector([]);
	const [written] = given.written;
	return vector([{labels: written?.kind === 'selector' ? written.equal : {}, value: 1}]);
};

const clamp = (value: number, low: number, high: number): number =>
	Number.isNaN(low) || Number.isNaN(high) ? Number.NaN : Math.max(low, Math.min(high, value));

const sum = ({points}: Window): number => points.reduce((total, {value}) => total + value, 0);

/** By name. The grammar knows more names; those are refused with a message that says so. */
export const FUNCTIONS: Readonly<Record<string, PromFunction>> = {
	rate: overTime(rate),
	irate: overTime(irate),
	increase: overTime(increase),
	sum_over_time: overTime(sum),
	avg_over_time: overTime((window) => sum(window) / window.points.length),
	max_over_time: overTime(({points}) => Math.max(...points.map(({value}) => value))),
	min_over_time: overTime(({points}) => Math.min(...points.map(({value}) => value))),
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
	clamp_min: each(1, (value, low = 0) => clamp(value, low, Infinity)),
	clamp_max: each(1, (value, high = 0) => clamp(value, -Infinity, high)),
	abs: each(0, (value) => Math.abs(value)),
	ceil: each(0, (value) => Math.ceil(value)),
	floor: each(0, (value) => Math.floor(value)),
	round: each(1, (value, to = 1) => Math.floor(value / to + 0.5) * to, 1),
};
