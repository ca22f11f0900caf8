// One metric on the time axis of a run: canary and primary, what may be, and each measurement that was judged.
import type {ComponentChildren} from 'preact';
import {limitText} from '../../api/http/limit-words.ts';
import type {MetricLane as Lines} from '../model/lanes.ts';
import {partsPath, place, valueRange, type Scale} from '../model/time-axis.ts';
import {clockText, metricName, numberText, valueText} from '../model/words.ts';

export const LEFT = 48;
export const LANE = 84;
const TITLE = 18;

type LaneProps = {
	readonly index: number;
	readonly title: string;
	readonly range: readonly [number, number];
	readonly x: Scale;
	readonly children: (y: Scale) => ComponentChildren;
};

/** A strip of its own height with a title and the ends of its value axis. */
export const Lane = ({index, title, range: [from, to], x, children}: LaneProps) => {
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

export const MetricLane = ({lane, index, x}: {readonly lane: Lines; readonly index: number; readonly x: Scale}) => {
	const {name, kind, min, max, measurements, canary, primary, moving} = lane;
	const limits = [min, max].filter((limit) => limit !== undefined);
	const values = [canary, primary, ...moving].flat(2).map(({value}) => value);
	const judged = measurements.flatMap(({value}) => value ?? []);
	const limit = limitText(lane);
	const [from, to] = valueRange([...values, ...judged, ...limits]);
	return (
		<Lane
			index={index}
			title={`${metricName(name)}${limit === '' ? '' : `, ${limit}`}`}
			range={[from, kind === 'success-rate' ? Math.min(to, 100) : to]}
			x={x}
		>
			{(y) => (
				<>
					{limits.map((value) => (
						<path key={value} class="limit" d={`M${x.start} ${place(y, value)}H${x.end}`} />
					))}
					{moving.map((parts, side) => (
						<path key={side} class="limit" d={partsPath(parts, x, y)} />
					))}
					<path class="values" d={partsPath(canary, x, y)} />
					{/* On top, so that both are seen where they are the same. */}
					<path class="values of-primary" d={partsPath(primary, x, y)} />
					{measurements.map(({at, value, primary: theirs, outcome, text = ''}) => (
						<circle
							key={at}
							class={outcome === 'passed' ? 'point' : 'point bad'}
							cx={place(x, Date.parse(at))}
							cy={value === undefined ? y.start : place(y, value)}
							r={outcome === 'passed' ? 2 : 4}
						>
							<title>
								{[
									clockText(Date.parse(at)),
									value === undefined ? outcome : valueText(lane, value),
									theirs === undefined ? '' : `(primary ${valueText(lane, theirs)})`,
									text,
								].join(' ')}
							</title>
						</circle>
					))}
				</>
			)}
		</Lane>
	);
};
