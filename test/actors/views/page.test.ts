import test from 'ava';
import {Ajv} from 'ajv';
import {readFile} from 'node:fs/promises';
import type {CanaryDetail, CanarySummary, Explanation} from '../../../api/http/canary-views.ts';
import type {ChartView} from '../../../api/http/chart-view.ts';
import type {RunList, RunView} from '../../../api/http/run-views.ts';
import {routes} from '../../../api/http/routes.ts';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import {keys} from '../../simulation/keys.ts';
import {ask as askAt} from '../../services/web/site.ts';
import {SPEED, stage} from './stage.ts';

const ajv = new Ajv({strict: false, validateFormats: false});
const CANARY = 'canaries/test/podinfo';

test('a run under way: what it waits for and until when, its checks with their bounds, its ways on and what each lacks', async (t) => {
	const {get, seconds} = await stage(t);
	await seconds(150);
	const detail = (await get(CANARY)) as CanaryDetail;
	t.like(detail, {state: 'progressing', path: 'progressing.soaking', phase: 'Progressing', attention: 'going'});
	t.like(detail, {custody: 'living', failedChecks: 0, threshold: 10, provider: 'istio'});
	t.true(detail.weight > 0 && detail.weight === detail.stepWeight);
	t.regex(detail.wait.text, /passing checks at canary weight \d+/);
	t.like(detail.wait, {whom: 'time', untilWhat: 'the next round of checks'});
	const leftMs = Date.parse(detail.wait.until ?? '') - Date.parse(detail.now);
	t.true(leftMs >= 0 && leftMs <= 60_000 / SPEED, `${leftMs} ms to the next round`);
	const [success] = detail.checks;
	t.like(success, {metric: 'istio_requests_total', kind: 'success-rate', min: 99, outcome: 'passed', value: 100});
	t.deepEqual(
		detail.workloads.map(({role, name, ready}) => ({role, name, ready})),
		[
			{role: 'target', name: 'podinfo-canary', ready: 2},
			{role: 'primary', name: 'podinfo', ready: 2},
		],
	);
	t.deepEqual(detail.route, {name: 'podinfo', host: 'podinfo', primary: 100 - detail.weight, canary: detail.weight});
	t.true((detail.metrics[0]?.measurements.length ?? 0) >= 2);
	const lacks = (text: string) => detail.next.find((one) => one.text === text)?.lacks;
	t.deepEqual(lacks('too many checks have failed'), ['10 more failed checks']);
	t.deepEqual(lacks('a rollback was ordered'), ['somebody to order a rollback']);
	t.deepEqual(lacks('the step has passed'), [`a round of checks that passes at weight ${detail.weight}`]);
	t.true(detail.next.every(({lacks}) => lacks.length > 0 && lacks.every((text) => text !== '')));
	const possible = detail.actions.filter((one) => one.possible).map(({verb}) => verb);
	t.deepEqual(possible, ['pause', 'skip', 'promote', 'rollback', 'set-weight']);
	t.true(detail.transitions.every(({event}) => !event.includes('xstate')));
	t.true(detail.events.some(({text}) => /Advance podinfo.test canary weight/.test(text)));
});

test('a run whose checks fail: halted, with the value, the limit, and what it waits for', async (t) => {
	const {get, seconds} = await stage(t, {scenario: 'errors'});
	await seconds(150);
	const detail = (await get(CANARY)) as CanaryDetail;
	t.like(detail, {path: 'halted.failedCheck', attention: 'halted', phase: 'Progressing'});
	t.true(detail.failedChecks > 0);
	t.is(detail.verdict?.outcome, 'failed');
	t.like(detail.checks[0], {outcome: 'breached', min: 99});
	t.true((detail.checks[0]?.value ?? 100) < 99);
	t.like(detail.wait, {whom: 'the world'});
	t.regex(detail.reason, /a passing check/);
	const {text, exits, possible} = (await get(`${CANARY}/explain`)) as Explanation;
	t.regex(text, /^podinfo in test\nState {11}halted › failed check \(phase Progressing\)$/m);
	t.true(exits.includes('failed: too many checks have failed'));
	t.true(possible.some(({command}) => command === "aviary rollback podinfo -n test --reason '…'"));
});

