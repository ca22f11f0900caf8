// Fixed samples for the comparison with a real Prometheus: counters that restart, gaps, histograms, NaN and infinities.
import {seededRandom, type Random} from '../../../services/random.ts';
import type {Labels} from '../../../sandbox/world/objects.ts';
import {keyOf} from '../../../sandbox/world/prometheus/labels.ts';
import {
	firstAfter,
	firstWithin,
	isBefore,
	type Point,
	type Series,
	type Store,
	type Window,
} from '../../../sandbox/world/prometheus/series.ts';
import {compareLabels} from '../../../sandbox/world/prometheus/labels.ts';

/** The time of the first samples, in ms; all are within twenty minutes, of which five have none. */
export const BEGIN = 1_700_000_000_000;
export const SAMPLED_MS = 900_000;

const EVERY_MS = 15_000;

export type Recorded = {readonly labels: Labels; readonly points: readonly Point[]};

type Course = (index: number, before: number) => number;

/** Whole numbers and eighths only: their sums are the same in every order. */
const whole = (random: Random, below: number): number => Math.floor(random.next() * below);

const rising =
	(random: Random, restarts: number): Course =>
	(_, before) =>
		random.next() < restarts ? whole(random, 20) : before + whole(random, 60) / 8;

const wandering =
	(random: Random): Course =>
	(_, before) =>
		before + whole(random, 17) - 8;

const odd =
	(random: Random): Course =>
	() =>
		[0, -0, Number.NaN, Infinity, -Infinity, 1e-9, 3e22, -2.5, 7][whole(random, 9)] ?? 0;

const record = (
	random: Random,
	labels: Labels,
	course: Course,
	{gaps = 0, jitterMs = 0, from = 0, until = Infinity} = {},
): Recorded => {
	const points: Point[] = [];
	let value = whole(random, 100);
	for (let index = 0; index * EVERY_MS <= SAMPLED_MS; index++) {
		value = course(index, value);
		const isThere = index >= from && index < until && random.next() >= gaps;
		const time = BEGIN + index * EVERY_MS + whole(random, jitterMs + 1);
		if (isThere) points.push({time, value});
	}

	return {labels, points};
};

const histogram = (
	random: Random,
	labels: Labels,
	bounds: readonly string[],
	isFalling = false,
): readonly Recorded[] => {
	const lines = bounds.map((le) => record(random, {...labels, le}, () => 0));
	const counts = bounds.map(() => 0);
	return lines.map(({labels: own, points}, place) => ({
		labels: own,
		points: points.map(({time}) => {
			const step = bounds.findIndex((bound) => bound === own['le']) + 1 + whole(random, 5);
			counts[place] = (counts[place] ?? 0) + (isFalling && place === 2 ? 0 : step * 4);
			return {time, value: counts[place] ?? 0};
		}),
	}));
};

/** The series, by labels in Prometheus' order. */
export const recordAll = (): readonly Recorded[] => {
	const random = seededRandom(42);
	const requests = ['a', 'b'].flatMap((job) =>
		['200', '404', '503'].flatMap((code) =>
			['p1', 'p2'].map((pod, index) =>
				record(random, {__name__: 'requests_total', job, code, pod}, rising(random, index === 0 ? 0 : 0.15), {
					gaps: code === '404' ? 0.3 : 0,
					jitterMs: job === 'b' ? 4000 : 0,
					...(code === '503' && {from: 10, until: 40}),
				}),
			),
		),
	);
	const errors = ['a', 'b', 'c'].map((job) =>
		record(random, {__name__: 'errors_total', job}, rising(random, 0.02), {jitterMs: 700}),
	);
	const gauges = ['north', 'south', ''].map((zone) =>
		record(random, {__name__: 'temperature', job: 'a', ...(zone !== '' && {zone})}, wandering(random), {gaps: 0.1}),
	);
	const sites = ['north', 'south', 'west'].map((zone) =>
		record(random, {__name__: 'site', zone, path: `/${zone} "x"\\y`}, () => zone.length),
	);
	const all = [
		...requests,
		...errors,
		...gauges,
		...sites,
		...histogram(random, {__name__: 'latency_bucket', job: 'a'}, ['0.1', '0.5', '1', '2.5', '+Inf']),
		...histogram(random, {__name__: 'latency_bucket', job: 'b'}, ['0.1', '0.5', '1', '2.5', '+Inf'], true),
		...histogram(random, {__name__: 'latency_bucket', job: 'c'}, ['0.1', '1']),
		record(random, {__name__: 'latency_bucket', job: 'a', le: 'much'}, () => 3),
		record(random, {__name__: 'odd', kind: 'x'}, odd(random)),
		record(random, {__name__: 'odd', kind: 'y'}, odd(random)),
		record(random, {__name__: 'lonely'}, wandering(random)),
		record(random, {__name__: 'rare'}, rising(random, 0), {gaps: 0.9}),
	];
	return [...all].sort((left, right) => compareLabels(left.labels, right.labels));
};

/** The samples in order of time, as `promtool tsdb create-blocks-from openmetrics` takes them. */
export const asOpenMetrics = (recorded: readonly Recorded[]): string => {
	const lines = recorded.flatMap(({labels: {__name__: name = '', ...labels}, points}) => {
		const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
		return points.map(({time, value}) => {
			const number = String(value).replace('Infinity', 'Inf');
			const text = Object.is(value, -0) ? '-0' : number;
			return {time, line: `${name}{${pairs.join(',')}} ${text} ${(time / 1000).toFixed(3)}`};
		});
	});
	lines.sort((left, right) => left.time - right.time);
	return `${lines.map(({line}) => line).join('\n')}\n# EOF\n`;
};

/** The same samples for our own evaluator: like a block of Prometheus, without marks of an end. */
export const asStore = (recorded: readonly Recorded[]): Store => {
	const series = recorded.map(({labels, points}): Series => {
		const times = points.map(({time}) => time);
		return {
			labels,
			within: (window: Window) => points.slice(firstWithin(times, window), firstAfter(times, window.to)),
			latest(window: Window) {
				const point = points[firstAfter(times, window.to) - 1];
				return point === undefined || isBefore(point.time, window) ? undefined : point.value;
			},
		};
	});
	const keys = new Set(recorded.map(({labels}) => keyOf(labels)));
	if (keys.size !== series.length) throw new Error('two series have the same labels');
	return {
		select: (name, test) =>
			series.filter(({labels}) => (name === undefined || labels['__name__'] === name) && test(labels)),
	};
};
