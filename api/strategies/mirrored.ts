// Mirrored: before it gets users of its own, the canary gets copies of their requests, whose answers nobody sees.
import type {Plan, Step} from '../plan.ts';
import {at} from '../reading.ts';
import type {Asked} from './strategy.ts';

/** A plan that begins with copies: for one step before weights, for all rounds of blue/green; A/B testing has none. */
export const mirroredFirst = (plan: Plan, asked: Asked): Plan => {
	const {analysis, field, findings} = asked;
	if (!findings.flag(`${field}.mirror`, at(analysis, 'mirror')) || plan.strategy === 'ab-testing') {
		return plan;
	}

	const limits = {least: 0, most: 100, whole: true};
	// 0 means all, as it does for the peer.
	const mirrored = findings.number(`${field}.mirrorWeight`, at(analysis, 'mirrorWeight'), 100, limits) || 100;
	const share = {canary: 0, mirrored};
	const [first, ...rest] = plan.steps;
	const steps: readonly Step[] =
		first?.tells === 'rounds' ? [{...first, share}, ...rest] : [{share, rounds: 1, tells: 'weight'}, ...plan.steps];
	return {...plan, steps};
};
