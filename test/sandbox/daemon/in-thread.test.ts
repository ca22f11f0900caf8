// The daemon in its thread: what it says arrives, it ends in order, and what it cannot do is told to who started it.
import test from 'ava';
import {startDaemonInThread} from '../../../sandbox/daemon/in-thread.ts';
import {startEmbeddedGround} from '../../../sandbox/ground.ts';
import {createFaults} from '../../../sandbox/scenario/faults.ts';
import type {DaemonConfig} from '../../../index.ts';
import {silentLog, type Log} from '../../../services/log.ts';

const config: DaemonConfig = {
	metricsServer: 'http://127.0.0.1:9',
	meshProvider: 'istio',
	intervalMs: 60_000,
	logLevel: 'info',
	port: 0,
};

const kept = () => {
	const lines: Array<readonly [message: string, fields: Readonly<Record<string, unknown>> | undefined]> = [];
	const info: Log['info'] = (message, fields) => {
		lines.push([message, fields]);
	};
	const log: Log = {...silentLog, info};
	return {lines, listeners: {log, onStateChange() {}, onVerdict() {}}};
};

test('it serves, logs with its fields, and has logged its end when it has stopped', async (t) => {
	const faults = createFaults();
	const options = {speed: 60, port: 0, gatewayPort: 0, rps: 0, log: silentLog, faults};
	const ground = await startEmbeddedGround(options);
	t.teardown(() => ground.stop());
	const {lines, listeners} = kept();
	const daemon = await startDaemonInThread({...config, server: ground.url}, listeners);
	const answer = await fetch(daemon.metricsUrl);
	t.regex(await answer.text(), /^aviary_kubernetes_requests_total/m);
	t.deepEqual(lines.find(([message]) => message === 'Started operator')?.[1], {canaries: 0});
	await daemon.stop();
	t.is(lines.at(-1)?.[0], 'Stopped operator');
	await t.throwsAsync(fetch(daemon.metricsUrl));
});

test('a daemon that cannot start says why', async (t) => {
	const {listeners} = kept();
	const kubeconfig = '/nowhere/kubeconfig';
	// `any`: here, in a thread of ava's, an error from another thread is of another realm.
	const refused = {any: true, message: /\/nowhere\/kubeconfig/} as const;
	await t.throwsAsync(startDaemonInThread({...config, kubeconfig}, listeners), refused);
});
