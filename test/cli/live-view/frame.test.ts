// Frames of the live view: what a person sees of a run, and that it fits the terminal.
import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import {createColors} from 'picocolors';
import {frameOf} from '../../../cli/live-view/frame.ts';
import {greeting} from '../../../cli/live-view/lines.ts';
import {createScene} from '../../../cli/live-view/scene.ts';
import type {Happening} from '../../../sandbox/scenario/happenings.ts';

const START = Date.UTC(2026, 0, 1, 6, 0, 0);
const plainColors = createColors(false);

const started: Extract<Happening, {kind: 'started'}> = {
	kind: 'started',
	at: START,
	started: {
		scenario: 'errors',
		description: 'the new version answers 40 % of requests with 5xx',
		speed: 60,
		rps: 20,
		addresses: [
			['API server', 'http://127.0.0.1:4001'],
			['Prometheus', 'http://127.0.0.1:4002'],
		],
		kubeconfig: '/tmp/sandbox/kubeconfig',
	},
};

const metrics = [
	{name: 'request-success-rate', thresholdRange: {min: 99}, interval: '1m'},
	{name: 'request-duration', thresholdRange: {max: 500}, interval: '1m'},
];

const canary = (
	key: string,
	status: Readonly<Record<string, unknown>>,
	at = START,
	analysis: Readonly<Record<string, unknown>> = {metrics},
): Happening => {
	const [namespace = '', name = ''] = key.split('/');
	return {
		kind: 'canary',
		at,
		canary: key,
		object: {
			apiVersion: 'flagger.app/v1beta1',
			kind: 'Canary',
			metadata: {name, namespace, uid: key, creationTimestamp: '2026-01-01T06:00:00Z'},
			spec: {
				targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name},
				service: {port: 80},
				analysis: {interval: '1m', threshold: 5, stepWeight: 10, maxWeight: 50, ...analysis},
			},
			status,
		},
	};
};

const halted = {
	state: 'halted',
	phase: 'Progressing',
	canaryWeight: 20,
	failedChecks: 2,
	waitingFor: 'a passing check, the last one failed: success rate 60.00% < 99% (2 of 5)',
};

const verdict = (at: number): Happening => ({
	kind: 'verdict',
	at,
	canary: 'test/podinfo',
	verdict: {
		outcome: 'failed',
		text: 'success rate 60.00% < 99%',
		at,
		evidence: [
			{kind: 'breached', metric: 'request-success-rate', value: 60, text: 'success rate 60.00% < 99%'},
			{kind: 'passed', metric: 'request-duration', value: 9.123},
		],
	},
});

type Shot = {readonly columns?: number; readonly rows?: number; readonly now?: number};

const shoot = (happenings: readonly Happening[], {columns = 110, rows = 24, now = START}: Shot = {}) => {
	const stage = createScene();
	for (const happening of happenings) {
		stage.hear(happening);
	}

	return frameOf(stage.scene(), plainColors, now, {columns, rows});
};

test('a halted run: state, bar, step, checks with values and thresholds, what it waits for and how long', (t) => {
	const checkedAt = START + 2000;
	const frame = shoot([started, canary('test/podinfo', halted), verdict(checkedAt)], {now: checkedAt + 500});
	t.deepEqual(frame, [
		'Aviary sandbox  60×  world time 2m30s   Users 20 requests/s to each host, 0 % failed',
		'errors: the new version answers 40 % of requests with 5xx',
		'API server http://127.0.0.1:4001   Prometheus http://127.0.0.1:4002   KUBECONFIG /tmp/sandbox/kubeconfig',
		'',
		`test/podinfo             halted       ${'━'.repeat(4)}${'─'.repeat(16)}  20 %  step 2 of 5, failed checks 2 of 5`,
		'  ✗ request-success-rate 60 % ≥ 99 %  ✓ request-duration 9.12 ms ≤ 500 ms',
		'  next check in 30s  waits for a passing check, the last one failed: success rate 60.00% < 99% (2 of 5)',
	]);
});

test('a check that compares says with what, and values have the unit that the Canary names', (t) => {
	const compared = [
		{name: 'request-duration', interval: '1m', compareWithPrimary: {tolerance: 0.2}},
		{name: 'queue', query: 'queue', unit: 'jobs', interval: '1m', thresholdRange: {max: 20}},
	];
	const told: Happening = {
		...(verdict(START) as Extract<Happening, {kind: 'verdict'}>),
		verdict: {outcome: 'passed', text: '', at: START, evidence: [{kind: 'passed', metric: 'queue', value: 3}]},
	};
	const [, checks] = shoot([started, canary('test/podinfo', halted, START, {metrics: compared}), told]).slice(-3);
	t.is(checks, "  · request-duration against the primary at most 20 % above the primary's  ✓ queue 3 jobs ≤ 20 jobs");
});

test('before the first answer checks show their thresholds; the daemon’s seconds become the world’s', (t) => {
	const waitingFor = 'passing checks at canary weight 10, asked every 1 s';
	const status = {state: 'progressing', phase: 'Progressing', canaryWeight: 10, failedChecks: 0, waitingFor};
	const frame = shoot([started, canary('test/podinfo', status)]).slice(-2);
	t.deepEqual(frame, [
		'  · request-success-rate ≥ 99 %  · request-duration ≤ 500 ms',
		'  next check in 1m00s  waits for passing checks at canary weight 10, asked every 1m00s',
	]);
});

