// All invariants, watching one world.
import type {Embedded} from '../../../sandbox/embedded.ts';
import {onlyWeightsChange, touchesNobodyElses} from './foreign.ts';
import {sceneOf} from './invariant.ts';
import type {Invariant} from './invariant.ts';
import {promotesWhatWasAnalysed} from './promotion.ts';
import {dropsNothing, servesWhatIsRouted} from './scale.ts';
import {failedChecksOnlyGrow, isReadByGitOps, saysWhatIsExpected} from './status.ts';
import {risesByOneStep, weightsSumTo100} from './weights.ts';

export const invariants: readonly Invariant[] = [
	weightsSumTo100,
	risesByOneStep,
	servesWhatIsRouted,
	dropsNothing,
	onlyWeightsChange,
	touchesNobodyElses,
	promotesWhatWasAnalysed,
	saysWhatIsExpected,
	isReadByGitOps,
	failedChecksOnlyGrow,
];

/** Watches the world from now on; what is violated is added to the answer. `except`: names, or their first word. */
export const watchInvariants = (
	{store, world}: Embedded,
	{except, speed}: {readonly except: readonly string[]; readonly speed: number},
): string[] => {
	const violations: string[] = [];
	const scene = sceneOf(store, speed);
	for (const invariant of invariants) {
		if (except.some((name) => invariant.name === name || invariant.name.startsWith(`${name} `))) continue;
		const watching = invariant.watch(scene, (text) => {
			// A broken world breaks the same thing with every request.
			if (violations.length < 20) violations.push(`${invariant.name}: ${text}`);
		});
		if (watching.accepted !== undefined) store.onAccepted(watching.accepted);
		if (watching.requested !== undefined) world.onRequest(watching.requested);
	}

	return violations;
};
