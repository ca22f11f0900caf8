// What goes in and out of the handler: requests, answers and streams, without sockets.
import {badRequest} from './errors.ts';
import {isRecord, type Json} from './json.ts';
import {decodeProtobuf} from './protobuf.ts';
import {StatusError} from './types.ts';

export type ApiRequest = {
	readonly method: string;
	/** With the query: `/api/v1/pods?watch=true`. */
	readonly path: string;
	/** By lower-case names. */
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body?: string | Uint8Array;
};

export type ApiAnswer = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** A watch: headers at once, then lines of JSON (without their line feeds). */
export type ApiStream = {
	readonly status: 200;
	readonly headers: Readonly<Record<string, string>>;
	/** Starts delivery, at first of what is there; the answer stops it. `onEnd` is called when the server ends it. */
	start(onLine: (line: string) => void, onEnd?: () => void): () => void;
};

/** True for a watch's answer. */
export const isStream = (answer: ApiAnswer | ApiStream): answer is ApiStream => 'start' in answer;

/** An answer of JSON. */
export const jsonAnswer = (
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): ApiAnswer => ({
	status,
	headers: {'content-type': 'application/json', ...headers},
	body: JSON.stringify(body),
});

/** An answer of plain text. */
export const textAnswer = (status: number, body: string): ApiAnswer => ({
	status,
	headers: {'content-type': 'text/plain; charset=utf-8'},
	body,
});

/** The `Status` object of a refusal. */
export const failure = (error: StatusError): Json => ({
	kind: 'Status',
	apiVersion: 'v1',
	metadata: {},
	status: 'Failure',
	message: error.message,
	...(error.reason !== '' && {reason: error.reason}),
	...(Object.keys(error.details).length > 0 && {details: error.details}),
	code: error.code,
});

/** Any failure as an answer; what is no StatusError is our own fault: 500. */
export const failed = (error: unknown): ApiAnswer => {
	if (error instanceof StatusError) return jsonAnswer(error.code, failure(error));
	const why = error instanceof Error ? error.message : String(error);
	return jsonAnswer(500, failure(new StatusError(500, 'InternalError', `Internal error occurred: ${why}`)));
};

// Both limits are of the real one: of a request to kube-apiserver, and of a value in etcd.
const bodyBytesMax = 3 * 1024 * 1024;
const valueBytesMax = 1.5 * 1024 * 1024;

/** The request's body as text, once it is known not to be too large. */
export const textOf = ({body = ''}: ApiRequest): string => {
	const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
	if (size > bodyBytesMax) {
		const said = `Request entity too large: limit is ${bodyBytesMax}`;
		throw new StatusError(413, 'RequestEntityTooLarge', said);
	}

	if (size > valueBytesMax) throw new StatusError(500, '', 'etcdserver: request is too large');
	return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
};

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
};

const isCut = (text: string): boolean => {
	try {
		JSON.parse(text);
		return false;
	} catch (error) {
		return error instanceof SyntaxError && error.message.includes('end of JSON input');
	}
};

/** The content type without its parameters; JSON when the client names none, as kubectl's PUT on `/scale`. */
export const contentType = (request: ApiRequest): string =>
	(request.headers['content-type'] ?? '').split(';')[0]?.trim() || 'application/json';

/** The body as a JSON value. */
export const bodyValue = (request: ApiRequest): unknown => {
	const text = textOf(request);
	const value = parsed(text);
	// Cut short is what a shell's quotes make of a patch: Go has words of its own for that.
	if (value === undefined)
		throw badRequest(isCut(text) ? 'unexpected end of JSON input' : 'the body of the request is not JSON');
	return value;
};

/** The body as an object, from JSON or protobuf. */
export const bodyObject = (request: ApiRequest): Json => {
	const text = textOf(request);
	if (contentType(request) === 'application/vnd.kubernetes.protobuf' && request.body instanceof Uint8Array) {
		return decodeProtobuf(request.body);
	}

	const value = parsed(text);
	if (!isRecord(value)) throw badRequest('the body of the request is not a JSON object');
	return value;
};
