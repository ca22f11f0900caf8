// Names, labels and columns of records: what finds them again.
import test from 'ava';
import {labelsOf, runName, runOf, runOutcomes} from '../../api/canary-run.ts';
import {definitions} from '../../api/crds.ts';

const run = 'd4269bd1c93a915ce124ad1a4e6c426f-20260101T000001Z';
const nameFor = (canary: string, kind: 'Canary' | 'Rollout' = 'Canary'): string => runName({canary, kind, run});

test('a record is called after its Canary and its run, as the API server takes names', (t) => {
	t.is(nameFor('podinfo'), 'podinfo-d4269bd1c93a915ce124ad1a4e6c426f-20260101t000001z');
	t.not(nameFor('podinfo', 'Rollout'), nameFor('podinfo'));
	t.is(nameFor('podinfo'), nameFor('podinfo'), 'always the same');
	const [long, longer] = ['a'.repeat(252), `${'a'.repeat(252)}b`];
	for (const canary of ['a', 'a.b', long, longer]) {
		for (const kind of ['Canary', 'Rollout'] as const) {
			const name = nameFor(canary, kind);
			t.true(name.length <= 253, `${name.length}`);
			t.regex(name, /^[a-z\d]([a-z\d.-]*[a-z\d])?$/);
		}
	}

	t.not(nameFor(long), nameFor(longer), 'names that are cut stay apart');
});

test('labels: the Canary where it fits, the outcome once there is one', (t) => {
	const managed = {'app.kubernetes.io/managed-by': 'aviary'};
	t.deepEqual(labelsOf({canary: 'podinfo'}), {...managed, 'aviary.dev/canary': 'podinfo'});
	t.deepEqual(labelsOf({canary: 'a'.repeat(64)}, 'promoted'), {...managed, 'aviary.dev/outcome': 'promoted'});
	for (const outcome of runOutcomes) {
		t.regex(String(labelsOf({canary: 'a'}, outcome)['aviary.dev/outcome']), /^[a-z][a-z-]{0,61}[a-z]$/);
	}

	t.is(runOf({canary: 'a'.repeat(253), kind: 'Rollout'}), `Rollout/${'a'.repeat(253)}`);
});

test('a record has no subresource, for it is written in one request, and crowds no `kubectl get all`', (t) => {
	const found = definitions.find(({spec}) => spec.names.kind === 'CanaryRun');
	t.is(found?.spec.versions[0]?.subresources, undefined);
	t.is(found?.spec.names.categories, undefined);
	t.is(found?.spec.names.plural, 'canaryruns');
});
