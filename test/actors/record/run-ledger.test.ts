// The ledger of a run: what it keeps when there is too much, what it counts, and how a former life's record comes first.
import test from 'ava';
import {RunLedger} from '../../../actors/record/run-ledger.ts';
import {caps, fitted, RECORD_BYTES_MAX, thinned} from '../../../actors/record/run-thinning.ts';
import type {RunRecord} from '../../../api/canary-run.ts';
import {toModel} from '../../../api/model-of-canary.ts';
import type {CanaryModel, Verdict} from '../../../api/model.ts';
import {noRun, recall} from '../../../machines/model/context.ts';
import type {Context} from '../../../machines/model/context.ts';

const BEGAN = Date.UTC(2026, 0, 1);
const identity = {
	canary: 'podinfo',
	kind: 'Canary',
	run: 'r-20260101T000000Z',
	revision: 'r',
	target: {kind: 'Deployment', name: 'podinfo'},
	primary: {kind: 'Deployment', name: 'podinfo-primary'},
	began: '2026-01-01T00:00:00Z',
} as const;

const canary = {
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name: 'podinfo', namespace: 'test', uid: 'u'},
	spec: {
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		service: {port: 80},
		analysis: {interval: '1m', threshold: 5, maxWeight: 50, stepWeight: 10},
	},
};
const model: CanaryModel = toModel(canary, {meshProvider: 'istio', intervalMs: 60_000, speed: 1});

const contextAt = (routed: number, more: Partial<CanaryModel> = {}): Context => ({
	...recall({
		model: {...model, ...more},
		at: 0,
		recalled: {
			phase: '',
			canaryWeight: 0,
			iterations: 0,
			failedChecks: 0,
			lastAppliedSpec: '',
			lastPromotedSpec: '',
			lastTransitionTime: 0,
			state: '',
		},
	}),
	run: {...noRun, revision: 'r', routed: {canary: routed}},
});

const verdictOf = (metrics: number, isPassed: boolean, text = ''): Verdict => ({
	outcome: isPassed ? 'passed' : 'failed',
	text,
	at: 0,
	evidence: Array.from({length: metrics}, (_, index) =>
		isPassed
			? {kind: 'passed', metric: `metric-${index}`, value: 99.123_456_789}
			: {kind: 'breached', metric: `metric-${index}`, value: 1, text},
	),
});

const seconds = (count: number): number => BEGAN + count * 1000;

test('of a list that is too long every second entry goes, telling ones last; the first and the last stay', (t) => {
	const numbers = Array.from({length: 100}, (_, index) => index);
	const tells = (value: number): boolean => value % 10 === 5;
	const kept = thinned(numbers, 40, tells);
	t.true(kept.length <= 40);
	t.deepEqual(kept.filter(tells), numbers.filter(tells));
	t.deepEqual([kept[0], kept.at(-1)], [0, 99]);
	t.deepEqual(
		[...kept].sort((a, b) => a - b),
		kept,
	);
	const few = thinned(numbers, 4, tells);
	t.true(few.length <= 4);
	t.deepEqual([few[0], few.at(-1)], [0, 99]);
	t.is(thinned(numbers, 100, tells), numbers);
	t.deepEqual(thinned([1, 2], 0, tells), [1, 2]);
});

