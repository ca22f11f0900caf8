// What the sandbox's metrics take with many Canaries: memory, a scrape, queries. Run with `node --expose-gc`.
import {wallClock} from '../../services/clock.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {Counters} from '../../sandbox/world/counters.ts';
import {countedBy} from '../../sandbox/world/series.ts';
import {createAnswer} from '../../sandbox/world/prometheus/answer.ts';
import {Samples} from '../../sandbox/world/prometheus/samples.ts';

const CANARIES = Number(process.argv[2] ?? 100);
/** Half an hour of world time: what the world keeps, and the quarter by which it may exceed it. */
const SCRAPES = 449;
const KEPT = 360;
const EVERY_MS = 5000;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const counters = new Counters();
const samples = new Samples(KEPT);

/** A primary and a canary that answer with two codes, as during a release that goes wrong. */
const turn = (): void => {
	for (let index = 0; index < CANARIES; index++) {
		for (const workload of [`app-${index}`, `app-${index}-primary`]) {
			for (const code of [200, 500]) {
				const traffic = {
					reporter: 'destination',
					sourceWorkload: 'loadtester',
					sourceNamespace: 'test',
					workload,
					namespace: 'test',
					app: workload,
					version: 'v1',
					service: `app-${index}`,
					serviceNamespace: 'test',
					code,
				} as const;
				// Latencies differ, so that not all buckets stand still.
				for (const latency of [12, 80, 240]) {
					counters.record(traffic, countedBy.virtualService, latency + index, 1 + (index % 7));
				}
			}
		}
	}
};

const timed = <T>(what: string, work: () => T): T => {
	const began = wallClock.monotonic();
	const result = work();
	console.log(`${what}: ${(wallClock.monotonic() - began).toFixed(1)} ms`);
	return result;
};

const clock = createVirtualClock();
const collect = (globalThis as {gc?: () => void}).gc;
collect?.();
collect?.();
const before = process.memoryUsage();
for (let index = 0; index < SCRAPES; index++) {
	turn();
	samples.scrape(counters.leaders(), clock.now());
	await clock.advance(EVERY_MS);
}

collect?.();
collect?.();
const {heapUsed, arrayBuffers, rss} = process.memoryUsage();
console.log(`${CANARIES} canaries, ${samples.select(undefined, () => true).length} series, ${SCRAPES} scrapes`);
console.log(
	`heap ${megabytes(heapUsed - before.heapUsed)}, buffers ${megabytes(arrayBuffers)}, ` +
		`process ${megabytes(rss)} (${megabytes(before.rss)} before)`,
);
timed('a scrape', () => samples.scrape(counters.leaders(), clock.now()));
const answer = createAnswer(samples, clock);
const ask = (path: string, parameters: Readonly<Record<string, string>>): number =>
	answer(path, new URLSearchParams(parameters)).body.length;
const one = 'sum(rate(istio_requests_total{destination_workload="app-7",response_code!~"5.*"}[1m]))';
const buckets = 'istio_request_duration_milliseconds_bucket{destination_workload="app-7"}';
const all = 'sum by (destination_workload, response_code) (rate(istio_requests_total[1m]))';
const [start, end] = [clock.now() - 1_800_000, clock.now()].map((ms) => String(ms / 1000)) as [string, string];
timed('success rate of a canary', () => ask('/api/v1/query', {query: one}));
timed('99th percentile of a canary', () =>
	ask('/api/v1/query', {query: `histogram_quantile(0.99, sum(rate(${buckets}[1m])) by (le))`}),
);
timed('half an hour of the rates of all, 120 steps', () =>
	ask('/api/v1/query_range', {query: all, start, end, step: '15'}),
);
