// Where the boxes and arrows of a chart go: elkjs lays them out. It is a tool of the developers, not of the daemon, so
// it is loaded when it is needed.
import type {ElkEdgeSection, ElkLabel, ElkNode, ElkExtendedEdge, LayoutOptions} from 'elkjs/lib/elk-api.js';
import {CommandError} from '../errors.ts';
import type {Arrow, Box, Drawing} from './drawing.ts';

export type Point = {readonly x: number; readonly y: number};
export type Area = Point & {readonly width: number; readonly height: number};
export type Text = Area & {readonly lines: readonly string[]};

export type PlacedBox = Area & {
	readonly path: string;
	readonly depth: number;
	readonly isFrame: boolean;
	readonly text: Text;
};
/** Where a frame is entered: a dot. */
export type PlacedDot = Area & {readonly frame: string};
/** From and to the paths of boxes; `frame^` is a frame's dot. */
export type PlacedArrow = {
	readonly from: string;
	readonly to: string;
	readonly points: readonly Point[];
	readonly texts: readonly Text[];
};

export type Layout = {
	readonly width: number;
	readonly height: number;
	readonly boxes: readonly PlacedBox[];
	readonly dots: readonly PlacedDot[];
	readonly arrows: readonly PlacedArrow[];
};

/** Sizes in pixels; a character's width is a bound for the fonts that svg.ts asks for. */
export const sizes = {line: 14, character: 5.6, title: 8, titleLine: 18, padding: 8, dot: 10} as const;

const LABEL_LINE_MAX = 26;
const BOX_LINE_MAX = 44;

/** Breaks at spaces, so that no line is longer than `max` where that can be. */
const wrap = (text: string, max: number): readonly string[] => {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + word.length < max) {
			lines[lines.length - 1] = `${last} ${word}`;
		} else {
			lines.push(word);
		}
	}

	return lines;
};

const widthOf = (lines: readonly string[], character: number): number =>
	Math.ceil(Math.max(0, ...lines.map((line) => line.length)) * character);

/** A frame is at least as wide as its states are, an outermost one wide enough for any line. */
const lineMaxOf = ({path, boxes}: Box): number => {
	if (boxes.length === 0) {
		return BOX_LINE_MAX;
	}

	return path.includes('.') ? LABEL_LINE_MAX : Number.POSITIVE_INFINITY;
};

const linesOf = (box: Box): readonly string[] => [
	box.name,
	...[...box.notes, ...box.exits].flatMap((note) => wrap(note, lineMaxOf(box))),
];

const textSize = (lines: readonly string[]): {width: number; height: number} => ({
	width:
		Math.max(widthOf(lines.slice(0, 1), sizes.title), widthOf(lines.slice(1), sizes.character)) + 2 * sizes.padding,
	height: sizes.titleLine + (lines.length - 1) * sizes.line + 2 * sizes.padding,
});

type Frame = {readonly path: string; readonly initial?: string; readonly boxes: readonly Box[]};

const dotOf = (path: string): string => `${path}^`;

const childrenOf = ({boxes, path, initial}: Frame, arrows: readonly Arrow[]): ElkNode[] => [
	...(initial === undefined ? [] : [{id: dotOf(path), width: sizes.dot, height: sizes.dot}]),
	...boxes.map((box) => nodeOf(box, arrows)),
];

const nodeOf = (box: Box, arrows: readonly Arrow[]): ElkNode => {
	const {width, height} = textSize(linesOf(box));
	if (box.boxes.length === 0) {
		return {id: box.path, width, height};
	}

	return {
		id: box.path,
		children: childrenOf(box, arrows),
		layoutOptions: {
			...frameOptions(box, arrows),
			'elk.padding': `[top=${height + 10},left=20,bottom=20,right=20]`,
			'elk.nodeSize.constraints': 'MINIMUM_SIZE',
			'elk.nodeSize.minimum': `(${width},${height})`,
		},
	};
};

const common: LayoutOptions = {
	'elk.edgeLabels.placement': 'CENTER',
	'elk.spacing.nodeNode': '28',
	'elk.spacing.edgeNode': '16',
	'elk.spacing.edgeEdge': '10',
	'elk.spacing.edgeLabel': '4',
	'elk.layered.spacing.nodeNodeBetweenLayers': '30',
	'elk.layered.spacing.edgeNodeBetweenLayers': '14',
	'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
};

