// The definition of a Canary's chart, with where each box and arrow goes. Laid out when the code is built, not at run
// time. Coordinates are in pixels from the top left corner of the whole.
import type {Static} from '@sinclair/typebox';
import {choice, group, list, maybe, number, text, texts} from './words.ts';

const area = {
	x: number('Left edge'),
	y: number('Upper edge'),
	width: number('Width'),
	height: number('Height'),
};

const chartState = group(
	{
		path: text('Its path, by which a Canary’s `path` finds it: `progressing.soaking`'),
		name: text('The last part of the path'),
		description: text('What it is for, in a sentence'),
		parent: maybe(text('The path of the state around it; absent for outermost ones')),
		kind: choice(['atomic', 'compound', 'final'], 'compound: it has states inside'),
		initial: maybe(text('The path of the state within that is entered first')),
		does: texts('What it does on entry and while it lasts, in words'),
		ways: texts('How it is entered from anywhere in its frame, and left for other frames, in words'),
		hears: maybe(text('What a command finds here: `running`, `resting`, `promoting` …')),
		...area,
	},
	'A state, as a box',
);
export type ChartStateView = Static<typeof chartState>;

const chartTransition = group(
	{
		id: text('Its name: stable for one chart'),
		from: text('The path of the state that has it'),
		to: maybe(text('The path of the state that it leads to; absent when the state stays')),
		cause: choice(['always', 'event', 'done', 'refused'], 'always: tried whenever anything is noted'),
		event: text('What sets it off, in words; empty for `always`'),
		guard: text('Its condition, as a phrase that can be true; empty without one'),
		actions: texts('What it does, in words'),
		text: text('Event and condition as one sentence'),
	},
	'A transition, whether or not an arrow of its own stands for it',
);
export type ChartTransitionView = Static<typeof chartTransition>;

const point = group({x: number('From the left'), y: number('From the top')}, 'A point');

const chartArrow = group(
	{
		from: text('The path of the box where it begins; empty or with `^` at its end: the dot of a frame'),
		to: text('The path of the box where it ends'),
		labels: texts('What sets it off, a line each'),
		points: list(point, 'Its corners, from the first to the last'),
		texts: list(group({...area, lines: texts('Lines')}, 'Where its label goes'), 'Its labels'),
	},
	'An arrow: all transitions between one pair of boxes',
);

/** The chart of a Canary. */
export const chartView = group(
	{
		id: text('Its name'),
		version: text('Changes whenever the chart or its layout does'),
		width: number('Of the whole'),
		height: number('Of the whole'),
		states: list(chartState, 'Every state, outer ones first'),
		transitions: list(chartTransition, 'Every transition'),
		arrows: list(chartArrow, 'What is drawn; transitions between outermost frames share one arrow a pair'),
		dots: list(group({...area, frame: text('The path of the frame; empty: the whole')}, 'A dot'), 'Where frames begin'),
	},
	'The statechart that every Canary runs, with where everything goes',
);
export type ChartView = Static<typeof chartView>;
