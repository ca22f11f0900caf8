import {readFileSync} from 'node:fs';
import test from 'ava';
import type {CanaryModel, Metric} from '../../../api/model.ts';
import {istioQuestions} from '../../../services/providers/istio/queries.ts';
import {runChecks} from '../../../services/checks/checks.ts';
import type {Door} from '../../../services/http/door.ts';
import {createAsk} from '../../../services/metrics/asking.ts';
import {quoted, quotedPattern} from '../../../services/metrics/promql.ts';
import {managedModel, pairedModel} from '../workloads/podinfo.ts';

const now = 1_700_000_000_000;
const clock = {now: () => now};
const rate: Metric = {
	name: 'istio_requests_total',
	kind: 'success-rate',
	dialect: 'first',
	intervalMs: 60_000,
	min: 99,
};
const duration: Metric = {
	name: 'istio_request_duration_seconds_bucket',
	kind: 'duration',
	dialect: 'first',
	intervalMs: 60_000,
	max: 500,
};
const custom: Metric = {
	name: 'errors',
	kind: 'query',
	dialect: 'today',
	query: 'errors{ns="{{ namespace }}"}[{{interval}}]',
	intervalMs: 60_000,
	max: 2,
};

const vector = (...values: string[]) =>
	JSON.stringify({
		status: 'success',
		data: {resultType: 'vector', result: values.map((value) => ({metric: {}, value: [now / 1000, value]}))},
	});

type Reply = string | {readonly status: number; readonly body: string} | Error;

/** A metrics server that answers each query with what is given for its metric. */
const server = (reply: (query: string) => Reply) => {
	const asked: string[] = [];
	const request: Door['request'] = async ({url}) => {
		const query = new URL(url).searchParams.get('query') ?? '';
		asked.push(query);
		const answer = reply(query);
		if (answer instanceof Error) throw answer;
		return {headers: {}, ...(typeof answer === 'string' ? {status: 200, body: answer} : answer)};
	};
	return {asked, ask: createAsk({request}, clock)};
};

const withMetrics = (metrics: readonly Metric[], onMissingData: 'halt' | 'fail' = 'halt'): CanaryModel => ({
	...pairedModel,
	analysis: {...pairedModel.analysis, metrics, onMissingData},
});

const verdictOf = (model: CanaryModel, reply: (query: string) => Reply) =>
	runChecks(model, {
		ask: server(reply).ask,
		questions: istioQuestions,
		metricsServer: 'http://prom:9090/',
		clock,
	});

test('a breach is said in the words of the walk-through', async (t) => {
	for (const [metric, value, text] of [
		[rate, '82.3333', 'success rate 82.33% < 99%'],
		[rate, '0', 'success rate 0.00% < 99%'],
		[duration, '2.525', 'request duration 2.525s > 500ms'],
		[duration, '0.823', 'request duration 823ms > 500ms'],
		[custom, '3', 'errors 3.00 > 2'],
		[{...custom, min: 1.5}, '1', 'errors 1.00 < 1.5'],
	] as const) {
		t.like(await verdictOf(withMetrics([metric]), () => vector(value)), {outcome: 'failed', text, at: now});
	}
});

test('bounds are inclusive, and durations count in whole milliseconds', async (t) => {
	for (const [metric, value] of [
		[rate, '99'],
		[duration, '0.5009'],
		[custom, '2'],
	] as const) {
		t.like(await verdictOf(withMetrics([metric]), () => vector(value)), {outcome: 'passed', text: ''});
	}
});

