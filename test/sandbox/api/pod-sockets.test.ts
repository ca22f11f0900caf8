// exec, attach, port-forward and logs of simulated pods: with the real kubectl, and as a terminal speaks to them.
import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {request} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import {WebSocket} from 'ws';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {wallClock} from '../../../services/clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {writeKubeconfig} from '../../../sandbox/api/kubeconfig.ts';
import type {PodLogs} from '../../../sandbox/api/pod-logs.ts';
import {startApiServer} from '../../../sandbox/api/server.ts';
import type {FetchInWorld, PodRequest} from '../../../sandbox/api/shell/terminal.ts';
import {createStore} from '../../../sandbox/api/store.ts';
import {casesWith, programNamed} from '../../kubectl/program.ts';
import {keys} from './world.ts';

const pod = (name: string, args: readonly string[], phase = 'Running'): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {name, namespace: 'default'},
	spec: {
		nodeName: 'node',
		restartPolicy: 'Never',
		containers: [{name: 'main', image: 'podinfo', args, env: [{name: 'COLOR', value: 'blue'}]}],
	},
	status: {phase, containerStatuses: [{name: 'main', ready: true, state: {running: {}}}]},
});

const put = (store: ReturnType<typeof createStore>, object: KubeObject): void => {
	store.create(keys.pods, object, 'test');
	store.update(keys.pods, object, 'test', 'status');
};

const setUp = async (t: ExecutionContext, podLog?: PodLogs) => {
	const store = createStore({clock: wallClock, random: seededRandom(1)});
	put(store, pod('tester', ['./podinfo']));
	put(store, pod('loadtest', ['sh']));
	put(store, pod('over', ['./podinfo'], 'Succeeded'));
	const asked: PodRequest[] = [];
	const fetchInWorld: FetchInWorld = async (request) => {
		asked.push(request);
		if (request.url.includes('nowhere'))
			throw Object.assign(new Error('Could not resolve host: nowhere'), {exitCode: 6});
		return {status: 500, headers: {'x-from': 'canary'}, body: '{"status": 500}'};
	};
	const server = await startApiServer({
		store,
		log: silentLog,
		fetchInWorld,
		gatewayUrl: 'http://127.0.0.1:8080',
		...(podLog && {podLog}),
	});
	const folder = await mkdtemp(join(tmpdir(), 'aviary-exec-'));
	await writeKubeconfig(join(folder, 'config'), server.url);
	t.teardown(async () => {
		await server.close();
		await rm(folder, {recursive: true, force: true});
	});
	return {store, server, asked, folder};
};

type Said = {readonly stdout: string; readonly stderr: string; readonly code: number};

const run = (folder: string, args: readonly string[], stdin = ''): Promise<Said> =>
	new Promise((resolve) => {
		const env = {PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'config')};
		const child = execFile(programNamed('kubectl') ?? '', args, {env, timeout: 300_000}, (error, stdout, stderr) => {
			resolve({stdout, stderr, code: typeof error?.code === 'number' ? error.code : 0});
		});
		child.stdin?.end(stdin);
	});

const withKubectl = casesWith('kubectl');

withKubectl('exec sends the curl of the walk-through into the world, and ends with its exit code', async (t) => {
	const {asked, folder} = await setUp(t);
	const url = 'http://podinfo-canary:9898/status/500';
	const [answered, failed, unresolved, unknown, missing, over] = await Promise.all([
		run(folder, ['exec', 'tester', '--', 'curl', '-s', '-H', 'x-user: me', url]),
		run(folder, ['exec', 'tester', '--', 'curl', '-sf', url]),
		run(folder, ['exec', 'tester', '--', 'curl', 'http://nowhere']),
		run(folder, ['exec', 'tester', '--', 'vi', 'file']),
		run(folder, ['exec', 'nobody', '--', 'ls']),
		run(folder, ['exec', 'over', '--', 'ls']),
	]);
	t.deepEqual(answered, {stdout: '{"status": 500}', stderr: '', code: 0});
	t.like(
		asked.find(({headers}) => 'x-user' in headers),
		{namespace: 'default', pod: 'tester', method: 'GET', url, headers: {'x-user': 'me'}},
	);
	t.is(failed.code, 22);
	t.like(unresolved, {code: 6, stdout: ''});
	t.regex(unresolved.stderr, /^curl: \(6\) Could not resolve host: nowhere\ncommand terminated with exit code 6/u);
	t.is(unknown.code, 127);
	t.regex(unknown.stderr, /vi: not found.*its pods know .*curl/u);
	t.is(missing.stderr, 'Error from server (NotFound): pods "nobody" not found\n');
	t.regex(over.stderr, /cannot exec into a container in a completed pod; current phase is Succeeded/u);
});

