import test from 'ava';
import {canaryMachine} from '../../../machines/canary.ts';
import {awaitedIn} from '../../../machines/model/awaited.ts';
import {configOf, statesOf} from '../anatomy.ts';

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
	for (const {path, node} of statesOf(configOf(canaryMachine))) {
		const hasEffect = (node.invoke ?? []).some(({src}) => src !== 'wait until');
		if (node.states !== undefined || hasEffect) {
			t.true(node.states !== undefined || awaitedIn(path) === 'nothing', path);
			continue;
		}

		t.is(awaitedIn(path) === 'nothing', path in unattended, path);
		if (awaitedIn(path) !== 'nothing') attended.add(awaitedIn(path));
	}

	t.deepEqual([...attended].sort(), ['all', 'routes', 'the Canary', 'workloads']);
	const paths = new Set(statesOf(configOf(canaryMachine)).map(({path}) => path));
	t.deepEqual(
		Object.keys(unattended).filter((path) => !paths.has(path)),
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
