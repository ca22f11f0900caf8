// wait: a run's verdict as exit code, by a watch, whatever the Canary is doing when it begins.
import test, {type ExecutionContext} from 'ava';
import {parseAllDocuments} from 'yaml';
import {revisionOf} from '../../services/workloads/render.ts';
import {openDesk, putCanary, run, type Desk} from './desk.ts';

const canaries = {group: 'flagger.app', plural: 'canaries'};
const deployments = {group: 'apps', plural: 'deployments'};

const templateOf = (image: string) => ({
	metadata: {labels: {app: 'podinfo'}},
	spec: {containers: [{name: 'podinfod', image}]},
});

const rested = (phase: string, image: string, promoted = image) => ({
	phase,
	state: phase === 'Failed' ? 'failed' : phase === 'Succeeded' ? 'finished' : 'initialized',
	canaryWeight: 0,
	failedChecks: 0,
	lastAppliedSpec: revisions[image],
	lastPromotedSpec: revisions[promoted],
});

const revisions: Record<string, string> = {};

const laid = async (t: ExecutionContext, image: string, status: Record<string, unknown>): Promise<Desk> => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	desk.store.create(
		deployments,
		{
			apiVersion: 'apps/v1',
			kind: 'Deployment',
			metadata: {name: 'podinfo', namespace: 'test'},
			spec: {replicas: 1, selector: {matchLabels: {app: 'podinfo'}}, template: templateOf(image)},
		},
		'test',
	);
	putCanary(desk, {status});
	return desk;
};

/** Revisions as the daemon would see them, whatever the server fills in. */
test.before(async () => {
	const desk = await openDesk();
	for (const image of ['one', 'two', 'three']) {
		const metadata = {name: image, namespace: 'test'};
		const spec = {replicas: 1, selector: {matchLabels: {app: 'podinfo'}}, template: templateOf(image)};
		const stored = desk.store.create(deployments, {apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec}, 'test');
		revisions[image] = revisionOf(stored.spec?.['template'] as never);
	}

	await desk.close();
});

const become = ({store}: Desk, status: Record<string, unknown>): void => {
	const [canary] = store.list(canaries, {}).items;
	if (canary === undefined) throw new Error('no Canary');
	store.update(canaries, {...canary, status}, 'test', 'status');
};

const wait = ({kubeconfig}: Desk, ...words: readonly string[]) =>
	run(['wait', 'test/podinfo', ...words, '--kubeconfig', kubeconfig]);

/** Writes the statuses one after another, each as soon as the one before has been printed. */
const through = async (desk: Desk, statuses: ReadonlyArray<Record<string, unknown>>, ...words: readonly string[]) => {
	const waiting = wait(desk, ...words);
	// Before the command follows, a change would be part of what it finds.
	await desk.watched('canaries');
	for (const status of statuses) become(desk, status);
	return await waiting;
};

const going = (weight: number, image = 'two') => ({
	...rested('Progressing', image, 'one'),
	state: 'progressing',
	canaryWeight: weight,
	canaryRevision: revisions[image],
	waitingFor: `passing checks at canary weight ${weight}, asked every 60 s`,
});

const withoutTimes = (out: string): readonly string[] =>
	out.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));

test('a run that has not begun is waited for, told line by line, and its promotion is 0', async (t) => {
	const desk = await laid(t, 'two', rested('Succeeded', 'one'));
	const {code, out, err} = await through(desk, [going(0), going(10), going(10), {...rested('Succeeded', 'two')}]);
	t.deepEqual([code, err], [0, '']);
	t.deepEqual(withoutTimes(out), [
		'test/podinfo: finished, 0 %',
		'test/podinfo: progressing, 0 %; waits for passing checks at canary weight 0, asked every 60 s',
		'test/podinfo: progressing, 10 %; waits for passing checks at canary weight 10, asked every 60 s',
		'test/podinfo: finished, 0 %',
		`test/podinfo: promoted: the primary runs revision ${revisions['two']}`,
		'',
	]);
});

test('a run that fails is 1, with the reason', async (t) => {
	const desk = await laid(t, 'two', going(10));
	const failed = {...rested('Failed', 'two', 'one'), reason: 'failed checks threshold reached 5'};
	const rollingBack = {...going(0), state: 'failed', reason: failed.reason};
	const {code, out} = await through(desk, [rollingBack, failed]);
	t.is(code, 1);
	t.true(out.endsWith(' test/podinfo: failed: failed checks threshold reached 5\n'), out);
});

test('what is over already is told at once: promoted, failed, or running on the primary', async (t) => {
	for (const [status, code] of [
		[rested('Succeeded', 'two'), 0],
		[rested('Initialized', 'two'), 0],
		[rested('Failed', 'two', 'one'), 1],
		[rested('Failed', 'three', 'two'), 0],
	] as const) {
		t.is((await wait(await laid(t, 'two', status))).code, code, status.phase);
	}
});

test('a target that is set back ends the wait with 1', async (t) => {
	const desk = await laid(t, 'one', going(10));
	const {code, out} = await through(desk, [rested('Initialized', 'one')]);
	t.is(code, 1);
	t.regex(out, /superseded: the target was set back/);
});

test('--revision: another run is none of its business, and a successor ends it', async (t) => {
	const {two = '', three = ''} = revisions;
	const desk = await laid(t, 'three', rested('Succeeded', 'one'));
	const promoted = await through(
		desk,
		[going(10, 'two'), rested('Succeeded', 'two'), going(5, 'three'), rested('Succeeded', 'three')],
		'--revision',
		three,
	);
	t.is(promoted.code, 0);
	t.true(promoted.out.endsWith(`the primary runs revision ${three}\n`));
	const other = await laid(t, 'three', going(10, 'two'));
	const taken = await through(other, [going(0, 'three')], '--revision', two);
	t.is(taken.code, 1);
	t.true(taken.out.endsWith(`superseded: revision ${three} has taken its place\n`));
});

test('a time-out is 3, a Canary that is not there or goes away is 4', async (t) => {
	const desk = await laid(t, 'two', going(10));
	const late = await wait(desk, '--timeout', '200ms');
	t.is(late.code, 3);
	t.regex(
		late.err,
		/^aviary: the run of test\/podinfo was not over within 0\.2 s; see aviary explain test\/podinfo, .*\n$/,
	);
	const waiting = wait(desk);
	await desk.watched('canaries');
	desk.store.remove(canaries, 'test', 'podinfo', 'test');
	t.is((await waiting).code, 4);
	t.is((await wait(desk)).code, 4);
});

test('-o json: an object a line, the verdict last', async (t) => {
	const desk = await laid(t, 'two', going(10));
	const {out} = await through(desk, [rested('Succeeded', 'two')], '-o', 'json');
	const lines = out
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
	t.like(lines[0], {canary: 'podinfo', state: 'progressing', weight: 10, failedChecks: 0});
	t.like(lines.at(-1), {outcome: 'promoted'});
});

test('-o yaml: the same, a document each', async (t) => {
	const desk = await laid(t, 'two', going(10));
	const {out} = await through(desk, [rested('Succeeded', 'two')], '-o', 'yaml');
	const told = parseAllDocuments(out).map((document) => document.toJS() as Record<string, unknown>);
	t.like(told[0], {canary: 'podinfo', state: 'progressing', weight: 10, failedChecks: 0});
	t.like(told.at(-1), {canary: 'podinfo', outcome: 'promoted'});
});
