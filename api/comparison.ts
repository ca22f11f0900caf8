// `analysis.metrics[].compareWithPrimary` made definite.
import type {Findings} from './findings.ts';
import type {Comparison, Metric} from './model.ts';
import {tellsSidesApart, variablesOfTheSide} from './query.ts';
import type {Plan} from './plan.ts';
import {at, isAbsent, isBag, shown} from './reading.ts';

const WAYS = ['ratio', 'difference'] as const;
const SIDES = ['higher', 'lower', 'either'] as const;

const oneOf = <const T extends string>(
	values: readonly T[],
	field: string,
	written: unknown,
	fallback: T,
	findings: Findings,
): T => {
	if (isAbsent(written)) {
		return fallback;
	}

	const found = values.find((value) => value === written);
	if (found === undefined) {
		const remedy = `Set it to ${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
		findings.report(field, written, `${field} is ${shown(written)}, not one of ${values.join(', ')}`, remedy);
	}

	return found ?? fallback;
};

/** Undefined when the metric is not compared. What is wrong with it is reported, and then nothing is compared either. */
export const comparisonOf = (
	metric: unknown,
	field: string,
	kind: Metric['kind'],
	findings: Findings,
): Comparison | undefined => {
	const written = at(metric, 'compareWithPrimary');
	if (isAbsent(written)) {
		return undefined;
	}

	const place = `${field}.compareWithPrimary`;
	const tolerance = at(written, 'tolerance');
	if (!isBag(written) || typeof tolerance !== 'number' || tolerance < 0) {
		const value = isBag(written) ? tolerance : written;
		findings.report(
			`${place}.tolerance`,
			value,
			`${place}.tolerance is ${isAbsent(value) ? 'missing' : `${shown(value)}, not a number of 0 or more`}`,
			'Set it to how much worse the canary may be: 0.1 is a tenth of the primary’s value, or with by: difference a tenth of the unit',
		);
		return undefined;
	}

	return {
		by: oneOf(WAYS, `${place}.by`, at(written, 'by'), 'ratio', findings),
		tolerance,
		worse: oneOf(SIDES, `${place}.worse`, at(written, 'worse'), kind === 'success-rate' ? 'lower' : 'higher', findings),
	};
};

/** A query that comes out the same for canary and primary would be compared with itself, and always pass. */
export const checkSides = (metrics: readonly Metric[], field: string, provider: string, findings: Findings): void => {
	const query = metrics.find(({against}) => against !== undefined)?.query;
	if (query === undefined || tellsSidesApart(query, provider)) {
		return;
	}

	const [variable = ''] = variablesOfTheSide(provider);
	findings.report(
		`${field}.query`,
		query,
		`${field} compares with the primary, but its query does not name {{ ${variable} }}, so that both would be asked the same`,
		`Write {{ ${variable} }} where the query names the ${variable === 'route' ? 'revision' : 'workload'}, or remove compareWithPrimary`,
	);
};

/** At 100 percent the primary has no traffic to compare with, and a run would wait there until its deadline. */
export const checkComparable = (metrics: readonly Metric[], plan: Plan, field: string, findings: Findings): void => {
	const last = plan.steps.at(-1);
	if (
		last?.share.canary !== 100 ||
		last.share.match !== undefined ||
		metrics.every(({against}) => against === undefined)
	) {
		return;
	}

	const isSwitch = last.tells === 'switch';
	findings.report(
		isSwitch ? `${field}.iterations` : `${field}.maxWeight`,
		isSwitch ? plan.steps[0]?.rounds : 100,
		`${field}.metrics compares with the primary, which has no traffic once the canary has 100 percent`,
		isSwitch
			? 'Remove compareWithPrimary, or set stepWeight instead of iterations'
			: `Set ${field}.maxWeight, or the last of stepWeights, below 100, or remove compareWithPrimary`,
	);
};
