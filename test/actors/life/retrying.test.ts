import test from 'ava';
import {untilDone} from '../../../actors/life/retrying.ts';
import {Refused} from '../../../machines/ports.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {Taken} from '../../../services/objects/ownership.ts';
import {Superseded} from '../../../services/workloads/workload.ts';

const failure = (code: number, outcome: 'refused' | 'unknown' = 'refused', retryAfterMs?: number): ApiError =>
	new ApiError({code, reason: 'x', outcome, attempt: 'PATCH x', message: `code ${code}`, retryAfterMs});

const stage = (...errors: readonly unknown[]) => {
	const clock = createVirtualClock();
	const giver = new AbortController();
	const left = [...errors];
	const times: number[] = [];
	const effect = async (): Promise<string> => {
		times.push(clock.now() - Date.UTC(2026, 0, 1));
		if (left.length > 0) throw left.shift() as Error;
		return 'done';
	};
	const run = (insist = false) =>
		untilDone({clock, random: seededRandom(1), log: silentLog}, 'it', {insist, signal: giver.signal}, effect);
	return {clock, giver, times, run};
};

test('done: the answer, after one attempt', async (t) => {
	const {run, times} = stage();
	t.is(await run(), 'done');
	t.is(times.length, 1);
});

test('later: transient errors are tried again with growing, chance pauses of at most 15 s', async (t) => {
	const errors = Array.from({length: 12}, () => failure(500, 'unknown'));
	const {run, times, clock} = stage(...errors);
	const result = run();
	await clock.advance(200_000);
	t.is(await result, 'done');
	const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
	for (const [index, pause] of pauses.entries()) {
		const ceiling = Math.min(250 * 2 ** index, 15_000);
		t.true(pause >= ceiling / 2 && pause <= ceiling, `pause ${index}: ${pause} of ${ceiling}`);
	}

	t.is(new Set(pauses).size, pauses.length, 'no two alike');
});

test('later: Retry-After is kept to', async (t) => {
	const {run, times, clock} = stage(failure(409, 'refused', 7000));
	const result = run();
	await clock.advance(10_000);
	t.is(await result, 'done');
	t.is(times.length, 2);
	t.true((times[1] ?? 0) >= 7000 && (times[1] ?? 0) < 7250, String(times[1]));
});

test('never: what will not work until something else changes is refused at once', async (t) => {
	for (const code of [400, 401, 403, 404, 413, 422]) {
		const {run, times} = stage(failure(code));
		const error = await t.throwsAsync(run(), {instanceOf: Refused});
		t.is(error.kind, 'refused');
		t.regex(error.message, new RegExp(`code ${code}`));
		t.is(times.length, 1);
	}
});

test('never: a name that is taken, and a revision that has moved on, each as its own kind', async (t) => {
	const problem = {field: 'f', value: 'v', text: 'taken by another', remedy: 'rename it'};
	const taken = await t.throwsAsync(stage(new Taken(problem)).run(), {instanceOf: Refused});
	t.is(taken.kind, 'refused');
	const superseded = await t.throwsAsync(stage(new Superseded('podinfo.test', 'a', 'b')).run(true), {
		instanceOf: Refused,
	});
	t.is(superseded.kind, 'superseded');
});

test('an order that insists is tried again after a refusal too', async (t) => {
	const {run, clock, times} = stage(failure(403), failure(404), failure(422));
	const result = run(true);
	await clock.advance(10_000);
	t.is(await result, 'done');
	t.is(times.length, 4);
});

test('bug: anything else passes through, insisted or not', async (t) => {
	for (const insist of [true, false]) {
		const {run, times} = stage(new TypeError('a bug'));
		await t.throwsAsync(run(insist), {instanceOf: TypeError, message: 'a bug'});
		t.is(times.length, 1);
	}
});

test('an effect whose state was left is not tried again', async (t) => {
	const {run, giver, clock, times} = stage(failure(500, 'unknown'), failure(500, 'unknown'));
	const result = run(true);
	await clock.advance(1);
	giver.abort(new Error('left'));
	await t.throwsAsync(result, {message: 'left'});
	await clock.advance(60_000);
	t.is(times.length, 1);
});
