import test from 'ava';
import type {Run} from '../../../machines/model/context.ts';
import {lackOf} from '../../../machines/words/lacks.ts';
import {waitingFor, whatComesNext} from '../../../machines/words/explain.ts';
import {sayings} from '../../../machines/words/texts.ts';
import {statusOf} from '../../../machines/model/status.ts';
import {contextOf, managed, plans, withPlan} from '../world.ts';

type Told = {
	readonly event: string;
	readonly waits: string;
	readonly next: string;
	readonly lacks: string;
	readonly iterations: number;
};
type Row = readonly [what: string, strategy: keyof typeof plans, run: Partial<Run>, told: Told];

const abTested = plans['A/B testing'].steps[0].share;
const checks = 'asked every 10 s';

const rows: readonly Row[] = [
	[
		'the first round',
		'A/B testing',
		{step: 0, share: abTested, routed: abTested},
		{
			event: 'Advance podinfo.test canary iteration 1/2',
			waits: `passing checks in round 1 of 2, ${checks}`,
			next: 'the next round of checks',
			lacks: 'a round of checks that passes in round 1 of 2',
			iterations: 1,
		},
	],
	[
		'the last round',
		'A/B testing',
		{step: 0, share: abTested, routed: abTested, rounds: 1},
		{
			event: 'Advance podinfo.test canary iteration 2/2',
			waits: `passing checks in round 2 of 2, ${checks}`,
			next: 'promotion',
			lacks: 'a round of checks that passes in round 2 of 2',
			iterations: 2,
		},
	],
	[
		'rounds without users',
		'blue/green',
		{step: 0, share: {canary: 0}, rounds: 1},
		{
			event: 'Advance podinfo.test canary iteration 2/2',
			waits: `passing checks in round 2 of 2, ${checks}`,
			next: 'all users to the canary',
			lacks: 'a round of checks that passes in round 2 of 2',
			iterations: 2,
		},
	],
	[
		'the switch',
		'blue/green',
		{step: 1, share: {canary: 100}, routed: {canary: 100}},
		{
			event: 'Routing all traffic to canary',
			waits: `passing checks with all users on the canary, ${checks}`,
			next: 'promotion',
			lacks: 'a round of checks that passes with all users on the canary',
			iterations: 2,
		},
	],
	[
		'copies of requests',
		'mirrored weights',
		{step: 0, share: {canary: 0, mirrored: 100}, routed: {canary: 0, mirrored: 100}},
		{
			event: 'Advance podinfo.test canary weight 0',
			waits: `passing checks at canary weight 0, ${checks}`,
			next: 'the next step weight',
			lacks: 'a round of checks that passes at weight 0',
			iterations: 0,
		},
	],
];

for (const [what, strategy, run, {event, waits, next, lacks, iterations}] of rows) {
	test(`${what} of ${strategy}: ${event}`, (t) => {
		const context = contextOf({}, run, {}, withPlan(managed, plans[strategy]));
		t.deepEqual(
			sayings['the step'](context).map(({text}) => text),
			[event],
		);
		t.is(waitingFor('progressing.soaking', context), waits);
		t.is(whatComesNext('progressing.soaking', context), next);
		t.deepEqual(lackOf('the step has passed', 'progressing.soaking', context), {kind: 'checks', text: lacks});
		t.is(statusOf('progressing.soaking', context).iterations, iterations);
	});
}

test('a last step that is not begun yet lacks what comes before it', (t) => {
	const context = contextOf({}, {step: 0, share: {canary: 0}}, {}, withPlan(managed, plans['blue/green']));
	t.is(lackOf('the last step has passed', 'progressing.soaking', context).text, 'all of its rounds of checks to pass');
});

test('a promotion by steps tells the primary’s weight, and what it waits for between two', (t) => {
	const model = withPlan(managed, plans['weights both ways']);
	const context = contextOf({}, {routed: {canary: 30}, lowered: true}, {}, model);
	t.deepEqual(
		sayings['the step down'](context).map(({text}) => text),
		['Advance podinfo.test primary weight 70'],
	);
	t.deepEqual(sayings['the return'](context), []);
	t.is(
		waitingFor('promoting.rolling', context),
		'an interval of 10 s, after which podinfo-primary gets more users back',
	);
	t.is(lackOf('the promoted primary is healthy', 'promoting.rolling', context).text, 'the end of the interval');
});

test('where nobody was on the canary nothing returns', (t) => {
	const model = withPlan(managed, plans['blue/green without routes']);
	t.deepEqual(sayings['the return'](contextOf({}, {}, {}, model)), []);
});
