import test from 'ava';
import {wallClock} from '../../services/clock.ts';
import {silentLog} from '../../services/log.ts';
import {createDaemonLog} from '../../sandbox/daemon-log.ts';

test('what the daemon says can be read back and followed, as lines of JSON', (t) => {
	const daemon = createDaemonLog(silentLog, wallClock);
	daemon.log.info('New revision detected!', {canary: 'podinfo.test'});
	daemon.log.debug('not kept');
	const log = daemon.of({namespace: 'aviary-system'});
	t.like(JSON.parse(log?.text ?? ''), {level: 'info', msg: 'New revision detected!', canary: 'podinfo.test'});
	const lines: string[] = [];
	const stop = log?.follow?.((line) => lines.push(line));
	daemon.log.warn('Halted');
	stop?.();
	daemon.log.warn('Nobody follows');
	t.deepEqual(
		lines.map((line) => (JSON.parse(line) as {msg: string}).msg),
		['Halted'],
	);
	t.is(daemon.of({namespace: 'test'}), undefined);
});

test('it keeps no more than a person would scroll back', (t) => {
	const daemon = createDaemonLog(silentLog, wallClock);
	for (let count = 1; count <= 2001; count++) {
		daemon.log.info(`line ${count}`);
	}

	const lines = (daemon.of({namespace: 'aviary-system'})?.text ?? '').trim().split('\n');
	t.is(lines.length, 2000);
	t.is((JSON.parse(lines[0] ?? '') as {msg: string}).msg, 'line 2');
});
