// Weights that somebody else wrote on the route of a run, and what the Canary wants done about them.
import type {Problem, Route} from '../../api/model.ts';
import {isSameShare, noShare, type Share} from '../../api/shares.ts';
import type {Context} from './context.ts';

/** How often a run sets the weights back, or has an adopted weight taken back, and how often it is mended at rest: what
 * goes on after that is a fight. */
export const MENDINGS_MAX = 3;

/** The share that a route gives; none where there is no route. */
export const shareOf = (route: Route | undefined): Share => {
	if (route === undefined) return noShare;
	const {canary, mirrored, match} = route;
	return {canary, ...(mirrored !== undefined && {mirrored}), ...(match !== undefined && {match})};
};

/** The route has another share than the run gave it. A world observed before our own last write tells nothing. */
const routeStrays = ({run, world}: Context): boolean =>
	world?.route !== undefined && world.at >= run.stepAt && !isSameShare(world.route, run.routed);

/** What the run has written is what users meet. */
export const routeIsInForce = (context: Context): boolean =>
	!routeStrays(context) && context.world?.route?.awaits === undefined;

const policyOf = ({model}: Context) => model.onRouteChange ?? 'restore';
const isFought = ({run}: Context): boolean => run.repairs >= MENDINGS_MAX;

export const isToRestore = (context: Context): boolean =>
	routeStrays(context) && policyOf(context) === 'restore' && !isFought(context);

/** A weight of 0 leaves nothing to analyse; one below the run's is taken a few times, or the two would climb for ever. */
export const isToAdopt = (context: Context): boolean => {
	const found = context.world?.route?.canary ?? 0;
	const isTaken = found > 0 && (found > context.run.routed.canary || !isFought(context));
	return routeStrays(context) && policyOf(context) === 'adopt' && isTaken;
};

/** Set back time and again, in vain. */
export const routeIsContested = (context: Context): boolean =>
	routeStrays(context) && policyOf(context) === 'restore' && isFought(context);

/** The weights are left to whoever wrote them. */
export const routeIsYielded = (context: Context): boolean =>
	routeStrays(context) && policyOf(context) !== 'restore' && !isToAdopt(context);

/** A run has ended, and somebody else goes on to send users to its canary: it is not taken away from them. */
export const usersAreSentBySomebody = (context: Context): boolean =>
	context.run.routed.canary === 0 &&
	(context.world?.route?.canary ?? 0) > 0 &&
	routeStrays(context) &&
	policyOf(context) !== 'restore';

/** What is wrong with the weights, in words; empty when they are the run's. */
export const whoseWeights = (context: Context): string => {
	const {model, run, world} = context;
	if (!routeStrays(context)) return '';
	const changed = `route ${model.route.name}.${model.namespace} was changed by someone else`;
	const found = world?.route?.canary ?? 0;
	return found === run.routed.canary
		? `${changed} to send the canary other requests, or copies of them, than the run does`
		: `${changed} to canary weight ${found}, the run is at ${run.routed.canary}`;
};

/** What a person can do about it. */
export const howToGoOn = ({model, run}: Context): string => {
	if (run.routed.canary === 0) return 'set it to 0, so that the canary can be scaled down';
	const more = model.onRouteChange === 'adopt' ? ' or more' : '';
	return `set it to ${run.routed.canary}${more}, let nobody else write it, or promote or roll back by a command`;
};

/** No run is for these weights, and they came back each time they were taken away; undefined when all is well. */
export const strayAtRest = ({model, run, world, mendings}: Context): Problem | undefined => {
	const canary = world?.route?.canary ?? 0;
	if (run.routed.canary > 0 || canary === 0 || mendings < MENDINGS_MAX) return undefined;
	const route = `route ${model.route.name}.${model.namespace}`;
	return {
		field: route,
		value: String(canary),
		text: `${route} sends ${canary} % to ${model.target.name}, which no run is for, whenever it is set back`,
		remedy: 'Set its canary weight to 0 where it is kept',
	};
};
