import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {loadConnection} from '../../../services/kubernetes/connection.ts';

const kubeconfig = (server: string, user: object, cluster: object = {}): string =>
	JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'c', cluster: {server, ...cluster}}],
		users: [{name: 'u', user}],
		contexts: [{name: 'x', context: {cluster: 'c', user: 'u', namespace: 'birds'}}],
		'current-context': 'x',
	});

const withDirectory = async (run: (directory: string) => Promise<void>): Promise<void> => {
	const directory = mkdtempSync(join(tmpdir(), 'aviary-'));
	try {
		await run(directory);
	} finally {
		rmSync(directory, {recursive: true});
	}
};

const data = (text: string): string => Buffer.from(text).toString('base64');

test('a token, a CA and client certificates; the TLS object stays the same while its content does', (t) =>
	withDirectory(async (directory) => {
		const file = join(directory, 'config');
		const user = {token: 'one', 'client-certificate-data': data('CERT'), 'client-key-data': data('KEY')};
		const cluster = {'certificate-authority-data': data('CA'), 'tls-server-name': 'kubernetes'};
		writeFileSync(file, kubeconfig('https://127.0.0.1:6443/', user, cluster));
		const clock = createVirtualClock();
		const connection = loadConnection({clock, kubeconfig: file});
		t.is(connection.server, 'https://127.0.0.1:6443');
		t.is(connection.namespace, 'birds');
		const first = await connection.credentials();
		t.is(first.headers['authorization'], 'Bearer one');
		t.is(String(first.tls?.ca), 'CA');
		t.is(String(first.tls?.cert), 'CERT');
		t.is(String(first.tls?.key), 'KEY');
		t.is(first.tls?.servername, 'kubernetes');
		writeFileSync(file, kubeconfig('https://127.0.0.1:6443/', {...user, token: 'two'}, cluster));
		t.is((await connection.credentials()).headers['authorization'], 'Bearer one');
		await clock.advance(60_001);
		const second = await connection.credentials();
		t.is(second.headers['authorization'], 'Bearer two');
		t.is(second.tls, first.tls);
		writeFileSync(file, kubeconfig('https://127.0.0.1:6443/', {token: 'three'}, cluster));
		connection.renew();
		const third = await connection.credentials();
		t.is(third.headers['authorization'], 'Bearer three');
		t.not(third.tls, first.tls);
	}));

test('plain http, a password, and no user at all', (t) =>
	withDirectory(async (directory) => {
		const file = join(directory, 'config');
		const clock = createVirtualClock();
		writeFileSync(file, kubeconfig('http://127.0.0.1:8001', {username: 'a', password: 'b'}));
		const {headers, tls} = await loadConnection({clock, kubeconfig: file}).credentials();
		t.is(headers['authorization'], `Basic ${data('a:b')}`);
		t.is(tls, undefined);
		writeFileSync(file, kubeconfig('https://127.0.0.1:6443', {}, {'insecure-skip-tls-verify': true}));
		const open = await loadConnection({clock, kubeconfig: file}).credentials();
		t.deepEqual(open.headers, {});
		t.false(open.tls?.rejectUnauthorized);
	}));

test('an exec plugin is asked, kept, and asked anew after a 401', (t) =>
	withDirectory(async (directory) => {
		const file = join(directory, 'config');
		const counter = join(directory, 'counter');
		const script = `echo x >> ${counter}; echo '{"kind":"ExecCredential","status":{"token":"t'$(wc -l < ${counter})'"}}'`;
		const exec = {apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script]};
		writeFileSync(file, kubeconfig('http://127.0.0.1:8001', {exec}));
		const clock = createVirtualClock();
		const connection = loadConnection({clock, kubeconfig: file});
		t.is((await connection.credentials()).headers['authorization'], 'Bearer t1');
		await clock.advance(61_000);
		t.is((await connection.credentials()).headers['authorization'], 'Bearer t1');
		connection.renew();
		t.is((await connection.credentials()).headers['authorization'], 'Bearer t2');
		connection.renew();
		t.is((await connection.credentials()).headers['authorization'], 'Bearer t2');
	}));

test('what cannot work is said at once', (t) =>
	withDirectory(async (directory) => {
		const file = join(directory, 'config');
		const clock = createVirtualClock();
		writeFileSync(file, kubeconfig('https://x', {}, {'proxy-url': 'http://proxy'}));
		t.throws(() => loadConnection({clock, kubeconfig: file}), {message: /proxy-url/});
		t.throws(() => loadConnection({clock, kubeconfig: file, context: 'nobody'}), {message: /nobody/});
		t.throws(() => loadConnection({clock, kubeconfig: join(directory, 'nowhere')}));
		await Promise.resolve();
	}));
