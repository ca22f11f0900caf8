// exec and attach: a simulated pod's commands over WebSocket, in the protocol that kubectl calls remotecommand.
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer, type WebSocket} from 'ws';
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {badRequest} from './errors.ts';
import {listOf, recordOf, shown, type Json} from './json.ts';
import {failed, failure, isStream, type ApiAnswer, type ApiRequest, type ApiStream} from './messages.ts';
import {isShell, runCommand} from './shell/commands.ts';
import {openPrompt} from './shell/prompt.ts';
import type {FetchInWorld, Terminal} from './shell/terminal.ts';
import {cut, type Cut} from './targets.ts';
import {StatusError} from './types.ts';

export type PodSocketOptions = {
	/** The server's way of answering, outages and all: whether there is such a pod is asked there. */
	readonly answer: (request: ApiRequest) => ApiAnswer | ApiStream | Promise<ApiAnswer | ApiStream>;
	readonly clock: Clock;
	readonly fetchInWorld?: FetchInWorld | undefined;
	/** Where port-forward's users should go instead. */
	readonly gatewayUrl?: string | undefined;
};

// Newest first; the first byte of a message says which channel it is of. v5 adds the closing of one.
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDIN, STDOUT, STDERR, ERROR, CLOSE] = [0, 1, 2, 3, 255];

const forwarding = (gatewayUrl: string | undefined): StatusError => {
	const where = gatewayUrl === undefined ? 'the gateway port that the sandbox printed' : `the gateway, ${gatewayUrl}`;
	return badRequest(
		`the sandbox cannot forward ports: its pods are simulated. Send requests to ${where}, ` +
			'with the name of the host or service in the Host header',
	);
};

const spdy = (): StatusError =>
	badRequest(
		'the sandbox speaks WebSocket and not SPDY: use kubectl 1.30 or newer (or 1.29 with the environment variable ' +
			'KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true)',
	);

const podOf = async ({answer}: PodSocketOptions, {namespace = '', name = ''}: Cut): Promise<KubeObject> => {
	const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
	const answered = await answer({method: 'GET', path, headers: {accept: 'application/json'}});
	if (isStream(answered)) throw badRequest('one pod was asked for');
	const body = JSON.parse(answered.body) as KubeObject & {message?: string; reason?: string; details?: Json};
	if (answered.status === 200) return body;
	throw new StatusError(answered.status, body.reason ?? '', body.message ?? '', body.details ?? {});
};

/** The container that is meant; refuses, as a real server would, a pod that has none running. */
const containerOf = (pod: KubeObject, query: URLSearchParams): Json => {
	const containers = listOf(pod.spec?.['containers']).map((container) => recordOf(container));
	const wanted = query.get('container') ?? '';
	const found = wanted === '' ? containers[0] : containers.find(({name}) => name === wanted);
	if (found === undefined) throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
	const phase = shown(pod.status?.['phase'] ?? 'Unknown');
	if (['Succeeded', 'Failed'].includes(phase)) {
		throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
	}

	if (phase === 'Running') return found;
	throw new StatusError(
		500,
		'InternalError',
		`unable to upgrade connection: container not found ("${shown(found['name'])}")`,
	);
};

const wordsOf = (value: unknown): readonly string[] => listOf(value).map(String);

/** What runs: the command of exec; of attach the container's own, when that is a shell. */
const commandOf = (path: Cut, query: URLSearchParams, container: Json): readonly string[] => {
	if (path.subresource === 'exec') return query.getAll('command');
	const own = [...wordsOf(container['command']), ...wordsOf(container['args'])];
	if (isShell(own)) return own;
	throw badRequest(
		'the sandbox cannot attach: its pods are simulated and say nothing, unless they run a shell. ' +
			'Use kubectl logs, or kubectl exec POD -- curl URL',
	);
};

const send = (socket: WebSocket, channel: number, bytes: Buffer): void => {
	if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), bytes]));
};

const outcome = (code: number): Json => {
	if (code === 0) return {metadata: {}, status: 'Success'};
	return {
		metadata: {},
		status: 'Failure',
		message: `command terminated with exit code ${code}`,
		reason: 'NonZeroExitCode',
		details: {causes: [{reason: 'ExitCode', message: String(code)}]},
	};
};

type Job = {
	readonly pod: KubeObject;
	readonly command: readonly string[];
	readonly query: URLSearchParams;
	/** True for the container's own command, with which the container ends. */
	readonly isAttached: boolean;
};

const terminalOf = (socket: WebSocket, {pod, query}: Job, container: Json, options: PodSocketOptions): Terminal => {
	const hasTty = query.get('tty') === 'true';
	const write = (channel: number) => (text: string) =>
		send(socket, channel, Buffer.from(hasTty ? text.replaceAll('\n', '\r\n') : text));
	const declared = listOf(container['env']).map((one) => recordOf(one));
	return {
		namespace: pod.metadata.namespace ?? '',
		pod: pod.metadata.name,
		env: {
			HOSTNAME: pod.metadata.name,
			...Object.fromEntries(declared.map(({name, value = ''}) => [String(name), String(value)])),
		},
		clock: options.clock,
		fetchInWorld: options.fetchInWorld,
		hasTty,
		out: write(STDOUT),
		err: write(hasTty ? STDOUT : STDERR),
	};
};

