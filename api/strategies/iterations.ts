// The rounds of checks of A/B testing and blue/green: `iterations`.
import {at, shown} from '../reading.ts';
import type {Asked} from './strategy.ts';

const mostIterations = 10_000;

/** How many rounds of checks are to pass, 1 or more; anything else is reported. */
export const iterationsOf = ({analysis, field, findings}: Asked): number => {
	const value = at(analysis, 'iterations');
	if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostIterations) {
		return value;
	}

	const name = `${field}.iterations`;
	const text = `${name} is ${shown(value)}, not a whole number from 1 to ${mostIterations}`;
	findings.report(name, value, text, 'Set it to the number of rounds of checks that must pass');
	return 1;
};
