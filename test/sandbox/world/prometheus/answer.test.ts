import test from 'ava';
import {createAnswer} from '../../../../sandbox/world/prometheus/answer.ts';
import {formatSample, formatScalar} from '../../../../sandbox/world/prometheus/go-numbers.ts';
import {keyOf, Samples} from '../../../../sandbox/world/prometheus/samples.ts';
import {createVirtualClock} from '../../../../sandbox/virtual-clock.ts';

type Given = Readonly<Record<string, ReadonlyArray<number | undefined>>>;

const labelsOf = (written: string): Record<string, string> => {
	const [name = '', rest = ''] = written.split('{');
	const pairs = [...rest.matchAll(/(\w+)="([^"]*)"/gu)].map(([, label = '', value = '']) => [label, value] as const);
	return {__name__: name, ...Object.fromEntries(pairs)};
};

/** A Prometheus with samples every 15 s from 0 s on; undefined is a scrape without the series. */
const prometheus = (given: Given, stepSeconds = 15) => {
	const samples = new Samples(1000);
	const length = Math.max(...Object.values(given).map((values) => values.length));
	for (let index = 0; index < length; index++) {
		const exposed = Object.entries(given).flatMap(([written, values]) => {
			const [labels, value] = [labelsOf(written), values[index]];
			return value === undefined ? [] : [{key: keyOf(labels), labels, value}];
		});
		samples.scrape(exposed, index * stepSeconds * 1000);
	}

	const answer = createAnswer(samples, createVirtualClock(0));
	return (query: string, time: number): unknown => {
		const {body} = answer('/api/v1/query', new URLSearchParams({query, time: String(time)}));
		const {data, error} = JSON.parse(body) as {data?: {result: unknown}; error?: string};
		return data?.result ?? error;
	};
};

const values = (result: unknown): Record<string, number> =>
	Object.fromEntries(
		(result as Array<{metric: Record<string, string>; value: [number, string]}>).map(({metric, value}) => [
			Object.entries(metric)
				.map((pair) => pair.join('='))
				.join(','),
			Number(value[1].replace('Inf', 'Infinity')),
		]),
	);

const near = (actual: number | undefined, expected: number): boolean =>
	Math.abs((actual ?? Infinity) - expected) < 1e-9;

test('rate is drawn out to the edges of a left-open window', (t) => {
	const ask = prometheus({c: [100, 160, 220, 280, 340]});
	// (0, 60]: the points at 15…60 say 180 in 45 s; 15 s are missing at the start, less than 1.1 × 15 s.
	t.true(near(values(ask('increase(c[60s])', 60))[''], 240));
	t.true(near(values(ask('rate(c[1m])', 60))[''], 4));
	// (5, 65]: 10 s at the start and 5 s at the end.
	t.true(near(values(ask('increase(c[1m])', 65))[''], 180 * (60 / 45)));
	// (15, 45] has but the points at 30 and 45: 60 in 15 s, and 15 s to the start.
	t.true(near(values(ask('increase(c[30s])', 45))[''], 120));
	t.deepEqual(ask('rate(c[15s])', 45), []);
});

test('rate is not drawn out to before the counter was zero, nor far beyond the points', (t) => {
	const ask = prometheus({c: [undefined, 3, 63, 123]});
	// (0, 60]: 120 in 30 s, from 15 to 45. Zero was 30 × 3/120 = 0.75 s before the first; at the end 15 s.
	t.true(near(values(ask('increase(c[60s])', 60))[''], 120 * ((30 + 0.75 + 15) / 30)));
	// (10, 70]: 25 s at the end are more than 1.1 × 15, so half of 15 is added; 5 s at the start, of which 0.75 count.
	t.true(near(values(ask('increase(c[60s])', 70))[''], 120 * ((30 + 0.75 + 7.5) / 30)));
});

test('a fall of a counter is a restart', (t) => {
	const ask = prometheus({c: [50, 60, 5, 15, 25]});
	// (0, 60]: 60 → 5 → 15 → 25 rose by 25 in 45 s; zero would be far before the window.
	t.true(near(values(ask('increase(c[1m])', 60))[''], 25 * (60 / 45)));
	t.true(near(values(ask('irate(c[1m])', 60))[''], 10 / 15));
	t.true(near(values(ask('irate(c[1m])', 30))[''], 5 / 15));
});