withKubectl('a shell takes its lines from the input and ends as the last one did', async (t) => {
	const {store, folder, asked} = await setUp(t);
	const script = 'echo hello; env\ncurl -s -o /dev/null -w "%{http_code}\\n" http://podinfo:9898/\nexit 3\n';
	const said = await run(folder, ['exec', '-i', 'tester', '--', 'sh'], script);
	t.is(said.stdout, 'hello\nHOSTNAME=tester\nCOLOR=blue\n500\n');
	t.is(said.code, 3);
	t.is(asked.length, 1);
	const hey = await run(folder, [
		'exec',
		'tester',
		'--',
		'hey',
		'-n',
		'6',
		'-c',
		'2',
		'http://podinfo.test:9898/version',
	]);
	t.regex(hey.stdout, /\[500\]\t6 responses/u);
	const short = await run(folder, ['exec', 'tester', '--', 'sh', '-c', 'sleep 0; hostname']);
	t.is(short.stdout, 'tester\n');
	const attached = await run(folder, ['attach', '-i', 'loadtest'], 'hostname\nexit\n');
	t.regex(attached.stdout, /loadtest\n$/u);
	// Or kubectl run --rm would wait for its end for ever.
	t.is(store.get(keys.pods, 'default', 'loadtest')?.status?.['phase'], 'Succeeded');
});

withKubectl('what cannot be simulated is refused with the way to do it', async (t) => {
	const {folder} = await setUp(t);
	const [forward, attach] = await Promise.all([
		run(folder, ['port-forward', 'pod/tester', '9898']),
		run(folder, ['attach', 'tester']),
	]);
	t.regex(forward.stderr, /cannot forward ports.* the gateway, http:\/\/127\.0\.0\.1:8080/u);
	t.not(forward.code, 0);
	t.regex(attach.stderr, /cannot attach.*kubectl exec POD -- curl URL/u);
});

test('a client that asks for SPDY is told what to use', async (t) => {
	const {server} = await setUp(t);
	const text = await new Promise<string>((resolve, reject) => {
		const sent = request(
			`${server.url}/api/v1/namespaces/default/pods/tester/exec?command=ls`,
			{method: 'POST', headers: {connection: 'Upgrade', upgrade: 'SPDY/3.1'}},
			(response) => {
				response.setEncoding('utf8').on('data', resolve);
			},
		);
		sent.on('error', reject).end();
	});
	t.like(JSON.parse(text), {code: 400, status: 'Failure'});
	t.regex(text, /kubectl 1\.30 or newer/u);
});

test('a page of another site cannot open a shell', async (t) => {
	const {server} = await setUp(t);
	const url = `${server.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/tester/exec?command=hostname`;
	const socket = new WebSocket(url, 'v5.channel.k8s.io', {origin: 'https://evil.example'});
	const error = await new Promise<Error>((resolve) => {
		socket.on('error', resolve);
	});
	t.regex(error.message, /403/u);
});

test('a terminal shows what is typed, and ^C ends a watch', async (t) => {
	const {server, asked} = await setUp(t);
	const query = 'command=sh&stdin=true&stdout=true&tty=true';
	const url = `${server.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/tester/exec?${query}`;
	const socket = new WebSocket(url, 'v4.channel.k8s.io');
	let screen = '';
	let status: unknown;
	const type = (text: string): void => socket.send(Buffer.from(`\0${text}`));
	const typing: Array<readonly [RegExp, string]> = [
		[/~ \$ $/u, 'watcj\u007Fh -n1 curl http://podinfo-canary:9898/status/500\r'],
		[/Every 1\.0s: curl .*\{"status": 500\}/su, '\u0003'],
		[/\^C\r\n[^]*~ \$ $/u, '\u0004'],
	];
	socket.on('message', (data: Buffer) => {
		if (data[0] === 3) status = JSON.parse(data.subarray(1).toString('utf8'));
		else screen += data.subarray(1).toString('utf8');
		const [pattern, answer] = typing[0] ?? [];
		if (pattern === undefined || answer === undefined || !pattern.test(screen)) return;
		typing.shift();
		type(answer);
	});
	await new Promise((resolve) => {
		socket.on('close', resolve);
	});
	t.deepEqual(typing, []);
	t.like(status, {status: 'Failure', details: {causes: [{reason: 'ExitCode', message: '130'}]}});
	t.true(asked.length >= 1);
});

withKubectl('logs are cut, followed until the pod goes, and refused for what is not there', async (t) => {
	const lines: Array<(line: string) => void> = [];
	const {store, folder} = await setUp(t, ({name}) => ({
		text: `one of ${name}\ntwo\nthree\n`,
		follow(onLine) {
			lines.push(onLine);
			return () => {};
		},
	}));
	const following = run(folder, ['logs', '-f', 'tester', '--tail=1']);
	const [tail, previous, other] = await Promise.all([
		run(folder, ['logs', 'tester', '--tail=2']),
		run(folder, ['logs', 'tester', '--previous']),
		run(folder, ['logs', 'tester', '-c', 'other']),
	]);
	t.is(tail.stdout, 'two\nthree\n');
	t.regex(previous.stderr, /previous terminated container "main" in pod "tester" not found/u);
	t.regex(other.stderr, /container other is not valid for pod tester/u);
	while (lines.length === 0) {
		await new Promise((resolve) => {
			wallClock.setTimeout(() => resolve(undefined), 20);
		});
	}

	lines[0]?.('four');
	store.remove(keys.pods, 'default', 'tester', 'test');
	t.is((await following).stdout, 'three\nfour\n');
});