test('what is no single fresh number never passes and never fails', async (t) => {
	const timedOut = Object.assign(new Error('late'), {kind: 'timed out'});
	const stale = JSON.stringify({status: 'success', data: {resultType: 'scalar', result: [now / 1000 - 600, '100']}});
	const matrix = JSON.stringify({status: 'success', data: {resultType: 'matrix', result: []}});
	for (const [reply, kind, text] of [
		[
			vector(),
			'no data',
			'no values found for metric istio_requests_total, probably podinfo-canary.test is not receiving traffic',
		],
		[stale, 'no data', 'the newest value of metric istio_requests_total is 10m0s old'],
		[vector('NaN'), 'not a number', /is NaN, not a number, probably podinfo-canary\.test is not receiving traffic$/],
		[vector('+Inf'), 'not a number', /is \+Inf, not a number$/],
		[vector('-Inf'), 'not a number', /is -Inf, not a number$/],
		[vector('100', '100'), 'several series', /has 2 series instead of one/],
		[vector(''), 'not understood', /a value that is no number/],
		[matrix, 'not understood', /a range of values instead of one/],
		['<html>', 'not understood', /not JSON/],
		['{"status":"success"}', 'not understood', /neither a vector nor a scalar/],
		[timedOut, 'timed out', 'the metrics server did not answer for metric istio_requests_total within 5s'],
		[new Error('connection refused'), 'provider failed', /failed: connection refused$/],
		[{status: 503, body: 'busy'}, 'provider failed', /failed: HTTP status 503$/],
		[
			{status: 400, body: '{"status":"error","error":"parse\\nerror"}'},
			'provider failed',
			/parse error \(HTTP status 400\)/,
		],
	] as const) {
		const verdict = await verdictOf(withMetrics([rate]), () => reply);
		t.is(verdict.outcome, 'unknown', kind);
		t.is(verdict.evidence[0]?.kind, kind);
		if (typeof text === 'string') t.is(verdict.text, text);
		else t.regex(verdict.text, text);
	}
});

test('a canary that fails every request has a rate of 0, not an absent one', async (t) => {
	const reply = (query: string): string => (query.includes('!~') ? vector() : vector('3.5'));
	t.like(await verdictOf(withMetrics([rate]), reply), {outcome: 'failed', text: 'success rate 0.00% < 99%'});
	const idle = (query: string): string => (query.includes('!~') ? vector() : vector('0'));
	t.like(await verdictOf(withMetrics([rate]), idle), {outcome: 'unknown'});
});

test('a breach outweighs what is unknown, which outweighs what passed', async (t) => {
	const reply = (query: string): string => (query.includes('duration') ? vector() : vector('50'));
	t.like(await verdictOf(withMetrics([duration, rate]), reply), {outcome: 'failed', text: 'success rate 50.00% < 99%'});
	const healthy = (query: string): string => (query.includes('duration') ? vector() : vector('100'));
	const verdict = await verdictOf(withMetrics([rate, duration]), healthy);
	t.is(verdict.outcome, 'unknown');
	t.deepEqual(
		verdict.evidence.map(({kind}) => kind),
		['passed', 'no data'],
	);
	t.like(await verdictOf(withMetrics([]), healthy), {outcome: 'passed', text: '', evidence: []});
});

test("missing data fails where the canary says so; a provider's failure never does", async (t) => {
	t.like(await verdictOf(withMetrics([rate], 'fail'), () => vector()), {outcome: 'failed'});
	t.like(await verdictOf(withMetrics([rate], 'fail'), () => vector('NaN')), {outcome: 'failed'});
	t.like(await verdictOf(withMetrics([rate], 'fail'), () => new Error('down')), {outcome: 'unknown'});
});

test("the queries of the first shape take both rates over the metric's interval", (t) => {
	const {query} = istioQuestions(pairedModel, {...rate, intervalMs: 90_000}, 'canary');
	const where = 'reporter="destination",destination_workload_namespace=~"test",destination_workload=~"podinfo-canary"';
	t.is(
		query,
		`sum(rate(istio_requests_total{${where},response_code!~"5.*"}[90s])) / ` +
			`sum(rate(istio_requests_total{${where}}[90s])) * 100`,
	);
	t.is(
		istioQuestions(pairedModel, duration, 'canary').query,
		'histogram_quantile(0.99, sum(rate(istio_request_duration_seconds_bucket{reporter="destination",' +
			'destination_workload=~"podinfo-canary", destination_workload_namespace=~"test"}[1m])) by (le))',
	);
});

