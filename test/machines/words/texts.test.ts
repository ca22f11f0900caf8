import test from 'ava';
import {unlimited} from '../../../api/model.ts';
import type {CanaryModel} from '../../../api/model.ts';
import {waitingFor} from '../../../machines/words/explain.ts';
import type {Run} from '../../../machines/model/context.ts';
import {rolloutWaits, judged, sayings} from '../../../machines/words/texts.ts';
import type {Saying} from '../../../machines/words/texts.ts';
import {atWeight, contextOf, managed, paired, plans, verdict, withPlan} from '../world.ts';
import type {Sight} from '../world.ts';

type Row = readonly [
	what: Saying,
	shape: 'paired' | 'managed',
	texts: readonly string[],
	run?: Partial<Run>,
	sight?: Sight,
];

const failing: Sight = {canary: 'failing'};
const lack = '0 of 2 updated replicas are available (container podinfod: CrashLoopBackOff)';

/** The words of the seeds for the first shape, of the peer for today's. */
const rows: readonly Row[] = [
	[
		'the run',
		'paired',
		['New revision detected podinfo-canary.test old v2 new v3', 'Scaling up podinfo-canary.test'],
		{},
		{target: 'v3'},
	],
	['the run', 'paired', []],
	['the run', 'managed', ['New revision detected! Scaling up podinfo.test']],
	['the restart', 'paired', ['New revision detected podinfo-canary.test old v2 new v3'], {}, {target: 'v3'}],
	['the restart', 'managed', ['New revision detected! Restarting analysis for podinfo.test'], {}, {target: 'v3'}],
	['the start', 'paired', ['Starting canary deployment for podinfo.test']],
	['the start', 'managed', ['Starting canary analysis for podinfo.test']],
	['the step down', 'managed', []],
	['the step', 'paired', ['Advance podinfo.test canary weight 5'], atWeight(5)],
	[
		'the shelter',
		'paired',
		[
			`Halt podinfo.test advancement canary deployment podinfo-canary.test is failing, all traffic to the primary: ${lack}`,
		],
		{},
		failing,
	],
	[
		'the repair',
		'paired',
		['Route podinfo.test was changed by someone else, restoring canary weight 20'],
		atWeight(20),
	],
	[
		'the adoption',
		'paired',
		['Route podinfo.test was changed by someone else, adopting canary weight 35'],
		atWeight(35),
	],
	[
		'the contest',
		'paired',
		[
			'Halt podinfo.test advancement route podinfo.test was changed by someone else to canary weight 30, the run is at ' +
				'20; set it to 20, let nobody else write it, or promote or roll back by a command',
		],
		{...atWeight(20)},
		{route: 'stray'},
	],
	['the refusal', 'paired', ['Halt podinfo.test advancement forbidden'], {refusal: 'forbidden'}],
	['the halt', 'paired', []],
	[
		'the halt',
		'paired',
		['Halt podinfo.test advancement podinfo.test waiting for rollout to finish: 1 of 2 updated replicas are available'],
		{},
		{primary: 'rolling'},
	],
	['the copy', 'paired', ['Copying podinfo-canary.test template spec to podinfo.test']],
	['the copy', 'managed', ['Copying podinfo.test template spec to podinfo-primary.test']],
	['the return', 'paired', []],
	['the return', 'managed', ['Routing all traffic to primary']],
	['the rollback', 'paired', ['Rolling back podinfo-canary.test failed checks threshold reached 2'], {failedChecks: 2}],
	['the rollback', 'managed', ['Rolling back podinfo.test failed checks threshold reached 2'], {failedChecks: 2}],
	[
		'the rollback',
		'paired',
		['Rolling back podinfo-canary.test progress deadline exceeded'],
		{failure: 'progress deadline exceeded'},
	],
	['the failure', 'paired', ['Canary failed! Scaling down podinfo-canary.test']],
	[
		'the failed promotion',
		'paired',
		['Promotion of podinfo-canary.test failed, primary not ready: 0 of 2 updated replicas are available'],
		{},
		{primary: 'down'},
	],
	[
		'the failed promotion',
		'paired',
		['Promotion of podinfo-canary.test failed: progress deadline exceeded: PATCH deployments.apps: forbidden'],
		{failure: 'progress deadline exceeded: PATCH deployments.apps: forbidden'},
	],
	[
		'the taking back',
		'paired',
		['Taking the promotion of podinfo-canary.test back, podinfo.test gets its last promoted template'],
	],
	['the promotion', 'paired', ['Promotion completed! Scaling down podinfo-canary.test']],
	['the initialization', 'managed', ['Initialization done! podinfo.test']],
	[
		'the supersession',
		'paired',
		['podinfo-canary.test is back at the promoted revision, the run ends without a verdict'],
	],
];

