// A real Chromium, and what is asked of every page in it.
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import type {ExecutionContext} from 'ava';
import type {Result} from 'axe-core';
import {chromium, type Browser, type BrowserContextOptions, type Page} from 'playwright-core';

export const launch = (): Promise<Browser> =>
	// Debian's; its sandbox needs privileges that containers lack, and all pages here are our own.
	chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});

export type Tab = {readonly page: Page; readonly complaints: readonly string[]};

/** A tab of its own; whatever the browser complains of is kept: errors, and what its policy forbids. */
export const open = async (
	t: ExecutionContext,
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {},
): Promise<Tab> => {
	const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
	t.teardown(() => context.close());
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	const complaints: string[] = [];
	page.on('pageerror', (error) => complaints.push(error.message));
	page.on('console', (message) => {
		if (message.type() === 'error') {
			complaints.push(message.text());
		}
	});
	await page.goto(url);
	return {page, complaints};
};

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, by all of its rules of WCAG 2.2 A and AA and its best practices. */
export const faultsOf = async (page: Page): Promise<readonly string[]> => {
	await page.evaluate(await axe);
	const violations = (await page.evaluate('axe.run().then(({violations}) => violations)')) as readonly Result[];
	return violations.flatMap(({id, nodes}) =>
		nodes.map(({html, failureSummary = ''}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
	);
};

/** The page scrolls up and down alone. */
export const isWithinWidth = (page: Page): Promise<boolean> =>
	page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
