// Queries from a grammar of what the sandbox's Prometheus knows.
import * as fc from 'fast-check';

type Text = fc.Arbitrary<string>;

const MATCHERS = [
	'job="a"', 'job!="a"', 'job=~"a|b"', 'job!~"[ab]"', 'job=""', 'job!=""', 'zone=""', 'zone!=""', 'zone=~".*th"',
	'zone=~"nor"', 'code=~"2..|5.."', 'code!~"4.+"', 'code="404",pod="p1"', 'pod=~"p[12]?"', 'nothing="x"', 'nothing=~".*"',
	String.raw`path=~"/.*\\\\y"`, String.raw`path="/west \"x\"\\y"`, "zone='north'", 'zone=`south`', 'le!="+Inf"', 'le="much"',
]; // prettier-ignore
const NAMES = [
	'requests_total',
	'errors_total',
	'temperature',
	'site',
	'latency_bucket',
	'odd',
	'lonely',
	'rare',
	'missing',
];
const BY_NAME = ['{__name__="errors_total"}', '{__name__=~"errors.*|requests.*"}', '{__name__=~"(site|temperature)"}'];
const LABELS = ['job', 'code', 'pod', 'zone', 'le', 'path', 'kind', 'nothing', '__name__'];
const DURATIONS = ['15s', '30s', '31s', '1m', '90s', '1m30s', '2m', '5m', '15m', '1h', '16s500ms'];
const NUMBERS = [
	'0',
	'1',
	'2',
	'-1',
	'0.5',
	'1e3',
	'0x1F',
	'1.5e-8',
	'3e22',
	'Inf',
	'-Inf',
	'NaN',
	'.25',
	'7',
	'300',
	'010',
];

const selector: Text = fc.oneof(
	fc
		.tuple(fc.constantFrom(...NAMES), fc.uniqueArray(fc.constantFrom(...MATCHERS), {maxLength: 2}))
		.map(([name, matchers]) => (matchers.length === 0 ? name : `${name}{${matchers.join(',')}}`)),
	fc.constantFrom(...BY_NAME),
);

const labelList: Text = fc
	.uniqueArray(fc.constantFrom(...LABELS), {maxLength: 3})
	.map((labels) => `(${labels.join(', ')})`);

const range: Text = fc.tuple(selector, fc.constantFrom(...DURATIONS)).map(([of, length]) => `${of}[${length}]`);

// Without avg_over_time, whose last digits differ: a comparison with it could go either way.
const overTime: Text = fc
	.tuple(fc.constantFrom('rate', 'irate', 'increase', 'rate', 'increase', 'sum_over_time', 'max_over_time',
		'min_over_time', 'count_over_time'), range)
	.map(([name, argument]) => `${name}(${argument})`); // prettier-ignore

/** Scalars and instant vectors, each made of smaller ones down to the depth. */
const expressions = (depth: number): {readonly scalar: Text; readonly vector: Text} => {
	const number = fc.constantFrom(...NUMBERS);
	if (depth === 0) {
		return {scalar: number, vector: fc.oneof({weight: 2, arbitrary: selector}, {weight: 3, arbitrary: overTime})};
	}

	const {scalar, vector} = expressions(depth - 1);
	const aggregated = fc
		.tuple(
			fc.constantFrom('sum', 'avg', 'max', 'min', 'count'),
			fc.constantFrom('', ' by ', ' without '),
			labelList,
			vector,
		)
		.map(([name, word, labels, of]) => (word === '' ? `${name}(${of})` : `${name}${word}${labels} (${of})`));
	const arithmetic = fc.constantFrom('+', '-', '*', '/', '%', '^');
	const comparison = fc
		.tuple(fc.constantFrom('==', '!=', '>', '<', '>=', '<='), fc.boolean())
		.map(([operator, isBool]) => (isBool ? `${operator} bool` : operator));
	const operator = fc.oneof(arithmetic, comparison);
	const matching = fc.oneof(
		{weight: 2, arbitrary: fc.constant('')},
		{weight: 3, arbitrary: fc.tuple(fc.constantFrom('on', 'ignoring'), labelList).map((parts) => parts.join(''))},
	);
	const grouping = fc.oneof(
		{weight: 3, arbitrary: fc.constant('')},
		{
			weight: 1,
			arbitrary: fc
				.tuple(fc.constantFrom('group_left', 'group_right'), fc.constantFrom('()', '(zone)', '(nothing)', ''))
				.map((parts) => parts.join('')),
		},
	);
	const paired = fc
		.tuple(vector, operator, matching, grouping, vector)
		.map(([left, symbol, by, group, right]) => `(${left}) ${symbol} ${by}${by === '' ? '' : ` ${group}`} (${right})`);
	const sets = fc
		.tuple(vector, fc.constantFrom('and', 'or', 'unless'), matching, vector)
		.map((parts) => parts.map((part, index) => (index % 3 === 0 ? `(${part})` : part)).join(' '));
	const withScalar = fc
		.tuple(vector, operator, scalar, fc.boolean())
		.map(([of, symbol, by, isFirst]) => (isFirst ? `(${of}) ${symbol} ${by}` : `${by} ${symbol} (${of})`));
	const histograms = fc
		.tuple(fc.constantFrom('0', '0.5', '0.9', '0.99', '1', '-1', '2', 'NaN'), fc.constantFrom('latency_bucket',
			'rate(latency_bucket[2m])', 'sum by (le) (latency_bucket)', 'sum by (le, job) (rate(latency_bucket[5m]))',
			'latency_bucket{le!="+Inf"}', 'sum without (job) (increase(latency_bucket[1m]))', 'latency_bucket or odd'))
		.map(([quantile, of]) => `histogram_quantile(${quantile}, ${of})`); // prettier-ignore
	const called = fc.oneof(
		vector.map((of) => `absent(${of})`),
		scalar.map((of) => `vector(${of})`),
		fc.tuple(vector, scalar, scalar).map(([of, low, high]) => `clamp(${of}, ${low}, ${high})`),
		fc
			.tuple(fc.constantFrom('clamp_min', 'clamp_max', 'round'), vector, scalar)
			.map(([name, of, bound]) => `${name}(${of}, ${bound})`),
		fc.tuple(fc.constantFrom('abs', 'ceil', 'floor', 'round', '-', '+'), vector).map(([name, of]) => `${name}(${of})`),
	);
	return {
		scalar: fc.oneof(
			{weight: 3, arbitrary: number},
			{weight: 1, arbitrary: vector.map((of) => `scalar(${of})`)},
			{weight: 1, arbitrary: fc.tuple(scalar, arithmetic, scalar).map((parts) => parts.join(' '))},
			{weight: 1, arbitrary: fc.tuple(scalar, scalar).map(([left, right]) => `(${left} >= bool ${right})`)},
			{weight: 1, arbitrary: scalar.map((of) => `-(${of})`)},
			{weight: 1, arbitrary: fc.constant('time()')},
		),
		vector: fc.oneof(
			{weight: 2, arbitrary: vector},
			{weight: 3, arbitrary: aggregated},
			{weight: 3, arbitrary: paired},
			{weight: 2, arbitrary: sets},
			{weight: 2, arbitrary: withScalar},
			{weight: 2, arbitrary: histograms},
			{weight: 2, arbitrary: called},
		),
	};
};

