// Takes the pictures of the page that the documentation shows: from the real page, in Chromium (Debian's package
// `chromium`), of the real daemon in a sandbox with a few releases at once. Run: npm run screenshots
import {mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {chromium, type Browser, type BrowserContextOptions} from 'playwright-core';
import type {CanaryList} from '../api/http/requests.ts';
import {objectsOf} from '../sandbox/embedded.ts';
import type {Happens, Scenario} from '../sandbox/scenario/read.ts';
import {startSandbox} from '../sandbox/sandbox.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {wallClock} from '../services/clock.ts';
import {silentLog} from '../services/log.ts';
import {buildPageInto} from '../ui/build.ts';

const ROOT = path.join(import.meta.dirname, '..');
const IMAGES = path.join(ROOT, 'docs', 'images');
const EXAMPLE = path.join(ROOT, 'artifacts', 'examples', 'podinfo');
const SPEED = 20;
const PATIENCE_MS = 120_000;

type Release = {
	readonly namespace: string;
	readonly name: string;
	readonly at?: string;
	readonly behaviour?: NonNullable<Happens['release']>['behaviour'];
};

const fleet: readonly Release[] = [
	{namespace: 'shop', name: 'cart', at: '1m'},
	{namespace: 'shop', name: 'checkout', at: '1m', behaviour: {'error-rate': '0.4'}},
	{namespace: 'shop', name: 'search', at: '4m', behaviour: {'error-rate': '0.3@2m,0'}},
	{namespace: 'bank', name: 'payment', at: '6m'},
	{namespace: 'media', name: 'recommendations', at: '8m', behaviour: {'latency-ms': '2500'}},
	{namespace: 'media', name: 'transcoder', at: '8m', behaviour: {'never-ready': 'true'}},
	{namespace: 'bank', name: 'ledger'},
	{namespace: 'media', name: 'catalogue'},
];

/** The example's manifests for another application. */
const objectsFor = async ({namespace, name}: Release): Promise<readonly KubeObject[]> => {
	const texts = await Promise.all(
		['namespace', 'deployment', 'canary'].map((file) => readFile(path.join(EXAMPLE, `${file}.yaml`), 'utf8')),
	);
	return texts.flatMap((text) =>
		objectsOf(
			text
				.replaceAll('app: podinfo', `app: ${name}`)
				.replaceAll('name: podinfo\n', `name: ${name}\n`)
				.replaceAll('namespace: test', `namespace: ${namespace}`)
				.replaceAll('name: test', `name: ${namespace}`),
		),
	);
};

const scenario = async (): Promise<Scenario> => ({
	name: 'fleet',
	description: 'several releases at once',
	objects: (await Promise.all(fleet.map((one) => objectsFor(one)))).flat(),
	timeline: fleet.flatMap(({namespace, name, at, behaviour = {}}): Happens[] =>
		at === undefined
			? []
			: [
					{
						at,
						release: {deployment: `${namespace}/${name}`, image: 'quay.io/stefanprodan/podinfo:1.2.0', behaviour},
					},
				],
	),
});

const pause = (ms: number): Promise<void> =>
	new Promise((resolve) => {
		wallClock.setTimeout(resolve, ms);
	});

/** Waits until a Canary is as it should be. */
const until = async (url: string, name: string, isSo: (one: CanaryList['items'][number]) => boolean): Promise<void> => {
	const end = wallClock.now() + PATIENCE_MS;
	while (wallClock.now() < end) {
		const {items} = (await (await fetch(`${url}api/v1/canaries`)).json()) as CanaryList;
		if (items.some((one) => one.name === name && isSo(one))) {
			return;
		}

		await pause(200);
	}

	throw new Error(`${name} has not become as the picture needs it`);
};

const hold = async (url: string, place: string): Promise<void> => {
	const answer = await fetch(`${url}api/v1/canaries/${place}/commands`, {
		method: 'POST',
		headers: {authorization: 'Bearer sandbox', 'content-type': 'application/json'},
		body: JSON.stringify({verb: 'pause', reason: 'month-end closing runs until noon'}),
	});
	if (!answer.ok) {
		throw new Error(`pausing ${place}: ${answer.status} ${await answer.text()}`);
	}
};

const take = async (browser: Browser, url: string, file: string, options: BrowserContextOptions): Promise<void> => {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	await page.emulateMedia({reducedMotion: 'reduce', colorScheme: options.colorScheme ?? 'light'});
	await page.goto(url);
	await page.getByText('live', {exact: true}).waitFor();
	await (url.includes('canaries') ? page.locator('.box.current') : page.locator('.row .badge').first()).waitFor();
	// The first frame has not scrolled to the current state yet.
	await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
	await page.screenshot({path: path.join(IMAGES, file)});
	await context.close();
};

const play = async (url: string): Promise<void> => {
	await until(url, 'payment', ({weight}) => weight >= 20);
	await hold(url, 'bank/payment');
	await until(url, 'recommendations', ({state}) => state === 'halted');
	await until(url, 'search', ({weight, path: state}) => weight >= 30 && state === 'progressing.soaking');
	const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
	const canary = `${url}#/canaries/shop/search`;
	const wide = {viewport: {width: 1280, height: 1230}};
	await Promise.all([
		take(browser, canary, 'canary.png', wide),
		take(browser, canary, 'canary-dark.png', {...wide, colorScheme: 'dark'}),
	]);
	await take(browser, url, 'overview.png', {viewport: {width: 1280, height: 500}});
	await take(browser, url, 'phone.png', {viewport: {width: 390, height: 844}, isMobile: true});
	await browser.close();
};

await mkdir(IMAGES, {recursive: true});
await buildPageInto(path.join(ROOT, 'ui', 'dist'));
const found = Promise.withResolvers<string>();
const sandbox = await startSandbox({
	speed: SPEED,
	scenario: await scenario(),
	objects: [],
	port: 0,
	gatewayPort: 0,
	rps: 20,
	log: silentLog,
	onHappening(happening) {
		if (happening.kind === 'started') {
			found.resolve(happening.started.addresses.find(([name]) => name === 'Page')?.[1] ?? '');
		}
	},
	onEnd() {},
	onJudged() {},
});
try {
	await play(await found.promise);
} finally {
	await sandbox.stop();
}
