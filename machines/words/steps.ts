// What people are told of the steps of a plan, each as it fits its kind.
import type {Announcement, CanaryModel} from '../../api/model.ts';
import {weightsOf, type Plan} from '../../api/plan.ts';
import {nextStep, presentRound, presentStep, roundsNeeded} from '../model/plan.ts';
import type {Context} from '../model/context.ts';
import {phrasesOf} from './dialects.ts';

const canaryWeightOf = ({run}: Context): number => run.share?.canary ?? run.routed.canary;

const roundText = (context: Context): string => `round ${presentRound(context)} of ${roundsNeeded(context)}`;

/** A step is in force, or its next round of checks has begun. */
export const stepAdvanced = (context: Context): readonly Announcement[] => {
	const {model} = context;
	const phrases = phrasesOf(model);
	switch (presentStep(context)?.tells) {
		case 'rounds': {
			return [{type: 'Normal', text: phrases.iterated(model, presentRound(context), roundsNeeded(context))}];
		}

		case 'switch': {
			return [{type: 'Normal', text: phrases.switched}];
		}

		default: {
			return [{type: 'Normal', text: phrases.advanced(model, canaryWeightOf(context))}];
		}
	}
};

/** What the checks of the step under way are about. */
export const whereOfChecks = (context: Context, weight = 'canary weight'): string => {
	switch (presentStep(context)?.tells) {
		case 'rounds': {
			return `in ${roundText(context)}`;
		}

		case 'switch': {
			return 'with all users on the canary';
		}

		default: {
			return `at ${weight} ${canaryWeightOf(context)}`;
		}
	}
};

/** What a run does, before it does it. */
export const planText = (plan: Plan): string => {
	const [first] = plan.steps;
	if (first?.tells !== 'rounds') {
		return `steps ${weightsOf(plan).join(', ')}`;
	}

	const rounds = `${first.rounds} ${first.rounds === 1 ? 'round' : 'rounds'} of checks`;
	if (first.share.match !== undefined) {
		return `${rounds} with the requests that match`;
	}

	return `${rounds} without users, then ${plan.steps.length > 1 ? 'all of them' : 'the promotion'}`;
};

/** Who gets how much of what; `weight` is the canary's. */
export const trafficText = ({target, primary, analysis: {plan}}: CanaryModel, weight: number): string =>
	plan.steps.some(({share}) => share.match !== undefined)
		? `${weight} % of the requests that match to ${target.name}, all others to ${primary.name}`
		: `${weight} % to ${target.name}, ${100 - weight} % to ${primary.name}`;

/** What comes once the checks of the step under way pass. */
export const afterTheChecks = (context: Context): string => {
	if (presentRound(context) < roundsNeeded(context)) {
		return 'the next round of checks';
	}

	const next = nextStep(context);
	if (next === undefined) {
		return 'promotion';
	}

	return {weight: 'the next step weight', rounds: 'its rounds of checks', switch: 'all users to the canary'}[
		next.tells
	];
};
