// What lies behind the door to webhooks and other providers: got, without any of its own retries, redirects and limits.
import {once} from 'node:events';
import {Agent as PlainAgent} from 'node:http';
import {Agent as SecureAgent} from 'node:https';
import got, {type Request} from 'got';
import type {Transport} from './transport.ts';

type Answered = {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

const flatten = (headers: Answered['headers']): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
		),
	);

/** Sockets by got, through an HTTP proxy where one is named. Time, size and what follows are the door's. */
export const createGotTransport = (proxy?: string): Transport => {
	const through = {
		keepAlive: true,
		maxSockets: 16,
		...(proxy !== undefined && {proxyEnv: {HTTP_PROXY: proxy, HTTPS_PROXY: proxy}}),
	};
	const agent = {http: new PlainAgent(through), https: new SecureAgent(through)};
	return {
		async send({method, url, headers, body, signal, tls}) {
			const request: Request = got.stream(url, {
				method: method as 'GET',
				headers,
				...(body !== undefined && {body}),
				agent,
				signal,
				retry: {limit: 0},
				followRedirect: false,
				throwHttpErrors: false,
				decompress: false,
				...(tls?.rejectUnauthorized !== undefined && {https: {rejectUnauthorized: tls.rejectUnauthorized}}),
			});
			const [{statusCode, headers: answered}] = (await once(request, 'response')) as [Answered];
			// An abort with nobody reading would otherwise be an uncaught 'error' event.
			request.on('error', () => {});
			return {status: statusCode, headers: flatten(answered), chunks: request as AsyncIterable<Uint8Array>};
		},
		async close() {
			agent.http.destroy();
			agent.https.destroy();
		},
	};
};