/** Ends a pod whose own shell has ended and which is not started again: `kubectl run --rm` waits for that. */
const endPod = async ({answer}: PodSocketOptions, {pod}: Job, container: Json, code: number): Promise<void> => {
	if (pod.spec?.['restartPolicy'] !== 'Never') return;
	const {name, namespace = ''} = pod.metadata;
	const terminated = {exitCode: code, reason: code === 0 ? 'Completed' : 'Error'};
	const {name: containerName, image} = container;
	const status = {
		phase: code === 0 ? 'Succeeded' : 'Failed',
		containerStatuses: [{name: containerName, image, ready: false, restartCount: 0, state: {terminated}}],
	};
	await answer({
		method: 'PATCH',
		path: `/api/v1/namespaces/${namespace}/pods/${name}/status?fieldManager=kubelet`,
		headers: {'content-type': 'application/merge-patch+json'},
		body: JSON.stringify({status}),
	});
};

/** Runs the job until it ends or the client goes. */
const serve = async (
	socket: WebSocket,
	job: Job,
	terminal: Terminal,
	onEnd: (code: number) => Promise<void>,
): Promise<void> => {
	const {command, query} = job;
	const gone = new AbortController();
	socket.on('close', () => gone.abort());
	const isPrompt = isShell(command) && query.get('stdin') === 'true';
	const prompt = isPrompt ? openPrompt(terminal, gone.signal) : undefined;
	const interrupt = new AbortController();
	socket.on('message', (data: Buffer) => {
		const [channel, closing] = data;
		const text = data.subarray(1).toString('utf8');
		if (channel === STDIN) prompt?.hear(text);
		if (channel === STDIN && terminal.hasTty && text.includes('\u0003')) interrupt.abort();
		if (channel === CLOSE && closing === STDIN) prompt?.end();
	});
	const signal = AbortSignal.any([gone.signal, interrupt.signal]);
	const code = await (prompt?.ended ?? runCommand(command, terminal, signal));
	if (!gone.signal.aborted) await onEnd(code);
	send(socket, ERROR, Buffer.from(JSON.stringify(outcome(code))));
	socket.close(1000);
};

const refuse = (socket: Duplex, error: unknown): void => {
	const {status, headers, body} =
		error instanceof StatusError ? {...failed(error), body: JSON.stringify(failure(error))} : failed(error);
	const lines = Object.entries({...headers, 'content-length': Buffer.byteLength(body), connection: 'close'});
	socket.end(
		`HTTP/1.1 ${status} Refused\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
	);
};

/** Answers requests to change protocols: what a server does on `upgrade`. Refusals are Status objects. */
export const createPodSockets = (options: PodSocketOptions) => {
	const server = new WebSocketServer({
		noServer: true,
		handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
	});
	const admit = async (incoming: IncomingMessage): Promise<{readonly job: Job; readonly container: Json}> => {
		const {pathname, searchParams: query} = new URL(incoming.url ?? '/', 'http://sandbox');
		const path = cut(pathname);
		if (path?.plural !== 'pods' || path.group !== '' || path.name === undefined) {
			throw badRequest('only pods can be talked to over an upgraded connection');
		}

		const pod = await podOf(options, path);
		if (path.subresource === 'portforward') throw forwarding(options.gatewayUrl);
		if (!['exec', 'attach'].includes(path.subresource ?? '')) throw badRequest('only exec and attach can be upgraded');
		const container = containerOf(pod, query);
		const command = commandOf(path, query, container);
		if ((incoming.headers.upgrade ?? '').toLowerCase() !== 'websocket') throw spdy();
		return {job: {pod, command, query, isAttached: path.subresource === 'attach'}, container};
	};

	return {
		/** Takes over the connection. */
		async upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
			socket.on('error', () => socket.destroy());
			try {
				const {job, container} = await admit(incoming);
				server.handleUpgrade(incoming, socket, head, (opened) => {
					opened.on('error', () => opened.terminate());
					void serve(opened, job, terminalOf(opened, job, container, options), async (code) => {
						if (job.isAttached) await endPod(options, job, container, code);
					});
				});
			} catch (error) {
				refuse(socket, error);
			}
		},
		/** Ends all sessions. */
		close(): void {
			for (const client of server.clients) client.terminate();
			server.close();
		},
	};
};

/** The refusal of port-forward, exec and attach without an upgrade. */
export const notUpgraded = (subresource: string, gatewayUrl: string | undefined): StatusError =>
	subresource === 'portforward' ? forwarding(gatewayUrl) : badRequest('Upgrade request required');
