// A chart of a run as inline SVG: no scripts, colours from the page's style. Pure.
import {lineOf} from './run-story.ts';
import type {Chart, RunStory} from './run-story.ts';

const WIDTH = 720;
const HEIGHT = 170;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 24;

/** Text that HTML and SVG show as it is, inside and outside of attributes. */
export const escaped = (text: string): string =>
	lineOf(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** The chart of one series over the run's time, with its bounds dashed and what nobody saw shaded. */
export const chartSvg = (chart: Chart, {from, to, unseen}: Pick<RunStory, 'from' | 'to' | 'unseen'>): string => {
	const {points, primary, bounds, least, most, isStepped, title} = chart;
	const inside = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
	const x = (at: number): number => LEFT + ((inside(at, from, to) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
	const y = (value: number): number =>
		HEIGHT - BOTTOM - ((inside(value, least, most) - least) / (most - least)) * (HEIGHT - TOP - BOTTOM);
	const pathOf = (through: Chart['primary']): string =>
		through
			.map(({at, value}, index) => {
				const place = `${rounded(x(at))} ${rounded(y(value))}`;
				return index === 0 ? `M${place}` : isStepped ? `H${rounded(x(at))}V${rounded(y(value))}` : `L${place}`;
			})
			.join('');
	const dots = isStepped
		? []
		: points.map(
				({at, value, isBad}) =>
					`<circle class="${isBad ? 'bad' : 'good'}" cx="${rounded(x(at))}" cy="${rounded(y(value))}" r="2.5"/>`,
			);
	const lines = bounds.map(
		({label, value}) =>
			`<line class="bound" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${rounded(y(value))}" y2="${rounded(y(value))}"/>` +
			`<text class="bound" x="${WIDTH - RIGHT}" y="${rounded(y(value) - 4)}" text-anchor="end">${escaped(label)}</text>`,
	);
	const shades = unseen.map(
		(gap) =>
			`<rect class="unseen" x="${rounded(x(gap.from))}" y="${TOP}" ` +
			`width="${rounded(x(gap.to) - x(gap.from))}" height="${HEIGHT - TOP - BOTTOM}"/>`,
	);
	const scale = [most, least].map(
		(value) => `<text x="${LEFT - 6}" y="${rounded(y(value) + 4)}" text-anchor="end">${rounded(value)}</text>`,
	);
	const ends = [
		`<text x="${LEFT}" y="${HEIGHT - 6}">${clock(from)}</text>`,
		`<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${clock(to)}</text>`,
	];
	return [
		`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
		...shades,
		`<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
		...lines,
		`<path class="series" d="${pathOf(points)}"/>`,
		...(primary.length === 0 ? [] : [`<path class="series primary" d="${pathOf(primary)}"/>`]),
		...dots,
		...scale,
		...ends,
		'</svg>',
	].join('');
};
