// Drift: the primary has another template than the run began with, or than was promoted onto it. It is told, not fought.
import type {Problem} from '../../api/model.ts';
import type {Context} from './context.ts';
import {templateIsCopied, tooManyFailedChecks} from './run.ts';

const isUnderWay = (context: Context): boolean => {
	const {run, judged, promoted} = context;
	const isCurrent = run.revision !== '' && run.revision === judged && run.revision !== promoted;
	return isCurrent && run.failure === undefined && run.promoting !== true && !tooManyFailedChecks(context);
};

/** In a run: somebody gave the primary another template than the canary was begun to be compared with. */
const driftsInRun = (context: Context): boolean => {
	const {run, world} = context;
	const isKnown = run.baseline !== undefined && world?.primary !== undefined;
	return isKnown && isUnderWay(context) && world.primary.revision !== run.baseline;
};

/** After a promotion: the target still is what was promoted, and the primary is not. */
const driftsFromPromoted = ({world, promoted}: Context): boolean =>
	promoted !== '' &&
	world?.primary?.promoted === promoted &&
	world.target?.revision === promoted &&
	!world.primaryRunsTarget;

/** While the promoted template rolls out: the one from before the promotion is back. */
export const promotionIsOverwritten = (context: Context): boolean => {
	const {run, world} = context;
	const isSeen = world?.primary !== undefined && world.at >= run.since;
	return isSeen && templateIsCopied(context) && world.primary.revision === run.baseline;
};

/** What drifted, as a problem; undefined when nothing did. */
export const driftOf = (context: Context): Problem | undefined => {
	const {model} = context;
	const primary = `${model.primary.name}.${model.namespace}`;
	const field = `${model.target.kind} ${primary}`;
	if (driftsInRun(context)) {
		return {
			field,
			value: context.world?.primary?.revision ?? '',
			text: `${primary} drifted: somebody else changed its template while a run was under way`,
			remedy: 'The run goes on, and a promotion replaces that template; roll back to keep it',
		};
	}

	if (driftsFromPromoted(context)) {
		return {
			field,
			value: context.world?.primary?.revision ?? '',
			text: `${primary} drifted: it has another template than was promoted onto it`,
			remedy: `Give it the template of ${model.target.name} where it is kept, or release a new revision`,
		};
	}

	return undefined;
};

export const overwritten = ({model}: Context): string =>
	`the promotion was overwritten: somebody else gave ${model.primary.name}.${model.namespace} its former template back`;
