// A run on one axis of time: what traffic the canary had, each metric of canary and primary, and what happened.
import {useLayoutEffect, useRef, useState} from 'preact/hooks';
import type {SeriesView} from '../../api/http/series-views.ts';
import {outermost, pathWords} from '../../api/http/state-words.ts';
import {lanesOf, lastOf, type MetricLane as Lines} from '../model/lanes.ts';
import type {Story} from '../model/replay.ts';
import {place, stepPath, timeTicks, type Scale} from '../model/time-axis.ts';
import {clockText, metricName, valueText} from '../model/words.ts';
import {Lane, LANE, LEFT, MetricLane} from './metric-lane.tsx';

const RIGHT = 12;

const bad = new Set(['halted', 'failed']);

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

/** What is told in whole seconds began no earlier than the run. */
const placeOf = (x: Scale, at: string): number => place(x, Math.max(x.from, Date.parse(at)));

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
			const isBad = bad.has(outermost(to));
			return (
				<path
					key={`${at} ${index}`}
					class={isBad ? 'mark bad' : 'mark'}
					d={`M${placeOf(x, at)} ${isBad ? 0 : top - 8}V${top}`}
				>
					<title>{`${clockText(Date.parse(at))} ${pathWords(to)} ${reason}`}</title>
				</path>
			);
		})}
		{(story.commands ?? []).map(({at, verb, requestedBy, name}) => (
			<path key={name} class="mark command" d={`M${placeOf(x, at)} 0V${top}`}>
				<title>{`${clockText(Date.parse(at))} ${verb} by ${requestedBy}`}</title>
			</path>
		))}
	</g>
);

/** The newest values, for those who do not see the lines. */
const inWords = ({name, kind, unit, canary, primary}: Lines): string => {
	const texts = (
		[
			['canary', lastOf(canary)],
			['primary', lastOf(primary)],
		] as const
	).map(([side, value]) => (value === undefined ? '' : ` ${side} ${valueText({kind, unit}, value)}`));
	return `${metricName(name)}:${texts.join('') || ' no value'}. `;
};

export type TimelineProps = {
	readonly story: Story;
	/** What the metrics server tells of it; undefined while it is asked, and where it cannot be. */
	readonly series: SeriesView | undefined;
	readonly until: number;
	readonly cursor?: number | undefined;
};

export const Timeline = ({story, series, until, cursor}: TimelineProps) => {
	const element = useRef<HTMLDivElement>(null);
	const width = useWidth(element);
	const from = Date.parse(story.began);
	const x: Scale = {from, to: Math.max(until, from + 1000), start: LEFT, end: width - RIGHT};
	const weights = (story.weights ?? []).map(({at, weight}) => ({at: Math.max(from, Date.parse(at)), value: weight}));
	const known = cursor ?? until;
	const lanes = lanesOf(story, series, known);
	const bottom = (lanes.length + 1) * LANE;
	const last = weights.at(-1)?.value ?? 0;
	return (
		<div ref={element}>
			<svg
				width={width}
				height={bottom + 20}
				role="img"
				aria-label={`Traffic and ${lanes.length} metrics over time; the canary has ${last} %. ${lanes.map(inWords).join('')}What was judged is in the tables below.`}
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
				{lanes.map((lane, index) => (
					<MetricLane key={lane.name} lane={lane} index={index + 1} x={x} />
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
