// What evaluation yields.
import type {Labels} from '../objects.ts';
import {executionError} from './query-error.ts';
import {keyOf, NAME, type Point} from './samples.ts';

export type Sample = {readonly labels: Labels; readonly value: number};

export type RangeSeries = {readonly labels: Labels; readonly points: readonly Point[]};

export type Value =
	| {readonly type: 'scalar'; readonly value: number}
	| {readonly type: 'string'; readonly value: string}
	| {readonly type: 'vector'; readonly samples: readonly Sample[]}
	| {readonly type: 'matrix'; readonly series: readonly RangeSeries[]; readonly from: number; readonly to: number};

/** The labels without these. */
export const without = (labels: Labels, dropped: readonly string[]): Labels =>
	Object.fromEntries(Object.entries(labels).filter(([name]) => !dropped.includes(name)));

/** These of the labels. */
export const only = (labels: Labels, kept: readonly string[]): Labels =>
	Object.fromEntries(Object.entries(labels).filter(([name]) => kept.includes(name)));

/** The labels without the metric's name, which what is computed no longer has. */
export const unnamed = (labels: Labels): Labels => without(labels, [NAME]);

/** A vector; refused when two of its samples cannot be told apart. */
export const vector = (samples: readonly Sample[]): Value => {
	const keys = new Set(samples.map(({labels}) => keyOf(labels)));
	if (keys.size < samples.length) throw executionError('vector cannot contain metrics with the same labelset');
	return {type: 'vector', samples};
};
