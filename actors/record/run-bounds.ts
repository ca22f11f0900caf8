// Where a run begins and ends: since when it is under way, and what it has come to.
import type {RunOutcome} from '../../api/canary-run.ts';
import {factsOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

/** Since when the Promoted condition is open: it opens with a run, and closes with its end. */
export const openSince = (canary: KubeObject | undefined): number | undefined => {
	const conditions = (canary?.status?.['conditions'] ?? []) as ReadonlyArray<Readonly<Record<string, unknown>>>;
	const open = conditions.find(({type, status}) => type === 'Promoted' && status === 'Unknown');
	return instantOf(open?.['lastTransitionTime']) || undefined;
};

const SET_BACK = 'the target was set back to what the primary runs';

/** What a run has come to that ends in this state, and why. */
export const endIn = (path: Path, reason: string): {readonly outcome: RunOutcome; readonly reason: string} => {
	const {outcome = 'superseded'} = factsOf(path);
	return {outcome, reason: reason === '' && outcome === 'superseded' ? SET_BACK : reason};
};
