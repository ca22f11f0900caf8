// What the chart is explored with for each strategy: that its steps keep the same rules as weights do.
import type {Menu} from './pairs.ts';
import {commandOf, initializedPast, managed, plans, REPLICAS, START, withPlan} from './world.ts';
import type {Standing} from './world.ts';

const atRest: Standing = {replicas: 0, route: {canary: 0}, primary: 'v1', kept: 'v1', judging: false};

const past = (phase: 'Progressing' | 'Promoting', canaryWeight: number, iterations: number) => ({
	...initializedPast,
	phase,
	canaryWeight,
	iterations,
	lastAppliedSpec: 'v2',
	lastTransitionTime: START,
	state: phase.toLowerCase(),
});

type Strategy = keyof typeof plans;

/** Where a former life of a strategy may have ended, with what the route may give then. */
const pasts: Readonly<
	Record<Strategy, ReadonlyArray<readonly [ReturnType<typeof past>, ReadonlyArray<Standing['route']>]>>
> = {
	'A/B testing': [
		[past('Progressing', 100, 1), [{canary: 0}, plans['A/B testing'].steps[0].share]],
		[past('Progressing', 100, 2), [plans['A/B testing'].steps[0].share]],
		[past('Promoting', 100, 2), [plans['A/B testing'].steps[0].share]],
	],
	'blue/green': [
		[past('Progressing', 0, 1), [{canary: 0}]],
		[past('Progressing', 0, 2), [{canary: 0}]],
		[past('Progressing', 100, 2), [{canary: 0}, {canary: 100}]],
		[past('Promoting', 40, 2), [{canary: 40}, {canary: 0}]],
	],
	'blue/green without routes': [
		[past('Progressing', 0, 2), [{canary: 0}]],
		[past('Promoting', 0, 2), [{canary: 0}]],
	],
	'mirrored weights': [[past('Progressing', 0, 0), [{canary: 0}, {canary: 0, mirrored: 100}]]],
	'weights both ways': [
		[past('Promoting', 30, 0), [{canary: 30}, {canary: 10}, {canary: 0}]],
		[past('Promoting', 50, 0), [{canary: 50}]],
	],
};

const menuOf = (strategy: Strategy): Menu => ({
	name: `a run by ${strategy}`,
	model: withPlan(managed, plans[strategy]),
	starts: [
		{recalled: initializedPast, standing: atRest, sight: {target: 'v2'}},
		...pasts[strategy].flatMap(([recalled, routes]) =>
			routes.flatMap((route) =>
				(recalled.phase === 'Promoting' ? ['v1', 'v2'] : ['v1']).map((primary) => ({
					recalled,
					standing: {replicas: REPLICAS, route, primary, kept: 'v1', judging: false},
					sight: {},
				})),
			),
		),
	],
	sights: [
		{},
		{canary: 'rising'},
		{canary: 'failing'},
		{primary: 'rolling'},
		{primary: 'down'},
		{target: 'v3', canary: 'rising'},
		{target: 'v1'},
		{route: 'stray'},
	],
	edits: [],
	verdicts: ['passed', 'failed', 'unknown'],
	commands: [commandOf('promote'), commandOf('rollback')],
});

/** Every strategy with the number of mishaps that its histories may have. */
export const ofStrategies: ReadonlyArray<{readonly menu: Menu; readonly mishaps: number}> = (
	Object.keys(plans) as Strategy[]
).map((strategy) => ({menu: menuOf(strategy), mishaps: 2}));
