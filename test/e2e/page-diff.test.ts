// What a revision changes, on the page in a real Chromium.
import test from 'ava';
import type {Browser} from 'playwright-core';
import type {RevisionDiffView} from '../../api/http/diff-views.ts';
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

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

test.serial(
	'what a revision changes is asked for when it is opened, by keyboard, and told by signs and words',
	async (t) => {
		const side = (name: string) => ({name, revision: ''});
		const asked = {
			namespace: 'test',
			name: 'podinfo',
			kind: 'Deployment',
			omitted: 0,
			command: 'aviary diff podinfo -n test',
		};
		const diff: RevisionDiffView = {
			...asked,
			primary: side('podinfo-primary'),
			canary: side('podinfo'),
			same: false,
			changes: [{path: 'spec.replicas', kind: 'changed', before: '1', after: markup}],
			unified: `--- a\n+++ b\n@@ -1,2 +1,2 @@\n spec:\n-  image: 1\n+  image: ${markup}${'z'.repeat(300)}`,
			configs: [{kind: 'ConfigMap', before: 'settings-v1', after: markup, where: ['spec.volumes[x]']}],
		};
		const shown = detail();
		const {url} = await pretendDaemon(t, {rows: [shown], detail: shown, diff});
		const {page, complaints} = await open(t, browser, `${url}#/canaries/test/podinfo`);
		const requests: string[] = [];
		page.on('request', (request) => requests.push(request.url()));
		const heading = page.getByText('What the new revision changes');
		await heading.waitFor();
		await page.locator('summary', {has: heading}).focus();
		t.deepEqual(
			requests.filter((one) => one.endsWith('/diff')),
			[],
		);
		await page.keyboard.press('Enter');
		const lines = page.getByRole('group', {name: 'Changes, line by line'});
		await lines.waitFor();
		t.is(await lines.locator('del').textContent(), '− removed:   image: 1');
		t.is(await lines.locator('ins').textContent(), `+ added:   image: ${markup}${'z'.repeat(300)}`);
		await page.getByText('settings-v1').waitFor();
		await page.getByText('aviary diff podinfo -n test').waitFor();
		await page.setViewportSize({width: 360, height: 740});
		t.true(await isWithinWidth(page));
		t.deepEqual(await faultsOf(page), []);
		await page.emulateMedia({colorScheme: 'dark'});
		t.deepEqual(await faultsOf(page), []);
		t.is(await page.locator('main img[src=x], main script').count(), 0);
		t.is(await page.evaluate('window.hacked'), undefined);
		t.deepEqual(complaints, []);

		const same: RevisionDiffView = {...diff, same: true, changes: [], unified: '', configs: []};
		const rested = await pretendDaemon(t, {rows: [shown], detail: shown, diff: same});
		const {page: other} = await open(t, browser, `${rested.url}#/canaries/test/podinfo`);
		await other.getByText('What the new revision changes').click();
		await other.getByText('The primary runs this revision already.').waitFor();
	},
);
