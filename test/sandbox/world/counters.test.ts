// Counters are scraped once for all that have had the same values: what is found again must be what was counted.
import test from 'ava';
import * as fc from 'fast-check';
import {Counters, type Traffic} from '../../../sandbox/world/counters.ts';
import {NAME, Samples} from '../../../sandbox/world/prometheus/samples.ts';

const everything = {from: -1, to: Infinity, isLeftOpen: true};

const traffic = (workload: string, code: number): Traffic => ({
	reporter: 'destination',
	sourceWorkload: 'visitors',
	sourceNamespace: 'test',
	workload,
	namespace: 'test',
	app: workload,
	version: 'v1',
	service: 'podinfo',
	serviceNamespace: 'test',
	code,
});

const contentsOf = (samples: Samples): readonly unknown[] =>
	samples
		.select(undefined, () => true)
		.map((series) => ({labels: series.labels, points: series.within(everything)}))
		.map((one) => JSON.stringify(one))
		.sort();

const turn = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			workload: fc.constantFrom('podinfo', 'podinfo-primary'),
			code: fc.constantFrom(200, 500),
			latencyMs: fc.constantFrom(0.1, 7, 10, 80, 240, 2500, 4e6),
			count: fc.integer({min: 1, max: 50}),
		}),
	},
	{weight: 1, arbitrary: fc.constantFrom('forget', 'scrape')},
	{weight: 3, arbitrary: fc.constant('scrape')},
);

test('series that are scraped as twins are those that were exposed one by one', (t) => {
	fc.assert(
		fc.property(fc.array(turn, {maxLength: 120}), (turns) => {
			const counters = new Counters();
			const [apart, together] = [new Samples(10), new Samples(10)];
			for (const [at, what] of turns.entries()) {
				if (what === 'forget') {
					counters.forget('test', 'podinfo');
				} else if (what === 'scrape') {
					apart.scrape(counters.exposed(), at);
					together.scrape(counters.leaders(), at);
				} else if (typeof what !== 'string') {
					counters.record(traffic(what.workload, what.code), what.latencyMs, what.count);
				}
			}

			t.deepEqual(contentsOf(together), contentsOf(apart));
		}),
		{numRuns: 60},
	);
});

test('requests that take alike are a handful of columns, whatever the buckets', (t) => {
	const counters = new Counters();
	counters.record(traffic('podinfo', 200), 10, 5);
	t.is([...counters.exposed()].length, 45);
	t.true([...counters.leaders()].length <= 4);
	const names = new Set([...counters.exposed()].map(({labels}) => labels[NAME]));
	t.is(names.size, 7);
});