test('instant selectors look back five minutes, and not over an end', (t) => {
	const ask = prometheus({a: [1, 2], b: [1, 2, undefined, undefined]});
	t.deepEqual(values(ask('a', 314.9)), {});
	t.deepEqual(values(ask('b', 29)), {'__name__=b': 2});
	t.deepEqual(values(ask('b', 30)), {});
	t.deepEqual(values(ask('sum(count_over_time(b[1m]))', 45)), {'': 2});
	const other = prometheus({a: [1, 2]});
	t.deepEqual(values(other('a', 314.9)), {'__name__=a': 2});
	t.deepEqual(values(other('a', 315)), {});
});

test('matchers', (t) => {
	const ask = prometheus({'c{code="200"}': [1], 'c{code="503"}': [2], c: [3]});
	const sum = (matcher: string): unknown => values(ask(`sum(c{${matcher}})`, 0))[''];
	t.is(sum('code="200"'), 1);
	t.is(sum('code!="200"'), 5);
	t.is(sum('code=~"5.*"'), 2);
	t.is(sum('code=~"5"'), undefined);
	t.is(sum('code!~"5.*"'), 4);
	t.is(sum('code=""'), 3);
	t.is(sum('code=~"2..|5.."'), 3);
	t.is(sum(String.raw`code=~"\\d+"`), 3);
	t.is(values(ask('sum({__name__=~"c"})', 0))[''], 6);
	t.regex(String(ask('{code=""}', 0)), /must contain at least one non-empty matcher/u);
	t.regex(String(ask('c{code=~"("}', 0)), /error parsing regexp/u);
});

test('aggregation', (t) => {
	const ask = prometheus({'c{a="1",b="x"}': [1], 'c{a="2",b="x"}': [2], 'c{a="3",b="y"}': [6]});
	t.deepEqual(values(ask('sum by (b) (c)', 0)), {'b=x': 3, 'b=y': 6});
	t.deepEqual(values(ask('sum(c) by (b)', 0)), {'b=x': 3, 'b=y': 6});
	t.deepEqual(values(ask('max without (a) (c)', 0)), {'b=x': 2, 'b=y': 6});
	t.deepEqual(values(ask('avg(c)', 0)), {'': 3});
	t.deepEqual(values(ask('min(c) + count(c)', 0)), {'': 4});
	t.deepEqual(ask('sum(missing)', 0), []);
});

test('operators', (t) => {
	const ask = prometheus({'a{x="1"}': [6], 'a{x="2"}': [8], 'b{x="1"}': [3], 'b{x="2"}': [0]});
	t.deepEqual(values(ask('a / b', 0)), {'x=1': 2, 'x=2': Infinity});
	t.deepEqual(values(ask('a > 7', 0)), {'__name__=a,x=2': 8});
	t.deepEqual(values(ask('a > bool 7', 0)), {'x=1': 0, 'x=2': 1});
	t.deepEqual(values(ask('7 < a', 0)), {'__name__=a,x=2': 8});
	t.deepEqual(values(ask('-a % 4', 0)), {'x=1': -2, 'x=2': -0});
	t.deepEqual(values(ask('a and b == 3', 0)), {'__name__=a,x=1': 6});
	t.deepEqual(values(ask('a unless on(x) (b == 3)', 0)), {'__name__=a,x=2': 8});
	t.deepEqual(values(ask('a{x="1"} or b', 0)), {'__name__=a,x=1': 6, '__name__=b,x=2': 0});
	t.deepEqual(values(ask('a{x="1"} * on() b{x="1"}', 0)), {'': 18});
	t.regex(String(ask('a * on() b', 0)), /many-to-many matching not allowed/u);
	t.deepEqual(ask('1 + 2 * 3 ^ 2', 0), [0, '19']);
	t.regex(String(ask('1 == 1', 0)), /comparisons between scalars must use BOOL modifier/u);
	t.deepEqual(ask('sum(b{x="2"}) / sum(b{x="2"})', 0), [{metric: {}, value: [0, 'NaN']}]);
	t.deepEqual(ask('b{x="2"} / 0 > 1', 0), []);
});

