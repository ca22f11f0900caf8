// What a run does step by step: every strategy compiles to such a plan, and the chart walks it without knowing which.
import type {Share} from './shares.ts';

export type Step = {
	/** Who gets what while the step lasts. */
	readonly share: Share;
	/** How many rounds of checks must pass before the next step; 1 or more. */
	readonly rounds: number;
	/** What people are told of it: the canary's new weight, each of its rounds, or that all users are switched over. */
	readonly tells: 'weight' | 'rounds' | 'switch';
};

export type Plan = {
	/** By the name that it has for people and in metrics; nothing is decided by it. */
	readonly strategy: 'canary' | 'ab-testing' | 'blue-green';
	/** In order, never empty; after the last one the revision is promoted. */
	readonly steps: readonly Step[];
	/** By which the promoted primary gets its users back before it has all of them, falling; all at once when empty. */
	readonly promotion: readonly Share[];
};

/** The canary's weights of a plan, in order. */
export const weightsOf = ({steps}: Plan): readonly number[] => steps.map(({share}) => share.canary);

/** The canary's highest weight. */
export const maxWeightOf = (plan: Plan): number => Math.max(...weightsOf(plan));
