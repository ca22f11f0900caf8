// Where the commands find a daemon that no API server leads to.
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {stringify} from 'yaml';
import {daemonExtension} from '../../api/kubeconfig-extension.ts';
import {daemonAddress} from '../../cli/daemon-address.ts';
import {writeKubeconfig} from '../../sandbox/api/kubeconfig.ts';
import {openDesk, putCanary, runUntil} from './desk.ts';

const folderOf = async (t: ExecutionContext): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-address-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return folder;
};

test('the sandbox’s kubeconfig tells where its daemon answers, and another one tells nothing', async (t) => {
	const kubeconfig = join(await folderOf(t), 'config');
	await writeKubeconfig(kubeconfig, 'http://127.0.0.1:1', 'http://127.0.0.1:8090/');
	t.is(daemonAddress({kubeconfig}), 'http://127.0.0.1:8090');
	await writeKubeconfig(kubeconfig, 'http://127.0.0.1:1');
	t.is(daemonAddress({kubeconfig}), undefined);
	t.is(daemonAddress({kubeconfig: '/nowhere'}), undefined);
});

test('the context decides, and no other machine is asked', async (t) => {
	const kubeconfig = join(await folderOf(t), 'config');
	const cluster = (name: string, page: string) => ({
		name,
		cluster: {server: 'http://127.0.0.1:1', ...daemonExtension(page)},
	});
	const config = {
		clusters: [cluster('here', 'http://localhost:1'), cluster('there', 'http://metadata.example.com')],
		contexts: ['here', 'there'].map((name) => ({name, context: {cluster: name}})),
		'current-context': 'there',
	};
	await writeFile(kubeconfig, stringify(config));
	t.is(daemonAddress({kubeconfig}), undefined);
	t.is(daemonAddress({kubeconfig, context: 'here'}), 'http://localhost:1');
});

test.serial('watch shows the values of a daemon on this machine, asked without credentials', async (t) => {
	const asked: string[] = [];
	const daemon = createServer((request, response) => {
		asked.push(`${request.url} ${request.headers.authorization ?? 'nobody'}`);
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				checks: [{metric: 'request-success-rate', outcome: 'breached', value: 61.5, text: 'too low'}],
				verdict: {at: '2026-05-01T11:59:50Z', outcome: 'failed', text: 'too low'},
			}),
		);
	});
	await new Promise<void>((resolve) => {
		daemon.listen(0, '127.0.0.1', resolve);
	});
	t.teardown(() => daemon.close());
	const desk = await openDesk({page: `http://127.0.0.1:${(daemon.address() as AddressInfo).port}`});
	t.teardown(() => desk.close());
	putCanary(desk, {status: {phase: 'Progressing', state: 'halted', canaryWeight: 20, failedChecks: 2}});
	const words = ['watch', 'test/podinfo', '--kubeconfig', desk.kubeconfig];
	const {code, out} = await runUntil(words, (text) => text.includes('checks failed'));
	t.is(code, 0);
	t.true(out.includes('test/podinfo checks failed: request-success-rate 61.5\n'), out);
	t.deepEqual(asked, ['/api/v1/canaries/test/podinfo nobody']);
});
