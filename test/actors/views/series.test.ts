// The metrics of canary and primary on one axis, asked of the metrics server when somebody looks.
import test from 'ava';
import {Ajv} from 'ajv';
import type {CanaryDetail} from '../../../api/http/canary-views.ts';
import {routes} from '../../../api/http/routes.ts';
import type {RunList} from '../../../api/http/run-views.ts';
import type {SeriesView} from '../../../api/http/series-views.ts';
import {HttpError} from '../../../services/http/errors.ts';
import type {Interceptor} from '../../../sandbox/in-process.ts';
import {SPEED, stage, type StageOptions} from './stage.ts';

const CANARY = 'canaries/test/podinfo';
const isRange = (url: URL): boolean => url.pathname.endsWith('/query_range');

/** The stage, with what was asked of the metrics server over time. */
const looking = async (t: Parameters<typeof stage>[0], options: StageOptions = {}, answer?: Interceptor) => {
	const asked: string[] = [];
	const intercept: Interceptor = (request, next) => {
		if (!isRange(request.url)) {
			return next();
		}

		asked.push(request.url.searchParams.get('query') ?? '');
		return answer === undefined ? next() : answer(request, next);
	};
	const staged = await stage(t, {...options, intercept});
	const series = async (query = ''): Promise<SeriesView> =>
		(await staged.get(`${CANARY}/series${query}`)) as SeriesView;
	return {...staged, asked, series};
};

const numbers = (values: ReadonlyArray<number | null> = []): readonly number[] => values.filter((one) => one !== null);

test('a run that breaks the canary: its success rate falls, the primary’s does not, on one axis', async (t) => {
	const {series, seconds, get} = await looking(t, {scenario: 'errors'});
	await seconds(150);
	const found = await series();
	const {run} = (await get(CANARY)) as CanaryDetail;
	t.is(found.run, run?.id ?? '');
	t.is(Date.parse(found.from), Math.floor(Date.parse(run?.began ?? '') / 1000) * 1000, 'from a whole step on');
	const [success, duration] = found.metrics;
	t.like(success, {metric: 'istio_requests_total', kind: 'success-rate', min: 99});
	t.is(duration?.kind, 'duration');
	const steps = Math.floor((Date.parse(found.to) - Date.parse(found.from)) / (found.step * 1000)) + 1;
	for (const side of [success?.canary, success?.primary, duration?.primary]) {
		t.is(side?.values.length, steps, side?.text);
		t.is(side?.text, '');
	}

	t.true(Math.min(...numbers(success?.canary.values)) < 99);
	t.deepEqual([...new Set(numbers(success?.primary.values))], [100]);
	t.true(numbers(duration?.primary.values).length > 3);
	t.true(success!.canary.values.indexOf(null) !== -1, 'before its first traffic the canary has no value');
});

test('it is asked when somebody looks, briefly remembered for all who look, and never by itself', async (t) => {
	const {series, seconds, asked} = await looking(t);
	await seconds(150);
	t.deepEqual(asked, []);
	const [one, other] = await Promise.all([series(), series()]);
	t.deepEqual(one, other);
	t.is(asked.length, 4, 'canary and primary, two metrics');
	t.is(asked.filter((query) => query.includes('"podinfo-canary"')).length, 2);
	t.is(asked.filter((query) => query.includes('"podinfo"')).length, 2);
	await seconds(SPEED);
	await series();
	t.is(asked.length, 4);
	await seconds(SPEED * 2);
	t.true(Date.parse((await series()).to) > Date.parse(one.to));
	t.is(asked.length, 8);
});

test('a run that ended is asked about over its own time, by its name as well', async (t) => {
	const {series, seconds, get, ask} = await looking(t);
	await seconds(1200);
	const {items} = (await get(`${CANARY}/runs`)) as RunList;
	const {id = '', began = '', ended = ''} = items[0] ?? {};
	const named = await series(`?run=${id}`);
	t.deepEqual(named, await series());
	t.true(Date.parse(named.from) <= Date.parse(began) && Date.parse(named.to) === Date.parse(ended));
	t.true(numbers(named.metrics[0]?.canary.values).length > 10);
	t.is((await ask(`${CANARY}/series?run=none`)).status, 404);
	const schema: unknown = JSON.parse(JSON.stringify(routes.series.answer));
	const ajv = new Ajv({strict: false, validateFormats: false});
	t.true(ajv.validate(schema as object, named), ajv.errorsText());
});

test('a metrics server that does not answer is asked once and no more, and each line says why it is not there', async (t) => {
	const {series, seconds, asked} = await looking(t, {}, () =>
		Promise.reject(new HttpError('timed out', 'no answer in 5 s')),
	);
	await seconds(150);
	const {metrics} = await series();
	t.is(asked.length, 2, 'the canary and the primary of the first metric');
	t.deepEqual(metrics[0]?.primary, {
		values: [],
		text: 'the metrics server did not answer for metric istio_requests_total within 5s',
	});
	t.is(metrics[1]?.canary.text, `${metrics[1]?.metric} was not asked: the metrics server does not answer`);
	await seconds(5 * SPEED);
	await series();
	t.is(asked.length, 2, 'not asked again at once');
	await seconds(6 * SPEED);
	await series();
	t.is(asked.length, 4);
});
