// What evaluation yields.
import type {Labels} from '../objects.ts';
import {keyOf} from './labels.ts';
import {executionError} from './query-error.ts';
import type {Point, Window} from './series.ts';

export type Sample = {readonly labels: Labels; readonly value: number};

export type RangeSeries = {readonly labels: Labels; readonly points: readonly Point[]};

export type Value =
	| {readonly type: 'scalar'; readonly value: number}
	| {readonly type: 'string'; readonly value: string}
	| {readonly type: 'vector'; readonly samples: readonly Sample[]}
	| {readonly type: 'matrix'; readonly series: readonly RangeSeries[]; readonly window: Window};

/** A vector; refused when two of its samples cannot be told apart. */
export const vector = (samples: readonly Sample[]): Value => {
	const keys = new Set(samples.map(({labels}) => keyOf(labels)));
	if (keys.size < samples.length) throw executionError('vector cannot contain metrics with the same labelset');
	return {type: 'vector', samples};
};
