// The page in a real Chromium: during a release in the sandbox, with thousands of Canaries, and with texts that would
// like to be markup.
import test, {type ExecutionContext} from 'ava';
import type {Browser, Page} from 'playwright-core';
import {readScenario} from '../../sandbox/scenario/read.ts';
import {startSandbox} from '../../sandbox/sandbox.ts';
import {silentLog} from '../../services/log.ts';
import {everybody, type Readers} from '../../services/web/readers.ts';
import {Refusal} from '../../services/web/refusal.ts';
import {buildPageInto} from '../../ui/build.ts';
import {detail, summary} from '../ui/summaries.ts';
import {faultsOf, isWithinWidth, launch, open} from './page/browser.ts';
import {PAGE, pretendDaemon} from './page/pretended-daemon.ts';

let browser: Browser;

test.before(async () => {
	await buildPageInto(PAGE);
	browser = await launch();
});

test.after.always(() => browser.close());

/** A sandbox that releases podinfo; the address of its page. */
const release = async (t: ExecutionContext, speed: number): Promise<string> => {
	let url = '';
	const sandbox = await startSandbox({
		speed,
		scenario: await readScenario('good', 'today'),
		objects: [],
		port: 0,
		gatewayPort: 0,
		rps: 20,
		log: silentLog,
		onHappening(happening) {
			if (happening.kind === 'started') {
				url = happening.started.addresses.find(([name]) => name === 'Page')?.[1] ?? '';
			}
		},
		onEnd() {},
		onJudged() {},
	});
	t.teardown(() => sandbox.stop());
	return url;
};

const current = (page: Page) => page.locator('.box.current');

test.serial('a release is followed, paused by keyboard alone, resumed and replayed', async (t) => {
	const {page, complaints} = await open(t, browser, await release(t, 25));
	await page.locator('.row .badge', {hasText: 'progressing'}).waitFor();
	t.deepEqual(await faultsOf(page), []);
	await page.getByRole('link', {name: 'podinfo'}).press('Enter');
	await page.getByRole('heading', {level: 1, name: 'podinfo'}).waitFor();
	await page.getByText('passing checks at canary weight').first().waitFor();
	t.regex((await current(page).getAttribute('data-path')) ?? '', /^progressing\./);
	await page.locator('.way.taken').waitFor();
	const ofPrimary = page.locator('.lane .values.of-primary[d^=M]');
	// A line that is level has no height, and does not count as visible.
	await ofPrimary.nth(1).waitFor({state: 'attached'});
	await page.getByRole('img', {name: /request-success-rate: canary \d.* % primary 100 %/}).waitFor();

	await page.getByRole('button', {name: 'pause'}).press('Enter');
	await page.getByRole('dialog').waitFor();
	t.deepEqual(await faultsOf(page), []);
	await page.keyboard.type('checkout is slow');
	await page.keyboard.press('Tab');
	await page.keyboard.type('a-token');
	await page.keyboard.press('Enter');
	await page.locator('.box.current[data-path="halted.paused"]').waitFor();
	t.is(await page.evaluate('document.activeElement.textContent.slice(0, 5)'), 'pause', 'focus is where it was');
	await page.getByText('“checkout is slow”').waitFor();
	t.regex(await page.locator('.wait').innerText(), /somebody to resume it/);
	t.deepEqual(await faultsOf(page), []);
	await page.emulateMedia({colorScheme: 'dark'});
	t.deepEqual(await faultsOf(page), []);
	// Records tell whole seconds: a shorter pause may be nowhere in the replay.
	await page.getByText(/halted › paused for (?:[2-9]|\d\d+) s/).waitFor();

	await page.getByRole('button', {name: 'resume'}).click();
	await page.getByLabel('Why, for everybody').fill('it was the database');
	await page.getByRole('dialog').getByRole('button', {name: 'resume'}).click();
	await page.locator('.box.current[data-path="finished.idle"]').waitFor({timeout: 60_000});
	await page.getByRole('link', {name: /^\d{4}-/}).click();
	const slider = page.getByRole('slider');
	await slider.press('Home');
	t.regex((await slider.getAttribute('aria-valuetext')) ?? '', /0 s into the run/);
	await slider.press('End');
	t.regex((await slider.getAttribute('aria-valuetext')) ?? '', /finished/);
	await ofPrimary.first().waitFor({state: 'attached'});
	for (let moves = 0; !(await current(page).getAttribute('data-path'))?.startsWith('halted'); moves += 1) {
		t.true(moves < 100, 'the slider passes the pause');
		await slider.press('ArrowLeft');
	}

	t.deepEqual(await faultsOf(page), []);
	t.deepEqual(complaints, []);
});

const many = (count: number) =>
	Array.from({length: count}, (_, index) =>
		summary({name: `canary-${String(index).padStart(5, '0')}`, namespace: `team-${index % 40}`}),
	);

const countRows = (page: Page): Promise<number> => page.locator('.rows .row').count();

