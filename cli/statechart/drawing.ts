// What a picture of a chart shows: all transitions with far fewer arrows.
//
// What at least three states of one frame, and half of them, do alike is taken together as the frame's own; what a
// frame does is not said again of its states. A transition into the state's own frame, and one that leaves an outermost
// frame for another, is a line of text in its box; between the outermost frames there is one arrow for each pair.
// Transitions that stay where they are, and actions, are left out: the table and the JSON form have them.
import {causesOf, label} from './words.ts';
import {statesBelow, type Chart, type ChartState, type Placed} from './walk.ts';

/** A state as a box. */
export type Box = {
	readonly path: string;
	readonly name: string;
	/** When it is entered from anywhere in its frame, and what it does. */
	readonly notes: readonly string[];
	/** When it leaves its outermost frame: `→ failed: too many checks have failed`. */
	readonly exits: readonly string[];
	/** The path of the state within that is entered first. */
	readonly initial?: string;
	readonly boxes: readonly Box[];
};

/** One arrow for each pair of boxes, whatever may set it off. */
export type Arrow = {readonly from: string; readonly to: string; readonly labels: readonly string[]};

export type Drawing = {
	readonly id: string;
	readonly initial?: string;
	readonly boxes: readonly Box[];
	readonly arrows: readonly Arrow[];
};

/** A transition on its way to become an arrow; `always`: no event sets it off. */
type Way = {readonly from: string; readonly to: string; readonly label: string; readonly always: boolean};

const FEWEST_ALIKE = 3;

const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.');
const nameOf = (path: string): string => path.split('.').at(-1) ?? '';
const isWithin = (path: string, frame: string): boolean => frame === '' || path.startsWith(`${frame}.`);

const isAlike = (one: Way, other: Way): boolean =>
	one.from !== other.from && one.to === other.to && one.label === other.label;

const waysOf = ({path, state}: Placed): readonly Way[] =>
	causesOf(state).flatMap((one) =>
		one.target === undefined
			? []
			: [{from: path, to: one.target, label: label(one), always: one.cause.kind === 'always'}],
	);

/** The ways out of the states of one frame, those that enough of them share taken together. */
const lifted = (frame: string, keys: readonly string[], ways: readonly Way[]): readonly Way[] => {
	const siblings = keys.map((key) => (frame === '' ? key : `${frame}.${key}`));
	const own = ways.filter(({from}) => siblings.includes(from));
	const alike = Map.groupBy(own, ({to, label}) => `${to}\n${label}`);
	return [...alike.values()].flatMap((group) => {
		const [first] = group;
		const others = siblings.filter((path) => path !== first?.to);
		if (first === undefined || group.length < FEWEST_ALIKE || group.length * 2 < others.length) {
			return group;
		}

		const but = others.filter((path) => !group.some(({from}) => from === path)).map(nameOf);
		return [{...first, from: frame, label: first.label + (but.length === 0 ? '' : ` (but ${but.join(', ')})`)}];
	});
};

const allWays = (chart: Chart): readonly Way[] => {
	const states = statesBelow(chart);
	let ways = [{path: '', state: chart as ChartState}, ...states].flatMap((placed) => waysOf(placed));
	// From the innermost frames outwards, so that what was lifted can be lifted again.
	for (const {path, state} of [...states.toReversed(), {path: '', state: chart as ChartState}]) {
		const keys = Object.keys(state.states);
		const isOwn = ({from}: Way): boolean => from !== '' && parentOf(from) === path && keys.includes(nameOf(from));
		ways = [...ways.filter((way) => !isOwn(way)), ...lifted(path, keys, ways.filter(isOwn))];
	}

	return ways.filter((way) => !ways.some((other) => isWithin(way.from, other.from) && isAlike(way, other)));
};

/** `[a guard]` alone reads as the sentence that it is. */
const sentence = (text: string): string => text.replace(/^\[(.*)\]/, '$1');

const entryNote = ({label, always}: Way): string => (always ? `whenever ${sentence(label)}` : `on ${label}`);

const exitNote = ({to, label}: Way): string => (label === '' ? `→ ${to}` : `→ ${to}: ${sentence(label)}`);

type Notes = {
	readonly entries: ReadonlyMap<string, readonly Way[]>;
	readonly exits: ReadonlyMap<string, readonly Way[]>;
};

const boxOf = (path: string, state: ChartState, notes: Notes): Box => ({
	path,
	name: nameOf(path),
	notes: [
		...(notes.entries.get(path) ?? []).map((way) => entryNote(way)),
		...state.invoke.map(({src}) => (src === 'wait until' ? 'waits for a time' : `does ${src}`)),
	],
	exits: (notes.exits.get(path) ?? []).map((way) => exitNote(way)),
	...(state.initial !== undefined && {initial: `${path}.${state.initial}`}),
	boxes: Object.entries(state.states).map(([key, inner]) => boxOf(`${path}.${key}`, inner, notes)),
});

const topOf = (path: string): string => path.split('.')[0] ?? '';

const isCrossing = ({states}: Chart, {from, to}: Way): boolean =>
	topOf(from) !== topOf(to) && Object.keys(states[topOf(from)]?.states ?? {}).length > 0;

/** One arrow for each pair of boxes, in the order in which the chart has them. */
const arrowsOf = (chart: Chart, ways: readonly Way[]): readonly Arrow[] => {
	const between = ways
		.filter(({from, to}) => !isWithin(to, from))
		.map((way) => (isCrossing(chart, way) ? {from: topOf(way.from), to: topOf(way.to), label: ''} : way));
	const order = ['', ...statesBelow(chart).map(({path}) => path)];
	return [...Map.groupBy(between, ({from, to}) => `${from}\n${to}`).values()]
		.flatMap((group) =>
			group.slice(0, 1).map(({from, to}) => ({from, to, labels: [...new Set(group.map(({label}) => label))]})),
		)
		.toSorted((a, b) => order.indexOf(a.from) - order.indexOf(b.from) || order.indexOf(a.to) - order.indexOf(b.to));
};

/** A chart as boxes and arrows. */
export const drawingOf = (chart: Chart): Drawing => {
	const ways = allWays(chart);
	const entries = Map.groupBy(
		ways.filter(({from, to}) => isWithin(to, from)),
		({to}) => to,
	);
	const exits = Map.groupBy(
		ways.filter((way) => !isWithin(way.to, way.from) && isCrossing(chart, way)),
		({from}) => from,
	);
	return {
		id: chart.id,
		...(chart.initial !== undefined && {initial: chart.initial}),
		boxes: Object.entries(chart.states).map(([key, state]) => boxOf(key, state, {entries, exits})),
		arrows: arrowsOf(chart, ways),
	};
};