test('a Canary at rest tells of the run that ended, and of nothing that goes on', async (t) => {
	const {get, seconds, ask} = await stage(t);
	await seconds(1200);
	const detail = (await get(CANARY)) as CanaryDetail;
	t.like(detail, {path: 'finished.idle', attention: 'rest', stepWeight: 0, weight: 0, phase: 'Succeeded'});
	t.is(detail.run, undefined);
	t.like(detail.wait, {whom: 'nobody', untilWhat: ''});
	const {items} = (await get(`${CANARY}/runs`)) as RunList;
	t.is(items.length, 1);
	t.like(items[0], {outcome: 'promoted', revision: detail.revision});
	const run = (await get(`${CANARY}/runs/${items[0]?.id ?? ''}`)) as RunView;
	t.is(run.transitions?.at(-1)?.to, 'finished.idle');
	t.is((await ask(`${CANARY}/runs/none`)).status, 404);
	t.is((await ask(`${CANARY}/runs/${encodeURIComponent('../secrets')}`)).status, 404);
	const plain = await ask(`${CANARY}/explain`, {headers: {accept: 'text/plain'}});
	t.is(plain.headers['content-type'], 'text/plain; charset=utf-8');
	t.regex(plain.body, /^Waits for {7}a new revision of podinfo-canary$/m);
});

