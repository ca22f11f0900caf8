// The strategies, and which of them an analysis asks for: a new one is a file and a line here.
import type {Plan} from '../plan.ts';
import {at, isSet, shown} from '../reading.ts';
import {abTesting} from './ab-testing.ts';
import {blueGreen} from './blue-green.ts';
import {mirroredFirst} from './mirrored.ts';
import {promotedByStep} from './stepwise-promotion.ts';
import type {Asked, Strategy} from './strategy.ts';
import {weighted} from './weighted.ts';

/** The first one that is asked for counts; the last one always is. */
const strategies: readonly Strategy[] = [abTesting, blueGreen, weighted];

/** The first shape has weights alone. */
const refuseIn = ({analysis, field, findings}: Asked, ...names: readonly string[]): void => {
	for (const name of names.filter((one) => isSet(at(analysis, one)))) {
		const text = `${field}.${name} is ${shown(at(analysis, name))}, which the first shape does not have`;
		findings.report(
			`${field}.${name}`,
			at(analysis, name),
			text,
			'Use today’s shape, by spec.targetRef and spec.service',
		);
	}
};

/** The plan of an analysis. Total: what is wrong with it is reported. */
export const planOf = (asked: Asked): Plan => {
	if (asked.field === 'spec.canaryAnalysis') {
		refuseIn(asked, 'iterations', 'match', 'mirror', 'stepWeightPromotion');
		return weighted.plan(asked);
	}

	const strategy = strategies.find((one) => one.isAsked(asked)) ?? weighted;
	return promotedByStep(mirroredFirst(strategy.plan(asked), asked), asked);
};