for (const [what, shape, texts, run = {}, sight = {}] of rows) {
	test(`${what} of a ${shape} Canary says ${texts.length === 0 ? 'nothing' : texts.join(', then ')}`, (t) => {
		const context = contextOf(sight, run, {}, shape === 'paired' ? paired : managed);
		t.deepEqual(
			sayings[what](context).map(({text}) => text),
			texts,
		);
	});
}

test('a Rollout says what it has always said, and its successor’s words where it had none', (t) => {
	const rollout: CanaryModel = {...paired, dialect: 'rollout', analysis: {...paired.analysis, threshold: unlimited}};
	const said = (what: Saying, run: Partial<Run> = {}, sight: Sight = {}): readonly string[] =>
		sayings[what](contextOf(sight, run, {}, rollout)).map(({text}) => text);
	t.deepEqual(said('the run'), []);
	t.deepEqual(said('the start'), ['Starting rollout for podinfo.test']);
	t.deepEqual(said('the step', atWeight(10)), ['Advance rollout podinfo.test weight 10']);
	t.deepEqual(judged(contextOf({}, {}, {}, rollout), verdict('failed')), [
		{type: 'Warning', text: 'Halt rollout podinfo.test success rate 69.17% < 99%'},
	]);
	t.deepEqual(said('the copy'), ['Copying podinfo-canary.test template spec to podinfo.test']);
	t.deepEqual(said('the return'), []);
	t.deepEqual(said('the promotion'), ['Promotion complete! Scaling down podinfo-canary.test']);
	t.deepEqual(said('the restart', {}, {target: 'v3'}), ['New revision detected podinfo-canary.test old v2 new v3']);
	const context = contextOf({}, {failedChecks: 3, verdict: verdict('failed')}, {}, rollout);
	t.regex(waitingFor('halted.failedCheck', context), /< 99% \(3\)$/);
});

test('everything that can be said is above', (t) => {
	const said = new Set(rows.map(([what]) => what));
	t.deepEqual(
		Object.keys(sayings).filter((what) => !said.has(what as Saying)),
		[],
	);
});

test('a verdict that failed or told nothing halts in its own words, one that passed says nothing', (t) => {
	t.deepEqual(judged(contextOf({}), verdict('failed')), [
		{type: 'Warning', text: 'Halt podinfo.test advancement success rate 69.17% < 99%'},
	]);
	t.is(judged(contextOf({}), verdict('unknown')).length, 1);
	t.deepEqual(judged(contextOf({}), verdict('passed')), []);
});

test('a round that passes begins the next one, unless its revision is being promoted already', (t) => {
	const share = {canary: 100};
	const run = {routing: 'written', step: 0, share, routed: share, passed: true, rounds: 1};
	const model = withPlan(managed, plans['A/B testing']);
	t.deepEqual(judged(contextOf({}, run, {}, model), verdict('passed')), [
		{type: 'Normal', text: 'Advance podinfo.test canary iteration 2/2'},
	]);
	t.deepEqual(judged(contextOf({}, {...run, promoting: true}, {}, model), verdict('passed')), []);
});

test('a rollout that is waited for is said with its counts', (t) => {
	const lacks = '1 of 2 updated replicas are available';
	t.deepEqual(rolloutWaits(paired, 'primary', lacks), {
		type: 'Warning',
		text: 'Waiting for podinfo.test rollout to finish: 1 of 2 updated replicas are available',
	});
});
