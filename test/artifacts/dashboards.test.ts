// The dashboards: sound as Grafana reads them, and with queries that are answered.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {simulate} from '../simulation/simulation.ts';
import {filled, queriesOf, read, type Panel} from './dashboards.ts';
import {selectedIn, strangersIn} from './promql.ts';

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
	a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

for (const name of ['operator', 'canary']) {
	test(`${name}: every query is PromQL over metrics and labels that somebody exposes`, async (t) => {
		const dashboard = await read(name);
		const queries = queriesOf(dashboard);
		t.true(queries.length > 15);
		for (const query of queries) t.deepEqual(strangersIn(filled(query)), [], query);
		for (const {definition, type} of dashboard.templating.list) {
			const [, query = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? [];
			t.true(type === 'datasource' || label !== '', definition);
			if (query !== '') t.deepEqual(strangersIn(filled(query)), [], query);
		}
	});

	test(`${name}: its variables are defined, its panels explained, apart and on the chosen data source`, async (t) => {
		const {panels, templating, schemaVersion} = await read(name);
		t.true(schemaVersion >= 36);
		t.is(new Set(panels.map(({id}) => id)).size, panels.length);
		const defined = new Set([...templating.list.map((one) => one.name), '__rate_interval']);
		for (const panel of panels) {
			t.true(panel.gridPos.x + panel.gridPos.w <= 24);
			if (panel.type === 'row') continue;
			t.truthy(panel.description, panel.title);
			t.is(panel.datasource?.uid, '${datasource}');
			for (const {expr} of panel.targets ?? []) {
				for (const [, used = ''] of expr.matchAll(/\$(\w+)/g)) t.true(defined.has(used), expr);
			}
		}

		for (const [index, one] of panels.entries()) {
			t.is(
				panels.slice(index + 1).find((other) => overlap(one.gridPos, other.gridPos)),
				undefined,
				one.title,
			);
		}
	});
}

test('all that the daemon says of itself stands on a dashboard or is left out knowingly', async (t) => {
	const shown = new Set(
		(await Promise.all(['operator', 'canary'].map(read)))
			.flatMap(queriesOf)
			.flatMap((query) => selectedIn(filled(query)).map(({metric}) => metric)),
	);
	const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
	const own = [...page.matchAll(/^\| `(aviary_\w+)`/gm)].map(([, name = '']) => name);
	t.deepEqual(
		own.filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`)),
		[],
	);
});

test('in a run, requests, errors and durations of primary and canary have data', async (t) => {
	const simulation = await simulate({shape: 'first', scenario: 'latency'}, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() > 0);
	await simulation.seconds(50);
	const queries = queriesOf(await read('canary')).filter((query) => query.includes('istio_'));
	t.is(queries.length, 10);
	for (const query of queries) {
		const answer = simulation.embedded.world.prometheus('/api/v1/query', new URLSearchParams({query: filled(query)}));
		const {data} = JSON.parse(answer.body) as {data?: {result: ReadonlyArray<{value: readonly [number, string]}>}};
		t.true((data?.result.length ?? 0) > 0, `${filled(query)}: ${answer.body}`);
		t.true(
			data?.result.every(({value}) => Number.isFinite(Number(value[1]))),
			query,
		);
	}
});

test('a query that names what nobody exposes is noticed', (t) => {
	t.deepEqual(strangersIn('sum(rate(aviary_cheques_total{name="a"}[1m]))'), ['aviary_cheques_total']);
	t.deepEqual(strangersIn('aviary_checks_total{canary="a",job="b"}'), ['aviary_checks_total{canary}']);
	t.throws(() => strangersIn('sum(rate(aviary_checks_total[1m])'));
});
