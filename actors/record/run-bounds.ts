// Where a run begins and ends: which states it is under way in, since when, and what it has come to.
import type {RunOutcome} from '../../api/canary-run.ts';
import type {Path} from '../../machines/words/explain.ts';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

/** Whether a run is under way in this state. */
export const isUnderWay = (path: Path): boolean =>
	/^(?:progressing|halted|promoting)\b|^initialized\.superseding\b/.test(path) ||
	/^(?:finished|failed)\.(?!idle|mending|holding)/.test(path);

/** Since when the Promoted condition is open: it opens with a run, and closes with its end. */
export const openSince = (canary: KubeObject | undefined): number | undefined => {
	const conditions = (canary?.status?.['conditions'] ?? []) as ReadonlyArray<Readonly<Record<string, unknown>>>;
	const open = conditions.find(({type, status}) => type === 'Promoted' && status === 'Unknown');
	return instantOf(open?.['lastTransitionTime']) || undefined;
};

const outcomes: Readonly<Record<string, RunOutcome>> = {
	'finished.idle': 'promoted',
	'finished.mending': 'promoted',
	'failed.idle': 'rolled-back',
	'failed.mending': 'rolled-back',
	'failed.holding': 'failed',
};

const SET_BACK = 'the target was set back to what the primary runs';

/** What a run has come to that ends in this state, and why. */
export const endIn = (path: Path, reason: string): {readonly outcome: RunOutcome; readonly reason: string} => {
	const outcome = outcomes[path] ?? 'superseded';
	return {outcome, reason: reason === '' && outcome === 'superseded' ? SET_BACK : reason};
};
