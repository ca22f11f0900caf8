// The time axis and the value axes that a run's charts share.

export type Scale = {readonly from: number; readonly to: number; readonly start: number; readonly end: number};

/** Where a value goes; what has no width goes to the beginning. */
export const place = ({from, to, start, end}: Scale, value: number): number =>
	to === from ? start : start + ((value - from) / (to - from)) * (end - start);

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Round instants in a span, in milliseconds; at most `most`, by the reader's clock. */
export const timeTicks = (from: number, to: number, most: number): readonly number[] => {
	const seconds = (to - from) / 1000;
	const days = Math.ceil(seconds / 86_400 / most) * 86_400;
	const step = (STEPS.find((one) => seconds / one <= most) ?? days) * 1000;
	const shift = new Date(from).getTimezoneOffset() * 60_000;
	const first = Math.ceil((from - shift) / step) * step + shift;
	const count = Math.max(0, Math.floor((to - first) / step) + 1);
	return Array.from({length: Math.min(count, most + 1)}, (_, index) => first + index * step);
};

/** From the least to the greatest of values and limits, with a little air; never without height. */
export const valueRange = (values: readonly number[]): readonly [number, number] => {
	const finite = values.filter((value) => Number.isFinite(value));
	if (finite.length === 0) {
		return [0, 1];
	}

	const [least, greatest] = [Math.min(...finite), Math.max(...finite)];
	const air = (greatest - least || Math.abs(greatest) || 1) * 0.15;
	return [least >= 0 ? Math.max(0, least - air) : least - air, greatest + air];
};

export type Step = {readonly at: number; readonly value: number};

/** A line that keeps each value until the next one, as SVG path data; the last one until `until`. */
export const stepPath = (steps: readonly Step[], until: number, x: Scale, y: Scale): string => {
	const parts = steps.map(({at, value}, index) => {
		const [left, height] = [place(x, at).toFixed(1), place(y, value).toFixed(1)];
		return index === 0 ? `M${left} ${height}` : `H${left}V${height}`;
	});
	return parts.length === 0 ? '' : `${parts.join('')}H${place(x, until).toFixed(1)}`;
};

/** A line through points, as SVG path data. */
export const linePath = (points: readonly Step[], x: Scale, y: Scale): string =>
	points
		.map(({at, value}, index) => `${index === 0 ? 'M' : 'L'}${place(x, at).toFixed(1)} ${place(y, value).toFixed(1)}`)
		.join('');

/** A line with gaps; a point between two gaps is a dot. */
export const partsPath = (parts: ReadonlyArray<readonly Step[]>, x: Scale, y: Scale): string =>
	parts.map((part) => `${linePath(part, x, y)}${part.length === 1 ? 'h0' : ''}`).join('');