test.serial('ten thousand rows scroll without lag, and a few are in the document', async (t) => {
	const {url} = await pretendDaemon(t, {rows: many(10_000)});
	const {page, complaints} = await open(t, browser, url);
	await page.getByText('10000 shown').waitFor();
	t.true((await countRows(page)) < 60);
	const longest = (await page.evaluate(`new Promise((done) => {
		let [frames, longest, before] = [0, 0, performance.now()];
		const frame = (now) => {
			longest = Math.max(longest, now - before);
			before = now;
			frames += 1;
			scrollTo(0, frames * 3000);
			frames < 60 ? requestAnimationFrame(frame) : done(longest);
		};
		requestAnimationFrame(frame);
	})`)) as number;
	t.log(`the longest of 60 frames: ${Math.round(longest)} ms`);
	t.true(longest < 500);
	t.true((await countRows(page)) < 60);
	const link = page.locator('[data-row]').first();
	await link.press('End');
	await page.locator('[data-row="9999"]:focus').waitFor();
	await page.keyboard.press('ArrowUp');
	await page.locator('[data-row="9998"]:focus').waitFor();
	await page.keyboard.press('/');
	await page.keyboard.type('canary-07777 team-17');
	await page.getByText('1 shown').waitFor();
	t.true(page.url().includes('search=canary-07777'), 'a link that can be sent to somebody');
	t.deepEqual(complaints, []);
});

test.serial('a thousand live Canaries are shown as they change, and what fails comes first', async (t) => {
	const rows = many(1000);
	const {url, tell} = await pretendDaemon(t, {rows});
	const {page} = await open(t, browser, url);
	await page.getByText('1000 shown').waitFor();
	for (const weight of [5, 10]) {
		for (const row of rows) {
			tell({...row, state: 'progressing', path: 'progressing.soaking', attention: 'going', weight});
		}
	}

	await page.locator('.counts', {hasText: '1000 going'}).waitFor();
	await page.locator('.row .number', {hasText: '10 %'}).first().waitFor();
	tell({...rows[900]!, state: 'failed', path: 'failed.idle', attention: 'failed', reason: 'too slow'});
	await page.locator('[aria-rowindex="2"]', {hasText: 'canary-00900'}).waitFor();
	t.regex(await page.locator('.unseen[aria-live]').innerText(), /canary-00900 in team-20: failed/);
});

test.serial('the page finds a daemon that was restarted, and knows what has changed', async (t) => {
	const first = await pretendDaemon(t, {rows: [summary({name: 'before'})]});
	const {page} = await open(t, browser, first.url);
	await page.getByRole('link', {name: 'before'}).waitFor();
	await first.close();
	await page.getByText('connection lost').waitFor();
	t.is(await page.getByRole('link', {name: 'before'}).count(), 1, 'what was known stays');
	await pretendDaemon(t, {rows: [summary({name: 'after'})]}, {port: first.port});
	await page.getByRole('link', {name: 'after'}).waitFor();
	await page.getByText('live', {exact: true}).waitFor();
	t.is(await page.getByRole('link', {name: 'before'}).count(), 0);
});

test.serial('where reading needs a token, the page asks for it and forgets it when it is reloaded', async (t) => {
	const readers: Readers = {
		async readerOf(token) {
			if (token !== 'of-alice') {
				throw new Refusal('unauthenticated', 'reading needs a token', 'send yours');
			}

			return everybody.readerOf(token);
		},
	};
	const {url} = await pretendDaemon(t, {rows: [summary({name: 'secretive'})]}, {readers});
	const {page} = await open(t, browser, url);
	const field = page.getByLabel('Your token');
	await field.fill('of-mallory');
	await page.getByRole('button', {name: 'Read'}).click();
	await page.getByText('not allowed').waitFor();
	t.deepEqual(await faultsOf(page), []);
	await field.fill('of-alice');
	await field.press('Enter');
	await page.getByRole('link', {name: 'secretive'}).waitFor();
	t.is(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length'), 0);
	await page.reload();
	await field.waitFor();
	t.is(await field.inputValue(), '');
});

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}';

test.serial('texts from a cluster are texts, on a phone as well, and under a prefix', async (t) => {
	const hostile = detail({
		reason: markup,
		attention: 'failed',
		message: markup,
		wait: {text: markup, whom: 'people', since: '2026-11-21T10:00:00Z', untilWhat: '', afterwards: markup},
		next: [{id: 'a', from: 'x', to: 'failed', text: markup, holds: false, lacks: [markup, 'x'.repeat(300)]}],
		problems: [{field: 'spec.service', value: markup, text: markup, remedy: `javascript:alert(1) ${markup}`}],
		events: [{at: '2026-11-21T10:00:00Z', type: 'Warning', text: `${markup}${'y'.repeat(500)}`}],
		checks: [{metric: markup, kind: 'query', outcome: 'breached', value: 1, text: markup, query: markup}],
		workloads: [
			{
				role: 'target',
				kind: 'Deployment',
				name: 'podinfo',
				found: true,
				revision: '',
				replicas: 2,
				ready: 0,
				available: 0,
				updated: 2,
				trouble: markup,
				hosts: [],
			},
		],
	});
	const options = {basePath: '/aviary'};
	const {url} = await pretendDaemon(t, {rows: [hostile], detail: hostile}, options);
	const phone = {viewport: {width: 360, height: 740}, hasTouch: true, isMobile: true};
	const {page, complaints} = await open(t, browser, `${url}aviary`, phone);
	await page.getByText(markup).first().waitFor();
	t.true(await isWithinWidth(page));
	t.deepEqual(await faultsOf(page), []);
	await page.getByRole('link', {name: 'podinfo'}).click();
	await page.getByText(markup).nth(5).waitFor();
	await page.locator('svg.chart').waitFor();
	t.true(await isWithinWidth(page));
	t.deepEqual(await faultsOf(page), []);
	t.is(await page.locator('img[src=x], main script').count(), 0);
	t.is(await page.evaluate('window.hacked'), undefined);
	t.deepEqual(complaints, []);
});
