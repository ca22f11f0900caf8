import test from 'ava';
import type {MetricSeries, SeriesView} from '../../api/http/series-views.ts';
import {lanesOf, lastOf, missingIn, partsOf} from '../../ui/model/lanes.ts';
import type {Story} from '../../ui/model/replay.ts';
import {partsPath} from '../../ui/model/time-axis.ts';

const BEGAN = Date.parse('2026-11-21T10:00:00Z');
const at = (seconds: number): string => new Date(BEGAN + seconds * 1000).toISOString();
const until = BEGAN + 60_000;

const story: Story = {
	began: at(0),
	transitions: [],
	weights: [],
	verdicts: [],
	commands: [],
	gaps: [],
	metrics: [
		{
			name: 'latency',
			kind: 'duration',
			max: 500,
			measurements: [
				{at: at(10), weight: 10, outcome: 'passed', value: 300, primary: 250},
				{at: at(20), weight: 10, outcome: 'no data'},
				{at: at(30), weight: 20, outcome: 'passed', value: 310, primary: 260},
			],
		},
	],
};

const side = (values: ReadonlyArray<number | null> = [], text = '') => ({values: [...values], text});
const series = (...metrics: ReadonlyArray<Partial<MetricSeries>>): SeriesView => ({
	run: 'r',
	from: at(0),
	to: at(40),
	step: 10,
	metrics: metrics.map((one) => ({metric: 'latency', kind: 'duration', canary: side(), primary: side(), ...one})),
});
const values = (parts: ReadonlyArray<ReadonlyArray<{readonly value: number}>>) =>
	parts.map((part) => part.map(({value}) => value));

test('a line is broken where there is no value, and cut to its span', (t) => {
	const grid = {from: BEGAN, stepMs: 10_000, since: BEGAN + 10_000, until: BEGAN + 50_000};
	t.deepEqual(values(partsOf([1, 2, null, 4, 5, 6, 7], grid)), [[2], [4, 5, 6]]);
	t.deepEqual(partsOf([], grid), []);
	const x = {from: BEGAN, to: BEGAN + 100_000, start: 0, end: 100};
	const y = {from: 0, to: 10, start: 10, end: 0};
	t.is(partsPath(partsOf([1, 2, null, 4, 5], grid), x, y), 'M10.0 8.0h0M30.0 6.0L40.0 5.0');
});

test('both sides are drawn as the metrics server has them, beside what was judged', (t) => {
	const found = series({canary: side([null, 300, 305, 310, 320]), primary: side([250, 250, 251, 252, 253])});
	const [lane] = lanesOf(story, found, BEGAN + 30_000);
	t.deepEqual(values(lane!.canary), [[300, 305, 310]], 'until then');
	t.deepEqual(values(lane!.primary), [[250, 250, 251, 252]]);
	t.is(lastOf(lane!.primary), 252);
	t.is(lane!.measurements.length, 3);
	t.is(lane!.max, 500);
	t.deepEqual(lane!.moving, []);
});

test('without the metrics server, what was measured is drawn, of both where both were', (t) => {
	for (const silent of [undefined, series({canary: side([], 'timed out'), primary: side([], 'timed out')})]) {
		const [lane, ...others] = lanesOf(story, silent, until);
		t.deepEqual(others, []);
		t.deepEqual(values(lane!.canary), [[300, 310]]);
		t.deepEqual(values(lane!.primary), [[250, 260]]);
	}
});

test('limits of a comparison follow the primary, on the side that is worse', (t) => {
	const moving = (by: 'ratio' | 'difference', tolerance: number, worse: 'higher' | 'lower' | 'either') =>
		lanesOf(story, series({primary: side([100, 200]), against: {by, tolerance, worse}}), until)[0]!.moving.map(values);
	t.deepEqual(moving('ratio', 0.5, 'higher'), [[[150, 300]]]);
	t.deepEqual(moving('difference', 5, 'lower'), [[[95, 195]]]);
	t.deepEqual(moving('difference', 5, 'either'), [[[105, 205]], [[95, 195]]]);
});

test('a metric that nobody has judged yet has a lane too', (t) => {
	const lanes = lanesOf(story, series({metric: 'rate', kind: 'success-rate', min: 99, primary: side([100])}), until);
	t.deepEqual(
		lanes.map(({name, min, measurements}) => [name, min, measurements.length]),
		[
			['latency', undefined, 3],
			['rate', 99, 0],
		],
	);
});

test('why lines are missing is told once', (t) => {
	t.deepEqual(missingIn(series({canary: side([], 'a'), primary: side([], 'b')}, {primary: side([], 'a')})), ['a', 'b']);
	t.deepEqual(missingIn(undefined), []);
});
