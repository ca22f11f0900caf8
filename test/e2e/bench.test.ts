// The harness of `npm run bench`, on the smallest cluster: what it counts is what a rollout is known to cost.
import process from 'node:process';
import test from 'ava';
import {measure} from '../../bench/kubernetes/measurement.ts';
import {readOptions} from '../../bench/kubernetes/options.ts';

const DAEMON = new URL('bench/fast-daemon.ts', import.meta.url).pathname;

test('one Canary is measured from its creation to the end of a rollout', async (t) => {
	const command = `"${process.execPath}" "${DAEMON}" {kubeconfig} {metricsServer} {port}`;
	const flags = ['--idle', '2s', '--settle', '1s', '--foreign', '2,2,2', '--command', command];
	const measured = await measure(readOptions(flags), 1, (text) => t.log(text));
	const {initialise, idle, startUp, rollout, bareClient} = measured;
	t.is(initialise.requests.byKind['create virtualservices.networking.istio.io'], 1);
	t.deepEqual(
		[idle.requests.writes, idle.requests.events, idle.requests.reads, idle.queries],
		[0, 0, 0, 0],
		JSON.stringify(idle.requests),
	);
	const {requests, queries, fileMb, rssMb, peakMb, cpuSeconds} = rollout.phase;
	t.is(requests.writes, 21, JSON.stringify(requests.byKind));
	t.is(requests.byKind['list canaryruns.aviary.dev'], 1, 'which records there are, once a daemon');
	t.is(requests.reads, 1, JSON.stringify(requests.byKind));
	t.is(queries, 10, 'two metrics, five rounds');
	t.is(rollout.eventsDue, 10);
	t.is(rollout.eventsDelivered, 10);
	t.true(requests.events >= 10);
	t.true(peakMb > 30 && cpuSeconds > 0, 'figures are of the process that works');
	t.true(fileMb > 10 && fileMb < rssMb, 'the Node binary is part of what is resident');
	t.is(startUp.phase.requests.writes, 0, JSON.stringify(startUp.phase.requests.byKind));
	t.true((startUp.resumedSeconds ?? 0) > 0);
	t.is(bareClient.writes, 32);
});
