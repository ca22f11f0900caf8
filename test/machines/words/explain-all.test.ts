// Every state of the chart and every kind of evidence, read as people read them.
import test, {type ExecutionContext} from 'ava';
import type {Evidence, Metric} from '../../../api/model.ts';
import {canaryMachine} from '../../../machines/canary.ts';
import {haltReasons, type HaltReason} from '../../../machines/facts/halt-reasons.ts';
import type {Context, Run} from '../../../machines/model/context.ts';
import {factsOf} from '../../../machines/facts.ts';
import type {Path} from '../../../machines/facts.ts';
import {waitingFor, whatComesNext, reasonOf} from '../../../machines/words/explain.ts';
import {statusOf} from '../../../machines/model/status.ts';
import {actionsOf, waysOn} from '../../../actors/views/ways.ts';
import {judge} from '../../../services/checks/judge.ts';
import {configOf, leavesOf} from '../anatomy.ts';
import {atWeight, commandOf, contextOf, managed, paired, START, verdict, type Sight} from '../world.ts';

type Situation = {readonly sight?: Sight; readonly run?: Partial<Run>};

const midway: Partial<Run> = {...atWeight(20)};

/** How a run looks that is halted for the reason. */
const halts: Readonly<Record<HaltReason, Situation>> = {
	failing: {sight: {canary: 'failing'}, run: {halted: {from: 'anew'}}},
	misspecified: {sight: {problem: true}},
	missingDependency: {sight: {problem: true}},
	refused: {run: {refusal: 'PATCH deployments.apps podinfo.test: forbidden'}},
	paused: {run: {paused: commandOf('pause')}},
	unhealthy: {sight: {canary: 'rising'}},
	scaling: {sight: {scaling: 'target'}},
	contested: {sight: {route: 'stray'}, run: {halted: {from: 'soaking'}}},
	yielded: {sight: {route: 'stray'}, run: {halted: {from: 'soaking'}}},
	missingData: {run: {verdict: verdict('unknown')}},
	failedCheck: {run: {verdict: verdict('failed'), failedChecks: 1}},
};

const situationOf = (path: Path): Situation => {
	const [top = '', nested = ''] = path.split('.');
	const reason = haltReasons.find((one) => one === nested);
	if (top === 'halted' && reason !== undefined) {
		return {...halts[reason], run: {...midway, ...halts[reason].run}};
	}

	if (nested === 'led') {
		return {sight: {route: 'stray'}, run: {...midway, failure: 'failed checks threshold reached 2'}};
	}

	if (path === 'initialized.blocked') {
		return {sight: {problem: true}};
	}

	return {run: top === 'failed' ? {failedChecks: 2, failure: 'failed checks threshold reached 2'} : midway};
};

/** Passed through within one step, nobody ever sees them. */
const isSeen = (path: Path): boolean => factsOf(path).course !== 'resuming' && factsOf(path).wait !== 'nothing';

const leaves = leavesOf(configOf(canaryMachine))
	.map(({path}) => path)
	.filter((path) => isSeen(path));

/** Fields that a person writes, as they are written. */
const fields = /\b(?:spec|status)\.[\w.]+|[Vv]irtualService|[A-Z]\w+|podinfo[\w.-]*/g;

const reads = (t: ExecutionContext, sentence: string, where: string): void => {
	const told = `${where}: “${sentence}”`;
	t.not(sentence.trim(), '', told);
	// That a metric is NaN is what a person must know.
	t.notRegex(sentence.replace('is NaN, not a number', ''), /undefined|null|NaN|\[object|[:,;] *$|\(\)| {2}|: *;/, told);
	t.notRegex(sentence.replaceAll(fields, ''), /\b[a-z]+[A-Z]\w*/, `${told} has an internal name`);
};

const readAll = (t: ExecutionContext, path: Path, context: Context): void => {
	const status = statusOf(path, context);
	reads(t, status.condition.message, `${path} does`);
	t.true(Number.isFinite(context.run.since), `${path} since`);
	reads(t, waitingFor(path, context), `${path} waits for`);
	reads(t, whatComesNext(path, context), `${path} then`);
	if (path.startsWith('halted') || path.startsWith('failed')) {
		reads(t, reasonOf(path, context), `${path} because`);
	}

	const ways = waysOn(path, context, {since: 0, due: undefined});
	t.true(ways.length > 0, `${path} has a way out`);
	for (const {text, lacks} of ways) {
		if (text !== '') reads(t, text, `${path} ends by`);
		for (const lack of lacks) reads(t, lack, `${path} lacks`);
	}

	const actions = actionsOf(path, context);
	for (const {verb, message} of actions) reads(t, message, `${path} ${verb}`);
};

test('there are as many states as the chart has', (t) => {
	t.true(leaves.length > 40, String(leaves.length));
});

for (const path of leaves) {
	test(`${path}: what it does, waits for, what ends that, what comes then, what a person can do`, (t) => {
		const {sight = {}, run = {}} = situationOf(path);
		for (const model of [paired, managed]) readAll(t, path, contextOf(sight, run, {}, model));
	});
}

const metric: Metric = {
	name: 'request-success-rate',
	kind: 'success-rate',
	intervalMs: 60_000,
	min: 99,
} as Metric;

type Kind = Evidence['kind'];

const answers: Readonly<Record<Exclude<Kind, 'passed'>, Parameters<typeof judge>[2]>> = {
	breached: {kind: 'value', value: 61.25},
	'no data': {kind: 'no data'},
	'not a number': {kind: 'value', value: Number.NaN},
	'several series': {kind: 'several series', count: 3},
	'provider failed': {kind: 'provider failed', text: 'HTTP status 502'},
	'timed out': {kind: 'timed out', afterMs: 5000},
	'not understood': {kind: 'not understood', text: 'it is no JSON'},
} as Readonly<Record<Exclude<Kind, 'passed'>, Parameters<typeof judge>[2]>>;

for (const [kind, answer] of Object.entries(answers)) {
	test(`evidence “${kind}” is said in the wait, with the metric`, (t) => {
		const evidence = judge(paired, metric, answer, START);
		t.is(evidence.kind, kind as Kind);
		const text = 'text' in evidence ? evidence.text : '';
		const outcome = kind === 'breached' ? ('failed' as const) : ('unknown' as const);
		const path = outcome === 'failed' ? 'halted.failedCheck' : 'halted.missingData';
		const run = {...midway, failedChecks: 1, verdict: {outcome, text, evidence: [evidence], at: START}};
		const context = contextOf({}, run);
		reads(t, waitingFor(path, context), path);
		t.true(waitingFor(path, context).includes(text));
		t.regex(text, kind === 'breached' ? /61\.25/ : /metric|request-success-rate/);
	});
}

test('a value that passes is no reason to wait', (t) => {
	const evidence = judge(paired, metric, {kind: 'value', value: 99.9}, START);
	t.is(evidence.kind, 'passed');
	t.false('text' in evidence);
});
