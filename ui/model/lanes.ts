// What the chart of one metric draws: the canary beside the primary, what was judged, and what may be.
import type {MetricSeries, SeriesView} from '../../api/http/series-views.ts';
import type {Story} from './replay.ts';
import type {Step} from './time-axis.ts';

export type RecordedMetric = NonNullable<Story['metrics']>[number];

/** A line with gaps: each part is unbroken. */
export type Parts = ReadonlyArray<readonly Step[]>;

export type MetricLane = Pick<RecordedMetric, 'name' | 'kind' | 'unit' | 'min' | 'max' | 'against'> & {
	readonly canary: Parts;
	readonly primary: Parts;
	/** Limits that move with the primary. */
	readonly moving: readonly Parts[];
	/** What the checks judged. */
	readonly measurements: RecordedMetric['measurements'];
};

type Grid = {readonly from: number; readonly stepMs: number; readonly since: number; readonly until: number};

/** The values of a grid within a span, broken where there is none. */
export const partsOf = (
	values: ReadonlyArray<number | null>,
	{from, stepMs, since, until}: Grid,
): ReadonlyArray<readonly Step[]> => {
	const parts: Step[][] = [];
	let isBroken = true;
	for (const [index, value] of values.entries()) {
		const at = from + index * stepMs;
		if (value === null || at < since || at > until) {
			isBroken = true;
		} else {
			if (isBroken) {
				parts.push([]);
			}

			parts.at(-1)?.push({at, value});
			isBroken = false;
		}
	}

	return parts;
};

/** What was measured of one side, as a line without gaps. */
const measured = ({measurements}: RecordedMetric, side: 'value' | 'primary'): Parts => {
	const steps = measurements.flatMap((one): Step[] => {
		const value = one[side];
		return value === undefined ? [] : [{at: Date.parse(one.at), value}];
	});
	return steps.length === 0 ? [] : [steps];
};

/** How far from the primary the canary may be, on each side that is worse. */
const movingOf = (against: MetricSeries['against'], primary: Parts): readonly Parts[] => {
	if (against === undefined || primary.length === 0) {
		return [];
	}

	const {by, tolerance, worse} = against;
	const room = (value: number): number => (by === 'ratio' ? Math.abs(value) * tolerance : tolerance);
	const shifted = (sign: number): Parts =>
		primary.map((part) => part.map(({at, value}) => ({at, value: value + sign * room(value)})));
	return [...(worse === 'lower' ? [] : [shifted(1)]), ...(worse === 'higher' ? [] : [shifted(-1)])];
};

/** A metric that is asked, and of which nothing is recorded yet. */
const unjudged = ({metric: name, kind, unit, min, max, against}: MetricSeries): RecordedMetric => ({
	name,
	kind,
	...(unit !== undefined && {unit}),
	...(min !== undefined && {min}),
	...(max !== undefined && {max}),
	...(against !== undefined && {against}),
	measurements: [],
});

/**
 * One lane for each metric of a run, as far as is known at `until`. What the metrics server does not tell is drawn from
 * what the checks have measured.
 */
export const lanesOf = (story: Story, series: SeriesView | undefined, until: number): readonly MetricLane[] => {
	const {metrics: recorded = []} = story;
	const asked = series?.metrics ?? [];
	const grid = {
		from: Date.parse(series?.from ?? ''),
		stepMs: (series?.step ?? 1) * 1000,
		since: Date.parse(story.began),
		until,
	};
	const others = asked.filter(({metric}) => recorded.every(({name}) => name !== metric));
	return [...recorded, ...others.map(unjudged)].map((metric) => {
		const {measurements, ...about} = metric;
		const found = asked.find((one) => one.metric === metric.name);
		const [own, theirs] = [found?.canary, found?.primary].map((side) => partsOf(side?.values ?? [], grid));
		const canary = own?.length ? own : measured(metric, 'value');
		const primary = theirs?.length ? theirs : measured(metric, 'primary');
		return {...about, measurements, canary, primary, moving: movingOf(found?.against ?? metric.against, primary)};
	});
};

/** The newest value of a line. */
export const lastOf = (parts: Parts): number | undefined => parts.at(-1)?.at(-1)?.value;

/** Why lines are missing, each reason once. */
export const missingIn = (series: SeriesView | undefined): readonly string[] => [
	...new Set(
		(series?.metrics ?? []).flatMap(({canary, primary}) => [canary.text, primary.text]).filter((text) => text !== ''),
	),
];
