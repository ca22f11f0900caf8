// Prometheus: one instant query, and every way in which its answer can be no answer.
import {withoutComments} from '../../../api/query.ts';
import {at} from '../../../api/reading.ts';
import {jsonIn, noAddress, notJson, notUnderstood, refused, said, urlBelow} from '../answers.ts';
import type {Answer, NoAnswer} from '../metrics.ts';
import type {Endpoint, Source, SourceResponse} from '../source.ts';

const sampleOf = (sample: unknown): Answer => {
	if (!Array.isArray(sample)) return notUnderstood('a sample without a value');
	const [seconds, text] = sample as unknown[];
	if (typeof text !== 'string' || typeof seconds !== 'number') return notUnderstood('a sample without a value');
	const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
	const isNumber = text.trim() !== '' && (text === 'NaN' || !Number.isNaN(value));
	return isNumber ? {kind: 'value', value, at: seconds * 1000} : notUnderstood('a value that is no number');
};

const valueIn = (data: unknown): Answer => {
	const result = at(data, 'result');
	switch (at(data, 'resultType')) {
		case 'scalar':
			return sampleOf(result);
		case 'vector': {
			if (!Array.isArray(result)) return notUnderstood('a vector without samples');
			if (result.length === 0) return {kind: 'no data'};
			return result.length === 1 ? sampleOf(at(result[0], 'value')) : {kind: 'several series', count: result.length};
		}
		case 'matrix':
			return notUnderstood('a range of values instead of one');
		default:
			return notUnderstood('neither a vector nor a scalar');
	}
};

/** What a response holds, as `read` takes it. A refusal of the query (400, 422) tells its reason. */
export const readResponse = <T>(response: SourceResponse, read: (data: unknown) => T): T | NoAnswer => {
	const {status} = response;
	const parsed = jsonIn(response);
	if (parsed === undefined) return notJson(status);
	return at(parsed, 'status') === 'success' && status === 200
		? read(at(parsed, 'data'))
		: refused(status, said(at(parsed, 'error')));
};

/** The address of a request to the API, `query?query=…`; undefined where the server's own is none. */
export const urlOf = (address: string, request: string): string | undefined => urlBelow(address, `/api/v1/${request}`);

/** A token wins over a name and a password, as with the peer. */
const authorizationOf = ({credentials = {}}: Endpoint): Readonly<Record<string, string>> => {
	const {token, username, password} = credentials;
	if (token !== undefined) return {authorization: `Bearer ${token}`};
	if (username === undefined || password === undefined) return {};
	return {authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`};
};

const closing: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'};
const token = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|["'`]|\[\s*\]|[()[\]{}]/gs;

/**
 * Not by a grammar, for servers that answer as Prometheus does have words of their own: only what no such server takes.
 */
const flawOf = (query: string): string | undefined => {
	if (query.trim() === '') return 'is empty';
	const open: string[] = [];
	for (const [found] of query.matchAll(token)) {
		if (found.length === 1 && /["'`]/.test(found)) return `has a ${found} that nothing closes`;
		if (/^\[\s*\]$/.test(found)) return 'has a range without a duration';
		const close = closing[found];
		if (close !== undefined) open.push(close);
		else if (/^[)\]}]$/.test(found) && open.pop() !== found) return `has a ${found} that nothing opens`;
	}

	const missing = open.at(-1);
	return missing === undefined ? undefined : `lacks a ${missing} at its end`;
};

export const prometheus = {
	keys: [['token'], ['username', 'password']],
	// All comes to stand on one line, where a comment would swallow what is behind it.
	prepare: (query: string) => withoutComments(query).replaceAll(/\s+/g, ' '),
	flawOf,
	async ask(query, endpoint, _, exchange) {
		const {address, headers} = endpoint;
		const url = urlOf(address, `query?query=${encodeURIComponent(query)}`);
		if (url === undefined) return noAddress(address);
		return readResponse(await exchange({url, headers: {...headers, ...authorizationOf(endpoint)}}), valueIn);
	},
} satisfies Source;
