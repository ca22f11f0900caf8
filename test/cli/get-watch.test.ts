// get --watch: what there is, then a row or an object for each change, until the time is up.
import test, {type ExecutionContext} from 'ava';
import {parseAllDocuments} from 'yaml';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {openDesk, putCanary, run, runUntil, type Desk, type Outcome} from './desk.ts';

const key = {group: 'flagger.app', plural: 'canaries'};

const setStatus = ({store}: Desk, status: Record<string, unknown>): void => {
	const canary = store.get(key, 'test', 'podinfo');
	if (canary) store.update(key, {...canary, status: {...canary.status, ...status}}, 'test', 'status');
};

/** Runs `get -w` while the Canary rises, says the same again, and goes, which is the fifth time that `mark` is shown. */
const watched = async (t: ExecutionContext, mark: RegExp, ...words: readonly string[]): Promise<Outcome> => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const waitingFor = 'passing checks at canary weight 10';
	putCanary(desk, {
		status: {phase: 'Progressing', state: 'progressing', canaryWeight: 10, failedChecks: 0, waitingFor},
	});
	const isGone = (out: string): boolean => /\bdeleted\b/.test(out) || [...out.matchAll(mark)].length === 5;
	const going = runUntil(['get', '-w', ...words, '--kubeconfig', desk.kubeconfig], isGone);
	await desk.watched('canaries');
	setStatus(desk, {canaryWeight: 20});
	setStatus(desk, {lastTransitionTime: '2026-05-01T12:00:00Z'});
	setStatus(desk, {state: 'halted', waitingFor: 'somebody to resume it'});
	desk.store.remove(key, 'test', 'podinfo', 'test');
	return going;
};

test.serial('rows below heads that are printed once: one for each change, none for what says the same', async (t) => {
	const {code, out, err} = await watched(t, /deleted/g, '-A');
	t.is(err, '');
	t.is(code, 0);
	t.deepEqual(
		out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4)),
		[
			['NAMESPACE', 'NAME', 'STATE', 'WEIGHT'],
			['test', 'podinfo', 'progressing', '10'],
			['test', 'podinfo', 'progressing', '20'],
			['test', 'podinfo', 'halted', '20'],
			['test', 'podinfo', 'deleted', '20'],
			[''],
		],
	);
	const [heads = '', ...rows] = out.trimEnd().split('\n');
	const column = heads.indexOf('STATE');
	t.true(
		rows.every((row) => /^(?:progressing|halted|deleted) /.test(row.slice(column))),
		out,
	);
});

test.serial('wide: a change of what only the wide table shows is a row, too', async (t) => {
	const {out} = await watched(t, /deleted/g, 'test/podinfo', '-o', 'wide');
	t.regex(out, /^NAME +STATE .*PHASE +SINCE +TARGET +REASON\n/);
	t.is(out.trimEnd().split('\n').length, 5);
});

test.serial('json and yaml: whole objects, one after another', async (t) => {
	const json = await watched(t, /"kind": "Canary"/g, 'test/podinfo', '-o', 'json');
	const objects = json.out
		.split(/(?<=^\}\n)/m)
		.filter((text) => text !== '')
		.map((text) => JSON.parse(text) as KubeObject);
	const weights = (all: readonly KubeObject[]) => all.map(({kind, status}) => [kind, status?.['canaryWeight']]);
	const wanted = [10, 20, 20, 20, 20].map((weight) => ['Canary', weight]);
	t.deepEqual(weights(objects), wanted);
	const yaml = await watched(t, /^kind: Canary$/gm, '-n', 'test', '-o', 'yaml');
	t.deepEqual(weights(parseAllDocuments(yaml.out).map((document) => document.toJS() as KubeObject)), wanted);
});

test.serial('name: the name, as often as something happens to it', async (t) => {
	const {out} = await watched(t, /podinfo\n/g, 'test/podinfo', '-o', 'name');
	t.is(out, 'canary.flagger.app/podinfo\n'.repeat(5));
});

test('a Canary that is not there is said, and --timeout without --watch refused', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const at = ['--kubeconfig', desk.kubeconfig];
	const missing = await run(['get', 'test/nobody', '-w', ...at]);
	t.is(missing.code, 1);
	t.is(missing.err, 'aviary: there is no Canary nobody in the namespace test; see aviary get -A\n');
	const wrong = await run(['get', '--timeout', '2s', ...at]);
	t.is(wrong.code, 2);
	t.is(wrong.err, 'aviary: --timeout belongs to --watch; add -w, or leave it out\n');
});

test.serial('without any Canary it waits for one', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const words = ['get', '-n', 'test', '-w', '--kubeconfig', desk.kubeconfig];
	const going = runUntil(words, (out) => out.includes('podinfo'));
	await desk.watched('canaries');
	putCanary(desk, {});
	const {out} = await going;
	t.regex(out, /^NAME +STATE +.*\npodinfo +<none> +0 +0\/5 /);
});
