// How answers are sent: with their type, their length, and a tag by which a browser knows what it has already.
import {createHash} from 'node:crypto';
import type {ServerResponse} from 'node:http';
import type {Reply} from './routes.ts';

export type Answer = {
	readonly status: number;
	readonly type: string;
	readonly body: string | Buffer;
	readonly headers?: Readonly<Record<string, string>>;
	readonly etag?: string;
};

export const JSON_TYPE = 'application/json; charset=utf-8';
const etagOf = (body: string): string => `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** Sends an answer; without its body to who asks for the head, or has it. */
export const send = (response: ServerResponse, {status, type, body, headers, etag}: Answer): void => {
	const {headers: asked, method} = response.req;
	const isKnown = etag !== undefined && (asked['if-none-match'] ?? '').split(/\s*,\s*/).includes(etag);
	response.writeHead(isKnown ? 304 : status, {
		'cache-control': 'no-store',
		...headers,
		...(etag !== undefined && {etag, 'cache-control': headers?.['cache-control'] ?? 'no-cache'}),
		...(!isKnown && {'content-type': type, 'content-length': Buffer.byteLength(body)}),
	});
	response.end(method === 'HEAD' || isKnown ? undefined : body);
};

/** A route's reply as it is sent. */
export const answerOf = ({status = 200, json, text, location, isLasting}: Reply): Answer => {
	if (location !== undefined) {
		return {status: 302, type: 'text/plain; charset=utf-8', body: '', headers: {location}};
	}

	const body = text ?? JSON.stringify(json);
	const type = text === undefined ? JSON_TYPE : 'text/plain; charset=utf-8';
	return {status, type, body, ...(isLasting === true && {etag: etagOf(body)})};
};
