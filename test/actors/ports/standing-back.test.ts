// Two operators at one Canary: the peer was not stopped yet, or was started again.
import test from 'ava';
import {keys} from '../../simulation/keys.ts';
import {stage} from '../stage.ts';

const INTERVAL_S = 60;

test('while another operator writes the status nothing is touched, and its run is taken up when it is silent', async (t) => {
	const {seconds, embedded, get, status, starts, events} = await stage(t, {namespaces: ['test', 'other']});
	const {store} = embedded;
	const ours: string[] = [];
	store.onAccepted(({by, key, after}) => {
		const isOwn = key.plural === 'events' || key.plural === 'canaryruns';
		if (by === 'aviary' && !isOwn && after?.metadata.namespace === 'test') ours.push(key.plural);
	});
	const flaggerWrites = (canaryWeight: number): void => {
		const canary = get('canaries', 'podinfo', 'test');
		if (canary === undefined) throw new Error('there is no Canary');
		const status = {...canary.status, phase: 'Progressing', canaryWeight};
		store.update(keys.canaries, {...canary, status}, 'flagger', 'status');
	};
	await seconds(30);
	t.is(status('test')['canaryWeight'], 5);
	const before = starts('test');
	for (const weight of [10, 15]) {
		flaggerWrites(weight);
		ours.length = 0;
		await seconds(INTERVAL_S);
		t.deepEqual(ours, [], 'nothing of its is touched');
		t.is(status('test')['canaryWeight'], weight);
	}

	t.is(starts('test'), before);
	const said = events('test').filter((text) => text.startsWith('Another operator'));
	t.deepEqual(said, [
		'Another operator, flagger, writes the status of podinfo.test; Aviary stands back until it has been silent for ' +
			'12s. Stop one of the two',
	]);
	await seconds(1800);
	t.is(starts('test'), before + 1, 'an actor of its own again');
	t.is(status('test')['phase'], 'Succeeded');
	t.is(status('other')['phase'], 'Succeeded');
	t.is(starts('other'), 1, 'nobody else noticed');
});
