// Answers that are none, in words, as every source gives them.
import type {NoAnswer} from './metrics.ts';
import type {SourceResponse} from './source.ts';

/** Words of a server's own, bounded and on one line; empty for what is no text. */
export const said = (value: unknown): string =>
	typeof value === 'string' ? value.slice(0, 300).replaceAll(/\s+/g, ' ').trim() : '';

export const notUnderstood = (text: string): NoAnswer => ({kind: 'not understood', text});

/** The server refused, for a `reason` of its own where it gives one. */
export const refused = (status: number, reason: string): NoAnswer => ({
	kind: 'provider failed',
	text: reason === '' ? `HTTP status ${status}` : `${reason} (HTTP status ${status})`,
});

/** The JSON of an answer; undefined where it is none. */
export const jsonIn = ({body}: SourceResponse): unknown => {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
};

/** For a body that is no JSON. */
export const notJson = (status: number): NoAnswer =>
	status === 200 ? notUnderstood('an answer that is not JSON') : refused(status, '');

/** `path` below an address; undefined where that is no HTTP address. */
export const urlBelow = (address: string, path: string): string | undefined => {
	const text = `${address.replace(/\/+$/, '')}${path}`;
	return /^https?:\/\//i.test(address) && URL.canParse(text) ? text : undefined;
};

export const noAddress = (address: string): NoAnswer => ({
	kind: 'provider failed',
	text: `${said(address)} is no HTTP address`,
});

const isTimeout = (error: unknown): boolean =>
	typeof error === 'object' &&
	error !== null &&
	(('kind' in error && error.kind === 'timed out') || ('name' in error && error.name === 'TimeoutError'));

/** What an error of the door tells. */
export const failure = (error: unknown, timeoutMs: number): NoAnswer =>
	isTimeout(error)
		? {kind: 'timed out', afterMs: timeoutMs}
		: {kind: 'provider failed', text: error instanceof Error ? said(error.message) : 'no answer'};
