// A receiver on a local port that keeps what it is sent, and a notice to send.
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {wallClock} from '../../../services/clock.ts';
import {createOuterDoors} from '../../../services/http/outer-doors.ts';
import {silentLog} from '../../../services/log.ts';
import {sendNotice} from '../../../services/notifiers/send-notice.ts';
import type {Notice, Notifier, Receiver} from '../../../services/notifiers/notifier.ts';

export type Received = {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
	readonly json: unknown;
};

export type Answering = (received: Received) => {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
};

/** A server that answers as told, 200 by default. */
export const startPlace = async (t: ExecutionContext, answer: Answering = () => ({})) => {
	const received: Received[] = [];
	const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const body = await text(request);
		const {method = '', url = '', headers} = request;
		const one = {method, path: url, headers, body, json: body === '' ? undefined : (JSON.parse(body) as unknown)};
		received.push(one);
		const {status = 200, headers: more = {}, body: said = ''} = answer(one);
		response.writeHead(status, more).end(said);
	};
	const server = createServer((request, response) => void serve(request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return {received, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
};

export const failed: Notice = {
	key: 'test/podinfo/7f3a-20260102T030405Z/failed',
	kind: 'failed',
	severity: 'error',
	text: 'Failed checks threshold reached 5',
	at: Date.UTC(2026, 0, 2, 3, 14, 5),
	canary: {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo', namespace: 'test'},
	phase: 'Progressing',
	run: '7f3a-20260102T030405Z',
	revision: '7f3a',
	facts: [
		{title: 'Target', value: 'Deployment/podinfo.test'},
		{title: 'Reason', value: 'success rate 60.00% < 99%'},
	],
	link: 'https://aviary.example/canaries/test/podinfo',
};

const {link: _, ...withoutPage} = failed;
export const failedWithoutPage: Notice = withoutPage;

export const succeeded: Notice = {
	...failed,
	key: 'test/podinfo/7f3a-20260102T030405Z/succeeded',
	kind: 'succeeded',
	severity: 'info',
	text: 'Canary analysis completed successfully, promotion finished.',
};

/** Sends a notice over a real socket. */
export const send = async (
	notifier: Notifier,
	notice: Notice,
	receiver: Partial<Receiver> & {readonly address: string},
) => {
	const doors = createOuterDoors({clock: wallClock, log: silentLog, userAgent: 'aviary/test'});
	try {
		await sendNotice({
			notifier,
			notice,
			receiver: {type: 'test', channel: '', username: '', ...receiver},
			door: doors.through(receiver.proxy),
			now: () => wallClock.now(),
			signal: new AbortController().signal,
		});
	} finally {
		await doors.close();
	}
};
