// The chart of a Canary as plain SVG, by coordinates that were laid out when the code was built.
import {useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {ChartStateView, ChartView} from '../../api/http/chart-view.ts';
import {outermost, pathWords, stateWords} from '../../api/http/state-words.ts';
import {arrowOf, arrowTitles, linesOf, litOf, scrollOf} from '../model/chart-focus.ts';

type Point = {readonly x: number; readonly y: number};

/** The end of an arrow: a triangle in the direction of its last part. */
const headOf = (points: readonly Point[]): string => {
	const [before, tip] = points.slice(-2);
	if (before === undefined || tip === undefined) {
		return '';
	}

	const [x, y] = [Math.sign(Math.round(tip.x - before.x)), Math.sign(Math.round(tip.y - before.y))];
	const base = {x: tip.x - x * 8, y: tip.y - y * 8};
	return `M${tip.x} ${tip.y}L${base.x + y * 3.5} ${base.y + x * 3.5}L${base.x - y * 3.5} ${base.y - x * 3.5}z`;
};

type ArrowProps = {
	readonly arrow: ChartView['arrows'][number];
	readonly title: string | undefined;
	readonly isTaken: boolean;
};

const Arrow = ({arrow, title = '', isTaken}: ArrowProps) => {
	const line = `M${arrow.points.map(({x, y}) => `${x} ${y}`).join('L')}`;
	return (
		<g class={isTaken ? 'way taken' : 'way'} role="img">
			<title>{title}</title>
			{/* A pointer need not meet a line that is one pixel wide. */}
			<path class="reach" d={line} />
			<path class="line" d={line} />
			<path class="head" d={headOf(arrow.points)} />
		</g>
	);
};

const LINE = 14;

const Box = ({state, lit}: {readonly state: ChartStateView; readonly lit: string}) => {
	const {x, y, width, height, name, description, does, ways, path, kind} = state;
	const isTop = !path.includes('.');
	return (
		<g class={`box ${kind} ${lit} ${isTop ? 'top' : ''}`} data-path={path} role="img">
			<title>{[pathWords(path), description, ...does, ...ways].join('\n')}</title>
			<rect x={x} y={y} width={width} height={height} rx={6} />
			<text class="name" x={x + 8} y={y + 20}>
				{stateWords(name)}
			</text>
			{linesOf(state).map((line, index) => (
				<text key={line} x={x + 8} y={y + 22 + (index + 1) * LINE}>
					{line}
				</text>
			))}
		</g>
	);
};

type LabelsProps = {readonly chart: ChartView; readonly titles: ReturnType<typeof arrowTitles>};

const Labels = ({chart, titles}: LabelsProps) => (
	<g class="labels" aria-hidden="true">
		{chart.arrows.flatMap((arrow) =>
			arrow.texts.map(({x, y, width, height, lines}) => (
				<g key={`${arrow.from} ${arrow.to} ${x}`}>
					<title>{titles.get(arrow)}</title>
					<rect x={x} y={y} width={width} height={height} />
					{lines.map((line, index) => (
						<text key={line} x={x + 2} y={y + 11 + index * LINE}>
							{line}
						</text>
					))}
				</g>
			)),
		)}
	</g>
);

export type StatechartProps = {
	readonly chart: ChartView;
	readonly path: string;
	/** The state before; empty when unknown. */
	readonly cameFrom: string;
	readonly open: readonly string[];
};

/** `here`: readable, around the current state. `state`: all of the outermost state. `whole`: everything. */
const zooms = ['here', 'state', 'whole'] as const;
type Zoom = (typeof zooms)[number];
const zoomWords: Readonly<Record<Zoom, string>> = {here: 'Here', state: 'State', whole: 'Whole chart'};
const AIR = 24;

const scaleOf = (zoom: Zoom, chart: ChartView, frame: ChartStateView | undefined, width: number): number => {
	if (zoom === 'here') {
		return 1;
	}

	const whole = zoom === 'whole' || frame === undefined ? chart.width : frame.width + 2 * AIR;
	return Math.min(1, width / whole);
};

type ZoomsProps = {readonly zoom: Zoom; readonly onZoom: (zoom: Zoom) => void};

const Zooms = ({zoom, onZoom}: ZoomsProps) => (
	<div class="zooms" role="group" aria-label="What of the chart is shown">
		{zooms.map((one) => (
			<button key={one} type="button" aria-pressed={one === zoom} onClick={() => onZoom(one)}>
				{zoomWords[one]}
			</button>
		))}
	</div>
);

export const Statechart = ({chart, path, cameFrom, open}: StatechartProps) => {
	const [zoom, setZoom] = useState<Zoom>('here');
	const view = useRef<HTMLDivElement>(null);
	const top = outermost(path);
	const current = useMemo(() => chart.states.find((state) => state.path === path), [chart, path]);
	const frame = useMemo(() => chart.states.find((state) => state.path === top), [chart, top]);
	const scale = scaleOf(zoom, chart, frame, view.current?.clientWidth ?? 900);
	useLayoutEffect(() => {
		const {current: element} = view;
		const shown = zoom === 'here' ? current : frame;
		if (element === null || shown === undefined) {
			return;
		}

		const isFar = zoom !== 'here';
		const isCalm = isFar || matchMedia('(prefers-reduced-motion: reduce)').matches;
		const around = frame ?? shown;
		const air = (from: number, size: number) => [(from - AIR) * scale, (size + 2 * AIR) * scale] as const;
		element.scrollTo({
			left: scrollOf([shown.x * scale, shown.width * scale], air(around.x, around.width), element.clientWidth),
			top: scrollOf([shown.y * scale, shown.height * scale], air(around.y, around.height), element.clientHeight),
			behavior: isCalm ? 'auto' : 'smooth',
		});
	}, [zoom, current, frame, scale]);
	const lighted = new Set(open);
	const taken = cameFrom === '' ? undefined : arrowOf(chart, cameFrom, path);
	const titles = useMemo(() => arrowTitles(chart), [chart]);
	const labels = useMemo(() => <Labels chart={chart} titles={titles} />, [chart, titles]);
	const label = `Statechart. Now: ${pathWords(path)}.${cameFrom === '' ? '' : ` Before: ${pathWords(cameFrom)}.`}`;
	return (
		<>
			<Zooms zoom={zoom} onZoom={setZoom} />
			<div
				ref={view}
				class={`chart-view ${zoom}`}
				tabIndex={0}
				role="region"
				aria-label="The drawn chart; arrow keys scroll it"
			>
				<svg
					class="chart"
					role="group"
					aria-label={label}
					viewBox={`0 0 ${chart.width} ${chart.height}`}
					width={chart.width * scale}
					height={chart.height * scale}
				>
					{chart.states.map((state) => (
						<Box key={state.path} state={state} lit={litOf(state.path, path, cameFrom, lighted)} />
					))}
					{chart.arrows.map((arrow) =>
						arrow === taken ? null : (
							<Arrow key={`${arrow.from} ${arrow.to}`} arrow={arrow} title={titles.get(arrow)} isTaken={false} />
						),
					)}
					{chart.dots.map(({x, y, width, frame: of}) => (
						<circle key={of} class="start" cx={x + width / 2} cy={y + width / 2} r={width / 2} />
					))}
					{labels}
					{taken === undefined ? null : <Arrow arrow={taken} title={titles.get(taken)} isTaken />}
				</svg>
			</div>
		</>
	);
};
