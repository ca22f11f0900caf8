// When a run is over and how it went, by a Canary's status and its target: for those who wait for it.
import type {CanaryStatus} from '../api/canary.ts';
import {plain} from './terminal.ts';

/** `promoted`: the primary runs the revision. */
export type RunEnd = {readonly outcome: 'promoted' | 'failed' | 'superseded'; readonly text: string};

export type Outlook = {
	readonly status: CanaryStatus;
	/** The revision that was asked for by name. */
	readonly wanted: string | undefined;
	/** The target's revision now; undefined where it cannot be read. */
	readonly target: string | undefined;
	/** The revision of a run that was seen under way; undefined before one was. */
	readonly seen: string | undefined;
};

const RESTING = new Set(['Initialized', 'Succeeded', 'Failed']);

/** True when nothing is under way; what the last run came to is then in the phase. */
export const isAtRest = ({phase}: CanaryStatus): boolean => RESTING.has(phase ?? '');

/** The revision that a run under way is about; undefined when there is none. */
export const runUnderWay = (status: CanaryStatus): string | undefined =>
	isAtRest(status) || (status.phase ?? '') === '' || status.phase === 'Initializing'
		? undefined
		: plain(status.canaryRevision) || plain(status.lastAppliedSpec);

const verdictOf = ({status, seen}: Outlook): RunEnd => {
	const judged = plain(status.lastAppliedSpec);
	if (status.phase === 'Failed') {
		const reason = plain(status.reason);
		return {outcome: 'failed', text: `failed: ${reason || `revision ${judged} was taken back`}`};
	}

	if (status.phase === 'Initialized' && seen !== undefined && seen !== judged) {
		return {outcome: 'superseded', text: 'superseded: the target was set back to what the primary runs'};
	}

	return {outcome: 'promoted', text: `promoted: the primary runs revision ${judged}`};
};

/** How the run ended; undefined when it goes on, or has not begun yet. */
export const runEnd = (outlook: Outlook): RunEnd | undefined => {
	const {status, wanted, target, seen} = outlook;
	const underWay = runUnderWay(status);
	if (wanted !== undefined && seen === wanted && underWay !== undefined && underWay !== wanted) {
		return {outcome: 'superseded', text: `superseded: revision ${underWay} has taken its place`};
	}

	if (!isAtRest(status)) {
		return undefined;
	}

	const aim = wanted ?? target;
	const judged = plain(status.lastAppliedSpec);
	if (aim === undefined) {
		return seen === undefined ? undefined : verdictOf(outlook);
	}

	if (judged === aim) {
		return verdictOf(outlook);
	}

	if (plain(status.lastPromotedSpec) === aim) {
		return {outcome: 'promoted', text: `promoted: the primary runs revision ${aim} already`};
	}

	return wanted !== undefined && seen === wanted ? verdictOf(outlook) : undefined;
};
