// How the promoted primary gets its users back: all at once, or by steps (`stepWeightPromotion`).
import type {Plan} from '../plan.ts';
import {KNATIVE} from '../providers.ts';
import {at, isSet} from '../reading.ts';
import type {Share} from '../shares.ts';
import type {Asked} from './strategy.ts';

/** The plan with the shares that the promotion goes down by. */
export const promotedByStep = (plan: Plan, {analysis, field, provider, findings}: Asked): Plan => {
	const written = at(analysis, 'stepWeightPromotion');
	if (!isSet(written)) {
		return plan;
	}

	if (provider === KNATIVE) {
		const text = `${field}.stepWeightPromotion is not supported by ${provider}: the promoted revision gets all traffic in one step`;
		findings.warn(`${field}.stepWeightPromotion`, written, text, 'Remove stepWeightPromotion');
		return plan;
	}

	const step = findings.number(`${field}.stepWeightPromotion`, written, 100, {least: 1, most: 100, whole: true});
	const {canary: top = 0, ...rest}: Partial<Share> = plan.steps.at(-1)?.share ?? {};
	const promotion = Array.from({length: Math.ceil(top / step) - 1}, (_, index) => ({
		...rest,
		canary: top - (index + 1) * step,
	}));
	return {...plan, promotion};
};
