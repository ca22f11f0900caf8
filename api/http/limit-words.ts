// What a metric may be, in words: the same on the page, in reports and in the terminal.
import type {Comparison} from '../model.ts';

type Measured = {
	/** A Metric's; whatever else a record has is shown without a unit. */
	readonly kind?: string | undefined;
	readonly unit?: string | undefined;
};

export type Limits = Measured & {
	readonly min?: number | undefined;
	readonly max?: number | undefined;
	readonly against?: Comparison | undefined;
};

const units = new Map<string | undefined, string>([
	['success-rate', ' %'],
	['duration', ' ms'],
]);

/** What is said behind a value: ` ms`; empty where nothing is known. */
export const unitOf = ({kind, unit}: Measured): string =>
	units.get(kind) ?? (unit === undefined || unit === '' ? '' : ` ${unit}`);

const numberText = (value: number): string => String(Math.round(value * 1000) / 1000);

const sides: Readonly<Record<Comparison['worse'], string>> = {
	higher: 'above',
	lower: 'below',
	either: 'above or below',
};

/** A difference of two percentages is told in points, for a ratio is told in percent. */
const roomText = (measured: Measured, {by, tolerance}: Comparison): string =>
	by === 'ratio'
		? `${numberText(tolerance * 100)} %`
		: measured.kind === 'success-rate'
			? `${numberText(tolerance)} percentage point${tolerance === 1 ? '' : 's'}`
			: `${numberText(tolerance)}${unitOf(measured)}`;

/** How far it may be from the primary's: `at most 20 % above the primary's`. */
export const comparisonText = (measured: Measured, against: Comparison): string =>
	`${against.tolerance === 0 ? 'not' : `at most ${roomText(measured, against)}`} ${sides[against.worse]} the primary's`;

/** `at least 99 %, at most 1 percentage point below the primary's`; empty for a metric that may be anything. */
export const limitText = (limits: Limits): string =>
	[
		...(limits.min === undefined ? [] : [`at least ${numberText(limits.min)}${unitOf(limits)}`]),
		...(limits.max === undefined ? [] : [`at most ${numberText(limits.max)}${unitOf(limits)}`]),
		...(limits.against === undefined ? [] : [comparisonText(limits, limits.against)]),
	].join(', ');
