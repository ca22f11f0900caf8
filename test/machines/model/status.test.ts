import test from 'ava';
import type {CanaryModel, Phase} from '../../../api/model.ts';
import type {Path} from '../../../machines/facts.ts';
import type {Run} from '../../../machines/model/context.ts';
import {statusOf} from '../../../machines/model/status.ts';
import {canaryMachine} from '../../../machines/canary.ts';
import {configOf, leavesOf} from '../anatomy.ts';
import {atWeight, commandOf, contextOf, managed, paired, verdict} from '../world.ts';
import type {Sight} from '../world.ts';

type Row = readonly [
	path: Path,
	run: Partial<Run>,
	phase: Phase,
	waitingFor: string,
	more?: {readonly sight?: Sight; readonly weight?: number; readonly reason?: string; readonly model?: CanaryModel},
];

const bootstrapping = 'podinfo to be ready';
const soaking = 'passing checks at canary weight 20, asked every 10 s';
const down = 'podinfo-canary to be drained and scaled to zero';
const rolls = 'the rolling update of podinfo';
const serves = 'a ready pod of podinfo, to give it all traffic';
const revision = 'a new revision of podinfo-canary';
const healthy = 'podinfo-canary and podinfo to be healthy';
const lacking = '1 of 2 updated replicas are available';
const strayed = 'route podinfo.test was changed by someone else to canary weight 30, the run is at 20';
const led =
	'its weights, or a decision: route podinfo.test was changed by someone else to canary weight 30, the run is at 0; ' +
	'set it to 0, so that the canary can be scaled down';
const breach = 'success rate 69.17% < 99%';
const mend = 'is missing. create it';

const first: Partial<Run> = {...atWeight(20)};
const threshold = {failedChecks: 2};
const counted = 'failed checks threshold reached 2';

