// watch: what it draws at a fixed width, and what it tells line by line where there is no terminal.
import test from 'ava';
import {createColors} from 'picocolors';
import {parseAllDocuments} from 'yaml';
import {createScene} from '../../cli/live-view/scene.ts';
import {watchFrameOf} from '../../cli/live-view/watch-frame.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {jsonAnswer} from '../../sandbox/api/messages.ts';
import {openDesk, putCanary, putEvent, runUntil} from './desk.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const colors = createColors(false);

const pod = (name: string, status: Record<string, unknown>, secondsAgo: number): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {name, namespace: 'test', creationTimestamp: new Date(NOW - secondsAgo * 1000).toISOString()},
	status,
});

const ready = {
	phase: 'Running',
	conditions: [{type: 'Ready', status: 'True'}],
	containerStatuses: [{name: 'podinfod', restartCount: 0}],
};
const crashing = {
	phase: 'Running',
	conditions: [{type: 'Ready', status: 'False'}],
	containerStatuses: [
		{
			name: 'podinfod',
			restartCount: 4,
			state: {waiting: {reason: 'CrashLoopBackOff'}},
			lastState: {terminated: {exitCode: 1, reason: 'Error'}},
		},
	],
};

const spec = {
	targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
	service: {port: 9898},
	analysis: {
		interval: '1m',
		threshold: 5,
		maxWeight: 50,
		stepWeight: 10,
		metrics: [{name: 'request-success-rate', thresholdRange: {min: 99}}],
	},
};

const halted = {
	phase: 'Progressing',
	state: 'halted',
	canaryWeight: 20,
	failedChecks: 2,
	waitingFor: 'a passing check, the last one failed',
};

const watched = () => {
	const stage = createScene();
	const object = {
		apiVersion: 'flagger.app/v1beta1',
		kind: 'Canary',
		metadata: {name: 'podinfo', namespace: 'test'},
		spec,
		status: halted,
	};
	stage.hear({kind: 'canary', at: NOW, canary: 'test/podinfo', object});
	const evidence = [{kind: 'breached' as const, metric: 'request-success-rate', value: 61.004, text: 'too low'}];
	stage.hear({
		kind: 'verdict',
		at: NOW,
		canary: 'test/podinfo',
		verdict: {outcome: 'failed', text: 'too low', at: NOW, evidence},
	});
	for (const [seconds, message] of [
		[70, 'Advance podinfo.test canary weight 20'],
		[10, 'Halt podinfo.test advancement'],
	] as const) {
		const at = NOW - seconds * 1000;
		const line = {
			time: '',
			type: seconds === 10 ? 'Warning' : 'Normal',
			reason: 'Synced',
			object: 'Canary/podinfo.test',
			message,
		};
		stage.hear({kind: 'event', at, canary: 'test/podinfo', event: line});
	}

	const copies = [
		{role: 'canary' as const, name: 'podinfo', pods: [pod('podinfo-a', ready, 65), pod('podinfo-b', crashing, 300)]},
		{role: 'primary' as const, name: 'podinfo-primary', pods: [pod('podinfo-primary-a', ready, 7200)]},
	];
	return {scene: stage.scene(), copies, trouble: '', title: 'test/podinfo'};
};

test('a frame: bar, checks with values, what is waited for, pods with reasons, last events', (t) => {
	t.deepEqual(watchFrameOf(watched(), colors, NOW, {columns: 100, rows: 40}), [
		'Aviary  test/podinfo  12:00:00Z',
		'',
		'test/podinfo             halted       ━━━━──────────────── 20 %  step 2 of 5, failed checks 2 of 5'.replace(
			'20 %',
			' 20 %',
		),
		'  ✗ request-success-rate 61 % ≥ 99 %',
		'  next check in 1m00s  waits for a passing check, the last one failed',
		'',
		'  podinfo (canary)  1 of 2 ready',
		'  ├─ podinfo-b  container podinfod: CrashLoopBackOff, last exit 1  5m, 4 restarts',
		'  └─ podinfo-a  ready  65s',
		'  podinfo-primary (primary)  1 of 1 ready',
		'  └─ podinfo-primary-a  ready  2h',
		'',
		'Last events',
		'11:58:50 ✓ Advance podinfo.test canary weight 20 Canary/podinfo.test',
		'11:59:50 ! Halt podinfo.test advancement Canary/podinfo.test',
	]);
});

