// Writes actors/views/generated/chart.json: the chart that the HTTP interface tells of, with where everything goes. Run
// by `npm run generate`.
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {ChartStateView, ChartTransitionView, ChartView} from '../../api/http/chart-view.ts';
import {digest} from '../../api/canonical.ts';
import {canaryChart} from './canary-chart.ts';
import {drawingOf, type Box} from './drawing.ts';
import {layOut, type Area, type PlacedBox} from './layout.ts';
import {statesBelow, type Placed} from './walk.ts';
import {causesOf, condition, phrase} from './words.ts';

/** Where it is written, in the repository. */
export const CHART = 'actors/views/generated/chart.json';

const rounded = ({x, y, width, height}: Area): Area => {
	const tenth = (value: number): number => Math.round(value * 10) / 10;
	return {x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height)};
};

const boxesBelow = (boxes: readonly Box[]): readonly Box[] => boxes.flatMap((box) => [box, ...boxesBelow(box.boxes)]);

const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.');

/** What a command finds in a state that says so itself. */
const placeOf = ({state}: Placed): string | undefined => {
	const place = state.on['command given']?.flatMap(({actions}) => actions).find(({params}) => params?.['place']);
	return place === undefined ? undefined : String(place.params?.['place']);
};

const stateView = (placed: Placed, all: readonly Placed[], box: Box, place: PlacedBox): ChartStateView => {
	const {path, state} = placed;
	const around = all.filter((one) => one.path === path || path.startsWith(`${one.path}.`)).toReversed();
	const hears = around.map((one) => placeOf(one)).find((found) => found !== undefined);
	const parent = parentOf(path);
	return {
		path,
		name: box.name,
		description: state.description ?? '',
		...(parent !== '' && {parent}),
		kind: state.type === 'compound' || state.type === 'final' ? state.type : 'atomic',
		...(state.initial !== undefined && {initial: `${path}.${state.initial}`}),
		does: [...state.entry.map((action) => phrase(action)), ...state.invoke.map(({src}) => src)],
		ways: [...box.notes.filter((note) => /^(?:whenever|on) /.test(note)), ...box.exits],
		...(hears !== undefined && {hears}),
		...rounded(place),
	};
};

const transitionsOf = ({path, state}: Placed): readonly ChartTransitionView[] =>
	causesOf(state).map((one, index) => ({
		id: `${path}#${index}`,
		from: path,
		...(one.target !== undefined && {to: one.target}),
		cause: one.cause.kind,
		event: one.cause.text,
		guard: one.guard === undefined ? '' : phrase(one.guard),
		actions: one.actions.map((action) => phrase(action)),
		text: condition(one),
	}));

/** The chart of a Canary with its layout. */
const chartView = async (): Promise<ChartView> => {
	const chart = canaryChart();
	const drawing = drawingOf(chart);
	const layout = await layOut(drawing);
	const all = statesBelow(chart);
	const boxes = new Map(boxesBelow(drawing.boxes).map((box) => [box.path, box]));
	const places = new Map(layout.boxes.map((box) => [box.path, box]));
	const states = all.flatMap((placed) => {
		const [box, place] = [boxes.get(placed.path), places.get(placed.path)];
		return box === undefined || place === undefined ? [] : [stateView(placed, all, box, place)];
	});
	const view = {
		id: chart.id,
		width: layout.width,
		height: layout.height,
		states,
		transitions: [{path: '', state: chart}, ...all].flatMap((placed) => transitionsOf(placed)),
		arrows: layout.arrows.map(({from, to, points, texts}) => ({
			from,
			to,
			labels: drawing.arrows.find((arrow) => arrow.from === from && arrow.to === to)?.labels.filter(Boolean) ?? [],
			points: points.map(({x, y}) => ({x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10})),
			texts: texts.map((text) => ({...rounded(text), lines: [...text.lines]})),
		})),
		dots: layout.dots.map((dot) => ({...rounded(dot), frame: dot.frame})),
	};
	return {version: digest(view), ...view, arrows: view.arrows.map((arrow) => ({...arrow, labels: [...arrow.labels]}))};
};

/** The file's text. */
export const chartText = async (): Promise<string> => `${JSON.stringify(await chartView(), undefined, '\t')}\n`;

if (import.meta.main) {
	const file = join(import.meta.dirname, '..', '..', CHART);
	await mkdir(dirname(file), {recursive: true});
	await writeFile(file, await chartText());
}
