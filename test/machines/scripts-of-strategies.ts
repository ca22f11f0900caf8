// Scripts of the strategies other than weights, of which each has a good run, a bad one, and one taken up in its middle.
import {atRest, halts, opening, step} from './script.ts';
import type {Opening, Stage} from './stage.ts';
import type {Script} from './script.ts';
import {initializedPast, managed, plans, REPLICAS, START, withPlan} from './world.ts';
import type {Standing} from './world.ts';

const openingOf = (strategy: keyof typeof plans): Opening => ({
	...opening,
	model: withPlan(managed, plans[strategy]),
});

/** With a run that a former life has left, at this weight and in this round. */
const takenUp = (
	strategy: keyof typeof plans,
	phase: 'Progressing' | 'Promoting',
	[canaryWeight, iterations]: readonly [number, number],
	standing: Partial<Standing>,
): Opening => ({
	...openingOf(strategy),
	recalled: {
		...initializedPast,
		phase,
		canaryWeight,
		iterations,
		lastAppliedSpec: 'v2',
		lastTransitionTime: START - 5000,
		state: phase.toLowerCase(),
	},
	standing: {...atRest, replicas: REPLICAS, ...standing},
});

const good = async (stage: Stage): Promise<unknown> => stage.until('finished.idle');
const bad = async (stage: Stage): Promise<unknown> => {
	stage.verdicts = ['passed', 'failed'];
	return stage.until('failed.idle');
};

const waits = (name: string): string =>
	`Waiting for ${name}.test rollout to finish: 1 of 2 updated replicas are available`;
const rises: readonly string[] = ['scale 2', waits('podinfo'), 'Starting canary analysis for podinfo.test'];
const begins: readonly string[] = ['New revision detected! Scaling up podinfo.test', ...rises];
const iteration = (round: number): string => `Advance podinfo.test canary iteration ${round}/2`;
const switches: readonly string[] = ['route 100', 'Routing all traffic to canary'];
const copies: readonly string[] = [
	'keep v1',
	'Copying podinfo.test template spec to podinfo-primary.test',
	'promote v2',
	waits('podinfo-primary'),
];
const down = (weight: number): readonly string[] => [
	`route ${weight}`,
	`Advance podinfo.test primary weight ${100 - weight}`,
];
const isPromoted: readonly string[] = ['scale 0', 'keep v2', 'Promotion completed! Scaling down podinfo.test'];
const isGivenUp: readonly string[] = [
	halts,
	halts,
	'Rolling back podinfo.test failed checks threshold reached 2',
	'route 0',
	'Canary failed! Scaling down podinfo.test',
	'scale 0',
];

