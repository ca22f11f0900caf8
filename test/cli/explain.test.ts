// explain: what the daemon tells where it can be asked, and what the status alone tells where it cannot.
import test from 'ava';
import {parse} from 'yaml';
import {explanationOf} from '../../actors/views/explanation.ts';
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import {jsonAnswer} from '../../sandbox/api/messages.ts';
import {detail} from '../ui/summaries.ts';
import {openDesk, putCanary, run, type Desk} from './desk.ts';

const waitingFor = 'a passing check, the last one failed: request-success-rate 61 < 99 (2 of 5)';
const halted = {
	phase: 'Progressing',
	state: 'halted',
	canaryWeight: 10,
	failedChecks: 2,
	waitingFor,
	reason: waitingFor,
	lastTransitionTime: '2026-11-21T10:00:00Z',
} as const;

const told: CanaryDetail = detail({
	state: 'halted',
	path: 'halted.failedCheck',
	phase: 'Progressing',
	weight: 20,
	failedChecks: 2,
	message: 'New revision detected, progressing canary analysis.',
	waitingFor,
	reason: waitingFor,
	wait: {
		text: waitingFor,
		whom: 'time',
		since: '2026-11-21T10:00:00.000Z',
		until: '2026-11-21T10:01:30.000Z',
		untilWhat: 'the next round of checks',
		afterwards: 'the next step weight',
	},
	next: [
		{
			id: 'a',
			from: 'halted',
			to: 'failed',
			text: 'too many checks have failed',
			holds: false,
			lacks: ['3 more failed checks'],
			untilWhat: '',
		},
	],
	actions: [
		{verb: 'skip', possible: true, message: 'it is promoted without further analysis as soon as both are healthy'},
		{verb: 'set-weight', possible: true, message: 'the canary gets the weight that is asked for'},
		{verb: 'retry', possible: false, message: 'the run is under way'},
	],
	checks: [
		{
			metric: 'request-success-rate',
			kind: 'success-rate',
			min: 99,
			outcome: 'breached',
			value: 61.004,
			primary: 99.9,
			text: 'request-success-rate 61 < 99',
		},
		{metric: 'request-duration', kind: 'duration', max: 500, outcome: 'passed', value: 210, text: ''},
		{metric: 'errors', kind: 'query', outcome: 'no data', text: 'the query has no result\u001B[2J'},
		{metric: 'late', kind: 'query', outcome: '', text: ''},
	],
	verdict: {at: '2026-11-21T10:00:30.000Z', outcome: 'failed', text: 'request-success-rate 61 < 99'},
});

const PROXY = '/api/v1/namespaces/shop/services/aviary%3Apage/proxy/api/v1/canaries/test/podinfo';

/** A desk whose proxy leads to a daemon that tells `answer`. */
const laid = async (t: {teardown(close: () => Promise<void>): void}, answer: unknown, code = 200) => {
	const asked: string[] = [];
	const desk = await openDesk({
		behind: (own) => (request) => {
			if (!request.path.includes('/proxy/')) return own(request);
			asked.push(request.path);
			return jsonAnswer(code, answer as Record<string, unknown>);
		},
	});
	t.teardown(() => desk.close());
	const metadata = {name: 'aviary', namespace: 'shop', labels: {'app.kubernetes.io/name': 'aviary'}};
	const service = {apiVersion: 'v1', kind: 'Service', metadata, spec: {ports: [{port: 8090}]}};
	desk.store.create({group: '', plural: 'services'}, service, 'test');
	putCanary(desk, {status: halted});
	return {desk, asked};
};

const explain = async ({kubeconfig}: Desk, ...words: readonly string[]): Promise<string> => {
	const {code, out, err} = await run(['explain', 'test/podinfo', '--kubeconfig', kubeconfig, ...words]);
	if (code !== 0 || err !== '') throw new Error(`${code}: ${err}`);
	return out;
};

test('the daemon’s own words: the state in full, the verdict, until when, checks with values, ways out', async (t) => {
	const {desk, asked} = await laid(t, told);
	const out = await explain(desk);
	t.deepEqual(asked, [PROXY]);
	for (const {title, text} of explanationOf(told).facts.filter((fact) => fact.title !== 'Since')) {
		t.true(out.includes(`\n${title.padEnd(16)}${text}\n`), `${title}\n${out}`);
	}

	t.regex(out, /\nState +halted › failed check \(phase Progressing\)\n/);
	t.regex(out, /\nSince +2026-11-21T10:00:00Z, \w+ ago\n/);
	t.regex(out, /; until 2026-11-21T10:01:30Z: the next round of checks\n/);
	t.true(
		out.includes(
			[
				'\nThe last round of checks, 2026-11-21T10:00:30Z: failed',
				'  ✗ request-success-rate 61 %, at least 99 % (primary 99.9 %)',
				'  ✓ request-duration 210 ms, at most 500 ms',
				'  ? errors: no data, the query has no result [2J',
				'  · late: not asked yet\n',
			].join('\n'),
		),
		out,
	);
	t.regex(out, /\nWhat ends the state halted\n {2}failed: too many checks have failed\n\n/);
	t.false(out.includes('the status alone'));
});

