// The parameters of Prometheus' HTTP API: instants, durations, steps.
import type {Clock} from '../../../services/clock.ts';
import {durationMs} from './literals.ts';
import {QueryError} from './query-error.ts';

/** More steps than this are refused, as Prometheus does. */
const STEPS_MAX = 11_000;

const badParameter = (name: string, message: string): QueryError =>
	new QueryError('bad_data', `invalid parameter "${name}": ${message}`);

const isNumber = (text: string): boolean => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u.test(text);

const isDate = (text: string): boolean =>
	/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u.test(text);

const instantMs = (text: string): number | undefined => {
	if (isNumber(text)) return Math.round(Number(text) * 1000);
	const at = isDate(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(at) ? undefined : at;
};

/** An instant in ms, written as seconds since the epoch or as RFC 3339; without it, the default. */
export const readInstant = (parameters: URLSearchParams, name: string, otherwise: () => number): number => {
	const text = parameters.get(name) ?? '';
	const at = text === '' ? otherwise() : instantMs(text);
	if (at !== undefined) return at;
	throw badParameter(name, `cannot parse "${text}" to a valid timestamp`);
};

const readStep = (parameters: URLSearchParams): number => {
	const text = parameters.get('step') ?? '';
	const ms = isNumber(text) ? Number(text) * 1000 : durationMs(text);
	if (ms === undefined) throw badParameter('step', `cannot parse "${text}" to a valid duration`);
	if (ms > 0) return ms;
	throw badParameter('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer');
};

const required = (parameters: URLSearchParams, name: string): number => {
	const missing = (): never => {
		throw badParameter(name, 'cannot parse "" to a valid timestamp');
	};
	return readInstant(parameters, name, missing);
};

/** The instants of a range query, in ms: from `start` on, a `step` apart, up to `end`. */
export const readSteps = (parameters: URLSearchParams): readonly number[] => {
	const [start, end] = [required(parameters, 'start'), required(parameters, 'end')];
	if (end < start) throw badParameter('end', 'end timestamp must not be before start time');
	const step = readStep(parameters);
	if (Math.floor((end - start) / step) > STEPS_MAX) {
		throw new QueryError(
			'bad_data',
			'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
		);
	}

	// Prometheus counts in whole milliseconds.
	const every = Math.max(1, Math.trunc(step));
	return Array.from({length: Math.floor((end - start) / every) + 1}, (_, index) => start + index * every);
};

/** The stretch of time that a listing is asked for, in ms; everything without it. */
export const readPeriod = (
	parameters: URLSearchParams,
	clock: Clock,
): {readonly from: number; readonly to: number} => ({
	from: readInstant(parameters, 'start', () => -Infinity),
	to: readInstant(parameters, 'end', () => clock.now()),
});
