// A laid-out chart as a picture: plain SVG without scripts, styles inside.
import {sizes, type Layout, type PlacedArrow, type PlacedBox, type Point, type Text} from './layout.ts';

const escape = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const round = (value: number): number => Math.round(value * 10) / 10;

const style = `
text { font: 11px Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif; fill: #1f2328; }
.name { font-size: 13px; font-weight: 600; }
.top > .name { font-size: 15px; }
rect { fill: #ffffff; stroke: #57606a; }
.frame > rect { fill: #f6f8fa; }
.top > rect { fill: #eef2f6; stroke: #24292f; stroke-width: 1.5; }
.current > rect { fill: #fff1c2; stroke: #b45309; stroke-width: 3; }
.arrow { fill: none; stroke: #57606a; }
.head, .dot { fill: #24292f; }
.label rect { fill: #ffffff; stroke: none; opacity: 0.85; }
.label text { fill: #0a3069; }
`.trim();

const CORNER = 6;

const lineAt = (line: string, x: number, y: number, kind: string): string =>
	`<text x="${round(x)}" y="${round(y)}"${kind === '' ? '' : ` class="${kind}"`}>${escape(line)}</text>`;

const boxLines = ({text}: PlacedBox): readonly string[] => {
	const x = text.x + sizes.padding;
	const first = text.y + sizes.padding + 12;
	return text.lines.map((line, index) =>
		index === 0 ? lineAt(line, x, first, 'name') : lineAt(line, x, first + 2 + index * sizes.line, ''),
	);
};

const boxOf = (box: PlacedBox, current: string | undefined): readonly string[] => {
	const kinds = [
		box.isFrame ? 'frame' : 'state',
		...(box.depth === 0 ? ['top'] : []),
		...(box.path === current ? ['current'] : []),
	];
	const area = `x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}"`;
	return [
		`<g id="${box.path}" class="${kinds.join(' ')}">`,
		`<rect ${area} rx="${CORNER}"/>`,
		...boxLines(box),
		'</g>',
	];
};

/** The end of an arrow: a triangle in the direction of its last part. */
const headOf = (points: readonly Point[]): string => {
	const [before, tip] = points.slice(-2);
	if (before === undefined || tip === undefined) {
		return '';
	}

	const along = {x: Math.sign(round(tip.x - before.x)), y: Math.sign(round(tip.y - before.y))};
	const base = {x: tip.x - along.x * 8, y: tip.y - along.y * 8};
	const corners = [
		tip,
		{x: base.x + along.y * 3.5, y: base.y + along.x * 3.5},
		{x: base.x - along.y * 3.5, y: base.y - along.x * 3.5},
	];
	return `<polygon class="head" points="${corners.map(({x, y}) => `${round(x)},${round(y)}`).join(' ')}"/>`;
};

const arrowOf = ({points}: PlacedArrow): readonly string[] => [
	`<polyline class="arrow" points="${points.map(({x, y}) => `${round(x)},${round(y)}`).join(' ')}"/>`,
	headOf(points),
];

const labelOf = ({x, y, width, height, lines}: Text): readonly string[] => [
	'<g class="label">',
	`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`,
	...lines.map((line, index) => lineAt(line, x + 2, y + 11 + index * sizes.line, '')),
	'</g>',
];

/** The picture; `current` is the path of the state to light up. */
export const svgOf = ({width, height, boxes, dots, arrows}: Layout, title: string, current?: string): string =>
	[
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
		`<title>${escape(title)}</title>`,
		`<style>${style}</style>`,
		`<path d="M0 0H${width}V${height}H0z" fill="#ffffff"/>`,
		...boxes.flatMap((box) => boxOf(box, current)),
		...arrows.flatMap((arrow) => arrowOf(arrow)),
		...dots.map(
			({x, y, width: size}) =>
				`<circle class="dot" cx="${round(x + size / 2)}" cy="${round(y + size / 2)}" r="${size / 2}"/>`,
		),
		...arrows.flatMap(({texts}) => texts.flatMap((text) => labelOf(text))),
		'</svg>',
		'',
	].join('\n');
