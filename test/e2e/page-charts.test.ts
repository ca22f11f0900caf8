// A run's charts of canary and primary in a real Chromium, with values that a pretended metrics server gives.
import test from 'ava';
import type {Browser} from 'playwright-core';
import {buildPageInto} from '../../ui/build.ts';
import {detail} from '../ui/summaries.ts';
import {faultsOf, isWithinWidth, launch, open} from './page/browser.ts';
import {PAGE, pretendDaemon} from './page/pretended-daemon.ts';

let browser: Browser;

test.before(async () => {
	await buildPageInto(PAGE);
	browser = await launch();
});

test.after.always(() => browser.close());

const began = '2026-11-21T10:00:00.000Z';
const measurements = [{at: '2026-11-21T10:01:00.000Z', weight: 10, outcome: 'passed', value: 99.5}];

test.serial(
	'canary and primary are drawn apart from each other; what cannot be asked is told, and the rest is drawn',
	async (t) => {
		const one = detail({
			path: 'halted.failedCheck',
			run: {id: 'r', began},
			weights: [{at: began, weight: 10}],
			metrics: [{name: 'rate', kind: 'success-rate', min: 99, measurements}],
		});
		const about = {run: 'r', from: began, to: '2026-11-21T10:02:00.000Z', step: 60};
		const side = (values: Array<number | null>, text = '') => ({values, text});
		const drawn = {metric: 'rate', kind: 'success-rate', canary: side([99, 98, 97]), primary: side([100, null, 100])};
		const whole = await pretendDaemon(t, {rows: [one], detail: one, series: {...about, metrics: [drawn]}});
		const {page, complaints} = await open(t, browser, `${whole.url}#/canaries/test/podinfo`);
		await page.locator('.lane .values.of-primary[d^=M]').waitFor({state: 'attached'});
		const dashes = await page.evaluate(
			"[...document.querySelectorAll('.lane .values')].map((line) => getComputedStyle(line).strokeDasharray)",
		);
		t.deepEqual(dashes, ['none', '9px, 4px'], 'not by colour alone');
		t.is((await page.locator('.lane .values.of-primary').getAttribute('d'))?.match(/M/g)?.length, 2, 'with its gap');
		t.deepEqual(await page.locator('.legend span').allInnerTexts(), [
			'canary',
			'primary',
			'limit',
			'halted or failed',
			'command',
		]);
		t.is(await page.locator('.missing').count(), 0);
		t.regex(await page.locator('.title .note').innerText(), /^halted › failed check for/);
		t.deepEqual(await faultsOf(page), []);

		const text = 'the metrics server did not answer for metric rate within 5s';
		const silent = {...drawn, canary: side([], text), primary: side([], text)};
		const poor = await pretendDaemon(t, {rows: [one], detail: one, series: {...about, metrics: [silent]}});
		await page.goto(`${poor.url}#/canaries/test/podinfo`);
		await page.getByText(`Not drawn: ${text}.`).waitFor();
		t.is(await page.locator('.lane .point').count(), 1, 'what was judged is there');
		t.true(await isWithinWidth(page));
		t.deepEqual(complaints, []);
	},
);

const steps = Array.from({length: 39}, (_, index) => ({
	at: new Date(Date.parse(began) + index * 20_000).toISOString(),
	from: index === 0 ? '' : 'progressing.settling',
	to: index % 13 === 12 ? 'halted.failedCheck' : 'progressing.soaking',
	course: 'run' as const,
	event: 'the time is up',
	why: '',
	weight: 10,
}));

test.serial(
	'a longer run has its marks from the beginning; what comes next is counted down; arrows tell their transitions',
	async (t) => {
		const against = {by: 'ratio', tolerance: 0.2, worse: 'higher'} as const;
		const soon = {until: new Date(Date.now() + 59_000).toISOString(), untilWhat: 'the next round of checks'};
		const checks = {id: 'a', from: 'halted', to: 'failed', text: 'too many checks have failed', holds: false, ...soon};
		const order = {id: 'b', from: 'halted', to: 'failed', text: 'a rollback was ordered', holds: false};
		const one = detail({
			path: 'progressing.soaking',
			run: {id: 'r', began},
			weights: [{at: began, weight: 10}],
			transitions: steps,
			next: [
				{...checks, lacks: ['2 more failed checks'], lack: 'checks'},
				{...order, lacks: ['somebody to order a rollback'], lack: 'people'},
			],
			checks: [
				{metric: 'queue', kind: 'query', unit: 'jobs', against, outcome: 'passed', value: 3, primary: 2.9, text: ''},
			],
		});
		const {url} = await pretendDaemon(t, {
			rows: [one],
			detail: one,
			series: {run: 'r', from: began, to: began, step: 60, metrics: []},
		});
		const {page, complaints} = await open(t, browser, `${url}#/canaries/test/podinfo`);
		await page.locator('.happenings .mark').first().waitFor({state: 'attached'});
		t.is(await page.locator('.happenings .mark').count(), 39);
		t.is(await page.locator('.happenings .mark.bad').count(), 3);
		t.is(await page.locator('.log tbody tr').count(), 39);
		const lacks = page.locator('.ways .lacks', {
			hasText: /2 more failed checks – the next round of checks in \d+ (?:s|min)$/,
		});
		const told = (await lacks.textContent()) ?? '';
		await lacks.filter({hasNotText: told}).waitFor();
		t.is(
			await page.locator('.ways .lacks', {hasText: 'somebody to order a rollback'}).textContent(),
			'lacks somebody to order a rollback',
		);
		await page.getByRole('cell', {name: "at most 20 % above the primary's"}).waitFor();
		await page.getByRole('cell', {name: '3 jobs primary 2.9 jobs'}).waitFor();
		const settled = {name: 'progressing › settling → progressing › soaking: the time is up'};
		t.is(await page.getByRole('img', settled).count(), 1, 'for those who do not see the arrow');
		const untold =
			"[...document.querySelectorAll('.chart .way')].filter((way) => !way.querySelector('title')?.textContent)";
		t.is(await page.evaluate(`${untold}.length`), 0);
		t.deepEqual(await faultsOf(page), []);
		t.deepEqual(complaints, []);
	},
);