test('functions', (t) => {
	const ask = prometheus({'a{x="1"}': [6]});
	t.deepEqual(values(ask('clamp_max(a, 5) + clamp_min(a, 7) + clamp(a, 1, 2)', 0)), {'x=1': 14});
	t.deepEqual(values(ask('absent(nope{job="j"})', 0)), {'job=j': 1});
	t.deepEqual(ask('absent(a)', 0), []);
	t.deepEqual(ask('scalar(a)', 0), [0, '6']);
	t.deepEqual(ask('scalar(nope)', 0), [0, 'NaN']);
	t.deepEqual(values(ask('sum(nope) or vector(0)', 0)), {'': 0});
});

test('histogram_quantile interpolates within its bucket', (t) => {
	const ask = prometheus({'h{le="100"}': [50], 'h{le="250"}': [90], 'h{le="500"}': [100], 'h{le="+Inf"}': [100]});
	t.deepEqual(values(ask('histogram_quantile(0.5, h)', 0)), {'': 100});
	t.deepEqual(values(ask('histogram_quantile(0.7, sum by (le) (h))', 0)), {'': 175});
	t.true(near(values(ask('histogram_quantile(0.99, h)', 0))[''], 475));
	const over = prometheus({'h{le="100"}': [0], 'h{le="+Inf"}': [10]});
	t.deepEqual(values(over('histogram_quantile(0.99, h)', 0)), {'': 100});
	const none = prometheus({'h{le="100"}': [0], 'h{le="+Inf"}': [0]});
	t.deepEqual(none('histogram_quantile(0.99, h)', 0), [{metric: {}, value: [0, 'NaN']}]);
});

test('what it does not know it refuses clearly, and where', (t) => {
	const ask = prometheus({a: [1]});
	const refusals: Readonly<Record<string, string>> = {
		'foo(a)': '1:1: parse error: unknown function with name "foo"',
		'sum(foo(a))': '1:5: parse error: unknown function with name "foo"',
		'deriv(a[1m])': '1:1: parse error: the function "deriv" is not supported by the sandbox\'s Prometheus',
		'topk(1, a)': '1:1: parse error: the aggregation "topk" is not supported by the sandbox\'s Prometheus',
		'a offset 5m': '1:1: parse error: "offset" is not supported by the sandbox\'s Prometheus',
		'rate(a[5m:1m])': "1:6: parse error: a subquery is not supported by the sandbox's Prometheus",
		'rate(a)': '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
		'sum(a': '1:6: parse error: unexpected end of input',
		'rate(a[])': '1:8: parse error: unexpected "]"',
		'': '1:1: parse error: no expression found in input',
	};
	for (const [query, message] of Object.entries(refusals)) {
		t.is(ask(query, 0), `invalid parameter "query": ${message}`);
	}

	const answer = createAnswer(new Samples(10), createVirtualClock());
	const {status, body} = answer('/api/v1/query', new URLSearchParams({query: 'foo(a)'}));
	t.is(status, 400);
	t.like(JSON.parse(body), {status: 'error', errorType: 'bad_data'});
	t.is(answer('/api/v1/query', new URLSearchParams({query: 'a', time: 'noon'})).status, 400);
});

test('numbers are written as Go writes them', (t) => {
	const written = [0.5, 1e-7, -1.5e-9, 1e21, 123, Infinity, -Infinity, Number.NaN, -0].map((value) =>
		formatScalar(value),
	);
	t.deepEqual(written, [
		'0.5',
		'0.0000001',
		'-0.0000000015',
		'1000000000000000000000',
		'123',
		'+Inf',
		'-Inf',
		'NaN',
		'-0',
	]);
	t.deepEqual(
		[1e-7, 2.5e-10, 1e-6, 1e21, 3e22, -0].map((value) => formatSample(value)),
		['1e-07', '2.5e-10', '0.000001', '1e+21', '3e+22', '-0'],
	);
});
