// Counters are scraped once for all that have had the same values: what is found again must be what was counted.
import test from 'ava';
import * as fc from 'fast-check';
import {Counters} from '../../../sandbox/world/counters.ts';
import {NAME, Samples} from '../../../sandbox/world/prometheus/samples.ts';
import {countedBy, rows, type RowName, type Traffic} from '../../../sandbox/world/series.ts';

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

const everyRow = Object.keys(rows) as readonly RowName[];

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
	{weight: 1, arbitrary: fc.constantFrom('forget', 'forget a pod', 'scrape')},
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
				} else if (what === 'forget a pod') {
					counters.forgetPod('test', 'podinfo-1');
				} else if (what === 'scrape') {
					apart.scrape(counters.exposed(), at);
					together.scrape(counters.leaders(), at);
				} else if (typeof what !== 'string') {
					const answered = {...traffic(what.workload, what.code), pod: `${what.workload}-1`, revision: 'podinfo-00001'};
					counters.record(answered, everyRow, what.latencyMs, what.count);
				}
			}

			t.deepEqual(contentsOf(together), contentsOf(apart));
		}),
		{numRuns: 60},
	);
});

test('requests that take alike are a handful of columns, whatever the buckets', (t) => {
	const counters = new Counters();
	counters.record(traffic('podinfo', 200), countedBy.virtualService, 10, 5);
	t.is([...counters.exposed()].length, 45);
	t.true([...counters.leaders()].length <= 4);
	const names = new Set([...counters.exposed()].map(({labels}) => labels[NAME]));
	t.is(names.size, 7);
});

const named = (counters: Counters, name: string) =>
	[...counters.exposed()].filter(({labels}) => labels[NAME] === name).map(({labels, value}) => ({...labels, value}));

test('each row counts who it is about: mesh, pods, revisions', (t) => {
	const counters = new Counters();
	const answered = {...traffic('podinfo', 500), pod: 'podinfo-7c9-x'};
	counters.record(answered, countedBy.httpRoute, 20, 3);
	counters.record({...traffic('unknown', 503), namespace: 'unknown'}, countedBy.httpRoute, 0, 2);
	counters.record({...answered, revision: 'podinfo-00002'}, countedBy.virtualService, 20, 1);
	t.is(named(counters, 'istio_requests_total').length, 2);
	const [pod, ...others] = named(counters, 'http_request_duration_seconds_count');
	t.like(pod, {kubernetes_namespace: 'test', kubernetes_pod_name: 'podinfo-7c9-x', status: '500', value: 3});
	t.deepEqual(others, []);
	const inTime = named(counters, 'http_request_duration_seconds_bucket').filter((one) => one.value > 0);
	t.is(inTime.map((one) => (one as {readonly le?: string}).le)[0], '0.025');
	const [revision] = named(counters, 'envoy_cluster_upstream_rq');
	t.like(revision, {envoy_cluster_name: 'test/podinfo-00002', envoy_response_code: '500', value: 1});
	counters.forgetPod('test', 'podinfo-7c9-x');
	t.deepEqual(named(counters, 'http_request_duration_seconds_count'), []);
});
