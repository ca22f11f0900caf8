// history and report, against an API server with records as the daemon leaves them.
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {parse} from 'yaml';
import {htmlReport} from '../../services/reports/html.ts';
import {markdownReport} from '../../services/reports/markdown.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {hostile, rolledBack} from '../services/reports/records.ts';
import {openDesk, run} from './desk.ts';
import type {Desk} from './desk.ts';

const kinds = ['canaries.flagger.app', 'canarycommands.aviary.dev', 'canaryruns.aviary.dev'];
const key = {group: 'aviary.dev', plural: 'canaryruns'};

const ago = (seconds: number): string => `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;

const put = ({store}: Desk, name: string, record: Partial<typeof rolledBack>, canary = 'podinfo'): KubeObject => {
	const {spec, status} = {...rolledBack, ...record};
	return store.create(
		key,
		{
			apiVersion: 'aviary.dev/v1alpha1',
			kind: 'CanaryRun',
			metadata: {name, namespace: 'test', labels: {'aviary.dev/canary': canary}},
			spec: {...spec, canary},
			...(status !== undefined && {status}),
		},
		'aviary',
	);
};

const laid = async (t: ExecutionContext): Promise<Desk> => {
	const desk = await openDesk({kinds});
	t.teardown(() => desk.close());
	const {spec, status} = rolledBack;
	put(desk, 'podinfo-old', {
		spec: {...spec, began: ago(7200)},
		status: {...status, ended: ago(7200 - 930)},
	});
	put(desk, 'podinfo-new', {
		spec: {...spec, began: ago(300)},
		status: {knownUntil: ago(300), seconds: {progressing: 0, halted: 0, waitingForPeople: 0}},
	});
	put(desk, 'cart-1', {}, 'cart');
	return desk;
};

const cellsOf = (line = ''): readonly string[] => line.split(/ {3,}/);

test('history: the runs of a Canary, newest first; who is under way has no end yet', async (t) => {
	const {kubeconfig} = await laid(t);
	const {code, out, err} = await run(['history', 'podinfo', '-n', 'test', '--kubeconfig', kubeconfig]);
	t.is(err, '');
	t.is(code, 0);
	const [heads, first, second, ...rest] = out.split('\n');
	t.deepEqual(cellsOf(heads), ['RUN', 'OUTCOME', 'BEGAN', 'TOOK', 'FOR PEOPLE', 'REASON']);
	t.regex(first ?? '', /^podinfo-new {3,}under way {3,}\d+m(?:\d+s)? ago {3,}- {3,}-$/);
	const [name, outcome, began, ...more] = cellsOf(second);
	t.deepEqual([name, outcome], ['podinfo-old', 'rolled-back']);
	t.regex(began ?? '', /^2h(?:\d+m)? ago$/);
	t.deepEqual(more, ['15m 30s', '5m', 'failed checks threshold reached 2']);
	t.deepEqual(rest, ['']);
	const wide = await run(['history', 'test/podinfo', '-o', 'wide', '--kubeconfig', kubeconfig], {columns: 40});
	t.regex(wide.out, /REVISION +PROGRESSING +HALTED +COMMANDS +BREACHES\n/);
	t.deepEqual(cellsOf(wide.out.split('\n')[2]).slice(6), [rolledBack.spec.revision, '7m 30s', '2m', '2', '2']);
});

test('history: whole objects, names, and none', async (t) => {
	const {kubeconfig} = await laid(t);
	const at = ['--kubeconfig', kubeconfig];
	type List = {readonly kind: string; readonly items: ReadonlyArray<{readonly metadata: {readonly name: string}}>};
	for (const output of ['json', 'yaml']) {
		// Each JSON text is a YAML text, too.
		const list = parse((await run(['history', 'test/podinfo', '-o', output, ...at])).out) as List;
		t.is(list.kind, 'List');
		t.deepEqual(
			list.items.map(({metadata}) => metadata.name),
			['podinfo-new', 'podinfo-old'],
		);
	}

	const names = await run(['history', 'test/cart', '-o', 'name', ...at]);
	t.is(names.out, 'canaryrun.aviary.dev/cart-1\n');
	const none = await run(['history', 'shop/podinfo', ...at]);
	t.is(none.out, 'No run of podinfo is recorded in the namespace shop.\n');
	t.is(none.code, 0);
});

test('report: by the name of a run, or the newest run of a Canary; as Markdown, HTML and JSON', async (t) => {
	const desk = await laid(t);
	const at = ['-n', 'test', '--kubeconfig', desk.kubeconfig];
	const stored = desk.store.get(key, 'test', 'podinfo-old') as unknown as typeof rolledBack;
	const markdown = await run(['report', 'podinfo-old', ...at]);
	t.is(markdown.code, 0);
	t.is(markdown.out, markdownReport(stored));
	t.is((await run(['report', 'podinfo-old', '-o', 'html', ...at])).out, htmlReport(stored));
	const json = JSON.parse((await run(['report', 'podinfo-old', '-o', 'json', ...at])).out) as KubeObject;
	t.is(json.metadata.name, 'podinfo-old');
	t.like(json.status, {outcome: 'rolled-back'});
	const newest = await run(['report', 'podinfo', ...at]);
	t.regex(newest.out, /^# podinfo in test: under way\n/);
	t.regex(newest.out, /\n\| Outcome \| under way: the run goes on, and this is what was recorded until [^|]+ UTC \|\n/);
	t.notRegex(newest.out, /\| (?:Took|Ended) \|/);
});

test('report: what is not there, what has no CRD, and a wrong form, each in a line with a remedy', async (t) => {
	const {kubeconfig} = await laid(t);
	const missing = await run(['report', 'nobody', '-n', 'test', '--kubeconfig', kubeconfig]);
	t.is(missing.code, 1);
	t.is(
		missing.err,
		'aviary: neither a run nor a Canary with runs is called nobody in the namespace test; ' +
			'see aviary history NAME, or kubectl get canaryruns -A\n',
	);
	const form = await run(['report', 'podinfo', '-o', 'pdf', '--kubeconfig', kubeconfig]);
	t.is(form.code, 2);
	t.regex(form.err, /markdown, html, json, yaml, name/);
	const bare = await openDesk({kinds: []});
	t.teardown(() => bare.close());
	for (const command of ['history', 'report']) {
		const {code, err} = await run([command, 'test/podinfo', '--kubeconfig', bare.kubeconfig]);
		t.is(code, 1);
		t.regex(err, /^aviary: [^\n]+; install the CRDs: kubectl apply -f artifacts\/crds\n$/);
	}
});

test('text from the cluster cannot command the terminal', async (t) => {
	const desk = await openDesk({kinds});
	t.teardown(() => desk.close());
	put(desk, 'podinfo-x', {spec: {...hostile.spec, kind: 'Canary', began: ago(60)}, status: {reason: hostile.spec.run}});
	for (const words of [['history'], ['history', '-o', 'wide'], ['report']]) {
		const {out} = await run([...words, 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
		t.false(
			['\u001B', '\u202E'].some((text) => out.includes(text)),
			words.join(' '),
		);
	}
});
