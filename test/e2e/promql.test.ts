// The sandbox's PromQL against a real Prometheus with the same samples.
import test from 'ava';
import * as fc from 'fast-check';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {createAnswer} from '../../sandbox/world/prometheus/answer.ts';
import {difference, type ApiAnswer} from './promql/difference.ts';
import {anyQuery, ODD_QUERIES} from './promql/queries.ts';
import {startRealPrometheus, type RealPrometheus} from './promql/real-prometheus.ts';
import {asOpenMetrics, asStore, BEGIN, recordAll, SAMPLED_MS} from './promql/samples.ts';

/** How many queries are made up, each asked for an instant and for a range. PROMQL_RUNS and PROMQL_SEED change it. */
const RUNS = Number(process.env['PROMQL_RUNS'] ?? 600);
const seed = process.env['PROMQL_SEED'];

const recorded = recordAll();
const ours = createAnswer(asStore(recorded), createVirtualClock(BEGIN), 2);
let real: RealPrometheus;

test.before(async () => {
	real = await startRealPrometheus(asOpenMetrics(recorded));
});

test.after.always(async () => {
	await (real as RealPrometheus | undefined)?.stop();
});

type Asked = Readonly<Record<string, string>>;

const compare = async (path: string, asked: Asked): Promise<string | undefined> => {
	const parameters = new URLSearchParams(asked);
	const mine: ApiAnswer = ours(path, parameters);
	const found = difference(mine, await real.ask(path, parameters), path.endsWith('query_range'));
	return found === undefined ? undefined : `${path} ${JSON.stringify(asked)}\ndifferent: ${found}`;
};

const seconds = (ms: number): string => String((BEGIN + ms) / 1000);

/** Often the very time of a sample, where the edges of a window show. */
const anyInstant = fc.oneof(
	fc.integer({min: 0, max: SAMPLED_MS / 15_000}).map((index) => index * 15_000),
	fc.integer({min: -60_000, max: SAMPLED_MS + 400_000}),
);

test('generated queries have the answers of a real Prometheus', async (t) => {
	const property = fc.asyncProperty(
		anyQuery(),
		anyInstant,
		anyInstant,
		fc.constantFrom('15', '30s', '1m', '7.5', '61', '1m30s'),
		async (query, first, second, step) => {
			const [start, end] = [Math.min(first, second), Math.max(first, second)];
			const range = {query, start: seconds(start), end: seconds(end), step};
			const found = [
				await compare('/api/v1/query', {query, time: seconds(first)}),
				await compare('/api/v1/query_range', range),
			];
			const told = found.find((one) => one !== undefined);
			if (told !== undefined) throw new Error(told);
		},
	);
	const checked = await fc.check(property, {numRuns: RUNS, ...(seed !== undefined && {seed: Number(seed)})});
	if (checked.failed) {
		const cause = (checked.errorInstance as Error | null)?.message ?? '';
		t.fail(`PROMQL_SEED=${checked.seed} makes the same queries again, and the simplest that differs is\n${cause}`);
		return;
	}

	t.pass();
});

test('literals, precedence and refusals are those of a real Prometheus', async (t) => {
	const found: Array<string | undefined> = [];
	for (const query of ODD_QUERIES) {
		const range = {query, start: seconds(0), end: seconds(SAMPLED_MS), step: '60'};
		found.push(await compare('/api/v1/query', {query, time: seconds(600_500)}));
		found.push(await compare('/api/v1/query_range', range));
	}

	t.deepEqual(
		found.filter((one) => one !== undefined),
		[],
	);
});

test('parameters are read as a real Prometheus reads them', async (t) => {
	const date = new Date(BEGIN + 600_500).toISOString();
	const times = [date, date.replace('Z', '+00:00'), seconds(600_500), '1.7e9', 'noon', '2023-11-14', ''];
	for (const time of times.slice(0, -1)) t.is(await compare('/api/v1/query', {query: 'lonely', time}), undefined);
	const steps = ['15', '1m', '1.5', '0', '-1', 'x', '', '0.01', '1h', '90', '1m30s', '30m1h'];
	const [start, end] = [seconds(0), seconds(SAMPLED_MS)];
	for (const step of steps) t.is(await compare('/api/v1/query_range', {query: 'lonely', start, end, step}), undefined);
	for (const time of times) {
		t.is(await compare('/api/v1/query_range', {query: 'lonely', start: time, end, step: '15'}), undefined);
		t.is(await compare('/api/v1/query_range', {query: 'lonely', start, end: time, step: '15'}), undefined);
	}

	const form = new URLSearchParams({query: 'errors_total', time: seconds(0)});
	t.is(difference(ours('/api/v1/query', form), await real.ask('/api/v1/query', form, 'POST'), false), undefined);
});

test('listings are those of a real Prometheus', async (t) => {
	const period = {start: seconds(0), end: seconds(SAMPLED_MS)};
	const asked: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, string]>]> = [
		['series', []],
		['series', [['match[]', 'errors_total']]],
		['series', [['match[]', 'site'], ['match[]', '{job="a",code=~"2.."}']]], // prettier-ignore
		['series', [['match[]', 'sum(site)']]],
		['series', [['match[]', '{}']]],
		['labels', []],
		['labels', [['match[]', 'site']]],
		['label/job/values', []],
		['label/__name__/values', [['match[]', '{job="a"}']]],
		['label/nothing/values', []],
		['label/no-name/values', []],
		['nonsense', []],
	];
	for (const [name, matches] of asked) {
		const parameters = new URLSearchParams(period);
		for (const [key, value] of matches) parameters.append(key, value);
		const [mine, theirs] = [ours(`/api/v1/${name}`, parameters), await real.ask(`/api/v1/${name}`, parameters)];
		t.is(mine.status, theirs.status, name);
		if (mine.status === 404) continue;
		const [left, right] = [mine, theirs].map(({body}) => JSON.parse(body) as {data?: unknown; errorType?: string});
		t.deepEqual([left?.data, left?.errorType], [right?.data, right?.errorType], name);
	}
});
