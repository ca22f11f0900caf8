// A run on one axis of time: what traffic the canary had, each metric with its threshold, and what happened.
import type {ComponentChildren} from 'preact';
import {useLayoutEffect, useRef, useState} from 'preact/hooks';
import type {Story} from '../model/replay.ts';
import {linePath, place, stepPath, timeTicks, valueRange, type Scale, type Step} from '../model/time-axis.ts';
import {clockText, limitText, metricName, numberText, pathText, valueText} from '../model/words.ts';

const LEFT = 48;
const RIGHT = 12;
const LANE = 84;
const TITLE = 18;

const useWidth = (element: {readonly current: HTMLElement | null}): number => {
	const [width, setWidth] = useState(640);
	useLayoutEffect(() => {
		if (element.current === null) {
			return undefined;
		}

		const observer = new ResizeObserver(([entry]) => {
			setWidth(Math.max(240, Math.floor(entry?.contentRect.width ?? 640)));
		});
		observer.observe(element.current);
		return () => {
			observer.disconnect();
		};
	}, []);
	return width;
};

type LaneProps = {
	readonly index: number;
	readonly title: string;
	readonly range: readonly [number, number];
	readonly x: Scale;
	readonly children: (y: Scale) => ComponentChildren;
};

const Lane = ({index, title, range: [from, to], x, children}: LaneProps) => {
	const y: Scale = {from, to, start: LANE - 10, end: TITLE + 6};
	return (
		<g class="lane" transform={`translate(0 ${index * LANE})`}>
			<text class="title" x={LEFT} y={13}>
				{title}
			</text>
			<path class="axis" d={`M${LEFT} ${y.start}H${x.end}`} />
			<text class="tick" x={LEFT - 6} y={y.start + 3}>
				{numberText(from)}
			</text>
			<text class="tick" x={LEFT - 6} y={y.end + 6}>
				{numberText(to)}
			</text>
			{children(y)}
		</g>
	);
};

type Metric = NonNullable<Story['metrics']>[number];

const MetricLane = ({metric, index, x}: {readonly metric: Metric; readonly index: number; readonly x: Scale}) => {
	const {name, kind, min, max, measurements} = metric;
	const limits = [min, max].filter((limit) => limit !== undefined);
	const points = measurements.flatMap(({at, value}): Step[] =>
		value === undefined ? [] : [{at: Date.parse(at), value}],
	);
	const limit = limitText(metric);
	return (
		<Lane
			index={index}
			title={`${metricName(name)}${limit === '' ? '' : `, ${limit}`}`}
			range={valueRange([...points.map(({value}) => value), ...limits])}
			x={x}
		>
			{(y) => (
				<>
					{limits.map((value) => (
						<path key={value} class="limit" d={`M${x.start} ${place(y, value)}H${x.end}`} />
					))}
					<path class="values" d={linePath(points, x, y)} />
					{measurements.map(({at, value, outcome, text = ''}) => (
						<circle
							key={at}
							class={outcome === 'passed' ? 'point' : 'point bad'}
							cx={place(x, Date.parse(at))}
							cy={value === undefined ? y.start : place(y, value)}
							r={outcome === 'passed' ? 2 : 4}
						>
							<title>
								{`${clockText(Date.parse(at))} ${value === undefined ? outcome : valueText(kind, value)} ${text}`}
							</title>
						</circle>
					))}
				</>
			)}
		</Lane>
	);
};

const Happenings = ({story, x, top}: {readonly story: Story; readonly x: Scale; readonly top: number}) => (
	<g class="happenings">
		{(story.gaps ?? []).map(({from, to, why}) => (
			<rect
				key={from}
				class="gap"
				x={place(x, Date.parse(from))}
				width={Math.max(1, place(x, Date.parse(to)) - place(x, Date.parse(from)))}
				height={top}
			>
				<title>{why}</title>
			</rect>
		))}
		{(story.transitions ?? []).map(({at, to, reason = ''}, index) => {
			const isBad = to.startsWith('halted') || to.startsWith('failed');
			return (
				<path
					key={`${at} ${index}`}
					class={isBad ? 'mark bad' : 'mark'}
					d={`M${place(x, Date.parse(at))} ${isBad ? 0 : top - 8}V${top}`}
				>
					<title>{`${clockText(Date.parse(at))} ${pathText(to)} ${reason}`}</title>
				</path>
			);
		})}
		{(story.commands ?? []).map(({at, verb, requestedBy, name}) => (
			<path key={name} class="mark command" d={`M${place(x, Date.parse(at))} 0V${top}`}>
				<title>{`${clockText(Date.parse(at))} ${verb} by ${requestedBy}`}</title>
			</path>
		))}
	</g>
);

export type TimelineProps = {readonly story: Story; readonly until: number; readonly cursor?: number | undefined};

export const Timeline = ({story, until, cursor}: TimelineProps) => {
	const element = useRef<HTMLDivElement>(null);
	const width = useWidth(element);
	const from = Date.parse(story.began);
	const x: Scale = {from, to: Math.max(until, from + 1000), start: LEFT, end: width - RIGHT};
	const weights = (story.weights ?? []).map(({at, weight}) => ({at: Math.max(from, Date.parse(at)), value: weight}));
	const metrics = story.metrics ?? [];
	const bottom = (metrics.length + 1) * LANE;
	const known = cursor ?? until;
	const last = weights.at(-1)?.value ?? 0;
	return (
		<div ref={element} class="timeline">
			<svg
				width={width}
				height={bottom + 20}
				role="img"
				aria-label={`Traffic and ${metrics.length} metrics over time; the canary has ${last} %. The numbers are in the tables below.`}
			>
				<Happenings story={story} x={x} top={bottom} />
				<Lane
					index={0}
					title="traffic to the canary, %"
					range={[0, Math.max(10, ...weights.map(({value}) => value))]}
					x={x}
				>
					{(y) => (
						<>
							<path
								class="area"
								d={
									weights.length === 0
										? ''
										: `${stepPath(weights, known, x, y)}V${y.start}H${place(x, weights[0]?.at ?? 0)}z`
								}
							/>
							<path class="weights" d={stepPath(weights, known, x, y)} />
						</>
					)}
				</Lane>
				{metrics.map((metric, index) => (
					<MetricLane key={metric.name} metric={metric} index={index + 1} x={x} />
				))}
				{timeTicks(from, x.to, Math.max(2, Math.floor(width / 110)))
					.filter((at) => place(x, at) < width - 28)
					.map((at) => (
						<g key={at} class="time">
							<path d={`M${place(x, at)} ${bottom - 4}v6`} />
							<text x={place(x, at)} y={bottom + 14}>
								{clockText(at)}
							</text>
						</g>
					))}
				{cursor === undefined ? null : <path class="cursor" d={`M${place(x, cursor)} 0V${bottom}`} />}
			</svg>
		</div>
	);
};
