// What the page is told of one Canary, of longer runs and of comparisons too.
import test from 'ava';
import type {CanaryDetail, Explanation} from '../../../api/http/canary-views.ts';
import type {RunView} from '../../../api/http/run-views.ts';
import {kept} from '../../../actors/views/entry.ts';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import {SPEED, stage} from './stage.ts';

const CANARY = 'canaries/test/podinfo';
const headers = {'content-type': 'application/json', authorization: 'Bearer of-alice'};

type Stage = Awaited<ReturnType<typeof stage>>;

const command = ({ask}: Stage, verb: string, more: object = {}): Promise<{readonly status: number | undefined}> =>
	ask(`${CANARY}/commands`, {method: 'POST', headers, body: JSON.stringify({verb, reason: 'slow', ...more})});

test('a run of ten steps is told from its beginning: each transition once, in order, and in little room', async (t) => {
	const {get, ask, seconds} = await stage(t);
	await seconds(600);
	const {body} = await ask(CANARY);
	const detail = JSON.parse(body) as CanaryDetail;
	t.is(detail.path, 'progressing.soaking');
	const {transitions = []} = (await get(`${CANARY}/runs/${detail.run?.id ?? ''}`)) as RunView;
	t.true(transitions.length > kept.transitions + 10, `${transitions.length} in the record`);
	const began = Math.floor(Date.parse(detail.run?.began ?? '') / 1000) * 1000;
	const within = detail.transitions.filter(({at}) => Date.parse(at) >= began);
	t.deepEqual(
		within.map(({to, weight}) => [to, weight]),
		transitions.map(({to, weight}) => [to, weight]),
	);
	const instants = detail.transitions.map(({at}) => Math.floor(Date.parse(at) / 1000));
	t.deepEqual(
		instants,
		instants.toSorted((a, b) => a - b),
	);
	t.deepEqual(
		within.slice(1).map(({from}) => from),
		within.slice(0, -1).map(({to}) => to),
	);

	t.true(within.every(({event}) => event !== 'done'));
	t.log(`${body.length} characters with ${within.length} transitions`);
	t.true(JSON.stringify(detail.transitions).length < 250 * detail.transitions.length);
	await seconds(600);
	const rested = (await get(CANARY)) as CanaryDetail;
	t.is(rested.path, 'finished.idle');
	t.true(rested.transitions.length > 35, 'the last run as well');
	t.log(`${JSON.stringify(rested).length} characters with ${rested.transitions.length} transitions`);
});

test('every command of a run is told, with what came of it; in words the last ones', async (t) => {
	const staged = await stage(t);
	const {get, seconds} = staged;
	await seconds(150);
	for (const verb of ['pause', 'resume', 'pause', 'resume', 'pause', 'resume', 'pause']) {
		t.is((await command(staged, verb)).status, 201);
		await seconds(5);
	}

	const {commands} = (await get(CANARY)) as CanaryDetail;
	t.deepEqual(
		commands.map(({verb}) => verb),
		['pause', 'resume', 'pause', 'resume', 'pause', 'resume', 'pause'],
	);
	t.true(commands.every(({outcome, message}) => outcome !== undefined && message !== ''));
	t.is(new Set(commands.map(({name}) => name)).size, 7);
	t.is(((await get(`${CANARY}/explain`)) as Explanation).asked.length, kept.commands);
});

test('what would change nothing is not possible, and says why', async (t) => {
	const staged = await stage(t);
	const {get, seconds} = staged;
	const possible = async () => {
		const {actions} = (await get(CANARY)) as CanaryDetail;
		return actions.filter((one) => one.possible).map(({verb}) => verb);
	};
	await seconds(150);
	t.deepEqual(await possible(), ['pause', 'skip', 'promote', 'rollback', 'set-weight']);
	const {actions} = (await get(CANARY)) as CanaryDetail;
	t.is(actions.find(({verb}) => verb === 'retry')?.message, 'the run is under way');
	const {possible: told} = (await get(`${CANARY}/explain`)) as Explanation;
	t.deepEqual(
		told.filter(({command: words}) => words.includes('retry')),
		[],
	);
	await command(staged, 'pause');
	await seconds(10);
	t.deepEqual(await possible(), ['resume', 'skip', 'promote', 'rollback', 'set-weight']);
	const paused = (await get(CANARY)) as CanaryDetail;
	t.regex(paused.actions.find(({verb}) => verb === 'pause')?.message ?? '', /^it is in force already: no weight rises/);
	await command(staged, 'rollback');
	await seconds(300);
	t.deepEqual(await possible(), ['retry'], 'of a failed run its revision alone');
});

test('a metric that is compared says with what, in its checks and in what was measured', async (t) => {
	const {objects} = await releaseOf('good', 'first');
	const query = 'count(sum(istio_requests_total{destination_workload="{{ target }}"}))';
	const metrics = [
		{name: 'istio_requests_total', interval: '1m', compareWithPrimary: {by: 'difference', tolerance: 1}},
		{name: 'queue', query, unit: 'jobs', interval: '1m', compareWithPrimary: {tolerance: 0.2}},
	];
	const compared = objects.map((object) =>
		object.kind === 'Canary'
			? {...object, spec: {...object.spec, canaryAnalysis: {threshold: 10, maxWeight: 50, stepWeight: 5, metrics}}}
			: object,
	);
	const {get, seconds} = await stage(t, {objects: compared});
	await seconds(200);
	const detail = (await get(CANARY)) as CanaryDetail;
	const [rate, queue] = detail.checks;
	t.like(rate, {kind: 'success-rate', against: {by: 'difference', tolerance: 1, worse: 'lower'}});
	t.like(queue, {kind: 'query', unit: 'jobs', against: {by: 'ratio', tolerance: 0.2, worse: 'higher'}});
	t.like(detail.metrics[0], {kind: 'success-rate', against: {by: 'difference', tolerance: 1, worse: 'lower'}});
	t.like(detail.metrics[1], {unit: 'jobs', against: {by: 'ratio', tolerance: 0.2}});
});

test('ways on that lack a check or time tell until when; those that lack somebody do not', async (t) => {
	const {get, seconds} = await stage(t, {scenario: 'errors'});
	await seconds(40);
	const early = (await get(CANARY)) as CanaryDetail;
	t.true(
		early.next.every(({until}) => until === undefined || Date.parse(until) > Date.parse(early.now)),
		early.path,
	);
	await seconds(110);
	const detail = (await get(CANARY)) as CanaryDetail;
	t.is(detail.path, 'halted.failedCheck');
	const way = (text: string) => detail.next.find((one) => one.text === text);
	const leftMs = Date.parse(way('too many checks have failed')?.until ?? '') - Date.parse(detail.now);
	t.true(leftMs >= 0 && leftMs <= 60_000 / SPEED, `${leftMs} ms to the next round`);
	t.is(way('too many checks have failed')?.untilWhat, 'the next round of checks');
	t.is(way('a rollback was ordered')?.until, undefined);
	t.is(way('a rollback was ordered')?.untilWhat, undefined);
	t.true(detail.next.filter(({until}) => until !== undefined).length >= 2, JSON.stringify(detail.next, null, 1));
});
