// The archive with actors that crash, and the desk's commands.
import test from 'ava';
import type {CanaryRun} from '../../../api/canary-run.ts';
import {keys} from '../../simulation/keys.ts';
import {stage} from '../stage.ts';

test('an actor that crashes in mid-run goes on with its record; nobody else’s is touched', async (t) => {
	const crashes = {left: 2};
	const {seconds, embedded, status, starts} = await stage(t, {
		namespaces: ['test', 'other'],
		onCheck({namespace}) {
			if (namespace === 'test' && crashes.left > 0 && Number(status('test')['canaryWeight']) >= 10) {
				crashes.left -= 1;
				throw new Error('a bug');
			}
		},
	});
	await seconds(3600);
	t.is(starts('test'), 3, 'it crashed twice');
	for (const namespace of ['test', 'other']) {
		const {items} = embedded.store.list(keys.canaryruns, {namespace});
		t.is(items.length, 1, namespace);
		const {status: record} = items[0] as unknown as CanaryRun;
		t.is(record?.outcome, 'promoted');
		const weights = record?.weights?.map(({weight}) => weight) ?? [];
		t.deepEqual([weights[0], Math.max(...weights), weights.at(-1)], [0, 50, 0], namespace);
		t.is(record?.transitions?.filter(({from}) => from === undefined).length, namespace === 'test' ? 3 : 1);
	}
});
