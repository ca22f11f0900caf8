// Which requests are the canary's alone, in the words of a VirtualService and back: the first http route takes them in,
// the one after it is for all others.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel} from '../../../api/model.ts';
import {at, isBag, type Bag} from '../../../api/reading.ts';
import type {MatchRule} from '../../../api/shares.ts';
import {withoutNulls} from '../../objects/shapes.ts';

/** The rules that a Canary shares requests out by; undefined where it is all requests. */
export const rulesOf = ({analysis}: Pick<CanaryModel, 'analysis'>): readonly MatchRule[] | undefined =>
	analysis.plan.steps.find(({share}) => share.match !== undefined)?.share.match;

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** Istio knows no suffixes. */
const inItsWords = (matches: unknown): unknown =>
	isBag(matches)
		? Object.fromEntries(
				Object.entries(matches).map(([name, match]) => {
					const suffix = at(match, 'suffix');
					return [name, typeof suffix === 'string' ? {regex: `.*${literally(suffix)}`} : match];
				}),
			)
		: undefined;

const joined = (one: unknown, other: unknown): Bag | undefined =>
	isBag(one) || isBag(other) ? {...(isBag(one) && one), ...(isBag(other) && other)} : undefined;

/** The rules, each within whatever the Service routes at all. */
export const matchesOf = (service: readonly object[] = [], rules: readonly MatchRule[]): readonly Bag[] =>
	(service.length === 0 ? [{}] : service).flatMap((routed) =>
		rules.map((rule) =>
			withoutNulls<Bag>({
				...routed,
				headers: joined(at(routed, 'headers'), inItsWords(rule['headers'])),
				queryParams: joined(at(routed, 'queryParams'), inItsWords(rule['queryParams'])),
				sourceLabels: joined(at(routed, 'sourceLabels'), rule['sourceLabels']),
			}),
		),
	);

/** The rules by which a route gives the canary its share: the Canary's own, or whatever else is written there. */
export const rulesIn = (model: CanaryModel, written: unknown, hasOthers: boolean): readonly MatchRule[] | undefined => {
	if (!model.route.generated || !hasOthers || !Array.isArray(written)) return undefined;
	const rules = rulesOf(model);
	const isOurs = rules !== undefined && isDeepStrictEqual(written, matchesOf(model.service?.match, rules));
	return isOurs ? rules : (written as readonly MatchRule[]);
};
