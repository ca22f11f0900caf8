// Servers that are down or talk nonsense: nothing is concluded from an error, and the run goes on by itself.
import test from 'ava';
import {metricsAnswer, outage, vector} from './chaos.ts';
import {statusAnswer, textAnswer} from './mortal.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';
import type {TransportResponse} from '../../services/http/transport.ts';
import {HttpError} from '../../services/http/errors.ts';

const first: Plan = {shape: 'first', analysis: quick};

const phase = (simulation: Simulation): unknown => simulation.status()['phase'];
const state = (simulation: Simulation): unknown => simulation.status()['state'];
const saysOf = (simulation: Simulation): string => [...simulation.events().keys()].join('\n');

for (const [at, second] of [
	['while the canary comes up', 0.5],
	['just after the first step', 3],
	['in mid-step', 40],
	['when a step is due', 62],
	['while the primary rolls', 122],
	['while it drains', 127],
] as const) {
	test(`the API server goes down for a minute ${at}, and the run ends well`, async (t) => {
		const simulation = await simulate(first, t);
		let isDown = false;
		await simulation.start({intercept: outage(() => isDown)});
		await simulation.seconds(second);
		isDown = true;
		await simulation.seconds(60);
		isDown = false;
		await simulation.toRest();
		t.is(phase(simulation), 'Succeeded');
		t.is(simulation.status()['failedChecks'], 0, 'an error is no failed check');
		await simulation.stop(t);
	});
}

test('a bad canary is rolled back although the API server went down before its verdict', async (t) => {
	const simulation = await simulate({...first, scenario: 'errors'}, t);
	let isDown = false;
	await simulation.start({intercept: outage(() => isDown)});
	await simulation.seconds(50);
	isDown = true;
	await simulation.seconds(120);
	isDown = false;
	await simulation.toRest();
	t.is(phase(simulation), 'Failed');
	await simulation.stop(t);
});

for (const [when, from] of [
	['at the start', 0],
	['in mid-run', 70],
] as const) {
	test(`a metrics server that is down ${when} halts the run with its reason, without a failed check`, async (t) => {
		const simulation = await simulate(first, t);
		let isDown = from === 0;
		const refused = new HttpError('refused', 'connection refused');
		await simulation.start({intercept: metricsAnswer(() => (isDown ? refused : undefined))});
		await simulation.seconds(from);
		isDown = true;
		await simulation.seconds(150);
		t.is(state(simulation), 'halted');
		t.regex(String(simulation.status()['waitingFor']), /metrics that tell: .*connection refused/);
		t.regex(saysOf(simulation), /Halt podinfo\.test advancement .*connection refused/);
		t.is(simulation.status()['failedChecks'], 0);
		isDown = false;
		await simulation.toRest();
		t.is(phase(simulation), 'Succeeded');
		await simulation.stop(t);
	});
}

test('a metrics server that stays down fails the run at the progress deadline', async (t) => {
	const simulation = await simulate({...first, spec: {progressDeadlineSeconds: 200}}, t);
	await simulation.start({intercept: metricsAnswer(() => new HttpError('refused', 'connection refused'))});
	await simulation.untilPhase('Failed');
	t.regex(String(simulation.status()['reason']), /progress deadline exceeded: .*connection refused/);
	t.is(simulation.status()['failedChecks'], 0);
	t.true(simulation.clock.now() - Date.UTC(2026, 0, 1) < 400_000 / simulation.speed, 'in time');
	await simulation.stop(t);
});

const nonsense: ReadonlyArray<readonly [string, (nowMs: number) => TransportResponse, RegExp]> = [
	['NaN', (now) => vector(now, 'NaN'), /is NaN, not a number/],
	['infinity', (now) => vector(now, '+Inf'), /is \+Inf, not a number/],
	['nothing', (now) => vector(now), /no values found for metric istio_requests_total/],
	['several series', (now) => vector(now, '100', '3'), /has 2 series instead of one, aggregate them/],
	['an old value', (now) => vector(now - 7_200_000, '100'), /the newest value of metric .* old/],
	['a page of HTML', () => textAnswer(200, '<html>login</html>'), /not understood: an answer that is not JSON/],
	['500', () => textAnswer(500, 'oops'), /failed: HTTP status 500/],
	['a refusal', () => statusAnswer(400, 'BadRequest', 'parse error'), /failed: HTTP status 400/],
	['a word', (now) => vector(now, 'many'), /not understood: a value that is no number/],
];

for (const [what, answer, says] of nonsense) {
	test(`metrics that answer ${what} neither pass nor fail a check, and an event says so`, async (t) => {
		const simulation = await simulate(first, t);
		let isBroken = true;
		const {clock} = simulation;
		await simulation.start({intercept: metricsAnswer(() => (isBroken ? answer(clock.now()) : undefined))});
		await simulation.seconds(150);
		t.is(state(simulation), 'halted');
		t.regex(saysOf(simulation), says);
		t.regex(String(simulation.status()['waitingFor']), says);
		t.is(simulation.status()['failedChecks'], 0);
		isBroken = false;
		await simulation.toRest();
		t.is(phase(simulation), 'Succeeded');
		await simulation.stop(t);
	});
}