/** A frame's states: in the direction of their arrows from left to right, or side by side when few are connected. */
const frameOptions = (box: Box, arrows: readonly Arrow[]): LayoutOptions => {
	const connected = box.boxes.filter(({path}) => arrows.some(({from, to}) => from === path || to === path));
	return {
		...common,
		'elk.direction': connected.length * 2 < box.boxes.length ? 'DOWN' : 'RIGHT',
		'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
		'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
	};
};

/** The outermost frames: in the order of the chart, from top to bottom. */
const rootOptions: LayoutOptions = {
	...common,
	'elk.algorithm': 'layered',
	'elk.direction': 'DOWN',
	'elk.edgeRouting': 'ORTHOGONAL',
	'elk.json.edgeCoords': 'ROOT',
	'elk.json.shapeCoords': 'ROOT',
	'elk.padding': '[top=24,left=24,bottom=24,right=24]',
	'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
	'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

const labelOf = (lines: readonly string[]): ElkLabel => ({
	text: lines.join('\n'),
	width: widthOf(lines, sizes.character) + 4,
	height: lines.length * sizes.line,
});

const edgesOf = (drawing: Drawing, boxes: readonly Box[]): ElkExtendedEdge[] => [
	...drawing.arrows.map(({from, to, labels}) => {
		const lines = labels.flatMap((label) => wrap(label, LABEL_LINE_MAX)).filter((line) => line !== '');
		return {
			id: `${from} -> ${to}`,
			sources: [from],
			targets: [to],
			labels: lines.length === 0 ? [] : [labelOf(lines)],
		};
	}),
	...[{path: '', initial: drawing.initial}, ...boxes].flatMap(({path, initial}) =>
		initial === undefined ? [] : [{id: `${path}^ -> ${initial}`, sources: [dotOf(path)], targets: [initial]}],
	),
];

const allBoxes = (boxes: readonly Box[]): readonly Box[] => boxes.flatMap((box) => [box, ...allBoxes(box.boxes)]);

const areaOf = ({x = 0, y = 0, width = 0, height = 0}: ElkNode | ElkLabel): Area => ({x, y, width, height});

const nodesBelow = (node: ElkNode): readonly ElkNode[] =>
	(node.children ?? []).flatMap((child) => [child, ...nodesBelow(child)]);

const pointsOf = ({startPoint, bendPoints = [], endPoint}: ElkEdgeSection): readonly Point[] => [
	startPoint,
	...bendPoints,
	endPoint,
];

const load = async () => {
	try {
		const {default: Elk} = await import('elkjs/lib/elk.bundled.js');
		return new Elk.default();
	} catch (error) {
		throw new CommandError(
			'the picture needs the package elkjs',
			'run npm install --no-save elkjs, or use --format mermaid',
			{
				cause: error,
			},
		);
	}
};

/** Lays a drawing out. Rejects with CommandError when elkjs is not installed. */
export const layOut = async (drawing: Drawing): Promise<Layout> => {
	const boxes = allBoxes(drawing.boxes);
	const elk = await load();
	const root: ElkNode = await elk.layout({
		id: '',
		layoutOptions: rootOptions,
		children: childrenOf({...drawing, path: ''}, drawing.arrows),
		edges: edgesOf(drawing, boxes),
	});
	const nodes = nodesBelow(root);
	const byPath = new Map(nodes.map((node) => [node.id, node]));
	return {
		width: Math.ceil(root.width ?? 0),
		height: Math.ceil(root.height ?? 0),
		boxes: boxes.map((box) => {
			const area = areaOf(byPath.get(box.path) ?? {id: ''});
			const lines = linesOf(box);
			return {
				...area,
				path: box.path,
				depth: box.path.split('.').length - 1,
				isFrame: box.boxes.length > 0,
				text: {...textSize(lines), x: area.x, y: area.y, lines},
			};
		}),
		dots: nodes.filter(({id}) => id.endsWith('^')).map((node) => ({...areaOf(node), frame: node.id.slice(0, -1)})),
		arrows: (root.edges ?? []).map(({sources: [from = ''], targets: [to = ''], sections = [], labels = []}) => ({
			from,
			to,
			points: sections.flatMap((section) => pointsOf(section)),
			texts: labels.map((label) => ({...areaOf(label), lines: (label.text ?? '').split('\n')})),
		})),
	};
};