const abTesting: readonly Script[] = [
	{
		title: 'by A/B testing the requests that match are the canary’s for as many rounds as are asked for',
		opening: openingOf('A/B testing'),
		play: good,
		ends: 'finished.idle',
		journal: [
			...begins,
			'route 100',
			iteration(1),
			iteration(2),
			...copies,
			'Routing all traffic to primary',
			'route 0',
			...isPromoted,
		],
	},
	{
		title: 'by A/B testing a bad revision goes back, however many rounds it has passed',
		opening: openingOf('A/B testing'),
		play: bad,
		ends: 'failed.idle',
		journal: [...begins, 'route 100', iteration(1), iteration(2), ...isGivenUp],
	},
	{
		title: 'A/B testing that is taken up goes on with the round that was under way',
		opening: takenUp('A/B testing', 'Progressing', [100, 2], {route: plans['A/B testing'].steps[0].share}),
		play: good,
		ends: 'finished.idle',
		journal: ['route 100', iteration(2), ...copies, 'Routing all traffic to primary', 'route 0', ...isPromoted],
	},
	{
		title: 'a failed round of A/B testing is none, and those before it stay passed',
		opening: openingOf('A/B testing'),
		async play(stage) {
			stage.verdicts = ['passed', 'failed', 'passed'];
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [
			...begins,
			'route 100',
			iteration(1),
			iteration(2),
			halts,
			...copies,
			'Routing all traffic to primary',
			'route 0',
			...isPromoted,
		],
	},
];

const blueGreen: readonly Script[] = [
	{
		title: 'by blue/green nobody is on the canary until its rounds have passed, and users go back by steps',
		opening: openingOf('blue/green'),
		play: good,
		ends: 'finished.idle',
		journal: [
			...begins,
			'route 0',
			iteration(1),
			iteration(2),
			...switches,
			...copies,
			...down(40),
			...down(0),
			...isPromoted,
		],
	},
	{
		title: 'by blue/green a bad revision never has users',
		opening: openingOf('blue/green'),
		play: bad,
		ends: 'failed.idle',
		journal: [...begins, 'route 0', iteration(1), iteration(2), ...isGivenUp],
	},
	{
		title: 'blue/green that is taken up does not pass its rounds twice',
		opening: takenUp('blue/green', 'Progressing', [0, 2], {}),
		play: good,
		ends: 'finished.idle',
		journal: [...rises, 'route 0', iteration(2), ...switches, ...copies, ...down(40), ...down(0), ...isPromoted],
	},
	{
		title: 'blue/green where nothing is routed is promoted after its rounds',
		opening: openingOf('blue/green without routes'),
		play: good,
		ends: 'finished.idle',
		journal: [...begins, 'route 0', iteration(1), iteration(2), ...copies, 'route 0', ...isPromoted],
	},
	{
		title: 'blue/green where nothing is routed ends with a bad revision all the same',
		opening: openingOf('blue/green without routes'),
		play: bad,
		ends: 'failed.idle',
		journal: [...begins, 'route 0', iteration(1), iteration(2), ...isGivenUp],
	},
];

const others: readonly Script[] = [
	{
		title: 'mirrored weights begin with copies of requests',
		opening: openingOf('mirrored weights'),
		play: good,
		ends: 'finished.idle',
		journal: [
			...begins,
			...step(0),
			...step(50),
			...copies,
			'Routing all traffic to primary',
			'route 0',
			...isPromoted,
		],
	},
	{
		title: 'copies of requests that are answered badly cost no user anything',
		opening: openingOf('mirrored weights'),
		async play(stage) {
			stage.verdicts = ['failed'];
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [...begins, ...step(0), ...isGivenUp],
	},
	{
		title: 'a promotion by steps gives the primary its users back an interval apart',
		opening: openingOf('weights both ways'),
		async play(stage) {
			await stage.until('promoting.rolling');
			// Five seconds of a rolling update, and a write.
			await stage.advance(5.1);
			await stage.advance(9);
			stage.journal.push('9 s later');
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [...begins, ...step(50), ...copies, ...down(30), '9 s later', ...down(10), ...down(0), ...isPromoted],
	},
	{
		title: 'a promotion by steps whose checks fail half-way is taken back',
		opening: openingOf('weights both ways'),
		async play(stage) {
			await stage.until('promoting.routing');
			stage.verdicts = ['failed'];
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [
			...begins,
			...step(50),
			...copies,
			...down(30),
			halts,
			...down(10),
			halts,
			'Taking the promotion of podinfo.test back, podinfo-primary.test gets its last promoted template',
			'take back to v1',
			'Rolling back podinfo.test failed checks threshold reached 2',
			'route 0',
			'Canary failed! Scaling down podinfo.test',
			'scale 0',
		],
	},
	{
		title: 'a promotion by steps that is taken up goes on from what the route gives',
		opening: takenUp('weights both ways', 'Promoting', [30, 0], {primary: 'v2', route: {canary: 30}}),
		play: good,
		ends: 'finished.idle',
		journal: [...down(30), ...down(10), ...down(0), ...isPromoted],
	},
];

export const strategies: readonly Script[] = [...abTesting, ...blueGreen, ...others];
