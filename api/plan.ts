// What a run does step by step: every strategy compiles to such a plan, and the chart walks it without knowing which.
import {isSameShare, noShare, type Share} from './shares.ts';

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

/** A share that gives the canary no less than the other; one that is mirrored comes before any that users get. */
const isAtLeast = (one: Share, other: Share): boolean =>
	one.canary === other.canary ? (one.mirrored ?? 0) >= (other.mirrored ?? 0) : one.canary > other.canary;

/** The index of the last step that this share has reached; -1 before the first. */
export const reachedBy = ({steps}: Plan, share: Share): number =>
	steps.findLastIndex((step) => isAtLeast(share, step.share));

/** The first step above this share; undefined when none is left. */
const stepAbove = ({steps}: Plan, share: Share): Step | undefined =>
	steps.find((step) => !isAtLeast(share, step.share));

/**
 * The share as the plan may have it. One of requests that no step is about has proven nothing for those that the plan is
 * about: it becomes the first step, with no more than it had.
 */
export const shareWithin = ({steps: [first, ...rest]}: Plan, share: Share): Share => {
	const {canary, match = []} = share;
	const isAbout = (step: Step | undefined): boolean =>
		isSameShare({canary, match}, {canary, match: step?.share.match ?? []});
	const begun = first?.share ?? noShare;
	return [first, ...rest].some((step) => isAbout(step)) ? share : {...begun, canary: Math.min(canary, begun.canary)};
};

/** What a former life was doing at most: one step beyond what the route gives, or what it recorded, if that is less. */
export const shareUnderWay = (plan: Plan, routed: Share, recorded: number): Share => {
	const present = shareWithin(plan, routed);
	if (present !== routed) {
		return {...present, canary: Math.min(present.canary, recorded)};
	}

	const next = stepAbove(plan, routed)?.share ?? routed;
	const canary = Math.min(recorded, next.canary);
	return canary === routed.canary ? routed : {...next, canary};
};

/** How many rounds of a step a former life had passed, which recorded the one that was under way, over all steps. */
export const roundsPassed = ({steps}: Plan, step: number, recorded: number): number => {
	const before = steps.slice(0, Math.max(0, step)).filter(({tells}) => tells === 'rounds');
	return Math.max(0, recorded - 1 - before.reduce((sum, {rounds}) => sum + rounds, 0));
};
