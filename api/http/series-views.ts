// What the metrics server tells of a run when somebody looks at it: the canary's values and the primary's, on one axis.
import {Type, type Static} from '@sinclair/typebox';
import {comparisonView} from './comparison-view.ts';
import {group, instant, list, maybe, number, text} from './words.ts';

const line = (description: string) =>
	group(
		{
			values: list(
				Type.Union([Type.Number(), Type.Null()]),
				'One each step, the first at `from`; null where there is none. Empty where nothing could be asked',
			),
			text: text('Why there is no value; empty where there is one'),
		},
		description,
	);

const metricSeries = group(
	{
		metric: text('Name of the metric'),
		kind: text('`success-rate` (percent), `duration` (milliseconds), or `query`'),
		unit: maybe(text('Of a `query`, where the Canary names one')),
		min: maybe(number('Values of the canary below it are a breach')),
		max: maybe(number('Values of the canary above it are a breach')),
		against: comparisonView,
		canary: line('The canary'),
		primary: line('The primary, asked the same'),
	},
	'One metric of both',
);
export type MetricSeries = Static<typeof metricSeries>;

/** The metrics of a run as the metrics server has them. */
export const seriesView = group(
	{
		run: text('The run'),
		from: instant('When the run began'),
		to: instant('When it ended, or until when it is known'),
		step: number('Seconds between values'),
		metrics: list(metricSeries, 'In the order of the record'),
	},
	'The metrics of a run, of canary and primary, asked of the metrics server now',
);
export type SeriesView = Static<typeof seriesView>;