/** Every state that can be published, with what its status says. */
const rows: readonly Row[] = [
	['initialized.bootstrapping.creating', {}, 'Initializing', bootstrapping],
	['initialized.bootstrapping.awaitingPrimary', {}, 'Initializing', bootstrapping],
	['initialized.bootstrapping.routing', {}, 'Initializing', bootstrapping],
	['initialized.bootstrapping.refused', {}, 'Initializing', bootstrapping],
	['initialized.bootstrapping.draining', {}, 'Initializing', bootstrapping],
	['initialized.bootstrapping.scalingDown', {}, 'Initializing', bootstrapping],
	['initialized.blocked', {}, 'Initializing', `what is wrong to be mended: ${mend}`, {sight: {problem: true}}],
	['initialized.superseding.awaitingPrimary', first, 'Progressing', serves, {weight: 20}],
	['initialized.superseding.routing', first, 'Progressing', down, {weight: 20}],
	['initialized.superseding.draining', {}, 'Progressing', down],
	['initialized.superseding.scalingDown', {}, 'Progressing', down],
	['initialized.mending', {}, 'Initialized', 'its routing and generated objects to be mended'],
	['initialized.idle', {}, 'Initialized', revision],
	['initialized.idle', {}, 'Initialized', `${revision}; also mend: ${mend}`, {sight: {problem: true}}],
	['progressing.restarting.awaitingPrimary', {routed: {canary: 20}}, 'Progressing', serves],
	['progressing.restarting.routing', {routed: {canary: 20}}, 'Progressing', healthy],
	['progressing.scalingUp.scaling', {}, 'Progressing', healthy],
	['progressing.scalingUp.rising', {}, 'Progressing', healthy],
	['progressing.routing', {step: 0, share: {canary: 20}}, 'Progressing', soaking, {weight: 20}],
	['progressing.settling', first, 'Progressing', soaking, {weight: 20}],
	['progressing.soaking', first, 'Progressing', soaking, {weight: 20}],
	[
		'halted.failing.routing',
		{routed: {canary: 20}, halted: {from: 'anew'}},
		'Progressing',
		"the canary's pods to be healthy again: 0 of 2 updated replicas are available (container podinfod: CrashLoopBackOff)",
		{weight: 20, sight: {canary: 'failing'}},
	],
	[
		'halted.failing.recovering',
		{halted: {from: 'anew'}},
		'Progressing',
		`the canary's pods to be healthy again: ${lacking}`,
		{sight: {canary: 'rising'}},
	],
	[
		'halted.misspecified',
		first,
		'Progressing',
		`the Canary to be corrected: ${mend}`,
		{weight: 20, sight: {problem: true}},
	],
	[
		'halted.missingDependency.mending',
		first,
		'Progressing',
		`what is missing: ${mend}`,
		{weight: 20, sight: {problem: true}},
	],
	[
		'halted.missingDependency.mendingRoute',
		first,
		'Progressing',
		'what is missing: route podinfo.test not found. It is made anew from what was last promoted',
		{weight: 20, sight: {route: 'none'}, model: managed},
	],
	[
		'halted.missingDependency.waiting',
		{halted: {from: 'copying'}},
		'Promoting',
		`what is missing: ${mend}`,
		{sight: {problem: true}},
	],
	[
		'halted.refused.pausing',
		{...first, refusal: 'forbidden'},
		'Progressing',
		'the API server to accept what it refused: forbidden',
		{weight: 20},
	],
	[
		'halted.unhealthy',
		first,
		'Progressing',
		`the canary to be healthy: ${lacking}`,
		{weight: 20, sight: {canary: 'rising'}},
	],
	[
		'halted.unhealthy',
		first,
		'Progressing',
		`the primary to be healthy: ${lacking}`,
		{weight: 20, sight: {primary: 'rolling'}},
	],
	[
		'halted.paused',
		{...first, paused: commandOf('pause')},
		'Progressing',
		'somebody to resume it: paused by alice: it is so',
		{weight: 20},
	],
	[
		'halted.contested',
		{...first, halted: {from: 'soaking'}},
		'Progressing',
		`its route to be left alone: ${strayed}; set it to 20, let nobody else write it, or promote or roll back by a command`,
		{sight: {route: 'stray'}, weight: 20},
	],
	[
		'halted.yielded',
		{...first, halted: {from: 'soaking'}},
		'Progressing',
		`its weights, or a decision: ${strayed}; set it to 20 or more, let nobody else write it, or promote or roll back by a command`,
		{sight: {route: 'stray'}, weight: 20, model: {...paired, onRouteChange: 'adopt'}},
	],
	[
		'halted.scaling',
		first,
		'Progressing',
		'scaling to end: HorizontalPodAutoscaler target scales from 2 to 3 replicas',
		{weight: 20, sight: {scaling: 'target'}},
	],
	[
		'halted.missingData',
		{...first, verdict: verdict('unknown')},
		'Progressing',
		'metrics that tell: no values found for metric request-success-rate',
		{weight: 20},
	],
	[
		'halted.failedCheck',
		{...first, verdict: verdict('failed'), failedChecks: 1},
		'Progressing',
		`a passing check, the last one failed: ${breach} (1 of 2)`,
		{weight: 20},
	],
	['promoting.keeping', first, 'Promoting', rolls, {weight: 20}],
	['promoting.copying', first, 'Promoting', rolls, {weight: 20}],
	['promoting.rolling', first, 'Promoting', rolls, {weight: 20}],
	['promoting.sheltering', first, 'Promoting', rolls, {weight: 20}],
	['promoting.takingBack.writing', first, 'Promoting', rolls, {weight: 20}],
	['promoting.takingBack.returning', first, 'Promoting', serves, {weight: 20}],
	['promoting.routing', first, 'Promoting', rolls, {weight: 20}],
	['finished.draining', {}, 'Finalising', down],
	['finished.led', {}, 'Finalising', led, {sight: {route: 'stray'}}],
	['finished.scalingDown', {}, 'Finalising', down],
	['finished.keeping', {}, 'Finalising', down],
	['finished.mending', {}, 'Succeeded', 'its routing and generated objects to be mended'],
	['finished.idle', {}, 'Succeeded', revision],
	['failed.awaitingPrimary', {...first, ...threshold}, 'Progressing', serves, {weight: 20, reason: counted}],
	['failed.routing', {...first, ...threshold}, 'Progressing', down, {weight: 20, reason: counted}],
	['failed.routing', {...first, ...threshold, promoting: true}, 'Promoting', down, {weight: 20, reason: counted}],
	['failed.led', threshold, 'Progressing', led, {reason: counted, sight: {route: 'stray'}}],
	[
		'failed.draining',
		{failure: 'progress deadline exceeded'},
		'Progressing',
		down,
		{reason: 'progress deadline exceeded'},
	],
	['failed.scalingDown', threshold, 'Progressing', down, {reason: counted}],
	[
		'failed.holding',
		{...first, failure: 'progress deadline exceeded'},
		'Failed',
		'podinfo to be healthy; users stay on podinfo-canary meanwhile',
		{weight: 20, reason: 'progress deadline exceeded'},
	],
	['failed.mending', threshold, 'Failed', 'its routing and generated objects to be mended', {reason: counted}],
	['failed.idle', threshold, 'Failed', revision, {reason: counted}],
];

