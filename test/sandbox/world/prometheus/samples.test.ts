import test from 'ava';
import {createVirtualClock} from '../../../../sandbox/virtual-clock.ts';
import {createAnswer} from '../../../../sandbox/world/prometheus/answer.ts';
import {Samples} from '../../../../sandbox/world/prometheus/samples.ts';

const labels = {__name__: 'a'};
const everything = {from: -1, to: Infinity, isLeftOpen: true};

const pointsOf = (samples: Samples): ReadonlyArray<{time: number; value: number}> =>
	samples.select('a', () => true)[0]?.within(everything) ?? [];

test('what was scraped is found again, whether it stands still, rises, jumps or is missing', (t) => {
	const samples = new Samples(10_000);
	const courses: ReadonlyArray<(index: number) => number | undefined> = [
		() => 7,
		(index) => index * 3,
		(index) => index * 0.1,
		(index) => (index % 50 === 3 ? undefined : Math.floor(index / 100)),
		(index) => (index > 300 && index < 900 ? undefined : index ** 3),
		(index) => 1 - index,
	];
	for (let index = 0; index < 1500; index++) {
		const exposed = courses.flatMap((course, place) => {
			const value = course(index);
			return value === undefined ? [] : [{key: String(place), labels: {__name__: `s${place}`}, value}];
		});
		samples.scrape(exposed, index);
	}

	for (const [place, course] of courses.entries()) {
		const expected = Array.from({length: 1500}, (_, time) => ({time, value: course(time)}));
		const [series] = samples.select(`s${place}`, () => true);
		t.deepEqual(
			series?.within(everything),
			expected.filter(({value}) => value !== undefined) as Array<{time: number; value: number}>,
			`series ${place}`,
		);
	}
});

test('the past is bounded, and a series that ended is forgotten', (t) => {
	const samples = new Samples(100);
	for (let index = 0; index < 1000; index++) samples.scrape([{key: 'a', labels, value: index}], index);
	const points = pointsOf(samples);
	t.true(points.length >= 100 && points.length <= 125, String(points.length));
	t.deepEqual(points.at(-1), {time: 999, value: 999});
	for (let index = 1000; index < 1300; index++) samples.scrape([], index);
	t.is(samples.select('a', () => true).length, 0);
});

/** A counter that was not scraped at 0 s, and was at 15, 30 and 45 s; its steps say how a window's edges count. */
const edges = (version: 2 | 3): ((query: string, time: number) => string | undefined) => {
	const samples = new Samples(100);
	for (const [time, value] of [
		[15_000, 3],
		[30_000, 63],
		[45_000, 123],
	] as const) {
		samples.scrape([{key: 'a', labels, value}], time);
	}

	const answer = createAnswer(samples, createVirtualClock(0), version);
	return (query, time) => {
		const {body} = answer('/api/v1/query', new URLSearchParams({query, time: String(time)}));
		const {data} = JSON.parse(body) as {data: {result: ReadonlyArray<{value: [number, string]}>}};
		return data.result[0]?.value[1];
	};
};

test('Prometheus 3 leaves out the first instant of a window and of the lookback, Prometheus 2 does not', (t) => {
	const [two, three] = [edges(2), edges(3)];
	t.deepEqual([two('count_over_time(a[30s])', 45), three('count_over_time(a[30s])', 45)], ['3', '2']);
	t.deepEqual([two('increase(a[15s])', 45), three('increase(a[15s])', 45)], ['60', undefined]);
	t.deepEqual([two('a', 345), three('a', 345)], ['123', undefined]);
	t.deepEqual([two('a', 344.999), three('a', 344.999)], ['123', '123']);
});

test('they differ in how far a rise is drawn out to a zero that was half a distance before', (t) => {
	// Zero was 10 s before the first sample; the window begins 25 s before it, more than 1.1 times the distance of 15 s.
	const asked = (version: 2 | 3): number => {
		const samples = new Samples(100);
		for (const [time, value] of [
			[25_000, 40],
			[40_000, 100],
		] as const) {
			samples.scrape([{key: 'a', labels, value}], time);
		}

		const answer = createAnswer(samples, createVirtualClock(0), version);
		const {body} = answer('/api/v1/query', new URLSearchParams({query: 'increase(a[40s])', time: '40'}));
		return Number(
			(JSON.parse(body) as {data: {result: ReadonlyArray<{value: [number, string]}>}}).data.result[0]?.value[1],
		);
	};
	t.is(asked(2), 60 * (25 / 15));
	t.is(asked(3), 60 * (22.5 / 15));
});

test('Prometheus 3 keeps what a sum of very different numbers would lose', (t) => {
	const sumOf = (version: 2 | 3): unknown => {
		const samples = new Samples(10);
		const values = [1e16, 1, -1e16];
		samples.scrape(
			values.map((value, index) => ({key: String(index), labels: {__name__: 'a', x: String(index)}, value})),
			0,
		);
		const {body} = createAnswer(
			samples,
			createVirtualClock(0),
			version,
		)('/api/v1/query', new URLSearchParams({query: 'sum(a)'}));
		return (JSON.parse(body) as {data: {result: ReadonlyArray<{value: [number, string]}>}}).data.result[0]?.value[1];
	};
	t.deepEqual([sumOf(2), sumOf(3)], ['0', '1']);
});