test('what can be done is what the daemon would take, in its words, and what needs no daemon', async (t) => {
	const {desk} = await laid(t, told);
	const out = await explain(desk);
	t.regex(
		out,
		/\n {2}it is promoted without further analysis as soon as both are healthy\n {4}aviary skip podinfo -n test --reason '…'\n/,
	);
	t.regex(out, /\n {4}aviary set-weight podinfo WEIGHT -n test --reason '…'\n/);
	t.notRegex(out, /aviary (?:retry|pause)/);
	t.regex(out, /\n {4}kubectl -n test rollout undo deployment\/podinfo\n/);
});

test('for programs: the same, with checks and instants as such', async (t) => {
	const {desk} = await laid(t, told);
	const json = JSON.parse(await explain(desk, '-o', 'json')) as {readonly possible: ReadonlyArray<{command: string}>};
	t.like(json, {
		toldBy: 'daemon',
		state: 'halted',
		path: 'halted.failedCheck',
		waitsFor: waitingFor,
		until: '2026-11-21T10:01:30.000Z',
		untilWhat: 'the next round of checks',
		traffic: {canary: {name: 'podinfo', weight: 20}, primary: {name: 'podinfo-primary', weight: 80}},
		checks: told.checks,
		verdict: told.verdict,
		ends: ['failed: too many checks have failed'],
	});
	t.true(json.possible.some(({command}) => command.startsWith('aviary skip podinfo ')));
	t.deepEqual(parse(await explain(desk, '-o', 'yaml')), json);
});

for (const [title, answer, code] of [
	['knows nothing of it', {error: 'no such Canary'}, 404],
	['tells something else', {...told, checks: 'many'}, 200],
	['tells of another one', {...told, name: 'other'}, 200],
] as const) {
	test(`a daemon that ${title}: the status alone, which is said`, async (t) => {
		const {desk} = await laid(t, answer, code);
		const out = await explain(desk);
		t.regex(out, /\nState +halted \(phase Progressing\)\n/);
		t.regex(out, /\nTold by +the status alone, for no daemon could be asked: [^\n]+\n/);
		t.true(out.includes(`\nWaits for       ${waitingFor}\n`));
		t.regex(
			out,
			/\nWhat ends the state halted, wherever in it the run is\n( {2}.*\n)* {2}failed: too many checks have failed\n/,
		);
		t.notRegex(out, /the time is up/, 'of a state within, in which the run may not be');
		const json = JSON.parse(await explain(desk, '-o', 'json')) as Record<string, unknown>;
		t.like(json, {toldBy: 'status', state: 'halted'});
		t.false(['path', 'checks', 'verdict', 'until'].some((key) => Object.hasOwn(json, key)));
	});
}

const putPause = ({store}: Desk, outcome: string): void => {
	const kind = {group: 'aviary.dev', plural: 'canarycommands'};
	const spec = {canary: 'podinfo', verb: 'pause', reason: 'lunch', requestedBy: 'alice'};
	const metadata = {name: 'lunch', namespace: 'test'};
	const stored = store.create(kind, {apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata, spec}, 'test');
	store.update(kind, {...stored, status: {outcome}}, 'test', 'status');
};

const commandsOf = async (
	t: Parameters<typeof laid>[0],
	status: Record<string, unknown>,
	paused?: 'Accepted' | 'Done',
): Promise<readonly string[]> => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {status});
	if (paused !== undefined) putPause(desk, paused);
	const out = await explain(desk);
	return [...out.matchAll(/\n {2}([^\n]+)\n {4}aviary ([a-z-]+) /g)].map(([, what, verb]) => `${verb}: ${what}`);
};

test('without a daemon the same words as its answers, for what the status tells', async (t) => {
	t.deepEqual(await commandsOf(t, halted), [
		'pause: no weight rises until somebody resumes; failing checks still end the run',
		'skip: it is promoted without further analysis as soon as both are healthy',
		'promote: it is promoted now, or as soon as both are healthy',
		'rollback: all traffic goes to the primary, and the run fails',
		'set-weight: the canary gets the weight that is asked for',
	]);
	const paused = await commandsOf(t, halted, 'Accepted');
	t.true(paused.includes('resume: the run goes on'));
	t.false(paused.some((line) => line.startsWith('pause')));
	t.false((await commandsOf(t, halted, 'Done')).includes('resume: the run goes on'), 'it is over');
	const judged = 'bee6b215d4428e769427d0406550d0a0';
	const failed = {phase: 'Failed', state: 'failed', canaryWeight: 0, lastAppliedSpec: judged};
	const rests = await commandsOf(t, {...failed, waitingFor: 'a new revision of podinfo'});
	t.true(rests.includes(`retry: a new run of revision ${judged} begins`), rests.join('\n'));
	t.deepEqual(
		await commandsOf(t, {phase: 'Succeeded', state: 'finished', lastAppliedSpec: judged, lastPromotedSpec: judged}),
		[],
	);
});
