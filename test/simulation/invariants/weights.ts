// T1 and T2: what the weights of a route may be, and how fast the canary's may rise.
import {canonicalJson} from '../../../api/canonical.ts';
import {weightsOf} from '../../../api/plan.ts';
import {isByAviary, routeIn, weightsIn} from './invariant.ts';
import type {Invariant} from './invariant.ts';

export const weightsSumTo100: Invariant = {
	name: 'T1 weights are whole numbers from 0 to 100 that sum to 100',
	watch: (scene, violated) => ({
		accepted(change) {
			if (!isByAviary(change)) return;
			for (const {model} of scene.canaries()) {
				const route = routeIn(scene, model, change.after);
				if (route === undefined) continue;
				for (const weights of [[route.primary, route.canary], ...weightsIn(change.after)]) {
					const areWhole = weights.every((weight) => Number.isInteger(weight) && weight >= 0 && weight <= 100);
					const sum = weights.reduce((total, weight) => total + weight, 0);
					if (!areWhole || (weights.length > 1 && sum !== 100)) violated(`weights ${weights.join(', ')}`);
				}
			}
		},
	}),
};

export const risesByOneStep: Invariant = {
	name: 'T2 the canary weight rises by at most one declared step',
	watch(scene, violated) {
		// What Aviary gave last: a weight that it restores after somebody else's change is no rise.
		const given = new Map<string, number>();
		return {
			accepted(change) {
				if (!isByAviary(change)) return;
				for (const {model} of scene.canaries()) {
					const now = routeIn(scene, model, change.after)?.canary;
					if (now === undefined) continue;
					const before = given.get(model.uid) ?? 0;
					const declared = weightsOf(model.analysis.plan);
					const steps = declared.filter((step) => step > before && step <= now).length;
					// Who is the primary has changed, and nobody is sent anywhere else by that.
					const isSameTraffic = canonicalJson(change.before?.spec) === canonicalJson(change.after?.spec);
					if (!isSameTraffic && (steps > 1 || (now > before && !declared.includes(now)))) {
						violated(`canary weight from ${before} to ${now}`);
					}

					// A route made anew begins at 0, and is then brought back to where it was.
					if (change.verb === 'update') given.set(model.uid, now);
				}
			},
		};
	},
};
