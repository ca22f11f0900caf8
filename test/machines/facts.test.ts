// What stands of each state in one place: a row for every one of them, whole, and no row for what is no more.
import test from 'ava';
import type {Awaited} from '../../api/model.ts';
import {canaryMachine} from '../../machines/canary.ts';
import {factsOf, isPath, isUnderWay, paths, pathTold, stateOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {configOf, leavesOf, statesOf} from './anatomy.ts';

const states = statesOf(configOf(canaryMachine)).flatMap(({path}) => (path === '' ? [] : [path]));

test('each state has a row with a sentence, and no row is of a state that is no more', (t) => {
	t.deepEqual([...paths].sort(), [...states].sort());
	for (const path of paths) {
		t.regex(factsOf(path).description, /^[A-Z].*\.$/, path);
	}

	t.false(isPath('progressing.flying'));
	t.false(isPath('constructor'));
});

test('a nested state has the facts of the one around it, unless it says otherwise', (t) => {
	t.like(factsOf('finished.draining'), {course: 'finishing', phase: 'Finalising', wait: 'the drain'});
	t.like(factsOf('initialized.superseding.awaitingPrimary'), {course: 'superseding', wait: 'a pod of the primary'});
	t.is(stateOf('initialized.superseding.awaitingPrimary'), 'initialized');
});

test('a run is under way from its first state until nothing of it is left to do', (t) => {
	const outside = leavesOf(configOf(canaryMachine)).filter(({path}) => !isUnderWay(path));
	t.deepEqual(
		outside.map(({path}) => path).filter((path) => stateOf(path) !== 'initialized'),
		['finished.mending', 'finished.idle', 'failed.holding', 'failed.mending', 'failed.idle'],
	);
	t.true(isUnderWay('initialized.superseding.routing'));
	t.false(isUnderWay('initialized.bootstrapping.routing'));
});

test('a status tells where its Canary rests, and no more than the outermost state of all else', (t) => {
	const told = (state: Parameters<typeof pathTold>[0], phase: string, canaryWeight = 0): Path =>
		pathTold(state, {phase, canaryWeight});
	t.is(told('initialized', 'Initialized'), 'initialized.idle');
	t.is(told('initialized', 'Initializing'), 'initialized');
	t.is(told('finished', 'Succeeded'), 'finished.idle');
	t.is(told('finished', 'Finalising'), 'finished');
	t.is(told('failed', 'Failed'), 'failed.idle');
	t.is(told('failed', 'Failed', 20), 'failed.holding');
	t.is(told('failed', 'Progressing', 20), 'failed');
	t.is(told('halted', 'Progressing', 20), 'halted');
});

const awaitedIn = (path: Path): Awaited => factsOf(path).awaits;

/** States that no effect ends and for which nobody looks again, with the reason. */
const unattended: Readonly<Record<string, string>> = {
	'initialized.resuming': 'what there is is listed, for as long as it takes',
	'initialized.recalling': 'passed through',
	'initialized.promoting': 'passed through',
	'initialized.blocked': 'at rest',
	'initialized.idle': 'at rest',
	'initialized.bootstrapping.refused': 'tried again in time',
	'initialized.bootstrapping.draining': 'time',
	'initialized.superseding.draining': 'time',
	'progressing.settling': 'time',
	'progressing.soaking': 'checks',
	'halted.deciding': 'passed through',
	'halted.missingDependency.deciding': 'passed through',
	'halted.refused.pausing': 'tried again in time',
	'halted.refused.retried': 'passed through',
	'halted.paused': 'people',
	'halted.missingData': 'checks',
	'halted.failedCheck': 'checks',
	'finished.draining': 'time',
	'finished.idle': 'at rest',
	'failed.draining': 'time',
	'failed.idle': 'at rest',
};

test('whatever waits for the cluster alone is looked at again; whatever is not has a reason', (t) => {
	const attended = new Set<string>();
	for (const {path, node} of leavesOf(configOf(canaryMachine))) {
		const hasEffect = (node.invoke ?? []).some(({src}) => src !== 'wait until');
		if (hasEffect) {
			t.is(awaitedIn(path), 'nothing', path);
			continue;
		}

		t.is(awaitedIn(path) === 'nothing', path in unattended, path);
		if (awaitedIn(path) !== 'nothing') attended.add(awaitedIn(path));
	}

	t.deepEqual([...attended].sort(), ['all', 'routes', 'the Canary', 'workloads']);
	t.deepEqual(
		Object.keys(unattended).filter((path) => !isPath(path)),
		[],
	);
});

test('who waits for workloads is told of workloads, who waits for a route of routes', (t) => {
	t.is(awaitedIn('promoting.rolling'), 'workloads');
	t.is(awaitedIn('progressing.scalingUp.rising'), 'workloads');
	t.is(awaitedIn('failed.led'), 'routes');
	t.is(awaitedIn('halted.missingDependency.waiting'), 'all');
	t.is(awaitedIn('halted.misspecified'), 'the Canary');
});
