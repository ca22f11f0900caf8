import test from 'ava';
import {assert, integer, property} from 'fast-check';
import {linePath, place, stepPath, timeTicks, valueRange} from '../../ui/model/time-axis.ts';

const x = {from: 0, to: 100, start: 0, end: 1000};
const y = {from: 0, to: 50, start: 100, end: 0};

test('a weight is kept until the next one, and the last one until now', (t) => {
	const steps = [
		{at: 0, value: 0},
		{at: 50, value: 25},
	];
	t.is(stepPath(steps, 80, x, y), 'M0.0 100.0H500.0V50.0H800.0');
	t.is(stepPath([], 80, x, y), '');
	t.is(linePath(steps, x, y), 'M0.0 100.0L500.0 50.0');
	t.is(place({...x, to: 0}, 7), 0, 'no span, no division by it');
});

test('ticks are round, in order, within the span and few', (t) => {
	assert(
		property(
			integer({min: 1_700_000_000_000, max: 1_900_000_000_000}),
			integer({min: 1, max: 30 * 86_400_000}),
			integer({min: 2, max: 20}),
			(from, span, most) => {
				const ticks = timeTicks(from, from + span, most);
				t.true(ticks.length <= most + 1);
				t.true(ticks.every((tick) => tick >= from && tick <= from + span && tick % 1000 === 0));
				t.deepEqual(
					[...new Set(ticks)].sort((one, other) => one - other),
					ticks,
				);
			},
		),
	);
	t.is(timeTicks(0, 60_000, 6).length, 7, 'every 10 s');
});

test('a range holds all values and limits, and has a height', (t) => {
	const [from, to] = valueRange([99, 100, 99.5]);
	t.true(from < 99 && to > 100);
	t.true(valueRange([0, 0])[1] > 0);
	t.is(valueRange([3, 9])[0] >= 0, true, 'nothing below zero for what is never negative');
	t.deepEqual(valueRange([Number.NaN]), [0, 1]);
});
