import test from 'ava';
import {momentsOf, standingAt, storyUntil, type Story} from '../../ui/model/replay.ts';

const at = (second: number): string => `2026-11-21T10:00:${String(second).padStart(2, '0')}Z`;
const instant = (second: number): number => Date.parse(at(second));

const story: Story = {
	began: at(0),
	ended: at(30),
	transitions: [
		{at: at(0), to: 'progressing.scalingUp', weight: 0},
		{at: at(10), from: 'progressing.scalingUp', to: 'progressing.soaking', weight: 5},
		{at: at(20), from: 'progressing.soaking', to: 'halted.failedCheck', weight: 5, reason: 'success rate 60 %'},
	],
	weights: [
		{at: at(0), weight: 0},
		{at: at(9), weight: 5},
	],
	verdicts: [{at: at(20), weight: 5, outcome: 'failed', text: 'success rate 60 %'}],
	metrics: [
		{
			name: 'rate',
			measurements: [
				{at: at(10), weight: 5, outcome: 'passed', value: 100},
				{at: at(20), weight: 5, outcome: 'breached', value: 60, text: 'success rate 60 %'},
			],
		},
	],
};

test('the slider stops at everything that happened, once each, from beginning to end', (t) => {
	t.deepEqual(
		momentsOf(story),
		[0, 9, 10, 20, 30].map((second) => instant(second)),
	);
	t.deepEqual(momentsOf({began: at(5)} as Story), [instant(5)]);
});

test('state, weight and reason are those of the instant', (t) => {
	t.like(standingAt(story, instant(5)), {path: 'progressing.scalingUp', weight: 0, reason: ''});
	t.like(standingAt(story, instant(10)), {path: 'progressing.soaking', from: 'progressing.scalingUp', weight: 5});
	t.is(standingAt(story, instant(19)).verdict, undefined);
	t.like(standingAt(story, instant(25)), {path: 'halted.failedCheck', reason: 'success rate 60 %'});
	t.like(standingAt(story, instant(0) - 1), {path: '', weight: 0});
});

test('nothing is told that was not known yet', (t) => {
	const known = storyUntil(story, instant(15));
	t.is(known.transitions?.length, 2);
	t.deepEqual(known.verdicts, []);
	t.is(known.metrics?.[0]?.measurements.length, 1);
});
