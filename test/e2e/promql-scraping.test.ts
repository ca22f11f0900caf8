// `--prometheus auto`: a real Prometheus scrapes what the simulated proxies have counted.
import test from 'ava';
import {wallClock} from '../../services/clock.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {Counters} from '../../sandbox/world/counters.ts';
import {countedBy} from '../../sandbox/world/series.ts';
import {createAnswer} from '../../sandbox/world/prometheus/answer.ts';
import {exposition} from '../../sandbox/world/prometheus/exposition.ts';
import {startRealPrometheus} from '../../sandbox/world/prometheus/real.ts';
import {Samples} from '../../sandbox/world/prometheus/samples.ts';
import {startPrometheusServer} from '../../sandbox/world/prometheus/server.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';

const traffic = {
	reporter: 'destination',
	sourceWorkload: 'loadtester',
	sourceNamespace: 'test',
	workload: 'podinfo',
	namespace: 'test',
	app: 'podinfo',
	version: 'v1',
	service: 'podinfo',
	serviceNamespace: 'test',
} as const;

test('it finds every series, with the same values, and ends when told', async (t) => {
	const counters = new Counters();
	counters.record({...traffic, code: 200}, countedBy.service, 30, 1000);
	counters.record({...traffic, code: 503}, countedBy.service, 300, 7);
	const [samples, clock] = [new Samples(10), createVirtualClock(0)];
	samples.scrape(counters.exposed(), 0);
	const answer = createAnswer(samples, clock, 2);
	const server = await startPrometheusServer({
		answer,
		exposition: () => exposition(counters.exposed()),
		ofDaemon: () => 'aviary_leader 1\n',
	});
	t.teardown(() => server.close());
	const real = await startRealPrometheus(server.url, wallClock);
	let isStopped = false;
	t.teardown(async () => {
		if (!isStopped) await real.stop();
	});

	const query = 'count({job="aviary-sandbox",__name__=~"istio_.+"})';
	const ask = async (text: string): Promise<ReadonlyArray<{value: [number, string]}>> => {
		const response = await fetch(`${real.url}/api/v1/query?query=${encodeURIComponent(text)}`);
		return ((await response.json()) as {data: {result: ReadonlyArray<{value: [number, string]}>}}).data.result;
	};
	const found = await eventually('Prometheus has scraped', async () => (await ask(query))[0]);
	t.is(Number(found.value[1]), [...counters.exposed()].length);
	for (const text of [
		'sum by (response_code) (istio_requests_total{job=~"aviary-sandbox|"})',
		'histogram_quantile(0.99, sum by (le) (istio_request_duration_milliseconds_bucket))',
		'sum(istio_request_duration_seconds_sum)',
	]) {
		const ours = JSON.parse(answer('/api/v1/query', new URLSearchParams({query: text, time: '0'})).body) as {
			data: {result: ReadonlyArray<{value: [number, string]}>};
		};
		const valuesOf = (result: ReadonlyArray<{value: [number, string]}>): readonly string[] =>
			result.map(({value}) => value[1]).sort();
		t.deepEqual(valuesOf(ours.data.result), valuesOf(await ask(text)), text);
	}

	const leader = await eventually('the daemon is scraped', async () => (await ask('aviary_leader{job="aviary"}'))[0]);
	t.is(leader.value[1], '1');
	await real.stop();
	isStopped = true;
	await t.throwsAsync(fetch(`${real.url}/-/ready`));
});
