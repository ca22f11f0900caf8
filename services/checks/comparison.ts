// A metric of the canary judged against the primary's, both asked over the same window.
import {formatGoDuration} from '../../api/durations.ts';
import type {Comparison, Evidence, Metric} from '../../api/model.ts';

const shown = ({kind, unit}: Metric, value: number): string => {
	if (kind === 'success-rate') return `${value.toFixed(2)}%`;
	if (kind === 'duration') return formatGoDuration(Math.trunc(value));
	return unit === undefined ? value.toFixed(2) : `${value.toFixed(2)} ${unit}`;
};

const named = ({kind, name, written = name}: Metric): string =>
	kind === 'success-rate' ? 'success rate' : kind === 'duration' ? 'request duration' : written;

/** How far the canary may be away from the primary's value; a ratio's tolerance is a share of that value. */
const roomOf = ({by, tolerance}: Comparison, primary: number): number =>
	by === 'ratio' ? Math.abs(primary) * tolerance : tolerance;

const allowed = (metric: Metric, {by, tolerance}: Comparison): string =>
	by === 'ratio' ? `${Number((tolerance * 100).toFixed(2))}% of it` : shown(metric, tolerance);

/** Compares two finite values. Being exactly as far away as is tolerated passes, as bounds are inclusive. */
export const compareWithPrimary = (metric: Metric, against: Comparison, canary: number, primary: number): Evidence => {
	const room = roomOf(against, primary);
	const isHigher = against.worse !== 'lower' && canary > primary + room;
	const isLower = against.worse !== 'higher' && canary < primary - room;
	if (!isHigher && !isLower) {
		return {kind: 'passed', metric: metric.name, value: canary};
	}

	const words =
		`${named(metric)} ${shown(metric, canary)} is ${isHigher ? 'above' : 'below'} ` +
		`the primary's ${shown(metric, primary)} by more than ${allowed(metric, against)}`;
	return {kind: 'breached', metric: metric.name, value: canary, text: words};
};
