// get and explain, against an API server with Canaries as the daemon leaves them.
import test from 'ava';
import {parse} from 'yaml';
import {openDesk, putCanary, putEvent, run} from './desk.ts';

const ago = (seconds: number): string => `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

const waitingFor = 'a passing check, the last one failed: success rate 61.00% < 99% (2 of 5)';

const halted = {
	phase: 'Progressing',
	state: 'halted',
	canaryWeight: 10,
	failedChecks: 2,
	waitingFor,
	reason: waitingFor,
	lastTransitionTime: ago(90),
	conditions: [
		{
			type: 'Promoted',
			status: 'Unknown',
			reason: 'Progressing',
			message: 'New revision detected, progressing canary analysis.',
		},
	],
};

const laid = async (t: {teardown(close: () => Promise<void>): void}) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {status: halted});
	putCanary(desk, {
		namespace: 'shop',
		name: 'cart',
		status: {phase: 'Succeeded', state: 'finished', canaryWeight: 0, failedChecks: 0},
	});
	return desk;
};

test('get: a table with what each Canary waits for', async (t) => {
	const {kubeconfig} = await laid(t);
	const one = await run(['get', '-n', 'test', '--kubeconfig', kubeconfig]);
	t.is(one.code, 0);
	const [heads, row, ...rest] = one.out.split('\n');
	t.deepEqual(heads?.split(/ {3,}/), ['NAME', 'STATE', 'WEIGHT', 'FAILED CHECKS', 'WAITING FOR', 'AGE']);
	t.deepEqual(row?.split(/ {3,}/).slice(0, 5), ['podinfo', 'halted', '10', '2/5', waitingFor]);
	t.deepEqual(rest, ['']);
	const all = await run(['get', '-A', '--kubeconfig', kubeconfig]);
	t.deepEqual(
		all.out.split('\n').map((line) => line.split(/ {3,}/).slice(0, 3)),
		[['NAMESPACE', 'NAME', 'STATE'], ['shop', 'cart', 'finished'], ['test', 'podinfo', 'halted'], ['']],
	);
	const wide = await run(['get', '-n', 'test', '-o', 'wide', '--kubeconfig', kubeconfig], {columns: 40});
	t.regex(wide.out, /PHASE +SINCE +TARGET +REASON\n.*Progressing +\d+s +Deployment\/podinfo/);
});

test('get: a narrow terminal cuts the widest column alone', async (t) => {
	const {kubeconfig} = await laid(t);
	const {out} = await run(['get', '-n', 'test', '--kubeconfig', kubeconfig], {columns: 80});
	t.true(out.split('\n').every((line) => line.length <= 80));
	t.regex(out, /podinfo +halted +10 +2\/5 +a passing check.*… +\d+s\n/);
});

test('get: whole objects and names', async (t) => {
	const {kubeconfig} = await laid(t);
	const at = ['--kubeconfig', kubeconfig];
	const json = JSON.parse((await run(['get', 'podinfo', '-n', 'test', '-o', 'json', ...at])).out) as Canary;
	t.is(json.kind, 'Canary');
	t.is(json.status.waitingFor, waitingFor);
	const yaml = parse((await run(['get', '-A', '-o', 'yaml', ...at])).out) as {kind: string; items: readonly Canary[]};
	t.is(yaml.kind, 'List');
	t.deepEqual(
		yaml.items.map(({metadata}) => metadata.name),
		['cart', 'podinfo'],
	);
	t.is((await run(['get', 'test/podinfo', '-o', 'name', ...at])).out, 'canary.flagger.app/podinfo\n');
});

type Canary = {kind: string; metadata: {name: string}; status: {waitingFor: string}};

test('explain: what it does, since when, what it waits for, what happened, and what can be done', async (t) => {
	const desk = await laid(t);
	putEvent(desk, 'Advance podinfo.test canary weight 10', 'Normal', ago(150));
	putEvent(desk, 'Halt podinfo.test advancement success rate 61.00% < 99%', 'Warning', ago(90));
	const {code, out, err} = await run(['explain', 'podinfo', '-n', 'test', '--kubeconfig', desk.kubeconfig]);
	t.is(err, '');
	t.is(code, 0);
	t.regex(out, /^podinfo in test\n/);
	t.regex(out, /\nState +halted \(phase Progressing\)\n/);
	t.regex(out, /\nDoes +New revision detected, progressing canary analysis\.\n/);
	t.regex(out, /\nSince +\d{4}-.*Z, \w+ ago\n/);
	t.regex(out, /\nTraffic +10 % to podinfo, 90 % to podinfo-primary; steps 10, 20, 30, 40, 50\n/);
	t.true(out.includes(waitingFor));
	t.regex(out, /\nThen +the next step weight\n/);
	t.regex(out, /\d+m(?:\d+s)? ago +Normal +Advance podinfo\.test canary weight 10\n.*Warning +Halt podinfo\.test/);
	t.regex(
		out,
		/What ends the state halted, wherever in it the run is\n(.*\n)* {2}failed: too many checks have failed\n/,
	);
	t.regex(out, /kubectl -n test rollout undo deployment\/podinfo\n/);
	t.regex(out, /kubectl -n test patch canary podinfo .*"suspend":true/);
	const same = await run(['explain', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.true(same.out.startsWith('podinfo in test\n'));
});

test('explain: the same for programs', async (t) => {
	const desk = await laid(t);
	putEvent(desk, 'Advance podinfo.test canary weight 10', 'Normal', ago(150));
	const words = ['explain', 'test/podinfo', '--kubeconfig', desk.kubeconfig, '-o'];
	const json = await run([...words, 'json']);
	t.is(json.code, 0);
	const told = JSON.parse(json.out) as {
		possible: ReadonlyArray<{what: string; command: string}>;
		events: ReadonlyArray<{time: string; message: string}>;
		ends: readonly string[];
	};
	t.like(told, {
		namespace: 'test',
		canary: 'podinfo',
		state: 'halted',
		phase: 'Progressing',
		suspended: false,
		since: new Date(halted.lastTransitionTime).toISOString(),
		traffic: {canary: {name: 'podinfo', weight: 10}, primary: {name: 'podinfo-primary', weight: 90}},
		failedChecks: 2,
		threshold: 5,
		waitsFor: waitingFor,
		afterwards: 'the next step weight',
	});
	t.is(told.events[0]?.message, 'Advance podinfo.test canary weight 10');
	t.true(told.ends.includes('failed: too many checks have failed'));
	t.true(told.possible.some(({command}) => command === 'kubectl -n test rollout undo deployment/podinfo'));
	t.deepEqual(parse((await run([...words, 'yaml'])).out), told);
});

test('explain: a Canary that nobody has looked at, and one whose CRD drops our fields', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {name: 'new'});
	putCanary(desk, {name: 'old', status: {phase: 'Initialized', canaryWeight: 0, failedChecks: 0}});
	const at = ['--kubeconfig', desk.kubeconfig];
	const unseen = await run(['explain', 'test/new', ...at]);
	t.regex(unseen.out, /\nState +none\n/);
	t.regex(unseen.out, /\nWaits for +an operator: .*aviary daemon/);
	const pruned = await run(['explain', 'test/old', ...at]);
	t.regex(pruned.out, /\nState +initialized \(phase Initialized\)\n/);
	t.regex(pruned.out, /\nWaits for +not recorded; .*artifacts\/crds/);
	t.regex(pruned.out, /start a run: change the target\n +kubectl -n test edit deployment\/podinfo\n/);
});

test('explain: text from the cluster cannot command the terminal', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {status: {...halted, waitingFor: 'a\u001B[2Jb\nState  fine\u202E'}});
	putEvent(desk, 'red\u001B[31m\nState  fine', 'Warning', ago(5));
	const {out} = await run(['explain', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.false(['\u001B', '\u202E', '\nState  fine'].some((text) => out.includes(text)));
	t.regex(out, /\nWaits for +a \[2Jb State {2}fine\n/);
});

test('failures are one line with a remedy', async (t) => {
	const desk = await openDesk({kinds: []});
	const at = ['--kubeconfig', desk.kubeconfig];
	const without = await run(['get', '-A', ...at]);
	t.is(without.code, 1);
	t.regex(without.err, /^aviary: LIST canaries\.flagger\.app: [^\n]+; install the CRDs: [^\n]+\n$/);
	const named = await run(['explain', 'test/podinfo', ...at]);
	t.regex(named.err, /; install the CRDs: /);
	await desk.close();
	const silent = await openDesk();
	await silent.close();
	const other = await laid(t);
	const missing = await run(['explain', 'test/nobody', '--kubeconfig', other.kubeconfig]);
	t.is(missing.code, 1);
	t.is(missing.err, 'aviary: there is no Canary nobody in the namespace test; see aviary get -A\n');
	const empty = await run(['get', '--kubeconfig', other.kubeconfig]);
	t.is(empty.out, 'There are no Canaries in the namespace default; see -A.\n');
	t.is(empty.code, 0);
});