test('a run of a week with twenty metrics stays below the limit, in memory, too, with its breaches and its ends', (t) => {
	const ledger = new RunLedger(identity, BEGAN);
	const long = 'ü'.repeat(4000);
	const rounds = 7 * 24 * 60;
	for (let round = 0; round < rounds; round += 1) {
		const now = seconds(round * 60);
		const path = round % 2 === 0 ? 'progressing.soaking' : 'halted.failedCheck';
		ledger.entered(path, 'check judged', contextAt(1 + (round % 2)), round % 2 === 0 ? '' : long, now);
		ledger.judged(verdictOf(20, round % 500 !== 7, long), model, now);
	}

	for (let index = 0; index < 1000; index += 1) {
		const command = {name: `c-${index}`, verb: 'pause', reason: long, requestedBy: long} as const;
		ledger.heard(command, seconds(index));
	}

	const record = ledger.record(seconds(rounds * 60));
	const bytes = Buffer.byteLength(JSON.stringify(record));
	t.true(bytes <= RECORD_BYTES_MAX, String(bytes));
	t.true(bytes > RECORD_BYTES_MAX / 8, `and not for nothing: ${bytes}`);
	t.is(record.metrics?.length, 20);
	const [metric] = record.metrics ?? [];
	t.true(metric?.measurements.some(({outcome}) => outcome === 'breached'));
	t.is(metric?.measurements[0]?.at, '2026-01-01T00:00:00Z');
	t.is(metric?.measurements.at(-1)?.at, new Date(seconds((rounds - 1) * 60)).toISOString().replace('.000', ''));
	const kept = (record.metrics ?? []).reduce((sum, {measurements}) => sum + measurements.length, 0);
	t.is(kept + (record.omitted?.measurements ?? 0), rounds * 20, 'what is left out is counted');
	t.is((record.verdicts?.length ?? 0) + (record.omitted?.verdicts ?? 0), rounds);
	t.is((record.commands?.length ?? 0) + (record.omitted?.commands ?? 0), 1000);
	t.is((record.transitions?.length ?? 0) + (record.omitted?.transitions ?? 0), rounds);
	t.true((record.transitions?.length ?? 0) <= caps.transitions);
});

test('a record within the limit is left as it is', (t) => {
	const record: RunRecord = {outcome: 'promoted', weights: [{at: identity.began, weight: 0}]};
	t.deepEqual(fitted(record), record);
});

test('time is spent on what the chart is in; a suspended Canary waits for people', (t) => {
	const ledger = new RunLedger(identity, BEGAN);
	ledger.entered('progressing.soaking', 'x', contextAt(10), '', seconds(0));
	ledger.entered('halted.failedCheck', 'x', contextAt(10), '', seconds(10));
	ledger.entered('halted.paused', 'x', contextAt(10), '', seconds(30));
	ledger.entered('progressing.soaking', 'x', contextAt(10), '', seconds(60));
	ledger.entered('progressing.soaking', 'x', contextAt(10, {suspended: true}), '', seconds(70));
	ledger.entered('finished.led', 'x', contextAt(10), '', seconds(100));
	t.deepEqual(ledger.record(seconds(105)).seconds, {progressing: 20, halted: 20, waitingForPeople: 65});
	ledger.end('rolled-back', 'why', seconds(105), contextAt(0), undefined);
	t.deepEqual(ledger.record(seconds(1000)).seconds, {progressing: 20, halted: 20, waitingForPeople: 65});
});

test('what a former life wrote comes first, the time between is a gap, and a command handed over again is one', (t) => {
	const command = {name: 'pause-1', verb: 'pause', reason: 'why', requestedBy: 'alice'} as const;
	const former = new RunLedger(identity, BEGAN);
	former.entered('progressing.soaking', 'x', contextAt(10), '', seconds(0));
	former.judged(verdictOf(1, true), model, seconds(5));
	former.heard(command, seconds(10));
	const next = new RunLedger({...identity, began: '2026-01-01T00:01:00Z'}, seconds(60));
	next.heard(command, seconds(60));
	next.answered('pause-1', {outcome: 'Done', message: 'it is done'});
	next.entered('progressing.soaking', 'y', contextAt(10), '', seconds(60));
	next.judged(verdictOf(1, true), model, seconds(65));
	next.recall(former.record(seconds(20)), identity);
	const record = next.record(seconds(70));
	t.is(next.identity.began, identity.began);
	t.deepEqual(record.gaps, [
		{
			from: '2026-01-01T00:00:20Z',
			to: '2026-01-01T00:01:00Z',
			why: 'no daemon was there, or what it knew was lost with its memory',
		},
	]);
	t.deepEqual(
		record.metrics?.[0]?.measurements.map(({at}) => at),
		['2026-01-01T00:00:05Z', '2026-01-01T00:01:05Z'],
	);
	t.deepEqual(record.commands, [
		{
			at: '2026-01-01T00:00:10Z',
			...command,
			outcome: 'Done',
			message: 'it is done',
		},
	]);
	t.is(record.transitions?.length, 2);
	t.is(record.seconds?.progressing, 30, 'the gap is nobody’s time');
});
