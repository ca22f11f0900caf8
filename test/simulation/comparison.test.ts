// Releases that are judged against the primary alone.
import test from 'ava';
import {only} from './run-records.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan} from './simulation.ts';

const names = {
	today: ['request-duration', 'request-success-rate'],
	first: ['istio_request_duration_seconds_bucket', 'istio_requests_total'],
} as const;

const plan = (shape: Plan['shape'], scenario: string): Plan => {
	const [duration, rate] = names[shape];
	const metrics = [
		{name: duration, interval: '1m', compareWithPrimary: {by: 'ratio', tolerance: 0.5}},
		{name: rate, interval: '1m', compareWithPrimary: {by: 'difference', tolerance: 5}},
	];
	return {shape, scenario, analysis: {...quick, metrics}};
};

for (const shape of ['today', 'first'] as const) {
	test(`${shape}: a canary that is as good as the primary is promoted; the record has the values of both`, async (t) => {
		const simulation = await simulate(plan(shape, 'good'), t);
		await simulation.start();
		await simulation.toRest();
		t.is(simulation.status()['phase'], 'Succeeded');
		const [duration, rate] = only(simulation).status.metrics ?? [];
		t.true(duration?.measurements.every(({value = 0, primary = 0}) => value > 0 && primary > 0));
		t.true(rate?.measurements.every(({primary}) => primary === 100));
		t.true((rate?.measurements.length ?? 0) > 0);
		await simulation.stop(t);
	});

	for (const [scenario, says] of [
		['latency', /request duration \S+ is above the primary's \S+ by more than 50% of it/u],
		['errors', /success rate \S+% is below the primary's 100\.00% by more than 5\.00%/u],
	] as const) {
		test(`${shape}: a canary that is worse than the primary (${scenario}) is taken back, and both values are told`, async (t) => {
			const simulation = await simulate(plan(shape, scenario), t);
			await simulation.start();
			await simulation.toRest();
			t.is(simulation.status()['phase'], 'Failed');
			t.true(
				[...simulation.events().keys()].some((text) => says.test(text)),
				[...simulation.events().keys()].join('\n'),
			);
			await simulation.stop(t);
		});
	}
}