test('every answer is as it is described', async (t) => {
	const {get, seconds} = await stage(t);
	await seconds(150);
	const {run} = (await get(CANARY)) as CanaryDetail;
	const urls = {
		about: 'about',
		canaries: 'canaries',
		canary: CANARY,
		explain: `${CANARY}/explain`,
		diff: `${CANARY}/diff`,
		runs: `${CANARY}/runs`,
		run: `${CANARY}/runs/${run?.id ?? ''}`,
		chart: 'chart',
	} as const;
	for (const [name, url] of Object.entries(urls)) {
		const schema: unknown = JSON.parse(JSON.stringify(routes[name as keyof typeof urls].answer));
		const isValid = ajv.validate(schema as object, await get(url));
		t.true(isValid, `${name}: ${ajv.errorsText()}`);
	}

	const described = await readFile(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8');
	t.is(JSON.stringify(await get('openapi.json')), JSON.stringify(JSON.parse(described)));
});

test('the chart has a place for every state that a Canary comes to', async (t) => {
	const {get, seconds} = await stage(t);
	const chart = (await get('chart')) as ChartView;
	await seconds(1200);
	const {transitions} = (await get(CANARY)) as CanaryDetail;
	const paths = new Set(chart.states.map(({path}) => path));
	t.deepEqual(
		transitions.filter(({to}) => !paths.has(to)),
		[],
	);
	t.true(chart.states.every(({width, height}) => width > 0 && height > 0));
});

test('a command is given with the caller’s token and reaches the run; the daemon’s own way is not used for it', async (t) => {
	const tokens: Array<readonly [string, string | undefined]> = [];
	const {ask, get, seconds} = await stage(t, {
		intercept(request, next) {
			if (request.method === 'POST' && /canarycommands|selfsubjectreviews/.test(request.url.pathname)) {
				tokens.push([request.url.pathname.split('/').at(-1) ?? '', request.headers['authorization']]);
			}

			return next();
		},
	});
	await seconds(150);
	const body = JSON.stringify({verb: 'pause', reason: 'checkout <b>is</b> slow'});
	const headers = {'content-type': 'application/json'};
	t.is((await ask(`${CANARY}/commands`, {method: 'POST', headers, body})).status, 401);
	t.deepEqual(tokens, []);
	const mine = {...headers, authorization: 'Bearer of-alice'};
	const given = await ask(`${CANARY}/commands`, {method: 'POST', headers: mine, body});
	t.is(given.status, 201, given.body);
	t.deepEqual(tokens, [
		['selfsubjectreviews', 'Bearer of-alice'],
		['canarycommands', 'Bearer of-alice'],
	]);
	await seconds(10);
	const detail = (await get(CANARY)) as CanaryDetail;
	t.like(detail, {path: 'halted.paused', attention: 'people', paused: true});
	t.is(detail.wait.whom, 'people');
	t.like(detail.commands.at(-1), {verb: 'pause', reason: 'checkout <b>is</b> slow', outcome: 'Accepted'});
	for (const wrong of [{verb: 'explode', reason: 'x'}, {verb: 'pause'}, {verb: 'set-weight', reason: 'x'}, []]) {
		const refused = await ask(`${CANARY}/commands`, {method: 'POST', headers: mine, body: JSON.stringify(wrong)});
		t.is(refused.status, 422, refused.body);
	}
});

test('names and texts from the cluster come through as they are, in JSON', async (t) => {
	const {objects} = await releaseOf('good', 'first');
	const hostile = '"><script>alert(1)</script>';
	const named = objects.map((object) =>
		object.kind === 'Canary'
			? {...object, spec: {...object.spec, targetKind: hostile, virtualService: {name: hostile}}}
			: object,
	);
	const {get, ask, seconds} = await stage(t, {objects: named});
	await seconds(30);
	const {headers, body} = await ask(CANARY);
	t.is(headers['content-type'], 'application/json; charset=utf-8');
	t.true(body.includes(JSON.stringify(hostile).slice(1, -1)));
	const detail = (await get(CANARY)) as CanaryDetail;
	t.is(detail.attention, 'people');
	t.true(detail.problems.length > 0);
	const strange = await ask(`canaries/${encodeURIComponent(hostile)}/a`);
	t.is(strange.status, 404);
	t.is(strange.headers['content-type'], 'application/json; charset=utf-8');
});

test('a Canary that is deleted is gone; one that comes is there; links of notifications lead to the page', async (t) => {
	const {embedded, get, ask, port, seconds} = await stage(t);
	await seconds(30);
	t.is(((await get('canaries')) as {items: CanarySummary[]}).items.length, 1);
	t.deepEqual(await get('canaries?namespace=shop'), {items: []});
	embedded.store.remove(keys.canaries, 'test', 'podinfo', 'user');
	await seconds(30);
	t.deepEqual(await get('canaries'), {items: []});
	t.is((await ask(CANARY)).status, 404);
	const link = await askAt(port, '/canaries/test/podinfo');
	t.deepEqual([link.status, link.headers.location], [302, '../../#/canaries/test/podinfo']);
	// The one of the two kinds that the address has to name; nothing else of its query is taken along.
	const toRollout = await askAt(port, '/canaries/test/podinfo?kind=Rollout&x=1');
	t.deepEqual([toRollout.status, toRollout.headers.location], [302, '../../#/canaries/test/podinfo?kind=Rollout']);
	const strange = await askAt(port, '/canaries/test/podinfo?kind=%0d%0aX:y');
	t.is(strange.headers.location, '../../#/canaries/test/podinfo');
});

test('with tokens, whoever may not get Canaries in a namespace sees nothing of it', async (t) => {
	const allowed = new Set(['other']);
	const {ask, seconds} = await stage(t, {
		ui: {auth: 'token'},
		async intercept(request, next) {
			const kind = request.url.pathname.split('/').at(-1);
			if (kind !== 'tokenreviews' && kind !== 'subjectaccessreviews') return next();
			type Review = {spec: {token?: string; resourceAttributes?: {namespace: string}}};
			const {spec} = JSON.parse(request.body ?? '') as Review;
			const status =
				kind === 'tokenreviews'
					? {authenticated: spec.token === 'alice', user: {username: 'alice'}}
					: {allowed: allowed.has(spec.resourceAttributes?.namespace ?? '')};
			const body = Buffer.from(JSON.stringify({status}));
			return {
				status: 201,
				headers: {},
				chunks: (async function* () {
					yield body;
				})(),
			};
		},
	});
	await seconds(30);
	const headers = {authorization: 'Bearer alice'};
	t.is((await ask('canaries')).status, 401);
	t.is((await ask('canaries', {headers: {authorization: 'Bearer mallory'}})).status, 401);
	t.is((await ask(CANARY, {headers})).status, 403);
	t.is((await ask('canaries/test/none', {headers})).status, 403, 'nor whether there is one');
	t.deepEqual(JSON.parse((await ask('canaries', {headers})).body), {items: []});
	t.is((await ask('about')).status, 200);
	allowed.add('test');
	await seconds(31 * SPEED);
	t.is((await ask(CANARY, {headers})).status, 200);
});