test("today's queries are to the letter the peer's", (t) => {
	const today = {...rate, name: 'request-success-rate', dialect: 'today'} as const;
	t.is(
		istioQuestions(managedModel, today, 'canary').query,
		' sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="test", destination_workload=~"podinfo", response_code!~"5.*" }[1m] ) ) / sum( rate( istio_requests_total{ reporter="destination", destination_workload_namespace="test", destination_workload=~"podinfo" }[1m] ) ) * 100',
	);
	t.is(
		istioQuestions(managedModel, {...duration, dialect: 'today'}, 'canary').query,
		' histogram_quantile( 0.99, sum( rate( istio_request_duration_milliseconds_bucket{ reporter="destination", destination_workload_namespace="test", destination_workload=~"podinfo" }[1m] ) ) by (le) )',
	);
});

/** The queries that a walk-through shows, with the variables of the canary of `pairedModel` and 90 s filled in. */
const shownIn = (page: string): readonly string[] => {
	const text = readFileSync(new URL(`../../../docs/walkthroughs/${page}.md`, import.meta.url), 'utf8');
	const filled = text.replaceAll('$namespace', 'test').replaceAll('$workload', 'podinfo-canary');
	return [...filled.replaceAll('$interval', '90s').matchAll(/```promql\n(.*?)```/gs)].map(([, query = '']) =>
		query.trim(),
	);
};

for (const page of ['000-plain-artifacts', '002-rollout-cli']) {
	test(`the Rollout’s query is the one that ${page} shows`, (t) => {
		const {query, traffic, factor} = istioQuestions(
			pairedModel,
			{...rate, dialect: 'rollout', intervalMs: 90_000},
			'canary',
		);
		t.deepEqual([query], shownIn(page));
		t.is(traffic, query.split('\n/\n')[1]);
		t.is(factor, 100, 'a share becomes a percentage');
	});
}

test("the first shape's queries are those that its walk-through shows, in one line each", (t) => {
	const questions = [rate, duration].map((metric) =>
		istioQuestions(pairedModel, {...metric, intervalMs: 90_000}, 'canary'),
	);
	// White space between words has no meaning in PromQL.
	const dense = (query: string): string => query.replaceAll(/\s+/g, '');
	t.deepEqual(
		questions.map(({query}) => dense(query)),
		shownIn('004-first-canary').map(dense),
	);
	t.deepEqual(
		questions.map(({factor}) => factor),
		[1, 1000],
		'percent, and seconds that become milliseconds',
	);
});

test('values stay values in PromQL, and what was not rendered is never sent', async (t) => {
	t.is(quoted('a"} or vector(1) #\\'), '"a\\"} or vector(1) #\\\\"');
	t.is(quotedPattern('pod.info|.*'), '"pod\\\\.info\\\\|\\\\.\\\\*"');
	const {asked, ask} = server(() => vector('1'));
	const options = {ask, questions: istioQuestions, metricsServer: 'http://prom:9090', clock};
	t.is((await runChecks(withMetrics([custom]), options)).outcome, 'passed');
	t.deepEqual(asked, ['errors{ns="test"}[1m]']);
	const unknown = {...custom, query: 'up{x="{{ variables.secret }}"}'};
	t.like(await runChecks(withMetrics([unknown]), options), {outcome: 'unknown'});
	t.is(asked.length, 1);
});

test('comments of a query are not sent: all comes to stand on one line', async (t) => {
	const {asked, ask} = server(() => vector('1'));
	const query = 'errors{path="/#top"} # {{ nobody }}\n  + 0 # that is all';
	const options = {ask, questions: istioQuestions, metricsServer: 'http://prom:9090', clock};
	t.is((await runChecks(withMetrics([{...custom, query}]), options)).outcome, 'passed');
	t.deepEqual(asked, ['errors{path="/#top"} + 0 ']);
});

test('a Canary whose router has no built-in queries asks its own, and is told of those that are built in', async (t) => {
	const {asked, ask} = server(() => vector('1'));
	const options = {ask, questions: undefined, metricsServer: 'http://prom:9090', clock};
	t.is((await runChecks(withMetrics([custom]), options)).outcome, 'passed');
	t.deepEqual(asked, ['errors{ns="test"}[1m]']);
	const verdict = await runChecks(withMetrics([custom, rate]), options);
	t.like(verdict, {outcome: 'unknown', text: 'no metrics are known for provider istio'});
	t.deepEqual(
		verdict.evidence.map(({kind}) => kind),
		['passed', 'not understood'],
	);
});