/** A query of any type. */
export const anyQuery = (): Text => {
	const {scalar, vector} = expressions(2);
	return fc.oneof({weight: 8, arbitrary: vector}, {weight: 1, arbitrary: scalar}, {weight: 1, arbitrary: range});
};

/** What the grammar does not make up: literals, precedence, and what is refused. */
export const ODD_QUERIES: readonly string[] = [
	'1', '-1 ^ 2', '2 ^ 3 ^ 2', '-2 ^ -2', '1 - -1', '+1', '0x1F', '010', '1e-7', '1e21', '-Inf', 'NaN', '1 / 0', '-1 % 3',
	'"a text"', "'it''s'", String.raw`"\u00e4\x41\101\n\""`, '`raw \\n`', String.raw`"\d"`, '"open', '1 + 2 * 3 - 4 / 5 % 6',
	'-lonely ^ 2', '-lonely * 2 ^ 2', 'lonely - 1', 'avg_over_time(temperature[5m])', 'requests_total[1m]', '(lonely)', 'lonely # comment',
	'vector(1) == bool 1', 'lonely == lonely', 'lonely != bool lonely', 'sum(lonely) by (job,)', 'sum by () (errors_total)',
	'sum without () (errors_total)', 'SUM(errors_total)', 'rate(rare[15m])', 'rate(lonely[1h30m])', 'rate(lonely[0s])',
	'rate(lonely[30m1h])', 'rate(lonely[1h1h])', 'rate(lonely[5])x', 'lonely{}', '{}', '{job=""}', '{job=~".*"}', '{job=~".+"}',
	'lonely{__name__="x"}', 'errors_total{job=~"("}', 'errors_total{job=~"a(?=b)"}', 'errors_total{job="a",}', '{__name__=""}',
	'absent(lonely)', 'absent(nope{job="a"})', 'absent(nope{job="a",job="b"})', 'absent(nope{job=~"a"})', 'absent(sum(nope{job="a"}))',
	'absent((nope{x="y"}))', 'scalar(errors_total)', 'scalar(lonely)', 'vector(lonely)', 'clamp(lonely, 5, 1)', 'clamp_min(odd, NaN)',
	'rate(lonely)', 'sum(1)', 'sum(lonely[1m])', 'sum(lonely, lonely)', 'abs()', 'abs(1)', 'nonsense(lonely)', '1 == 1', '1 > bool 2',
	'1 and lonely', 'lonely + on(job) 1', 'lonely + bool lonely', 'lonely and bool lonely', 'lonely + "a"', '-"a"', '-lonely[1m]',
	'errors_total / on() errors_total', 'requests_total / on(job) errors_total', 'errors_total / on(job) requests_total',
	'requests_total / on(job) group_left() errors_total', 'errors_total * on(job) group_right(code) requests_total',
	'requests_total * on(job) group_left(job) errors_total', 'lonely and on() group_left() lonely',
	'errors_total == on(job) group_left() sum by (job) (errors_total)', '{__name__=~"errors_total|requests_total",job="a"} + 1',
	'rate({__name__=~"errors_total|site"}[1m])', 'histogram_quantile(0.5, latency_bucket)', 'histogram_quantile(lonely, latency_bucket)',
	'sum(', 'sum)', 'lonely lonely', 'lonely{job}', 'lonely{job=a}', 'by (x)', '', '   ', '# only a comment', 'time()', 'time() - 1',
	'count(errors_total) > 2 or vector(0)', 'errors_total unless errors_total', 'sum(nope) or vector(0)', 'lonely or nope and nope',
	'lonely - -lonely', '2 * -lonely', 'lonely > 1 > 2', 'lonely > bool 1 == 1', 'min(odd)', 'max(odd)', 'sum(odd)', 'avg(odd)',
]; // prettier-ignore
