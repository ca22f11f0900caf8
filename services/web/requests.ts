// What is read off a request: its token, and its body within a limit.
import type {IncomingMessage} from 'node:http';
import {Refusal} from './refusal.ts';

const BODY_MAX = 16_384;
const TOKEN_MAX = 8192;

/** The body as JSON. Rejects with Refusal. */
export const readBody = async (request: IncomingMessage): Promise<unknown> => {
	if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
		throw new Refusal('wrong-type', 'the body is no JSON', 'send Content-Type: application/json');
	}

	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request as AsyncIterable<Buffer>) {
		size += part.length;
		if (size > BODY_MAX) {
			throw new Refusal('too-large', `the body is larger than ${BODY_MAX} bytes`, 'say it shorter', {
				connection: 'close',
			});
		}

		parts.push(part);
	}

	try {
		return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
	} catch {
		throw new Refusal('bad-request', 'the body is no JSON', 'send an object');
	}
};

/** The token of a request; undefined without one. */
export const tokenOf = ({headers: {authorization = ''}}: IncomingMessage): string | undefined => {
	const [, token = ''] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
	return token === '' || token.length > TOKEN_MAX ? undefined : token;
};