test('checks of the run before are not shown for the next one', (t) => {
	const at = START + 1000;
	const idle = {state: 'initialized', phase: 'Initialized', canaryWeight: 0, failedChecks: 0, waitingFor: 'it'};
	const next = {...idle, state: 'progressing', phase: 'Progressing'};
	const frame = shoot([
		started,
		canary('test/podinfo', halted),
		verdict(at),
		canary('test/podinfo', idle),
		canary('test/podinfo', next),
	]);
	t.true(frame.includes('  · request-success-rate ≥ 99 %  · request-duration ≤ 500 ms'), frame.join('\n'));
});

test('the last events, and how the expectations ended, stand below', (t) => {
	const frame = shoot([
		started,
		canary('test/podinfo', {state: 'failed', phase: 'Failed', canaryWeight: 0, failedChecks: 5, reason: 'too many'}),
		{kind: 'timeline', at: START, text: 'fault for 1m: metrics silent'},
		{
			kind: 'event',
			at: START,
			canary: 'test/podinfo',
			event: {time: '', type: 'Warning', reason: 'Synced', object: 'Canary/podinfo.test', message: 'Halt \u001B[2Jit'},
		},
		{kind: 'finding', at: START, finding: {text: 'ends in phase Succeeded', isMet: false, found: 'phase Failed'}},
	]);
	t.deepEqual(frame.slice(4), [
		`test/podinfo             failed       ${'─'.repeat(20)}   0 %  failed checks 5 of 5`,
		'  too many',
		'',
		'Last events',
		'06:00:00 ◆ fault for 1m: metrics silent',
		'06:00:00 ! Halt  [2Jit Canary/podinfo.test',
		'',
		'06:00:00 ✗ expected: ends in phase Succeeded; but phase Failed',
	]);
});

test('of a hundred Canaries those that need a look come first, the rest is counted', (t) => {
	const finished = {state: 'finished', phase: 'Succeeded', canaryWeight: 0, failedChecks: 0, waitingFor: 'a revision'};
	const names = Array.from({length: 97}, (_, index) => `shop/app-${String(index).padStart(2, '0')}`);
	const frame = shoot(
		[
			started,
			...names.map((key) => canary(key, finished)),
			canary('shop/moving', {...finished, state: 'progressing', canaryWeight: 10}),
			canary('shop/broken', {...finished, state: 'failed', reason: 'no luck'}),
			canary('shop/stuck', halted),
			{kind: 'timeline', at: START, text: 'something'},
		],
		{rows: 30},
	);
	t.is(frame.length, 29 - 4, 'the last events have less to show than there is room for');
	const keys = frame.filter((line) => line.startsWith('shop/')).map((line) => line.split(' ')[0]);
	t.deepEqual(keys.slice(0, 5), ['shop/stuck', 'shop/broken', 'shop/moving', 'shop/app-00', 'shop/app-01']);
	t.true(frame.includes(`… and ${100 - keys.length} more: ${100 - keys.length} finished`), frame.join('\n'));
});

for (const [columns, rows] of [
	[20, 6],
	[40, 10],
	[60, 20],
	[80, 24],
	[200, 60],
] as const) {
	test(`a frame fits ${columns} × ${rows}`, (t) => {
		const many = Array.from({length: 30}, (_, index) => canary(`team/service-${index}`, halted));
		const lines = Array.from({length: 30}, (_, index): Happening => ({
			kind: 'timeline',
			at: START,
			text: `event ${index}`,
		}));
		const frame = shoot([started, ...many, ...lines], {columns, rows});
		t.true(frame.length < rows, `${frame.length} lines`);
		t.true(frame.length > rows / 2, `${frame.length} lines`);
		for (const line of frame) {
			t.true(line.length <= columns, line);
		}
	});
}

test('colours mark the state, and nothing else changes by them', (t) => {
	const stage = createScene();
	for (const happening of [started, canary('test/podinfo', halted)]) {
		stage.hear(happening);
	}

	const size = {columns: 110, rows: 24};
	const painted = frameOf(stage.scene(), createColors(true), START, size);
	t.true(painted.join('\n').includes('\u001B[33mhalted'));
	const bare = painted.map((line) => stripVTControlCharacters(line));
	t.deepEqual(bare, [...frameOf(stage.scene(), plainColors, START, size)]);
});

test('the greeting proposes what is there to be looked at', (t) => {
	const tried = (facts: Partial<(typeof started)['started']>): string =>
		/Try +(.*)/.exec(greeting(plainColors, {...started.started, ...facts}))?.[1] ?? '';
	const kubectl = 'kubectl --kubeconfig /tmp/sandbox/kubeconfig';
	t.is(tried({canary: 'shop/checkout'}), `${kubectl} -n shop describe canary/checkout`);
	t.is(tried({}), `${kubectl} get canaries -A`, 'a scenario without a Canary, such as none');
});
