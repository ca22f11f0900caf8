// `kill -9` at each write of a run by rounds: the rounds go on from the one that was under way.
import test from 'ava';
import {sweep} from './sweep.ts';
import type {Plan} from './simulation.ts';

const insiders = [{headers: {'x-canary': {exact: 'insider'}}}];

/** By rounds instead of weights, of which a Canary may have one. */
const byRounds = (analysis: object, spec: object = {}): Plan => ({
	shape: 'today',
	scenario: 'good',
	edit: (objects) =>
		objects.map((object) => {
			if (object.kind !== 'Canary') return object;
			const {stepWeight: _, maxWeight: __, ...rest} = (object.spec?.['analysis'] ?? {}) as Record<string, unknown>;
			return {
				...object,
				spec: {...object.spec, ...spec, analysis: {...rest, threshold: 2, iterations: 2, ...analysis}},
			};
		}),
});

const plans: ReadonlyArray<readonly [string, Plan]> = [
	['an A/B test', byRounds({match: insiders})],
	['blue/green without a mesh', byRounds({}, {provider: 'kubernetes'})],
	[
		'a promotion by steps',
		{
			shape: 'today',
			scenario: 'good',
			analysis: {stepWeight: 50, maxWeight: 50, threshold: 2, stepWeightPromotion: 30},
		},
	],
];

for (const [what, plan] of plans) {
	for (const when of ['applied', 'before'] as const) {
		const where = when === 'applied' ? 'right after each write was applied' : 'before each write has left';
		test(`${what}, killed ${where}, ends as the run that was never killed`, async (t) => {
			await sweep(t, plan, when);
		});
	}
}