test('a small terminal is never overrun, and what is left out is counted', (t) => {
	for (const [columns, rows] of [
		[60, 12],
		[40, 8],
		[20, 5],
	] as const) {
		const lines = watchFrameOf({...watched(), trouble: 'no connection; it is tried again'}, colors, NOW, {
			columns,
			rows,
		});
		t.true(lines.length < rows, `${lines.length} lines of ${rows}`);
		t.true(
			lines.every((line) => line.length <= columns),
			lines.join('\n'),
		);
	}

	const lines = watchFrameOf(watched(), colors, NOW, {columns: 80, rows: 12});
	t.true(
		lines.some((line) => /^… \d more lines$/.test(line)),
		lines.join('\n'),
	);
});

test.serial('without a terminal: a line for what there is, each change and each event, by watches alone', async (t) => {
	const asked: string[] = [];
	const desk = await openDesk({
		behind: (own) => (request) => {
			asked.push(request.path);
			return own(request);
		},
	});
	t.teardown(() => desk.close());
	putCanary(desk, {status: {...halted, state: 'progressing', failedChecks: 0, waitingFor: 'passing checks'}});
	const wanted = [/! Halt /, /· test\/podinfo halted/, /→ test\/podinfo/];
	const watching = runUntil(['watch', 'test/podinfo', '--kubeconfig', desk.kubeconfig], (out) =>
		wanted.every((pattern) => pattern.test(out)),
	);
	await Promise.all([desk.watched('canaries'), desk.watched('events')]);
	const canaries = {group: 'flagger.app', plural: 'canaries'};
	const [canary] = desk.store.list(canaries, {}).items;
	if (canary === undefined) throw new Error('no Canary');
	desk.store.update(canaries, {...canary, status: halted}, 'test', 'status');
	putEvent(desk, 'Halt podinfo.test advancement', 'Warning', '2026-05-01T11:59:50Z');
	const {code, out, err} = await watching;
	t.deepEqual([code, err], [0, '']);
	const lines = out.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
	t.deepEqual(
		lines.toSorted(),
		[
			'',
			'! Halt podinfo.test advancement Canary/podinfo.test',
			'· test/podinfo halted, 20 %, waits for a passing check, the last one failed',
			'· test/podinfo progressing, 20 %, waits for passing checks',
			'→ test/podinfo progressing → halted',
		].toSorted(),
	);
	t.is(asked.filter((path) => path.includes('/canaries') && !path.includes('watch=true')).length, 1);
});

test.serial('the daemon’s values are shown where its Service can be reached', async (t) => {
	const asked: string[] = [];
	const desk = await openDesk({
		behind: (own) => (request) => {
			if (!request.path.includes('/proxy/')) return own(request);
			asked.push(request.path);
			return jsonAnswer(200, {
				checks: [{metric: 'request-success-rate', outcome: 'breached', value: 61.5, text: 'too low'}],
				verdict: {at: '2026-05-01T11:59:50Z', outcome: 'failed', text: 'too low'},
			});
		},
	});
	t.teardown(() => desk.close());
	const metadata = {name: 'aviary', namespace: 'shop', labels: {'app.kubernetes.io/name': 'aviary'}};
	desk.store.create(
		{group: '', plural: 'services'},
		{apiVersion: 'v1', kind: 'Service', metadata, spec: {ports: [{port: 8090}]}},
		'test',
	);
	putCanary(desk, {status: halted});
	const words = ['watch', 'test/podinfo', '--kubeconfig', desk.kubeconfig];
	const {code, out} = await runUntil(words, (text) => text.includes('checks failed'));
	t.is(code, 0);
	t.true(out.includes('11:59:50 · test/podinfo checks failed: request-success-rate 61.5\n'), out);
	t.deepEqual(asked, ['/api/v1/namespaces/shop/services/aviary%3Apage/proxy/api/v1/canaries/test/podinfo']);
});

test.serial('for programs: an object a line, or a document each', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {status: halted});
	const words = ['watch', 'test/podinfo', '--kubeconfig', desk.kubeconfig, '-o'];
	const isWhole = (out: string): boolean => out.includes(halted.waitingFor) && out.endsWith('\n');
	const json = await runUntil([...words, 'json'], isWhole);
	const yaml = await runUntil([...words, 'yaml'], isWhole);
	const {time: _, ...told} = JSON.parse(json.out) as Record<string, unknown>;
	t.deepEqual(told, {
		canary: 'test/podinfo',
		state: 'halted',
		weight: 20,
		failedChecks: 2,
		waitingFor: halted.waitingFor,
	});
	const documents = parseAllDocuments(yaml.out).map((document) => document.toJS() as Record<string, unknown>);
	t.deepEqual(
		documents.map(({time: _, ...facts}) => facts),
		[told],
	);
});