for (const [path, run, phase, waitingFor, {sight = {}, weight = 0, reason, model} = {}] of rows) {
	test(`${path} is ${phase} at weight ${weight} and waits for ${waitingFor}`, (t) => {
		const status = statusOf(path, contextOf(sight, run, {}, model));
		t.like(status, {phase, waitingFor, canaryWeight: weight, state: path.split('.')[0] ?? ''});
		t.is(status.condition.reason, phase);
		if (reason !== undefined) t.is(status.reason, reason);
		if (path.startsWith('halted')) t.is(status.reason, waitingFor);
	});
}

test('no published state is left out above', (t) => {
	const transient = new Set([
		'initialized.resuming',
		'initialized.recalling',
		'initialized.promoting',
		'halted.deciding',
		'halted.missingDependency.deciding',
		'halted.refused.retried',
	]);
	const published = leavesOf(configOf(canaryMachine as never)).filter(({path}) => !transient.has(path));
	const listed = new Set(rows.map(([path]) => path));
	t.deepEqual(
		published.map(({path}) => path).filter((path) => !listed.has(path)),
		[],
	);
});

test('a held promotion says where its users are', (t) => {
	const {condition} = statusOf('failed.holding', contextOf({}, first));
	t.deepEqual(condition, {
		status: 'False',
		reason: 'Failed',
		message: 'Promotion failed, primary not ready; traffic stays on the canary.',
	});
});

test('a suspension is a reason of its own', (t) => {
	const context = contextOf({}, first);
	const suspended = {...context, model: {...context.model, suspended: true}};
	t.is(statusOf('progressing.soaking', suspended).reason, 'suspended by spec.suspend');
	t.is(statusOf('progressing.soaking', context).reason, '');
});

test('a halted run says where it was halted, and no other state does', (t) => {
	t.is(statusOf('halted.paused', contextOf({}, {halted: {from: 'soaking'}})).haltedFrom, 'progressing');
	t.is(statusOf('halted.refused.pausing', contextOf({}, {halted: {from: 'copying'}})).haltedFrom, 'promoting');
	t.is(statusOf('progressing.soaking', contextOf({}, {halted: {from: 'soaking'}})).haltedFrom, '');
});

test('what is wrong is listed, each with its remedy, and bounded', (t) => {
	const problem = {field: 'spec.analysis', value: 'x'.repeat(900), text: 'spec.analysis is wrong', remedy: 'Mend it'};
	const context = contextOf({}, first);
	const wrong = {...context, model: {...context.model, problems: Array.from({length: 30}, () => problem)}};
	const {problems} = statusOf('initialized.blocked', wrong);
	t.is(problems.length, 8);
	t.like(problems[0], {field: 'spec.analysis', text: 'spec.analysis is wrong', remedy: 'Mend it'});
	t.is(problems[0]?.value.length, 300);
	t.deepEqual(statusOf('initialized.idle', context).problems, []);
});
