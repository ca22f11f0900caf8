// logs: the operator's lines about one Canary, and no others.
import test from 'ava';
import {textAnswer} from '../../sandbox/api/messages.ts';
import {openDesk, run} from './desk.ts';

const lines = [
	{level: 'info', ts: '2026-05-01T12:00:01.000Z', msg: 'Advance podinfo.test canary weight 10', canary: 'podinfo.test'},
	{level: 'info', ts: '2026-05-01T12:00:02.000Z', msg: 'of another', canary: 'cart.shop'},
	{level: 'warn', ts: '2026-05-01T12:00:03.000Z', msg: 'tried again\u001B[2J', canary: 'podinfo.test', attempt: 2},
];

const first = 'd4269bd1-20260501T110000Z';
const second = 'd4269bd1-20260501T120000Z';
const ofRuns = [
	{level: 'info', ts: '2026-05-01T11:00:00.000Z', msg: 'New revision', canary: 'podinfo.test', run: first},
	{level: 'info', ts: '2026-05-01T12:00:00.000Z', msg: 'New revision', canary: 'podinfo.test', run: second},
	{level: 'info', ts: '2026-05-01T13:00:00.000Z', msg: 'of none', canary: 'podinfo.test'},
];

const laid = async (t: {teardown(close: () => Promise<void>): void}, entries: readonly object[] = lines) => {
	const asked: string[] = [];
	const desk = await openDesk({
		kinds: ['canaries.flagger.app', 'canaryruns.aviary.dev'],
		behind: (own) => (request) => {
			if (!request.path.includes('/log')) return own(request);
			asked.push(request.path);
			return textAnswer(200, `starting\n${entries.map((line) => `${JSON.stringify(line)}\n`).join('')}`);
		},
	});
	t.teardown(() => desk.close());
	return {desk, asked};
};

const putOperator = ({store}: Awaited<ReturnType<typeof openDesk>>): void => {
	const metadata = {name: 'aviary-0', namespace: 'shop', labels: {'app.kubernetes.io/name': 'aviary'}};
	const spec = {containers: [{name: 'aviary', image: 'aviary:0.1.0'}]};
	store.create({group: '', plural: 'pods'}, {apiVersion: 'v1', kind: 'Pod', metadata, spec}, 'test');
};

test('the lines of one Canary, for people or as they were written', async (t) => {
	const {desk, asked} = await laid(t);
	putOperator(desk);
	const at = ['--kubeconfig', desk.kubeconfig];
	const {code, out, err} = await run(['logs', 'test/podinfo', '--since', '1h', ...at]);
	t.deepEqual([code, err], [0, '']);
	t.is(out, '12:00:01 info Advance podinfo.test canary weight 10\n12:00:03 warn tried again [2J attempt=2\n');
	t.deepEqual(asked, ['/api/v1/namespaces/shop/pods/aviary-0/log?sinceSeconds=3600']);
	const json = await run(['logs', 'cart', '-n', 'shop', '-o', 'json', ...at]);
	t.is(json.out, `${JSON.stringify(lines[1])}\n`);
	await run(['logs', 'cart', '-n', 'shop', '--follow', ...at]);
	t.true(asked.at(-1)?.endsWith('/log?follow=true'));
});

test('no operator in the cluster is said, with where to look', async (t) => {
	const {desk} = await laid(t);
	const {code, err} = await run(['logs', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.is(code, 1);
	t.regex(err, /^aviary: no pod of the operator runs in this cluster; a daemon elsewhere has its log there; [^\n]+\n$/);
});

const putRun = ({store}: Awaited<ReturnType<typeof openDesk>>, run: string, began: string): void => {
	const workload = {kind: 'Deployment', name: 'podinfo'};
	const about = {canary: 'podinfo', kind: 'Canary', run, revision: 'd4269bd1', began};
	const metadata = {name: `podinfo-${run.toLowerCase()}`, namespace: 'test', labels: {'aviary.dev/canary': 'podinfo'}};
	const spec = {...about, target: workload, primary: workload};
	const record = {apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryRun', metadata, spec};
	store.create({group: 'aviary.dev', plural: 'canaryruns'}, record, 'aviary');
};

test('--run: the lines of one run, by its record, by its id, or the last one', async (t) => {
	const {desk} = await laid(t, ofRuns);
	putOperator(desk);
	putRun(desk, first, '2026-05-01T11:00:00Z');
	putRun(desk, second, '2026-05-01T12:00:00Z');
	for (const [asked, run_] of [
		[`podinfo-${first.toLowerCase()}`, first],
		[first, first],
		['last', second],
	] as const) {
		const words = ['logs', 'test/podinfo', '--run', asked, '--kubeconfig', desk.kubeconfig, '-o', 'json'];
		const {code, out, err} = await run(words);
		t.deepEqual([code, err], [0, '']);
		t.is(out, `${JSON.stringify(ofRuns.find((line) => line.run === run_))}\n`, asked);
	}
});

test('--run: an id needs no record; a record that is not there is said, with where they are listed', async (t) => {
	const {desk} = await laid(t, ofRuns);
	putOperator(desk);
	const words = ['logs', 'test/podinfo', '--kubeconfig', desk.kubeconfig, '--run'];
	t.is((await run([...words, second])).out, `12:00:00 info New revision run=${second}\n`);
	const unknown = await run([...words, 'podinfo-x']);
	t.is(unknown.code, 1);
	t.is(unknown.err, 'aviary: no run of podinfo is recorded as podinfo-x; see aviary history test/podinfo\n');
	const none = await run([...words, 'last']);
	t.is(none.err, 'aviary: no run of podinfo is recorded; see aviary history test/podinfo\n');
});
