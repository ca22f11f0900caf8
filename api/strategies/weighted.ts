// Weighted: the canary's share grows step by step, from whichever way its weights are written.
import type {Findings} from '../findings.ts';
import type {Plan} from '../plan.ts';
import {at, isAbsent, isSet, shown} from '../reading.ts';
import type {Strategy} from './strategy.ts';

const isWeight = (value: unknown): value is number =>
	typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100;

/** What a Canary without usable steps gets: its problems keep any run from starting, and no reader meets an empty list. */
const fallback: readonly number[] = [100];

/** A plan by weights, rising and each 1…100: every one of them lasts until a round of checks has passed. */
export const planByWeights = (weights: readonly number[]): Plan => ({
	strategy: 'canary',
	steps: weights.map((canary) => ({share: {canary}, rounds: 1, tells: 'weight'})),
	promotion: [],
});

export const weighted: Strategy = {
	isAsked: () => true,
	plan: ({analysis, field, findings}) => planByWeights(weightsIn(analysis, field, findings)),
};

/** Strictly rising, each 1…100, never empty. A last step that would pass the max weight is cut to it. */
export const weightsIn = (analysis: unknown, field: string, findings: Findings): readonly number[] => {
	const listed = at(analysis, 'stepWeights');
	if (isSet(listed)) {
		return listedWeights(listed, `${field}.stepWeights`, findings);
	}

	const step = at(analysis, 'stepWeight');
	if (isAbsent(step)) {
		findings.report(
			`${field}.stepWeight`,
			'',
			`${field} has no stepWeight, so that the canary would never receive traffic`,
			`Set ${field}.stepWeight to a whole number from 1 to 100`,
		);
		return fallback;
	}

	const max = maxWeight(at(analysis, 'maxWeight'), `${field}.maxWeight`, findings);
	if (!isWeight(step)) {
		findings.report(
			`${field}.stepWeight`,
			step,
			`${field}.stepWeight is ${shown(step)}, not a whole number from 1 to 100`,
			'Set it to the percentage of traffic by which the canary shall advance',
		);
		return fallback;
	}

	if (max < step) {
		findings.report(
			`${field}.maxWeight`,
			max,
			`${field}.maxWeight is ${max}, below ${field}.stepWeight, which is ${step}`,
			'Raise maxWeight to at least stepWeight, or lower stepWeight',
		);
	}

	return steps(Math.min(step, max), max);
};

const steps = (step: number, max: number): readonly number[] =>
	Array.from({length: Math.ceil(max / step)}, (_, index) => Math.min((index + 1) * step, max));

/** 0 means absent, as it does for the peer. */
const maxWeight = (value: unknown, field: string, findings: Findings): number => {
	if (isAbsent(value) || value === 0) {
		return 100;
	}

	if (!isWeight(value)) {
		findings.report(
			field,
			value,
			`${field} is ${shown(value)}, not a whole number from 1 to 100`,
			'Set it to the highest percentage of traffic that the canary may receive, or remove it for 100',
		);
		return 100;
	}

	return value;
};

/** The list as it is; only its first offence is told, for the rest are likely to follow from it. */
const listedWeights = (listed: unknown, field: string, findings: Findings): readonly number[] => {
	const sound: number[] = [];
	let last = 0;
	for (const [index, weight] of (Array.isArray(listed) ? (listed as unknown[]) : [listed]).entries()) {
		if (!isWeight(weight) || weight <= last) {
			const text = isWeight(weight)
				? `${field}[${index}] is ${weight}, not above the step before it, which is ${last}`
				: `${field}[${index}] is ${shown(weight)}, not a whole number from 1 to 100`;
			findings.report(field, listed, text, 'List rising percentages, such as [5, 20, 50]');
			break;
		}

		sound.push(weight);
		last = weight;
	}

	return sound.length === 0 ? fallback : sound;
};
