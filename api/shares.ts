// Who gets what of the traffic: the one word for it that plans, charts, routers and what they read back have in common.
import {canonicalJson} from './canonical.ts';

/** A request that is the canary's alone, in the words of `spec.analysis.match[]`; its members are all to be met. */
export type MatchRule = Readonly<Record<string, unknown>>;

/** What of the traffic the canary gets; the rest is the primary's. */
export type Share = {
	/** Percent, 0…100; with `match`, of the requests that match. */
	readonly canary: number;
	/** Percent of the requests that it gets a copy of, whose answers nobody sees; none when absent. */
	readonly mirrored?: number;
	/** Only requests that meet one of these are shared out, all others are the primary's; all requests when absent. */
	readonly match?: readonly MatchRule[];
};

/** All traffic is the primary's. */
export const noShare: Share = {canary: 0};

/** Whose requests a share is about: nobody's where the canary gets none, whatever is written. */
const matchOf = ({canary, mirrored = 0, match = []}: Share): readonly MatchRule[] =>
	canary === 0 && mirrored === 0 ? [] : match;

/** Whether two shares send the same requests the same way. Members of a rule may come in any order, rules may not. */
export const isSameShare = (one: Share, other: Share): boolean =>
	one.canary === other.canary &&
	(one.mirrored ?? 0) === (other.mirrored ?? 0) &&
	canonicalJson(matchOf(one)) === canonicalJson(matchOf(other));
